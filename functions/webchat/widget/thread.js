// Show the thread. Nodes are kept by key and only ever added: a reader is not told things twice,
// and what is being read does not move.
import { element, linked } from "./dom.js";
import { nameOf } from "./elsewhere.js";
import { fileNode } from "./files.js";

export class Thread {
  #list;
  #words;
  #rows = new Map();
  #onChoose;
  #onTakeBack;
  #onOpen;
  #onElsewhere;
  #live = false;

  constructor(list, words, { onChoose, onTakeBack, onOpen, onElsewhere }) {
    this.#list = list;
    this.#words = words;
    this.#onChoose = onChoose;
    this.#onTakeBack = onTakeBack;
    this.#onOpen = onOpen;
    this.#onElsewhere = onElsewhere;
  }

  render({ messages, outgoing, speaker, expecting, elsewhere = [] }) {
    const order = [];
    const row = (key, make) => {
      if (!this.#rows.has(key)) this.#rows.set(key, this.#made(make()));
      order.push(key);
      return this.#rows.get(key);
    };
    const own = outgoing.map((m) => ({ ...m, who: "you", client_id: m.id, sent_at: m.at }));
    const all = [...messages, ...own];
    const lastOwn = all.findLastIndex((m) => m.who === "you");
    let day = dayOf(Date.now());
    if (!all.length) row("greeting", () => this.#greeting());
    all.forEach((message, index) => {
      if (dayOf(message.sent_at) !== day) {
        day = dayOf(message.sent_at);
        row(`day ${day}`, () => element("p", { class: "day" }, this.#dayName(message.sent_at)));
      }
      const node = row(message.client_id || message.id, () => this.#message(message));
      this.#update(node, message, index > lastOwn);
    });
    if (expecting && speaker.who === "assistant") row("typing", () => this.#typing());
    if (speaker.who === "waiting") row(`wait ${speaker.reference} ${elsewhere}`, () => this.#wait(elsewhere));
    this.#place(order);
  }

  /** From now on what is added is new to the reader. */
  goLive() {
    this.#live = true;
  }

  #made(node) {
    node.classList.toggle("new", this.#live);
    return node;
  }

  #place(order) {
    const wanted = new Set(order);
    for (const [key, node] of this.#rows) {
      if (!wanted.has(key)) {
        node.remove();
        this.#rows.delete(key);
      }
    }
    order.forEach((key, index) => {
      const node = this.#rows.get(key);
      const here = this.#list.children[index];
      if (here !== node) this.#list.insertBefore(node, here ?? null);
    });
  }

  #message(message) {
    const ours = message.who !== "you";
    const name = message.name || this.#words[message.who];
    const time = this.#time(message.sent_at);
    const node = element(
      "div",
      { class: `message ${message.who}` },
      message.who === "person"
        ? element("p", { class: "name" }, element("strong", {}, name), ` · ${time}`)
        : element("span", { class: "aside" }, `${name}: `),
      message.text
        ? element(
            "p",
            { class: "bubble", title: time },
            ...(ours ? linked(message.text) : [message.text]),
          )
        : "",
      ...this.#files(message),
    );
    if (message.options?.length) node.append(this.#options(message));
    return node;
  }

  #files(message) {
    if (message.file) return [fileNode(message.file, this.#words, null)];
    return (message.files ?? []).map((file, index) =>
      fileNode(file, this.#words, () => this.#onOpen(message, index)),
    );
  }

  #options(message) {
    return element(
      "div",
      { class: "options" },
      ...message.options.map((title, index) =>
        element("button", { type: "button", onclick: () => this.#onChoose(message, index) }, title),
      ),
    );
  }

  #update(node, message, isOpen) {
    for (const button of node.querySelectorAll(".options button")) button.disabled = !isOpen;
    const status = node.querySelector(".status");
    const state = message.state === "sent" ? undefined : message.state;
    if ((status?.dataset.state ?? undefined) === state) return;
    status?.remove();
    if (state) node.append(this.#status(message, state));
  }

  #status(message, state) {
    const line = element("p", { class: "status", "data-state": state }, this.#words[state]);
    if (state === "refused") {
      const edit = () => this.#onTakeBack(message.id);
      const label = message.file ? this.#words.discard : this.#words.edit;
      line.append(" ", element("button", { type: "button", onclick: edit }, label));
    }
    return line;
  }

  #greeting() {
    return element(
      "div",
      { class: "message assistant" },
      element("p", { class: "bubble" }, this.#words.greeting),
    );
  }

  #typing() {
    return element(
      "div",
      { class: "typing" },
      element("span", { class: "aside" }, this.#words.typing),
      ...[1, 2, 3].map(() => element("i", { "aria-hidden": "true" })),
    );
  }

  #wait(elsewhere) {
    return element(
      "div",
      { class: "wait" },
      element("strong", {}, this.#words.waitTitle),
      element("p", {}, this.#words.waitText),
      ...(elsewhere.length ? [this.#invitation(elsewhere)] : []),
    );
  }

  #invitation(elsewhere) {
    const names = elsewhere.map(nameOf);
    const props = { type: "button", class: "goon", onclick: () => this.#onElsewhere() };
    return element("button", props, this.#words.elsewhere.goOn(names));
  }

  #time(moment) {
    const form = { hour: "2-digit", minute: "2-digit" };
    return new Date(moment).toLocaleTimeString(this.#words.language, form);
  }

  #dayName(moment) {
    const day = dayOf(moment);
    if (day === dayOf(Date.now())) return this.#words.today;
    if (day === dayOf(Date.now() - 86_400_000)) return this.#words.yesterday;
    const form = { weekday: "long", day: "numeric", month: "long" };
    return new Date(moment).toLocaleDateString(this.#words.language, form);
  }
}

function dayOf(moment) {
  return new Date(moment).toDateString();
}
