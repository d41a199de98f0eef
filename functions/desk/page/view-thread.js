// What a conversation looks like: head, thread, reply box.

import { discardSending, end, sendAgain, sendReply, settleReturned, showEarlier, showWhole, take, type } from "./actions.js";
import { now } from "./api.js";
import { h } from "./dom.js";
import { earlierView as beforeLinkView, linkNote } from "./linking.js";
import { change, conversation, state } from "./store.js";
import { mayGo } from "./files.js";
import { attachButton, attachedView, fileView, takesFiles } from "./view-files.js";
import { closedView, templateView, windowLine } from "./view-window.js";
import { mayWrite } from "./window.js";
import { channelName, clock, day, known, refusal, say } from "./words.js";

const NEAR_END = 80;
const MAC = navigator.platform.startsWith("Mac");

let shown = null;
let unseenBelow = false;
let newestSeen = "";

/** Describe the middle of the page. */
export function threadView() {
  const kept = state.open && conversation(state.open);
  if (!kept) {
    return h(
      "div.nothing",
      { key: "nothing" },
      h("h2.nothing-title", {}, say("nothingOpenTitle")),
      h("p", {}, say("nothingOpen")),
    );
  }
  const id = state.open;
  return [
    headView(id, kept),
    h(
      "div.scroll",
      { key: `scroll ${id}`, id: "scroll", onscroll: scrolled, tabindex: "0", role: "log", "aria-label": say("context") },
      kept.earlier &&
        kept.limit < 1000 &&
        h("button.earlier", { key: "earlier", type: "button", onclick: () => showEarlier(id) }, say("earlier")),
      h("ol.entries", { key: "entries" }, entriesView(id, kept)),
    ),
    unseenBelow && h("button.newer", { key: "newer", type: "button", onclick: toEnd }, say("newer"), " ↓"),
    kept.head && footView(id, kept),
  ];
}

/** Remember where the reader is; returns what brings them to the end if that is where they were. */
export function followThread() {
  const before = document.getElementById("scroll");
  const height = before?.scrollHeight ?? 0;
  const atEnd = before ? before.scrollHeight - before.scrollTop - before.clientHeight < NEAR_END : true;
  return () => {
    const after = document.getElementById("scroll");
    if (!after) {
      shown = null;
      return;
    }
    const grown = after.scrollHeight > height;
    const loaded = after.querySelector(".entry") !== null;
    if (shown !== state.open || (atEnd && (grown || after.clientHeight !== before?.clientHeight))) {
      after.scrollTop = after.scrollHeight;
      unseenBelow = false;
      if (loaded) shown = state.open;
    } else if (grown && !atEnd && before === after && newest(after) !== newestSeen) {
      unseenBelow = true;
      change();
    }
    newestSeen = newest(after);
  };
}

function newest(scroll) {
  return scroll.querySelector(".entries > li:last-child")?.dataset.id ?? "";
}

function scrolled(event) {
  const { scrollHeight, scrollTop, clientHeight } = event.target;
  if (unseenBelow && scrollHeight - scrollTop - clientHeight < NEAR_END) {
    unseenBelow = false;
    change();
  }
}

function toEnd() {
  const scroll = document.getElementById("scroll");
  scroll.scrollTop = scroll.scrollHeight;
}

// Head

function headView(id, { head, confirm }) {
  return h(
    "header.head",
    { key: "head" },
    h("button.back", { type: "button", "aria-label": say("back"), onclick: () => change({ view: "list" }) }, "←"),
    h("h2", {}, head ? head.name || say("visitor") : "…"),
    head && [
      h("span.chips", { key: "chips" }, head.channel && channelChip(head), head.reference && h("span.chip.reference", { key: "reference" }, head.reference)),
      h("button.quiet.about", { key: "about", type: "button", onclick: () => change({ view: "context" }) }, say("contextOpen")),
      h("span.actions", { key: "actions" }, actionsView(id, head, confirm)),
    ],
  );
}

/** Name the channel, and how many messages it was given: what a messenger may bill. */
function channelChip({ channel, sent }) {
  const count = sent[channel] ?? 0;
  const title = Object.entries(sent).map(([name, number]) => say("sentBy", { name: channelName(name), count: number })).join(", ");
  return h("span.chip", { key: "channel", title }, channelName(channel), count > 0 && h("small.sent", {}, " ", say("sentCount", { count })));
}

function actionsView(id, head, confirm) {
  if (head.holder === "queue")
    return h("button.primary", { key: "take", type: "button", disabled: state.busy === "take", onclick: () => take(id) }, say("take"));
  if (head.holder !== "me") return null;
  return [
    h(
      "button.plain",
      { key: "bot", type: "button", disabled: Boolean(state.busy), onclick: () => end(id, "hand-back") },
      confirm === "hand-back" ? say("toBotDespiteDraft") : say("toBot"),
    ),
    h(
      "button.primary",
      { key: "done", type: "button", disabled: Boolean(state.busy), onclick: () => end(id, "resolve") },
      confirm === "resolve" ? say("doneDespiteDraft") : say("done"),
    ),
  ];
}

// Entries

function entriesView(id, kept) {
  const entries = [...kept.entries.values()];
  const described = [];
  let lastDay = "";
  entries.forEach((entry, place) => {
    const entryDay = day(entry.at);
    if (entryDay !== lastDay) described.push(h("li.day", { key: `day ${entryDay}` }, entryDay));
    lastDay = entryDay;
    described.push(beforeLinkView(entry, entries[place - 1]));
    described.push(entryView(id, kept, entry, entries[place + 1]));
  });
  for (const reply of kept.sending) described.push(sendingView(id, reply));
  return described.filter(Boolean);
}

function entryView(id, kept, entry, following) {
  const props = { key: entry.id, "data-id": entry.id };
  if (entry.change) return h("li.entry.line", props, lone(entry));
  if (entry.action) return h("li.entry.line", props, say(entry.done ? "actionDone" : "actionBegun", { name: entry.action.replace(/^action_/, "").replaceAll("_", " ") }));
  if (entry.internal) return h("li.entry.line", props, note(entry.text, entry.at));
  if (entry.author === "system")
    return h("li.entry.line.said", props, h("p", {}, entry.text), metaView(entry, trouble(entry) ? "" : null));
  const text = kept.whole?.[entry.id] ?? entry.text;
  const joined = together(entry, following);
  return h(
    "li.entry",
    {
      ...props,
      class: [entry.author, entry.state === "failed" && "failed", joined && "together"]
        .filter(Boolean)
        .join(" "),
    },
    h(
      "div.bubble",
      {},
      entry.attachments.map((attachment, place) => fileView(attachment, entry.files[place], `a${place}`)),
      entry.unreadable && h("p.attachment", { key: "unreadable" }, say("unreadable", { kind: entry.unreadable })),
      entry.deleted && h("p.attachment", { key: "deleted" }, say(entry.elsewhere ? "deletedByUs" : "deleted")),
      entry.subject && h("p.subject", { key: "subject" }, entry.subject),
      text && h("p.text", { key: "text" }, text),
      entry.long && !kept.whole?.[entry.id] && h("button.quiet", { key: "whole", type: "button", onclick: () => showWhole(id, entry) }, say("whole")),
      entry.buttons.length > 0 && h("p.options", { key: "options" }, entry.buttons.map((title, place) => h("span", { key: place }, title))),
    ),
    entry.before.length > 0 && earlierView(entry),
    metaView(entry, joined ? null : clock(entry.at)),
  );
}

/** What an edited message said before, oldest first, for who wants to know. */
function earlierView(entry) {
  return h(
    "details.edited",
    { key: "edited" },
    h("summary", {}, say("edited")),
    entry.before.map((text, place) => h("p", { key: place }, text)),
  );
}

/** Two entries belong together if one person wrote both within a minute and both fared alike. */
function together(entry, following) {
  return (
    following !== undefined &&
    following.author === entry.author &&
    following.agent === entry.agent &&
    following.state === entry.state &&
    !following.internal &&
    !following.change &&
    clock(following.at) === clock(entry.at)
  );
}

/** Describe the line below an entry; `time` null: only what must be told. */
function metaView(entry, time) {
  const parts = [];
  if (time !== null) {
    if (entry.author === "bot") parts.push(say("assistant"));
    if (entry.elsewhere) parts.push(say("elsewhere"));
    else if (entry.author === "agent") parts.push(entry.mine ? say("you") : entry.agent || say("agent"));
    if (time) parts.push(time);
    if (entry.state && entry.state !== "failed" && entry.author !== "system") parts.push(say(`states.${entry.state}`));
  }
  if (entry.doubtful) parts.push(say("doubtful"));
  if (entry.reaction) parts.push(say("reaction", { emoji: entry.reaction }));
  const wrong = trouble(entry);
  if (!parts.length && !wrong) return null;
  return h(
    "div.meta",
    { key: "meta" },
    parts.join(" · "),
    wrong && h("span.late", { key: "wrong" }, parts.length ? " · " : "", wrong),
  );
}

function trouble(entry) {
  if (entry.state !== "failed") return "";
  if (entry.author === "system" && entry.reason === "window_closed") return say("window.kept");
  const failed = say("states.failed");
  return entry.reason ? `${failed}: ${refusal(entry.reason)}` : failed;
}

function lone(entry) {
  if (entry.change === "reaction")
    return entry.reaction ? say("reactionAlone", { emoji: entry.reaction }) : say("reactionTakenBack");
  return say(entry.change === "edit" ? "editedAlone" : "deletedAlone", { text: entry.text });
}

function note(text, at) {
  const [, kind, detail] = text.match(/^(\w+): (.*)$/s) ?? [];
  if (kind === "delivery_failed") return say("notes.failed", { reason: refusal(detail) });
  if (kind === "referral") return say("notes.referral", { ref: detail });
  const link = linkNote(kind, detail, at);
  if (link) return link;
  return known(`notes.${text}`) ? say(`notes.${text}`) : text;
}

function sendingView(id, reply) {
  const key = `sending ${reply.id}`;
  return h(
    "li.entry.agent",
    { key, "data-id": key, class: reply.problem ? "failed" : "" },
    h(
      "div.bubble",
      {},
      (reply.attached ?? []).map((file) => h("p.attachment", { key: file.id }, file.name)),
      reply.text && h("p.text", { key: "text" }, reply.text),
    ),
    h(
      "div.meta",
      {},
      reply.problem
        ? [
            h("span.late", { key: "problem" }, reply.problem),
            h("button.link", { key: "again", type: "button", onclick: () => sendAgain(id, reply) }, say("again")),
            h("button.link", { key: "discard", type: "button", onclick: () => discardSending(id, reply) }, say("discard")),
          ]
        : `${say("you")} · ${clock(reply.sent_at)} · ${say("states.sending")}`,
    ),
  );
}

// Foot

function footView(id, kept) {
  const { head } = kept;
  const returned = kept.returned.map((draft) => returnedView(id, draft));
  if (head.holder !== "me") {
    const name = head.holder_name || say("somebody");
    const holder = head.holder === "bot" && head.elsewhere_until > now() ? "elsewhere" : head.holder;
    return h("footer.foot", { key: `foot ${id}` }, returned, h("p.who", { key: "who" }, say(`${holder}Is`, { name })));
  }
  const writing = (kept.template && templateView(id, kept)) || composerView(id, kept);
  return h("footer.foot", { key: `foot ${id}` }, returned, writing);
}

function returnedView(id, draft) {
  return h(
    "div.returned",
    { key: draft.id },
    h("p", {}, h("b", {}, say("returned")), " ", draft.text),
    h("button.link", { type: "button", onclick: () => settleReturned(id, draft, true) }, say("use")),
    h("button.link", { type: "button", onclick: () => settleReturned(id, draft, false) }, say("discard")),
  );
}

function composerView(id, kept) {
  const draft = kept.draft ?? "";
  const limit = kept.head.text_limit;
  const long = limit > 0 && draft.length > limit * 0.8;
  const free = mayWrite(kept);
  const shown = free || Boolean(draft.trim()) || kept.files.length > 0; // what was begun stays in sight
  return h(
    "form.composer",
    { key: "composer", onsubmit: (event) => submitted(event, id), ...takesFiles(id) },
    closedView(id, kept),
    shown && h("textarea", {
      key: "reply",
      id: "reply",
      rows: "3",
      value: draft,
      "aria-label": say("replyTo", { name: kept.head.name || say("customer") }),
      placeholder: say("reply"),
      oninput: (event) => type(id, event.target.value),
    }),
    shown && attachedView(id, kept),
    shown && h(
      "div.below",
      { key: "below" },
      attachButton(id),
      windowLine(id, kept),
      h("span.characters", {}, long ? say("characters", { count: draft.length, limit }) : ""),
      h("button.primary", { type: "submit", disabled: !free || !(draft.trim() || kept.files.length) || !mayGo(kept) }, h("span", {}, say("send")), h("kbd", {}, MAC ? "⌘↵" : "Ctrl ↵")),
    ),
  );
}

function submitted(event, id) {
  event.preventDefault();
  sendReply(id);
}
