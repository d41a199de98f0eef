// The button, and the panel that it opens: header, thread, composer.
import { NotReached, Refused } from "./client.js";
import { element, icon } from "./dom.js";
import { Elsewhere } from "./elsewhere.js";
import { ACCEPTED, LIMIT, bytes, fitting, show } from "./files.js";
import { sheet } from "./style.js";
import { Thread } from "./thread.js";

const TEXT_LIMIT = 8_000;
const NEAR_END = 80;
const CHAT = "M20 11.5a7.5 7.5 0 0 1-7.5 7.5H5l1.6-2.9A7.5 7.5 0 1 1 20 11.5Z";
const CROSS = "m7 7 10 10M17 7 7 17";
const UP = "M12 19V5m-6 6 6-6 6 6";
const CLIP = "m20 11-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7L9.5 17a1.7 1.7 0 0 1-2.4-2.4L15 6.7";

export class Panel {
  #conversation;
  #memory;
  #words;
  #thread;
  #elsewhere;
  #rendered = false;
  #stuck = true;
  #narrow = matchMedia("(max-width: 480px)");

  constructor(root, conversation, memory, words) {
    this.#conversation = conversation;
    this.#memory = memory;
    this.#words = words;
    this.#elsewhere = new Elsewhere(conversation, words);
    root.adoptedStyleSheets = [sheet()];
    this.#build();
    root.append(this.launcher, this.panel);
    this.#thread = new Thread(this.list, words, {
      onChoose: (message, index) => this.#choose(message, index),
      onTakeBack: (id) => this.#takeBack(id),
      onElsewhere: () => this.#elsewhere.open(),
      onOpen: (message, index) => this.#openFile(message, index),
    });
    this.#fit();
    visualViewport?.addEventListener("resize", () => this.#fit());
    visualViewport?.addEventListener("scroll", () => this.#fit());
    this.#narrow.addEventListener("change", () => this.#fit());
    conversation.addEventListener("change", () => this.#render());
    if (memory.open) this.#show();
    this.#render();
  }

  #build() {
    const words = this.#words;
    this.badge = element("span", { class: "badge", hidden: true });
    this.launcher = element(
      "button",
      { type: "button", class: "launcher", "aria-expanded": "false", onclick: () => this.#open() },
      icon(CHAT),
      words.launcher,
      this.badge,
    );
    this.subtitle = element("p", {}, words.subtitle);
    this.list = element("div", {
      class: "thread",
      role: "log",
      tabindex: "0",
      "aria-label": words.thread,
      "aria-live": "off",
    });
    this.more = element(
      "button",
      { type: "button", class: "more", hidden: true, onclick: () => this.#toEnd() },
      words.newBelow,
    );
    this.offline = element("p", { class: "offline", role: "status" });
    this.panel = element(
      "section",
      { class: "panel", role: "dialog", "aria-label": words.title, hidden: true },
      element(
        "div",
        { class: "head" },
        element("div", {}, element("h2", {}, words.title), this.subtitle),
        this.#elsewhere.button,
        element(
          "button",
          { type: "button", "aria-label": words.close, onclick: () => this.#close() },
          icon(CROSS),
        ),
      ),
      element("div", { class: "middle" }, this.list, this.more),
      this.#elsewhere.node,
      this.offline,
      this.#composer(),
    );
    this.panel.addEventListener("keydown", (event) => this.#key(event));
    this.list.addEventListener("scroll", () => this.#scrolled());
    new ResizeObserver(() => this.#stuck && this.#toEnd()).observe(this.list);
  }

  #composer() {
    const words = this.#words;
    this.length = element("p", { class: "length", id: "length", role: "status" });
    this.chooser = element("input", {
      type: "file",
      accept: ACCEPTED,
      class: "aside",
      tabindex: "-1",
      "aria-hidden": "true",
      onchange: () => this.#chosen(),
    });
    this.text = element("textarea", {
      rows: "1",
      placeholder: words.message,
      "aria-label": words.message,
      "aria-describedby": "length",
      enterkeyhint: "send",
      oninput: () => this.#typed(),
      onkeydown: (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        this.#send();
      },
    });
    this.text.value = this.#memory.draft;
    return element(
      "form",
      {
        onsubmit: (event) => {
          event.preventDefault();
          this.#send();
        },
      },
      this.length,
      this.chooser,
      element(
        "button",
        { type: "button", class: "attach", "aria-label": words.attach, onclick: () => this.chooser.click() },
        icon(CLIP),
      ),
      this.text,
      element("button", { "aria-label": words.send }, icon(UP)),
    );
  }

  #open() {
    this.#show();
    this.#focusText();
  }

  #show() {
    this.panel.hidden = false;
    this.launcher.hidden = true;
    this.launcher.setAttribute("aria-expanded", "true");
    this.#memory.open = true;
    this.#conversation.open = true;
    this.#typed();
    this.#toEnd();
  }

  #close() {
    this.panel.hidden = true;
    this.launcher.hidden = false;
    this.launcher.setAttribute("aria-expanded", "false");
    this.launcher.focus();
    this.#memory.open = false;
    this.#conversation.open = false;
  }

  #key(event) {
    if (event.key === "Escape") this.#close();
    if (event.key === "Tab" && this.#narrow.matches) this.#stayInside(event);
  }

  /** On a small screen the panel hides the page: the focus must not go there. */
  #stayInside(event) {
    const stops = [...this.panel.querySelectorAll("a, button, textarea, [tabindex]")];
    const usable = stops.filter((node) => !node.disabled && node.checkVisibility());
    const from = usable.indexOf(this.panel.getRootNode().activeElement);
    const edge = event.shiftKey ? 0 : usable.length - 1;
    if (from !== edge) return;
    event.preventDefault();
    usable.at(event.shiftKey ? -1 : 0).focus();
  }

  /** A touch keyboard must not jump up where nobody asked for it. */
  #focusText() {
    (matchMedia("(pointer: coarse)").matches ? this.list : this.text).focus();
  }

  #typed() {
    this.#memory.draft = this.text.value;
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight + 2}px`;
    const length = this.text.value.trim().length;
    const number = (value) => value.toLocaleString(this.#words.language);
    this.length.textContent =
      length > TEXT_LIMIT ? this.#words.tooLong(number(length), number(TEXT_LIMIT)) : "";
  }

  #send() {
    const text = this.text.value.trim();
    if (!text || text.length > TEXT_LIMIT) return;
    this.#conversation.say(text);
    this.text.value = "";
    this.#typed();
    this.text.focus();
    this.#toEnd();
  }

  async #chosen() {
    const [file] = this.chooser.files;
    this.chooser.value = "";
    if (!file) return;
    const fit = await fitting(file);
    if (!fit) {
      const { language } = this.#words;
      this.length.textContent = this.#words.fileTooLarge(bytes(file.size, language), bytes(LIMIT, language));
      return;
    }
    if (this.text.value.trim()) this.#send();
    this.#conversation.sendFile(fit);
    this.#toEnd();
  }

  async #openFile(message, index) {
    try {
      show(await this.#conversation.link(message, index));
    } catch (error) {
      if (!(error instanceof NotReached || error instanceof Refused)) throw error;
      this.length.textContent = this.#words.fileGone;
    }
  }

  #choose(message, index) {
    this.#conversation.choose(message, index);
    this.#focusText();
    this.#toEnd();
  }

  #takeBack(id) {
    const text = this.#conversation.takeBack(id);
    this.text.value = [text, this.text.value].filter(Boolean).join("\n");
    this.#typed();
    this.text.focus();
  }

  #render() {
    const { speaker, unread, offline, loaded } = this.#conversation;
    const before = this.list.lastElementChild;
    this.#thread.render(this.#conversation);
    this.#elsewhere.render();
    if (this.#stuck) this.#toEnd();
    else if (this.list.lastElementChild !== before) this.more.hidden = false;
    this.subtitle.textContent = this.#subtitle(speaker);
    this.badge.hidden = unread === 0;
    this.badge.textContent = unread;
    if (unread) this.launcher.setAttribute("aria-description", this.#words.unread(unread));
    else this.launcher.removeAttribute("aria-description");
    const line = offline ? this.#words.offline : "";
    if (this.offline.textContent !== line) this.offline.textContent = line;
    if (loaded && !this.#rendered) this.#speakUp();
  }

  /** What was said before this page was opened is not read out; what comes now is. */
  #speakUp() {
    this.#rendered = true;
    this.#thread.goLive();
    requestAnimationFrame(() => this.list.setAttribute("aria-live", "polite"));
  }

  #subtitle({ who, name, reference }) {
    if (who === "waiting" && reference) return this.#words.reference(reference);
    if (who !== "person") return this.#words.subtitle;
    return name ? this.#words.isHere(name) : this.#words.personIsHere;
  }

  /** Who reads at the end stays there, whatever comes or changes its size; who reads above, too. */
  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.list;
    this.#stuck = scrollHeight - scrollTop - clientHeight < NEAR_END;
    if (this.#stuck) this.more.hidden = true;
  }

  #toEnd() {
    this.#stuck = true;
    this.list.scrollTop = this.list.scrollHeight;
    this.more.hidden = true;
  }

  /** On a small screen the panel fills what the keyboard leaves. */
  #fit() {
    const { style } = this.panel;
    style.height = this.#narrow.matches && visualViewport ? `${visualViewport.height}px` : "";
    style.top = this.#narrow.matches && visualViewport ? `${visualViewport.offsetTop}px` : "";
    this.panel.setAttribute("aria-modal", this.#narrow.matches);
  }
}
