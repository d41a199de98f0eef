// Keep what must survive a reload or a closed page, in the storage of the site that embeds us.
// Where storage is forbidden or full, it is kept for as long as the page lives.

export class Memory {
  #prefix;
  #page = new Map();

  constructor(prefix) {
    this.#prefix = prefix;
  }

  /** The visitor's secret: whoever has it sees the conversation. */
  get token() {
    return this.#read("token");
  }

  set token(token) {
    this.#write("token", token);
  }

  /** What is typed and not sent. */
  get draft() {
    return this.#read("draft") ?? "";
  }

  set draft(text) {
    this.#write("draft", text || null);
  }

  /** The turn up to which the visitor has seen the conversation. */
  get seen() {
    return Number(this.#read("seen") ?? 0);
  }

  set seen(cursor) {
    this.#write("seen", String(cursor));
  }

  /** Whether the panel is open: it stays so from page to page. */
  get open() {
    return this.#read("open") === "yes";
  }

  set open(open) {
    this.#write("open", open ? "yes" : null);
  }

  /** What was not accepted yet, the oldest first. An entry each: two tabs lose nothing. */
  outgoing() {
    const kept = this.#keys("out.").map((key) => JSON.parse(this.#read(key)));
    return kept.sort((a, b) => a.at - b.at);
  }

  /** The bytes of a file are not kept: they live in the page until they are uploaded. */
  keep({ id, at, text, choice, file, uploaded, sentAt }) {
    const entry = { id, at, text, choice, file, uploaded, sentAt };
    this.#write(`out.${id}`, JSON.stringify(entry));
  }

  drop(id) {
    this.#write(`out.${id}`, null);
  }

  /** Call back when another tab began the conversation. */
  onOtherTab(begun, signal) {
    const listen = (event) => {
      if (event.key === `${this.#prefix}token` && event.newValue) begun();
    };
    addEventListener("storage", listen, { signal });
  }

  /** Keep nothing of customers who have signed out: others may use this browser. */
  forgetCustomers() {
    for (const key of this.#keys("")) {
      if (/^[0-9a-f]{16}\./.test(key)) this.#write(key, null);
    }
  }

  #keys(start) {
    const keys = new Set(this.#page.keys());
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(this.#prefix)) keys.add(key.slice(this.#prefix.length));
      }
    } catch {
      // no storage here: the page's own map is all there is
    }
    return [...keys].filter((key) => key.startsWith(start));
  }

  #read(key) {
    try {
      return localStorage.getItem(this.#prefix + key) ?? this.#page.get(key) ?? null;
    } catch {
      return this.#page.get(key) ?? null;
    }
  }

  #write(key, value) {
    this.#page.delete(key);
    try {
      if (value === null) localStorage.removeItem(this.#prefix + key);
      else localStorage.setItem(this.#prefix + key, value);
    } catch {
      if (value !== null) this.#page.set(key, value);
    }
  }
}
