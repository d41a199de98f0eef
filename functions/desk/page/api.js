// Speak with the desk's API. What is asked for again and again is asked for with its ETag; nothing
// is left in the browser's cache.

import { change, state } from "./store.js";

const RENEW_BEFORE = 5 * 60_000;
const TIMEOUT = 15_000;
const UPLOAD_TIMEOUT = 60_000;

/** A request that was not served: `status` 0 means that nobody answered; `title` tells its kind. */
export class Problem extends Error {
  constructor(status, detail, title = "") {
    super(detail);
    this.status = status;
    this.title = title;
  }
}

const etags = new Map();
let skew = 0;
let renewal = null;

/** Return the time (ms) by the server's clock: agents' computers are not always right. */
export function now() {
  return Date.now() + skew;
}

/** Read; returns null where nothing has changed since the last time. */
export async function read(path, fresh = false) {
  const etag = fresh ? undefined : etags.get(path);
  const response = await send("GET", path, undefined, etag ? { "If-None-Match": etag } : {});
  if (response.status === 304) return null;
  if (response.headers.has("etag")) etags.set(path, response.headers.get("etag"));
  return response.json();
}

/** Write; returns the answer, null where it is empty. */
export async function write(method, path, body, options = {}) {
  const response = await send(method, path, body, {}, options);
  return response.status === 204 ? null : response.json();
}

/** Send a file; returns the answer. */
export async function upload(path, file) {
  const headers = {
    "Content-Type": file.type || "application/octet-stream",
    "X-File-Name": encodeURIComponent(file.name),
  };
  const options = { signal: AbortSignal.timeout(UPLOAD_TIMEOUT) };
  return (await send("PUT", path, file, headers, options)).json();
}

/** Sign in, or go on with a first password of one's own; returns what the server says. */
export async function signIn(body) {
  return (await request("POST", "/desk/login", body)).json();
}

/** Forget what was read: somebody else may sit here now. */
export function forgetTags() {
  etags.clear();
}

/** Keep tokens; the refresh token stays the old one where no new one comes. */
export function keepSession(answer) {
  change({
    session: {
      token: answer.token,
      refresh: answer.refresh || state.session?.refresh || "",
      until: Date.now() + answer.expires_in * 1000,
    },
  });
}

async function send(method, path, body, headers = {}, options = {}) {
  if (state.session && state.session.until - Date.now() < RENEW_BEFORE) await renew();
  try {
    return await authorized(method, path, body, headers, options);
  } catch (problem) {
    if (problem.status !== 401 || !state.session) throw problem;
    await renew();
    return authorized(method, path, body, headers, options);
  }
}

function authorized(method, path, body, headers, options) {
  if (!state.session) throw new Problem(401, "");
  const authorization = { Authorization: `Bearer ${state.session.token}` };
  return request(method, `/desk/api${path}`, body, { ...headers, ...authorization }, options);
}

/** Get a new token, once, however many ask for it; whoever has left meanwhile stays out. */
function renew() {
  const asked = state.session;
  renewal ??= signIn({ refresh: asked.refresh })
    .then((answer) => {
      if (state.session === asked) keepSession(answer);
    })
    .finally(() => {
      renewal = null;
    });
  return renewal;
}

async function request(method, path, body, headers = {}, options = {}) {
  const init = {
    method,
    headers: { ...headers },
    cache: "no-store",
    credentials: "omit",
    signal: AbortSignal.timeout(TIMEOUT),
    ...options,
  };
  if (body instanceof Blob) {
    init.body = body;
  } else if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers["Content-Type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new Problem(0, "");
  }
  const date = Date.parse(response.headers.get("date") ?? "");
  if (date && Math.abs(date - Date.now() - skew) > 2000) skew = date - Date.now();
  if (response.ok || response.status === 304) return response;
  const problem = await response.json().catch(() => ({}));
  throw new Problem(response.status, problem.detail ?? "", problem.title);
}
