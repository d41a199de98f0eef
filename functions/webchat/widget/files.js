// Files that visitors send and get: made small enough, told by name and size, opened in a new tab.
import { element } from "./dom.js";

export const LIMIT = 4_000_000;
const LONGEST_SIDE = 2_400;
const QUALITY = 0.85;

/** What a visitor can choose; the house looks at the bytes itself. */
export const ACCEPTED =
  "image/*,application/pdf,audio/*,video/mp4,.txt,.doc,.docx,.xls,.xlsx,.ppt,.pptx";

/** Return a file as it can be sent: a picture that is too large is made smaller. Null: too large. */
export async function fitting(file) {
  if (file.size <= LIMIT) return file;
  if (!file.type.startsWith("image/")) return null;
  const small = await smaller(file);
  return small && small.size <= LIMIT ? small : null;
}

async function smaller(file) {
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return null; // a kind of picture that this browser cannot read
  }
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return blob && new File([blob], file.name, { type: "image/jpeg" });
}

/** Return a number of bytes in words: "1,4 MB", "120 kB". */
export function bytes(size, language) {
  const [unit, number] = size >= 1e6 ? ["MB", size / 1e6] : ["kB", Math.max(1, size / 1e3)];
  const digits = { maximumFractionDigits: unit === "MB" && number < 10 ? 1 : 0 };
  return `${number.toLocaleString(language, digits)} ${unit}`;
}

/** Return what stands for a file in the thread; `open` null: it is still on its way. */
export function fileNode({ name, size }, words, open) {
  const told = [name, size ? bytes(size, words.language) : ""].filter(Boolean).join(" · ");
  if (!open) return element("p", { class: "file" }, told);
  const attributes = { type: "button", class: "file", "aria-label": words.openFile(name) };
  return element("button", { ...attributes, onclick: open }, told);
}

/** Open an address in a tab that learns nothing of this page. */
export function show(url) {
  element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }).click();
}
