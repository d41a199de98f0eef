// Files: links to those that were sent, asked for when somebody looks, and those about to be sent.

import { Problem, now, read, upload } from "./api.js";
import { change, conversation } from "./store.js";
import { target } from "./window.js";
import { channelName, say, size } from "./words.js";

const MOST = 10;
const SOON_OVER = 20_000;
const AGAIN_AFTER = 15_000;

const links = new Map();

/** Return a file's address once it is known, "" until then: it is asked for at the first look. */
export function shownLink(place) {
  const link = links.get(place);
  if (!link || (link.failed && now() > link.failed + AGAIN_AFTER)) fetchLink(place).catch(() => {});
  return link?.url ?? "";
}

/** Forget an address that no longer works; the next look asks for another. */
export function brokenLink(place) {
  links.set(place, { url: "", failed: now() });
  change();
}

/** Open a file in a tab of its own, or save it, as its kind is. Its address is made now. */
export async function openFile(place) {
  try {
    const { url, until } = links.get(place) ?? {};
    const address = url && until > now() + SOON_OVER ? url : await fetchLink(place);
    const anchor = document.createElement("a");
    Object.assign(anchor, { href: address, target: "_blank", rel: "noopener noreferrer" });
    anchor.click();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    change({ notice: say(problem.status === 410 ? "files.takenBack" : "files.gone") });
  }
}

async function fetchLink(place) {
  links.set(place, { url: links.get(place)?.url ?? "", failed: now() });
  const { url, seconds } = await read(`/files/${place}`, true);
  links.set(place, { url, until: now() + seconds * 1000 });
  change();
  return url;
}

/** Forget all addresses: somebody else may sit here now. */
export function forgetLinks() {
  links.clear();
}

/** Say why a file cannot go where the reply goes, "" where it can. */
export function obstacle(kept, { name, type, size: bytes }) {
  const channel = target(kept)?.channel ?? "";
  const limit = kept.head.files?.[channel]?.[type];
  const values = { name, channel: channelName(channel), size: size(bytes), limit: size(limit ?? 0) };
  if (limit === undefined) return say("files.kindNot", values);
  return bytes > limit ? say("files.tooLargeFor", values) : "";
}

/** Say whether what is attached can go: all of it is uploaded, and nothing stands in its way. */
export function mayGo(kept) {
  return kept.files.every((file) => file.state === "ready" && !obstacle(kept, file));
}

/** Attach files to the next reply: those that can go are uploaded at once. */
export function attach(id, chosen) {
  const kept = conversation(id);
  const room = MOST - kept.files.length;
  if (chosen.length > room) change({ notice: say("files.most", { most: MOST }) });
  for (const file of [...chosen].slice(0, room)) {
    const type = file.type.split(";")[0];
    const entry = { id: crypto.randomUUID(), name: file.name, type, size: file.size, file, state: "", problem: "" };
    kept.files.push(entry);
    if (!obstacle(kept, entry)) send(id, entry);
  }
  change();
}

/** Upload a file once more that did not get through. */
export async function send(id, entry) {
  entry.state = "uploading";
  entry.problem = "";
  change();
  try {
    const kept = await upload(`/conversations/${id}/files/${entry.id}`, entry.file);
    Object.assign(entry, { state: "ready", name: kept.filename, type: kept.mime_type, size: kept.size });
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    const passes = problem.status === 0 || problem.status >= 500;
    entry.state = passes ? "failed" : "refused";
    entry.problem = say(passes ? "notSent" : "files.kindNever", { name: entry.name });
  }
  change();
}

/** Take a file off the next reply. */
export function detach(id, entry) {
  const kept = conversation(id);
  kept.files = kept.files.filter((other) => other !== entry);
  change();
}
