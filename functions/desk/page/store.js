// What the page knows. Whoever changes it says so, and the page is rendered once per frame.
// Tokens live here and nowhere else: a reload asks for the password again.

export const state = {
  language: localStorage.getItem("pforte.language") ?? (navigator.language.startsWith("de") ? "de" : "en"),
  session: null,
  login: { busy: false, problem: "", session: "", email: "" },
  overview: null,
  templates: null, // null: not read yet
  offline: false,
  open: null,
  conversations: new Map(),
  view: "list",
  keys: false,
  notice: "",
  busy: "",
};

const listeners = new Set();
let scheduled = false;

/** Call a function whenever something has changed. */
export function subscribe(listener) {
  listeners.add(listener);
}

/** Change what the page knows. */
export function change(update = {}) {
  Object.assign(state, update);
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    for (const listener of listeners) listener();
  });
}

/** Return what the page knows of a conversation. */
export function conversation(id) {
  if (!state.conversations.has(id))
    state.conversations.set(id, {
      head: null,
      entries: new Map(),
      sequence: 0,
      earlier: false,
      limit: 200,
      returned: [],
      draft: null, // null: not read yet
      sending: [],
      files: [], // of the next reply
      to: "", // the key of the address that was chosen, "" for the usual one
      template: null, // the form of a template, while it is filled
      seen: null,
      confirm: false,
      cutting: "", // the address that is about to be cut off
    });
  return state.conversations.get(id);
}

/** Forget everything of the person who was here. */
export function forget() {
  state.conversations.clear();
  change({ session: null, overview: null, open: null, view: "list", notice: "", busy: "" });
}
