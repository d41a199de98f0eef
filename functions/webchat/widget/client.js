// Talk to the house. Every failure is one of two kinds: try again later, or never.

const TIMEOUT = 15_000;
const UPLOAD_TIMEOUT = 60_000;
const CLOCK_TOLERANCE = 30_000;

/** The house was not reached, or asks to wait: the same request may be made again. */
export class NotReached extends Error {
  constructor(seconds = 0) {
    super("not reached");
    this.seconds = seconds;
  }
}

/** The house will not take this. */
export class Refused extends Error {}

export class Client {
  #base;
  #memory;
  #who;
  #etag = "";
  #clockError = 0;

  constructor(base, memory, who) {
    this.#base = base;
    this.#memory = memory;
    this.#who = who;
  }

  /** Send a message; made the visitor's first one if need be. Throws NotReached or Refused. */
  async send(message) {
    await this.#who.begin(() => this.#newSecret());
    const { id, text, choice, file, at } = message;
    if (file && !message.uploaded) {
      await this.#upload(file.id, message.blob);
      message.uploaded = true;
      this.#memory.keep(message);
    }
    if (message.sentAt === undefined) {
      message.sentAt = Math.max(0, Math.round(at + this.#clockError));
      this.#memory.keep(message); // a repeat tells the same time
    }
    const said = choice ? { choice } : { ...(text && { text }), ...(file && { file }) };
    const body = JSON.stringify({ id, ...said, sent_at: message.sentAt });
    await this.#call("messages", { method: "POST", body });
  }

  /** Return what is new after a turn (null: the last turns), or null where nothing is. */
  async thread(after) {
    const query = after === null ? "" : `?after=${after}`;
    const answer = await this.#call(`messages${query}`, {
      headers: this.#etag && after !== null ? { "If-None-Match": this.#etag } : {},
    });
    if (answer.status === 304) return null;
    const thread = await answer.json();
    this.#etag = thread.more ? "" : (answer.headers.get("ETag") ?? "");
    return thread;
  }

  /** Return the address of a file of a message; it holds for minutes. */
  async link(message, index) {
    const answer = await this.#call(`files/${message.id}/${index}`, {});
    return (await answer.json()).url;
  }

  async #upload(id, blob) {
    if (!blob) throw new Refused("its bytes are gone with the page that had them");
    const headers = { "Content-Type": blob.type || "application/octet-stream" };
    await this.#call(`files/${id}`, { method: "PUT", body: blob, headers, patience: UPLOAD_TIMEOUT });
  }

  /** Return a one-time code, and the links that carry it to other messengers. */
  async links(language) {
    const body = JSON.stringify({ language });
    const answer = await this.#call("links", { method: "POST", body });
    return answer.json();
  }

  async #newSecret() {
    const answer = await this.#call("visitors", { method: "POST" });
    return (await answer.json()).token;
  }

  async #call(path, { headers = {}, patience = TIMEOUT, ...options }, again = false) {
    let answer;
    try {
      const token = await this.#who.token();
      answer = await fetch(this.#base + path, {
        ...options,
        headers: {
          ...(options.body && { "Content-Type": "application/json" }),
          ...headers,
          ...(token && { Authorization: `Bearer ${token}` }),
        },
        cache: "no-store",
        credentials: "omit",
        referrerPolicy: "no-referrer",
        signal: AbortSignal.timeout(patience),
      });
    } catch {
      throw new NotReached();
    }
    this.#setClock(answer.headers.get("Date"));
    if (answer.ok || answer.status === 304) return answer;
    if (answer.status === 401) {
      if (this.#who.refused() && !again) return this.#call(path, { headers, patience, ...options }, true);
      throw new NotReached();
    }
    if (answer.status === 429 || answer.status >= 500) {
      throw new NotReached(Number(answer.headers.get("Retry-After")) || 0);
    }
    throw new Refused(`status ${answer.status}`);
  }

  /** Know by how much this machine's clock is wrong, where that is more than a header tells. */
  #setClock(date) {
    const error = Date.parse(date ?? "") - Date.now();
    if (!Number.isNaN(error)) this.#clockError = Math.abs(error) > CLOCK_TOLERANCE ? error : 0;
  }
}
