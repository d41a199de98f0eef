// Let a visitor go on in a messenger, with a code that is good once; and let them cut it again.
import { NotReached, Refused } from "./client.js";
import { element, icon } from "./dom.js";

const PHONE = "M8 3h8a1.5 1.5 0 0 1 1.5 1.5v15A1.5 1.5 0 0 1 16 21H8a1.5 1.5 0 0 1-1.5-1.5v-15A1.5 1.5 0 0 1 8 3Zm3 15h2";
const CROSS = "m7 7 10 10M17 7 7 17";
const NAMES = {
  whatsapp: "WhatsApp",
  telegram: "Telegram",
  messenger: "Messenger",
  instagram: "Instagram",
};

/** Return a messenger's name as people write it. */
export function nameOf(channel) {
  return NAMES[channel] ?? channel;
}

export class Elsewhere {
  #conversation;
  #words;
  #sure = false;

  constructor(conversation, words) {
    this.#conversation = conversation;
    this.#words = words;
    this.button = element(
      "button",
      {
        type: "button",
        class: "phone",
        "aria-label": words.elsewhere.title,
        title: words.elsewhere.title,
        "aria-expanded": "false",
        hidden: true,
        onclick: () => (this.node.hidden ? this.open() : this.close()),
      },
      icon(PHONE),
    );
    this.node = element("section", {
      class: "elsewhere",
      "aria-label": words.elsewhere.title,
      hidden: true,
      onkeydown: (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        this.close();
      },
    });
  }

  /** Show the way where there is one, and which messengers are connected already. */
  render() {
    const { elsewhere, linked } = this.#conversation;
    this.button.hidden = !elsewhere.length && !linked.length;
    if (this.button.hidden) this.node.hidden = true;
  }

  /** Fetch a code and show it. */
  async open() {
    this.node.hidden = false;
    this.#sure = false;
    this.button.setAttribute("aria-expanded", "true");
    this.#show(element("p", { role: "status" }, this.#words.elsewhere.fetching));
    this.node.querySelector("button").focus();
    try {
      const offer = await this.#conversation.places(this.#words.language);
      this.#show(...this.#offered(offer));
      (this.node.querySelector("a") ?? this.node.querySelector("button")).focus();
    } catch (error) {
      if (!(error instanceof NotReached || error instanceof Refused)) throw error;
      this.#show(element("p", { role: "status" }, this.#words.elsewhere.failed));
    }
  }

  /** Put it away; the focus goes back to where it came from. */
  close() {
    this.node.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    this.button.focus();
  }

  #show(...children) {
    const words = this.#words.elsewhere;
    const shut = { type: "button", class: "shut", "aria-label": words.close, onclick: () => this.close() };
    const top = element("div", { class: "top" }, element("h3", {}, words.title), element("button", shut, icon(CROSS)));
    this.node.replaceChildren(top, ...children, ...this.#connected());
  }

  #offered({ code, links }) {
    const words = this.#words.elsewhere;
    if (!links.length) return [];
    const open = { target: "_blank", rel: "noopener noreferrer" };
    return [
      element("p", {}, words.text),
      element(
        "p",
        { class: "places" },
        ...links.map(({ channel, url }) => element("a", { href: url, ...open }, words.open(nameOf(channel)))),
      ),
      element("p", {}, words.code, " ", element("code", {}, code), " ", words.valid),
    ];
  }

  #connected() {
    const words = this.#words.elsewhere;
    const { linked } = this.#conversation;
    if (!linked.length) return [];
    const names = linked.map(nameOf).join(", ");
    const cut = { type: "button", class: "cut", onclick: (event) => this.#cut(event.target) };
    return [
      element("p", { class: "linked" }, words.linked(names), " ", element("button", cut, words.cut)),
    ];
  }

  #cut(button) {
    if (!this.#sure) {
      this.#sure = true;
      button.textContent = this.#words.elsewhere.sure;
      return;
    }
    this.#conversation.say(this.#words.elsewhere.cut);
    this.close();
  }
}
