// What files look like: in the thread, and above the reply box while they wait to be sent.

import { attach, brokenLink, detach, obstacle, openFile, send, shownLink } from "./files.js";
import { h } from "./dom.js";
import { change } from "./store.js";
import { say, size } from "./words.js";

const NEAR_END = 80;

const playing = new Set();

/** Describe an attachment and what became of it. */
export function fileView(attachment, file, key) {
  if (file?.state !== "kept") return h("p.attachment", { key }, plainText(attachment, file));
  if (file.way === "image") return pictureView(attachment, file, key);
  if (file.way === "audio" || file.way === "video") return playerView(attachment, file, key);
  return h(
    "button.file",
    { key, type: "button", onclick: () => openFile(file.place) },
    h("span.file-name", {}, file.filename),
    h("span.file-size", {}, [ending(file.filename), size(file.size)].join(" · ")),
  );
}

function plainText({ kind, filename, text }, file) {
  const known = [say(`attachments.${kind}`), filename || text];
  if (file?.state === "fetching") known.push(say("files.fetching"));
  if (file?.state === "expired") known.push(say("files.expired"));
  if (file?.state === "refused") known.push(say("files.refused", { reason: reason(file) }));
  return known.filter(Boolean).join(" · ");
}

function reason(file) {
  const values = { size: file.size ? size(file.size) : "", limit: size(file.limit ?? 0) };
  const name = file.reason === "too_large" && !file.size ? "too_large_unknown" : file.reason;
  return say(`files.reasons.${name}`, values);
}

function pictureView(attachment, file, key) {
  const url = shownLink(file.place);
  const name = [say(`attachments.${attachment.kind}`), file.filename].join(" ");
  return h(
    "button.picture",
    { key, type: "button", "aria-label": say("files.open", { name }), onclick: () => openFile(file.place) },
    url
      ? h("img", { key: "picture", src: url, alt: name, loading: "lazy", referrerpolicy: "no-referrer", onload: stayAtEnd, onerror: () => brokenLink(file.place) })
      : h("span.attachment", { key: "name" }, name),
  );
}

/** A picture has no height until it is loaded: who reads at the end stays there. */
function stayAtEnd({ target }) {
  const scroll = document.getElementById("scroll");
  const below = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight;
  if (below < target.clientHeight + NEAR_END) scroll.scrollTop = scroll.scrollHeight;
}

function playerView(attachment, file, key) {
  const name = say(`attachments.${attachment.kind}`);
  const url = playing.has(file.place) ? shownLink(file.place) : "";
  if (url) return h(`${file.way}.player`, { key, src: url, controls: true, autoplay: true, "aria-label": name });
  const play = () => {
    playing.add(file.place);
    change();
  };
  return h(
    "button.file",
    { key, type: "button", onclick: play },
    h("span.file-name", {}, "▶ ", say(file.way === "audio" ? "files.play" : "files.watch")),
    h("span.file-size", {}, [name, size(file.size)].join(" · ")),
  );
}

function ending(name) {
  return name.slice(name.lastIndexOf(".") + 1).toUpperCase();
}

/** Describe the files of the next reply, each with what stands in its way. */
export function attachedView(id, kept) {
  if (!kept.files.length) return null;
  return h(
    "ul.attached",
    { key: "attached", "aria-label": say("files.attached") },
    kept.files.map((file) => {
      const problem = obstacle(kept, file) || file.problem;
      return h(
        "li",
        { key: file.id, class: problem ? "failed" : "" },
        h("span.file-name", {}, file.name),
        h("span.file-size", {}, file.state === "uploading" ? say("files.uploading") : size(file.size)),
        file.state === "failed" && h("button.link", { key: "again", type: "button", onclick: () => send(id, file) }, say("again")),
        h("button.link", { key: "off", type: "button", "aria-label": say("files.detach", { name: file.name }), onclick: () => detach(id, file) }, say("discard")),
        problem && h("p.late", { key: "problem", role: "alert" }, problem),
      );
    }),
  );
}

/** Describe the button that chooses files. */
export function attachButton(id) {
  return [
    h("input", { key: "files", id: "files", type: "file", multiple: true, class: "sr", tabindex: "-1", "aria-hidden": "true", onchange: (event) => chosen(event, id) }),
    h("button.plain.attach", { key: "attach", type: "button", onclick: () => document.getElementById("files").click() }, say("files.attach")),
  ];
}

function chosen(event, id) {
  attach(id, event.target.files);
  event.target.value = "";
}

/** Return what lets files be pasted into the reply box and dropped on it. */
export function takesFiles(id) {
  return {
    onpaste: (event) => take(event, id, event.clipboardData),
    ondragover: (event) => event.dataTransfer.types.includes("Files") && event.preventDefault(),
    ondrop: (event) => take(event, id, event.dataTransfer),
  };
}

function take(event, id, transfer) {
  if (!transfer?.files.length) return;
  event.preventDefault();
  attach(id, transfer.files);
}
