// Conversations that were linked: go on in the one that survives, tell what was said before, and
// cut an address off again.

import { open, refresh, type } from "./actions.js";
import { Problem, write } from "./api.js";
import { h } from "./dom.js";
import { change, conversation, state } from "./store.js";
import { channelName, moment, say } from "./words.js";

/** The conversation was merged into another one: go on there, with what was being typed. */
export async function goOn(from, to) {
  if (state.open !== from) return; // another conversation was opened meanwhile
  const { draft, sending } = conversation(from);
  state.conversations.delete(from);
  const kept = conversation(to);
  kept.sending.push(...sending);
  if (draft?.trim()) type(to, [kept.draft, draft].filter(Boolean).join("\n"));
  await open(to);
  change({ notice: say("linking.goOn") });
}

/** Describe the line above what was said before a link, where it begins; null elsewhere. */
export function earlierView(entry, before) {
  if (!entry.earlier || entry.earlier === before?.earlier) return null;
  const words = say("linking.earlier", { channel: channelName(entry.earlier) });
  return h("li.entry.line", { key: `earlier ${entry.id}` }, words);
}

/** Return what a note tells of a link, null where it tells of something else. */
export function linkNote(kind, detail, at) {
  if (kind !== "linked" && kind !== "unlinked") return null;
  return say(`linking.${kind}`, { channel: channelName(detail), time: moment(at) });
}

/** Describe what cuts a linked address off: a button that asks once. */
export function cutView(id, address) {
  if (address.linked_at === null) return null;
  const kept = conversation(id);
  const where = { channel: channelName(address.channel) };
  if (kept.cutting !== address.key) {
    const props = { key: "cut", type: "button", onclick: () => ask(kept, address.key) };
    return h("button.quiet.cut", { ...props, "aria-label": say("linking.cutFrom", where) }, say("linking.cut"));
  }
  return h(
    "span.sure",
    { key: "sure", role: "group", "aria-label": say("linking.cutFrom", where) },
    h("span", {}, say("linking.sure", where)),
    h("button.plain", { key: "yes", type: "button", onclick: () => cutOff(id, address) }, say("linking.cut")),
    h("button.quiet", { key: "no", type: "button", onclick: () => ask(kept, "") }, say("linking.keep")),
  );
}

function ask(kept, key) {
  kept.cutting = key;
  change();
}

async function cutOff(id, address) {
  ask(conversation(id), "");
  try {
    await write("POST", `/conversations/${id}/cuts`, { id: crypto.randomUUID(), address: address.key });
    await refresh();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    change({ notice: say("failed", { detail: problem.message }) });
  }
}
