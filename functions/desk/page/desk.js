// Start the desk: render what the page knows, listen to keys, ask every two seconds.

import { lost, open, refresh, saveAllDrafts, sendReply, takeNext } from "./actions.js";
import { patch } from "./dom.js";
import { change, state, subscribe } from "./store.js";
import { followThread } from "./view-thread.js";
import { showKeys, view } from "./view.js";
import { say } from "./words.js";

const EVERY = 2000;
const HIDDEN_EVERY = 30_000;
const LONGEST_PAUSE = 30_000;
const CLOCKS_EVERY = 10_000;

const root = document.getElementById("desk");
let timer = 0;
let failures = 0;

function render() {
  document.documentElement.lang = state.language;
  const waiting = state.session ? (state.overview?.waiting ?? 0) : 0;
  const title = waiting ? say("titleWaiting", { count: waiting }) : say("desk");
  if (document.title !== title) document.title = title;
  const follow = followThread();
  patch(root, [view()]);
  follow();
}

async function poll() {
  clearTimeout(timer);
  if (state.session) {
    try {
      await refresh();
      failures = 0;
      if (state.offline) change({ offline: false });
    } catch (problem) {
      failures += 1;
      if (problem.status === 401 || problem.status === 403) lost();
      else if (!state.offline && failures > 1) change({ offline: true });
    }
  }
  const usual = document.hidden ? HIDDEN_EVERY : EVERY;
  const pause = failures ? Math.min(EVERY * 2 ** (failures - 1), LONGEST_PAUSE) : usual;
  clearTimeout(timer);
  timer = setTimeout(poll, Math.max(pause, document.hidden ? HIDDEN_EVERY : 0));
}

function onKey(event) {
  if (!state.session || event.isComposing) return;
  if (event.key === "Enter" && (event.metaKey || event.ctrlKey) && state.open) {
    event.preventDefault();
    sendReply(state.open);
    return;
  }
  if (event.key === "Escape") {
    if (state.keys) showKeys(false);
    else if (state.view !== "list") change({ view: "list" });
    return;
  }
  const writing = event.target instanceof Element && event.target.closest("input, textarea");
  if (writing || event.metaKey || event.ctrlKey || event.altKey) return;
  const act = {
    n: takeNext,
    N: takeNext,
    "?": () => showKeys(!state.keys),
    "/": () => document.getElementById("search")?.focus(),
  }[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
}

subscribe(render);
document.addEventListener("keydown", onKey);
document.addEventListener("visibilitychange", () => (document.hidden ? saveAllDrafts() : poll()));
addEventListener("pagehide", saveAllDrafts);
addEventListener("online", poll);
setInterval(change, CLOCKS_EVERY);
render();
poll();

let signedIn = false;
subscribe(() => {
  if (signedIn !== Boolean(state.session)) {
    signedIn = Boolean(state.session);
    if (signedIn) {
      poll();
      if (state.open) open(state.open);
    }
  }
});
