/** Draw messages; what people wrote reaches the page as text nodes only. */

import { language, words } from "./words.js";

const TICKS = { sent: "✓", delivered: "✓✓", read: "✓✓", failed: "!" };
const HIDDEN = new Set(["edit", "delete"]);

const clock = new Intl.DateTimeFormat(language, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

function appendText(parent, text) {
  for (const part of text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)])/)) {
    if (!/^https?:\/\//.test(part)) {
      parent.append(part);
      continue;
    }
    const link = element("a", "", part);
    link.href = part;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    parent.append(link);
  }
}

function line(entry, channel) {
  if (entry.kind === "block") return entry.payload === "block" ? words.blocked : words.allowed;
  if (entry.kind === "reaction") return words.reacted(entry.text);
  // a tap on Telegram writes nothing into the chat: only the house hears of it
  if (entry.kind === "button" && channel === "telegram") {
    return [words.tapped(entry.text), entry.notice].filter(Boolean).join(" · ");
  }
  return "";
}

function meta(entry) {
  const node = element("span", "meta", clock.format(entry.at));
  if (entry.side === "house") {
    node.title = words.states[entry.state] ?? "";
  } else if (entry.state) {
    const ticks = element("span", "ticks", TICKS[entry.state]);
    ticks.dataset.state = entry.state;
    ticks.setAttribute("role", "img");
    ticks.setAttribute("aria-label", words.states[entry.state]);
    node.append(ticks);
  }
  return node;
}

function media(entry, kind) {
  const source = `/phone/file/${entry.file}`;
  const tag = { photo: "img", sticker: "img", voice: "audio", audio: "audio", video: "video" }[entry.kind];
  if (!tag) {
    const link = element("a", "", entry.filename || kind || words.kinds.document);
    link.href = source;
    link.target = "_blank";
    return link;
  }
  const node = element(tag, "media");
  node.src = source;
  if (tag === "img") node.alt = kind ?? "";
  else node.controls = true;
  return node;
}

function bubble(entry) {
  const node = element("div", "bubble");
  const kind = entry.kind === "deleted" ? words.deleted : words.kinds[entry.kind];
  if (entry.file) node.append(media(entry, kind), entry.text ? "\n" : "");
  else if (kind) node.append(element("span", "kind", kind), entry.text ? "\n" : "");
  appendText(node, entry.text);
  node.append(meta(entry));
  return node;
}

function optionButton(option, tap) {
  const button = element("button", "", option.title);
  button.type = "button";
  if (option.description) button.append(element("small", "", option.description));
  button.addEventListener("click", () => tap(option));
  return button;
}

function options(entry, tap) {
  if (!entry.menu) {
    const row = element("div", "options");
    row.append(...entry.options.map((option) => optionButton(option, tap)));
    return row;
  }
  const list = element("details", "rows");
  const rows = element("ul");
  for (const option of entry.options) {
    const row = element("li");
    row.append(optionButton(option, (chosen) => {
      list.open = false;
      tap(chosen);
    }));
    rows.append(row);
  }
  list.append(element("summary", "", entry.menu), rows);
  return list;
}

function draw(entry, channel, tap) {
  const aside = line(entry, channel);
  if (aside) return element("div", "line", aside);
  const item = element("div", entry.side === "customer" ? "customer-side" : "house-side");
  item.append(bubble(entry));
  if (entry.options.length) item.append(options(entry, tap));
  return item;
}

/** Keep a list of messages in step with the messenger; a node changes only with its message. */
export class Thread {
  constructor(list, channel, tap) {
    this.list = list;
    this.channel = channel;
    this.tap = tap;
    this.nodes = new Map();
  }

  show(entries) {
    const atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 60;
    for (const entry of entries) {
      // what failed never reached this phone
      const shown = !HIDDEN.has(entry.kind) && !(entry.side === "house" && entry.state === "failed");
      if (shown) this.place(entry);
    }
    if (atEnd) this.list.scrollTop = this.list.scrollHeight;
  }

  place(entry) {
    const old = this.nodes.get(entry.n);
    if (old?.contains(document.activeElement)) {
      old.querySelector(".meta")?.replaceWith(meta(entry));
      return;
    }
    const node = draw(entry, this.channel, this.tap);
    this.nodes.set(entry.n, node);
    if (old) old.replaceWith(node);
    else this.list.append(node);
  }
}
