// What the page looks like around the thread: sign-in, top, lists, context, keys.

import { enter, find, leave, open, takeNext } from "./actions.js";
import { now } from "./api.js";
import { h } from "./dom.js";
import { cutView } from "./linking.js";
import { change, conversation, state } from "./store.js";
import { threadView } from "./view-thread.js";
import { ago, channelName, known, say, since } from "./words.js";

const LATE = 15 * 60_000;
const SOON = 5 * 60_000;

/** Describe the whole page. */
export function view() {
  return state.session && state.overview ? deskView() : signInView();
}

function deskView() {
  return h(
    "div.desk",
    { key: "desk", "data-view": state.view },
    topView(),
    h(
      "main.columns",
      {},
      h("h1.sr", {}, say("desk")),
      h("nav.lists", { "aria-label": say("waiting") }, queueView(), mineView()),
      h("section.thread", { "aria-label": say("context") }, threadView()),
      h("section.context", { "aria-label": say("about") }, contextView()),
    ),
    h("div.sr", { role: "status", "aria-live": "polite" }, say("announce", { count: state.overview.waiting })),
    state.notice &&
      h(
        "div.notice",
        { key: "notice", role: "alert" },
        state.notice,
        h("button.quiet", { type: "button", onclick: () => change({ notice: "" }) }, say("close")),
      ),
    state.keys && keysView(),
  );
}

function logo() {
  return h(
    "svg",
    { key: "logo", viewBox: "0 0 24 24", "aria-hidden": "true", class: "logo" },
    h("path", { d: "M5 21V11a7 7 0 0 1 14 0v10M2.5 21h19M12.5 14h.01" }),
  );
}

function topView() {
  const me = state.overview.me;
  return h(
    "header.top",
    {},
    h("div.brand", {}, logo(), h("b", {}, say("desk"))),
    h(
      "form.search",
      { role: "search", onsubmit: searched },
      h("input", {
        id: "search",
        type: "search",
        placeholder: say("search"),
        "aria-label": say("searchHint"),
        autocomplete: "off",
        spellcheck: "false",
      }),
    ),
    h("div.offline", { role: "status" }, state.offline ? say("offline") : ""),
    h(
      "div.me",
      {},
      h("span.here", { class: state.offline ? "away" : "" }, me.name),
      h("button.quiet", { type: "button", lang: state.language === "de" ? "en" : "de", onclick: otherLanguage }, say("otherLanguage")),
      h("button.quiet", { type: "button", onclick: leave }, say("signOut")),
      h("button.key", { type: "button", "aria-label": say("keys"), onclick: () => showKeys(true) }, "?"),
    ),
  );
}

function searched(event) {
  event.preventDefault();
  const field = event.target.querySelector("input");
  find(field.value).then(() => {
    if (!state.notice) field.value = "";
  });
}

function otherLanguage() {
  const language = state.language === "de" ? "en" : "de";
  localStorage.setItem("pforte.language", language);
  change({ language });
}

// Lists

function queueView() {
  const { waiting, queue } = state.overview;
  return h(
    "section",
    { key: "queue", "aria-labelledby": "waiting" },
    h("h2", { id: "waiting" }, h("span", {}, say("waiting")), h("span.count", {}, waiting)),
    h(
      "button.next",
      { type: "button", onclick: takeNext, disabled: waiting === 0 || state.busy === "next" },
      h("span", {}, say("next")),
      h("kbd", {}, "N"),
    ),
    queue.length === 0
      ? h("p.empty", { key: "empty" }, say("nobodyWaits"))
      : h("ul", { key: "rows" }, queue.map((row) => rowView(row, queueLines(row)))),
  );
}

function mineView() {
  const { mine } = state.overview;
  return h(
    "section",
    { key: "mine", "aria-labelledby": "mine" },
    h("h2", { id: "mine" }, h("span", {}, say("mine")), h("span.count", {}, mine.length)),
    mine.length === 0
      ? h("p.empty", { key: "empty" }, say("noneMine"))
      : h("ul", { key: "rows" }, mine.map((row) => rowView(row, mineLines(row)))),
  );
}

function queueLines({ summary, due }) {
  const question = summary.question || summary.last_message;
  return {
    title: reasonTitle(summary),
    side: h("span.time", { class: urgency(summary, due) }, since(summary.opened)),
    words: question ? say("quoted", { text: question }) : summary.name,
  };
}

function mineLines({ conversation: id, summary }) {
  const kept = conversation(id);
  const unread = id !== state.open && kept.seen !== null && kept.seen !== summary.last_message_at;
  const draft = id !== state.open && kept.draft?.trim();
  return {
    title: summary.name || say("visitor"),
    side: unread
      ? h("span.unread", { role: "img", "aria-label": say("unread") })
      : h("span.time", {}, ago(summary.last_message_at)),
    words: draft ? say("draft", { text: draft }) : summary.last_message,
    unread,
  };
}

function rowView({ conversation: id, summary }, { title, side, words, unread }) {
  return h(
    "li",
    { key: id },
    h(
      "button.row",
      {
        type: "button",
        class: unread ? "new" : "",
        "aria-current": id === state.open ? "true" : null,
        onclick: () => open(id),
      },
      h("span.title", {}, title),
      side,
      h("span.words", {}, words),
      h("span.channel", {}, channelName(summary.channel)),
    ),
  );
}

function reasonTitle(summary) {
  const title = summary.titles?.[state.language];
  if (title) return title;
  const name = `reasonTitles.${summary.reason}`;
  return known(name) ? say(name) : say("reasonTitles.intent");
}

/** Late is what was promised and not kept, or waits long where nothing was promised. */
function urgency(summary, due) {
  const left = summary.promised ? summary.promised - now() : due + LATE - now();
  if (left < 0) return "late";
  return left < (summary.promised ? SOON : LATE - SOON) ? "soon" : "";
}

// Context

function contextView() {
  const head = state.open && conversation(state.open).head;
  if (!head) return null;
  return [
    h("button.back", { key: "back", type: "button", onclick: () => change({ view: "thread" }) }, h("span", { "aria-hidden": "true" }, "←"), ` ${say("context")}`),
    head.reason &&
      h(
        "section",
        { key: "about" },
        h("h2", {}, say("about")),
        h("p.reason", {}, reasonTitle(head)),
        teamName(head.team) && h("p.muted", { key: "team" }, teamName(head.team)),
        head.question && h("p.question", {}, say("quoted", { text: head.question })),
      ),
    h(
      "section",
      { key: "knows" },
      h("h2", {}, say("knows")),
      h(
        "dl",
        {},
        head.language && fact("language", say("language"), say(`languages.${head.language}`)),
        head.facts
          .filter(({ name }) => name !== "language")
          .map(({ name, titles, value }) => fact(name, titles[state.language] ?? readable(name), value)),
      ),
    ),
    h(
      "section",
      { key: "reachable" },
      h("h2", {}, say("reachable")),
      h(
        "dl",
        {},
        head.reachable.map((address, place) =>
          fact(
            `address${place}`,
            channelName(address.channel),
            [
              address.blocked ? say("blockedAddress") : address.user || say("visitor"),
              cutView(head.conversation, address),
            ],
            address.blocked ? "late" : address.current ? "current" : "",
          ),
        ),
      ),
    ),
  ];
}

function teamName(team) {
  return state.overview.teams[team]?.[state.language] ?? "";
}

function fact(key, name, value, tone = "") {
  return h("div", { key }, h("dt", {}, name), h("dd", { class: tone }, value));
}

function readable(slot) {
  const words = slot.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

// Keys, sign-in

let focusedBefore = null;

/** Show all keys, or go back to where the focus was. */
export function showKeys(shown) {
  if (shown) focusedBefore = document.activeElement;
  change({ keys: shown });
  queueMicrotask(() => (shown ? document.getElementById("close-keys") : focusedBefore)?.focus());
}

function keysView() {
  const send = navigator.platform.startsWith("Mac") ? "⌘ ↵" : "Ctrl ↵";
  const rows = [["N", "n"], [send, "send"], ["/", "search"], ["Esc", "close"], ["?", "keys"]];
  return h(
    "div.veil",
    { key: "keys", onclick: (event) => event.target === event.currentTarget && showKeys(false) },
    h(
      "div.keys",
      { role: "dialog", "aria-modal": "true", "aria-label": say("keys") },
      h("h2", {}, say("keys")),
      h("dl", {}, rows.map(([key, name]) => h("div", { key: name }, h("dt", {}, h("kbd", {}, key)), h("dd", {}, say(`keyWords.${name}`))))),
      h("button.quiet", { id: "close-keys", type: "button", onclick: () => showKeys(false) }, say("close")),
    ),
  );
}

function signInView() {
  const { busy, problem, session } = state.login;
  return h(
    "main.door",
    { key: "door" },
    h(
      "form.card",
      { onsubmit: session ? passwordSet : signedIn },
      h("div.brand", {}, logo(), h("h1", {}, say("desk"))),
      h("p.muted", {}, session ? say("newPasswordWhy") : say("welcome")),
      session
        ? field("new-password", say("newPassword"), { type: "password", autocomplete: "new-password", minlength: "8" })
        : [
            field("email", say("email"), { type: "email", autocomplete: "username" }),
            field("password", say("password"), { type: "password", autocomplete: "current-password" }),
          ],
      h("p.problem", { role: "alert" }, problem),
      h("button.primary", { type: "submit", disabled: busy }, session ? say("set") : say("signIn")),
      h("button.quiet", { type: "button", lang: state.language === "de" ? "en" : "de", onclick: otherLanguage }, say("otherLanguage")),
    ),
  );
}

function field(id, label, props) {
  return h("label.field", { key: id, for: id }, h("span", {}, label), h("input", { id, name: id, required: true, ...props }));
}

function signedIn(event) {
  event.preventDefault();
  const form = new FormData(event.target);
  enter({ email: form.get("email"), password: form.get("password") });
}

function passwordSet(event) {
  event.preventDefault();
  const form = new FormData(event.target);
  enter({ email: state.login.email, session: state.login.session, new_password: form.get("new-password") });
}
