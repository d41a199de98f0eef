// Know who writes: a visitor by a secret of this browser, or a customer whom the page has signed in.

/** Somebody whom nobody knows: the house gives this browser a secret with the first message. */
export class Visitor {
  #memory;

  constructor(memory) {
    this.#memory = memory;
  }

  /** Whether there may be a conversation to fetch. */
  get known() {
    return Boolean(this.#memory.token);
  }

  async token() {
    return this.#memory.token;
  }

  /** Get a secret once, whichever tab is first. */
  async begin(fetchSecret) {
    const get = async () => {
      if (!this.#memory.token) this.#memory.token = await fetchSecret();
    };
    await (navigator.locks ? navigator.locks.request("pforte.webchat.visitor", get) : get());
  }

  /** The secret is none of the house's (damaged storage): begin anew. Says whether to try again. */
  refused() {
    this.#memory.token = null;
    return false;
  }
}

/** Somebody who is signed in to the page: it gives us the company's signed token when we ask. */
export class Customer {
  known = true;

  #ask;
  #token;
  #id;
  #changed;

  /** `ask` is the page's; `changed` is called where it names somebody else, or nobody any more. */
  constructor(ask, token, changed) {
    this.#ask = ask;
    this.#token = token;
    this.#id = personOf(token);
    this.#changed = changed;
  }

  async token() {
    if (this.#token) return this.#token;
    const token = await this.#ask();
    if (!token || personOf(token) !== this.#id) {
      this.#changed();
      throw new Error("somebody else, or nobody, is signed in now");
    }
    this.#token = token;
    return token;
  }

  async begin() {}

  /** The token has expired, or is not accepted: a new one is asked for. */
  refused() {
    this.#token = null;
    return true;
  }
}

/** Return a short name for whom a token is about, to keep what customers type apart. */
export async function nameOf(token) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(personOf(token)));
  const hex = Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0"));
  return hex.slice(0, 8).join("");
}

/** Whom a token is about. Only the house can tell whether it is true. */
function personOf(token) {
  const bytes = atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
  const { iss, sub } = JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, toCode)));
  return JSON.stringify([iss, sub]);
}

function toCode(letter) {
  return letter.charCodeAt(0);
}
