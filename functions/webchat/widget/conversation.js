// Hold the conversation as this page knows it, send what was written, fetch what is new.
import { NotReached, Refused } from "./client.js";

const TYPING_LIMIT = 20_000;
const LONGEST_PAUSE = 30_000;

/** Say how long (ms) to wait before asking again: often only while somebody looks and waits. */
export function pause({ expecting, open, hidden, quiet, who }) {
  const alone = who === "assistant";
  if (alone && quiet > 3_600_000) return 300_000;
  if (hidden) return alone ? 60_000 : 30_000;
  if (expecting) return 1_000;
  if (!open) return alone ? 60_000 : 15_000;
  if (quiet < 60_000) return 2_000;
  return quiet < 600_000 ? 5_000 : 15_000;
}

/** Emits "change". `messages` are the house's, `outgoing` ours that are not among them yet. */
export class Conversation extends EventTarget {
  messages = [];
  outgoing = [];
  speaker = { who: "assistant", name: "", reference: "" };
  linked = [];
  elsewhere = [];
  offline = false;
  loaded = false;

  #client;
  #memory;
  #who;
  #ended = new AbortController();
  #cursor = null;
  #lastMove = Date.now();
  #open = false;
  #polling = false;
  #pollTimer = 0;
  #sending = false;
  #sendTimer = 0;
  #failures = 0;

  constructor(client, memory, who) {
    super();
    this.#client = client;
    this.#memory = memory;
    this.#who = who;
  }

  /** Take up the conversation where it was left. */
  begin() {
    this.outgoing = this.#memory.outgoing().map((message) => ({ ...message, state: "sending" }));
    const resume = () => {
      this.#flush();
      this.#poll();
    };
    const { signal } = this.#ended;
    addEventListener("online", resume, { signal });
    document.addEventListener("visibilitychange", () => document.hidden || resume(), { signal });
    this.#memory.onOtherTab(() => this.#poll(), signal);
    this.loaded = !this.#who.known;
    this.#changed();
    resume();
  }

  /** Ask and send no more: somebody else is here now. What is unsent stays kept. */
  end() {
    this.#ended.abort();
    clearTimeout(this.#sendTimer);
    clearTimeout(this.#pollTimer);
  }

  set open(open) {
    this.#open = open;
    this.#lookedAt();
    this.#poll();
  }

  /** Whether an answer is on its way: accepted, and not yet in the thread. */
  get expecting() {
    const now = Date.now();
    return this.outgoing.some((m) => m.state === "sent" && now - m.accepted < TYPING_LIMIT);
  }

  get unread() {
    const seen = this.#memory.seen;
    return this.messages.filter((m) => m.who !== "you" && turnOf(m) > seen).length;
  }

  say(text) {
    this.#add({ text });
  }

  /** Send a file that fits; it is uploaded before its message is sent. */
  sendFile(blob) {
    const file = { id: uuid(), name: blob.name, mime_type: blob.type.split(";")[0], size: blob.size };
    this.#add({ text: "", file, blob });
  }

  /** Return the address of a file of a message. Throws NotReached or Refused. */
  link(message, index) {
    return this.#client.link(message, index);
  }

  choose(message, index) {
    const choice = { message_id: message.id, index };
    this.#add({ text: message.options[index], choice });
  }

  /** Return a code and links by which this goes on elsewhere. Throws NotReached or Refused. */
  places(language) {
    return this.#client.links(language);
  }

  /** Take back what the house refused, to be written anew. */
  takeBack(id) {
    const message = this.outgoing.find((m) => m.id === id);
    this.#memory.drop(id);
    this.outgoing = this.outgoing.filter((m) => m !== message);
    this.#changed();
    return message.text;
  }

  #add(message) {
    const entry = { id: uuid(), at: Date.now(), ...message };
    this.#memory.keep(entry);
    this.outgoing.push({ ...entry, state: "sending" });
    this.#lastMove = Date.now();
    this.#changed();
    this.#flush();
  }

  /** Send what is unsent, one after the other: what was written first arrives first. */
  async #flush() {
    if (this.#sending || this.#ended.signal.aborted) return;
    clearTimeout(this.#sendTimer);
    this.#sending = true;
    let entry;
    try {
      while ((entry = this.outgoing.find((m) => m.state === "sending"))) {
        if (this.#ended.signal.aborted) return;
        await this.#client.send(entry);
        this.#settle(entry, "sent");
      }
    } catch (error) {
      this.#notSent(entry, error);
    } finally {
      this.#sending = false;
    }
  }

  #notSent(entry, error) {
    if (error instanceof Refused) {
      this.#settle(entry, "refused");
      this.#sendTimer = setTimeout(() => this.#flush());
    } else if (error instanceof NotReached) {
      this.#failed();
      this.#sendTimer = setTimeout(() => this.#flush(), this.#patience(error.seconds));
    } else {
      throw error;
    }
  }

  #settle(entry, state) {
    entry.state = state;
    entry.accepted = Date.now();
    if (state === "sent") {
      this.#memory.drop(entry.id);
      this.#reached();
      this.#poll();
      setTimeout(() => this.#changed(), TYPING_LIMIT);
    }
    this.#changed();
  }

  async #poll() {
    if (this.#polling || !this.#who.known || this.#ended.signal.aborted) return;
    clearTimeout(this.#pollTimer);
    this.#polling = true;
    let wait = null;
    try {
      const thread = await this.#client.thread(this.#cursor);
      if (this.#ended.signal.aborted) return;
      this.#reached();
      if (thread) this.#merge(thread);
      if (thread?.more) wait = 0;
    } catch (error) {
      if (!(error instanceof NotReached || error instanceof Refused)) throw error;
      this.#failed();
      wait = this.#patience(error.seconds);
    } finally {
      this.#polling = false;
      this.#pollTimer = setTimeout(() => this.#poll(), wait ?? this.#pause());
    }
  }

  #pause() {
    return pause({
      expecting: this.expecting,
      open: this.#open,
      hidden: document.hidden,
      quiet: Date.now() - this.#lastMove,
      who: this.speaker.who,
    });
  }

  #merge(thread) {
    const begunAnew = this.#cursor !== null && thread.after !== this.#cursor;
    const known = begunAnew ? [] : this.messages;
    this.messages = [...known, ...thread.messages];
    this.speaker = thread.speaker;
    this.linked = thread.linked;
    this.elsewhere = thread.elsewhere;
    // Where the conversation begins anew its turns are counted anew, too.
    if (begunAnew && this.#memory.seen > thread.cursor) this.#memory.seen = thread.cursor;
    this.#cursor = thread.cursor;
    const arrived = new Set(thread.messages.map((m) => m.client_id));
    this.outgoing = this.outgoing.filter((m) => !arrived.has(m.id));
    for (const id of arrived) if (id) this.#memory.drop(id);
    if (thread.messages.length && this.loaded) this.#lastMove = Date.now();
    this.loaded = !thread.more;
    this.#lookedAt();
    this.#changed();
  }

  #lookedAt() {
    if (this.#open && !document.hidden && this.#cursor !== null) this.#memory.seen = this.#cursor;
    this.#changed();
  }

  #reached() {
    this.#failures = 0;
    if (this.offline) {
      this.offline = false;
      this.#changed();
      this.#flush();
    }
  }

  /** One failure is no news; two are told. */
  #failed() {
    this.#failures += 1;
    this.offline = this.#failures > 1 || !navigator.onLine;
    this.#changed();
  }

  #patience(seconds = 0) {
    return Math.max(seconds * 1_000, Math.min(1_000 * 2 ** this.#failures, LONGEST_PAUSE));
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

function turnOf(message) {
  return Number(message.id.split(".")[0]);
}

/** `crypto.randomUUID` is there on secure pages only; a site on plain HTTP gets one too. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
