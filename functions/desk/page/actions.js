// What the page does when somebody wants something of it.

import { Problem, forgetTags, keepSession, now, read, signIn, write } from "./api.js";
import { goOn } from "./linking.js";
import { change, conversation, forget, state } from "./store.js";
import { forgetLinks, mayGo } from "./files.js";
import { newForm, tidy, wholeText } from "./template.js";
import { mayWrite, target } from "./window.js";
import { say } from "./words.js";

const SAVE_DRAFT_AFTER = 800;

const saving = new Map();

// Signing in and out

/** Sign in with the fields of the form; asks for a new password where the pool wants one. */
export async function enter(fields) {
  change({ login: { ...state.login, busy: true, problem: "", email: fields.email ?? state.login.email } });
  try {
    const answer = await signIn(fields);
    if (answer.new_password_required) {
      change({ login: { ...state.login, busy: false, session: answer.session } });
      return;
    }
    const before = state.overview?.me.id;
    change({ overview: null }); // nobody sees the lists of whoever was here before
    keepSession(answer);
    forgetTags();
    await refresh();
    if (before && before !== state.overview.me.id) forgetPredecessor();
    change({ login: { busy: false, problem: "", session: "", email: "" } });
  } catch (problem) {
    const again = problem.status === 401 && fields.session;
    change({
      session: null,
      login: {
        ...state.login,
        busy: false,
        session: again ? "" : state.login.session,
        problem: loginProblem(problem, fields),
      },
    });
  }
}

/** Whoever signs in after somebody else finds nothing of theirs. */
function forgetPredecessor() {
  for (const timer of saving.values()) clearTimeout(timer);
  saving.clear();
  state.conversations.clear();
  change({ open: null, view: "list" });
}

function loginProblem(problem, fields) {
  if (problem.status === 401) return say("wrong");
  if (problem.status === 403) return say("noGroup");
  if (problem.status === 400 && fields.new_password) return say("weak");
  return say("noConnection");
}

/** Leave, and forget all that was read. */
export function leave() {
  saveAllDrafts();
  forgetTags();
  forgetLinks();
  forget();
}

// Reading

/** Read the lists and the open conversation. Raises Problem. */
export async function refresh() {
  const open = state.open;
  const [overview] = await Promise.all([
    read("/overview"),
    open ? readThread(open) : null,
    state.templates === null ? readTemplates() : null,
  ]);
  if (overview) {
    keepSeen(overview);
    change({ overview });
  }
}

/** A conversation is unread when it has changed since it was last looked at. */
function keepSeen(overview) {
  for (const row of overview.mine) {
    const kept = conversation(row.conversation);
    const last = row.summary.last_message_at;
    if (kept.seen === null || row.conversation === state.open) kept.seen = last;
  }
}

async function readTemplates() {
  const answer = await read("/templates", true);
  change({ templates: answer.templates });
}

async function readThread(id) {
  const kept = conversation(id);
  const wide = kept.limit > 200 ? `&limit=${kept.limit}` : "";
  const thread = await read(`/conversations/${id}?after=${kept.sequence}${wide}`);
  if (thread === null) return;
  if (thread.head.conversation !== id) return goOn(id, thread.head.conversation);
  const first = kept.entries.size === 0;
  for (const entry of thread.entries) kept.entries.set(entry.id, entry);
  if (first || kept.sequence === 0) {
    kept.entries = new Map(thread.entries.map((entry) => [entry.id, entry]));
    kept.earlier = thread.earlier;
  }
  if (usual(kept.head) !== usual(thread.head)) kept.to = ""; // the customer wrote from elsewhere
  kept.head = thread.head;
  kept.sequence = thread.sequence;
  kept.returned = thread.drafts.filter((draft) => draft.id);
  if (kept.draft === null) kept.draft = thread.drafts.find((draft) => !draft.id)?.text ?? "";
  const said = new Set([
    ...thread.entries.map((entry) => entry.event),
    ...kept.returned.map((draft) => draft.id),
  ]);
  kept.sending = kept.sending.filter((reply) => !said.has(`reply:${reply.id}`));
  change();
}

function usual(head) {
  return head?.reachable.find((address) => address.current)?.key;
}

/** Open a conversation. */
export async function open(id) {
  if (state.open && state.open !== id) saveDraft(state.open);
  const kept = conversation(id);
  kept.seen = rowOf(id)?.summary.last_message_at ?? kept.seen;
  kept.confirm = "";
  change({ open: id, view: "thread", notice: "" });
  await attempt(() => readThread(id));
}

/** Show what was said before. */
export async function showEarlier(id) {
  const kept = conversation(id);
  kept.limit = Math.min(kept.limit * 2, 1000);
  kept.sequence = 0;
  await attempt(() => readThread(id));
}

/** Replace the beginning of a long text by all of it. */
export async function showWhole(id, entry) {
  await attempt(async () => {
    const answer = await read(`/conversations/${id}/texts/${entry.id}`, true);
    const kept = conversation(id);
    kept.whole = { ...kept.whole, [entry.id]: answer.text };
    change();
  });
}

/** Find a conversation by a reference number. */
export async function find(reference) {
  if (!reference.trim()) return;
  try {
    const found = await read(`/references/${encodeURIComponent(reference.trim())}`, true);
    await open(found.conversation);
  } catch (problem) {
    change({ notice: problem.status === 404 || problem.status === 400 ? say("notFound") : trouble(problem) });
  }
}

function rowOf(id) {
  const rows = [...(state.overview?.mine ?? []), ...(state.overview?.queue ?? [])];
  return rows.find((row) => row.conversation === id);
}

// Taking

/** Take whoever is due next. */
export async function takeNext() {
  if (state.busy) return;
  change({ busy: "next", notice: "" });
  await attempt(async () => {
    const claimed = await write("POST", "/claims", {});
    if (claimed === null) {
      change({ notice: say("nextWasEmpty") });
      return;
    }
    await open(claimed.conversation);
    await refresh();
  });
  change({ busy: "" });
}

/** Take the conversation that is shown. */
export async function take(id) {
  if (state.busy) return;
  change({ busy: "take", notice: "" });
  try {
    await write("POST", `/conversations/${id}/claim`);
  } catch (problem) {
    change({ notice: problem.status === 409 ? say("lost") : trouble(problem) });
  }
  await attempt(refresh);
  change({ busy: "" });
}

// Writing

/** Keep what is being typed, here at once and in the house a moment later. */
export function type(id, text) {
  conversation(id).draft = text;
  conversation(id).confirm = "";
  clearTimeout(saving.get(id));
  saving.set(id, setTimeout(() => saveDraft(id), SAVE_DRAFT_AFTER));
  change();
}

/** Keep a draft in the house now, if it has changed. */
export function saveDraft(id, options = {}) {
  if (!saving.has(id) || !state.session) return;
  clearTimeout(saving.get(id));
  saving.delete(id);
  const text = conversation(id).draft ?? "";
  write("PUT", `/conversations/${id}/draft`, { text }, options).catch(() => {
    // It stays here; the next keystroke or the next conversation tries again.
    if (state.conversations.has(id)) saving.set(id, 0);
  });
}

/** Keep every draft in the house, also while the page goes away. */
export function saveAllDrafts() {
  for (const id of [...saving.keys()]) saveDraft(id, { keepalive: true });
}

/** Send what was typed. It is shown at once; its id makes every repeat the same reply. */
export async function sendReply(id) {
  const kept = conversation(id);
  const text = (kept.draft ?? "").trim();
  const attached = kept.files;
  if (!(text || attached.length) || kept.head?.holder !== "me" || !mayWrite(kept) || !mayGo(kept)) return;
  const reply = { ...newReply(kept, text), files: attached.map((file) => file.id), attached };
  kept.sending.push(reply);
  kept.draft = "";
  kept.files = [];
  saving.set(id, 0);
  saveDraft(id);
  change();
  await sendAgain(id, reply);
}

function newReply(kept, text, template = null) {
  const { epoch } = kept.head;
  return { id: crypto.randomUUID(), text, template, epoch, sent_at: now(), to: kept.to, problem: "" };
}

/** Let the next reply go to another address of the customer's, or with "" to the usual one. */
export function chooseAddress(id, key) {
  conversation(id).to = key;
  change();
}

/** Show the form of a template. */
export function openTemplate(id, template) {
  const kept = conversation(id);
  kept.template = newForm(template, kept.head);
  change();
}

/** Keep what is typed into the form of a template. */
export function fillTemplate(id, place, value) {
  conversation(id).template.values[place] = value;
  change();
}

/** Put the form of a template away. */
export function closeTemplate(id) {
  conversation(id).template = null;
  change();
}

/** Send the template that was filled. */
export async function sendTemplate(id, template) {
  const kept = conversation(id);
  const { name, language } = template;
  const values = kept.template.values.map(tidy);
  if (values.includes("") || kept.head?.holder !== "me") return;
  const reply = newReply(kept, wholeText(template, values), { name, language, values });
  reply.to = target(kept).key;
  kept.sending.push(reply);
  kept.template = null;
  change();
  await sendAgain(id, reply);
}

/** Send a reply once more that did not get through. */
export async function sendAgain(id, reply) {
  reply.problem = "";
  change();
  const { problem: _, text, template, attached: __, ...body } = reply;
  const [kind, content] = template ? ["templates", template] : ["replies", { text }];
  try {
    await write("POST", `/conversations/${id}/${kind}`, { ...body, ...content });
  } catch (problem) {
    reply.problem = replyProblem(problem);
    if (problem.status === 409 || (template && problem.status === 400)) returnToDraft(id, reply);
    change();
    return;
  }
  await attempt(refresh);
}

function replyProblem(problem) {
  if (problem.status === 0 || problem.status >= 500) return say("notSent");
  if (problem.title === "Window closed") return say("window.closedNow");
  if (problem.status === 409) return say("notSentLost");
  return say("notSentOther", { detail: problem.message });
}

function returnToDraft(id, reply) {
  const kept = conversation(id);
  if (reply.template) kept.template = { ...reply.template, problem: reply.problem };
  else kept.draft = [kept.draft, reply.text].filter(Boolean).join("\n");
  kept.files.push(...(reply.attached ?? []));
  kept.sending = kept.sending.filter((other) => other !== reply);
  change({ notice: reply.problem });
  attempt(refresh);
}

/** Take a reply that did not get through out of the thread. */
export function discardSending(id, reply) {
  const kept = conversation(id);
  kept.sending = kept.sending.filter((other) => other !== reply);
  change();
}

/** Return a file of a reply that came back as one that can be sent again. */
function uploaded({ place, filename, mime_type, size }) {
  return { id: place.split("/")[1], name: filename, type: mime_type, size, state: "ready", problem: "" };
}

/** Use a reply that came back as the draft, or throw it away. */
export async function settleReturned(id, draft, use) {
  const kept = conversation(id);
  if (use) {
    kept.files.push(...draft.attachments.map(uploaded));
    type(id, [kept.draft, draft.text].filter(Boolean).join("\n"));
  }
  kept.returned = kept.returned.filter((other) => other !== draft);
  change();
  await attempt(() => write("DELETE", `/conversations/${id}/drafts/${encodeURIComponent(draft.id)}`));
}

// Ending

/** End with a conversation: `resolve` or `hand-back`. Asks once where a draft is left. */
export async function end(id, how) {
  const kept = conversation(id);
  if (kept.draft?.trim() && kept.confirm !== how) {
    kept.confirm = how;
    change();
    return;
  }
  kept.confirm = "";
  change({ busy: how, notice: "" });
  try {
    await write("POST", `/conversations/${id}/${how}`, { id: crypto.randomUUID(), epoch: kept.head.epoch });
    await settled(id);
  } catch (problem) {
    change({ notice: problem.status === 409 ? say("lost") : trouble(problem) });
  }
  await attempt(refresh);
  change({ busy: "" });
}

/** Wait until the conversation is no longer ours, for as long as that usually takes. */
async function settled(id) {
  for (let tries = 0; tries < 8 && conversation(id).head?.holder === "me"; tries += 1) {
    await new Promise((done) => setTimeout(done, 250 * (tries + 1)));
    await readThread(id);
  }
}

async function attempt(action) {
  try {
    await action();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status === 401) lost();
    else if (problem.status !== 0) change({ notice: trouble(problem) });
  }
}

/** The session has ended: ask for the password again, keep what was typed. */
export function lost() {
  if (!state.session) return; // left already
  change({ session: null, login: { ...state.login, problem: say("expired"), busy: false } });
}

function trouble(problem) {
  return problem.status === 0 ? say("noConnection") : say("failed", { detail: problem.message });
}
