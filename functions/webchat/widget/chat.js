// Put the chat together: who writes, what is remembered, what talks to the house, what is seen.
import { Client } from "./client.js";
import { Conversation } from "./conversation.js";
import { Memory } from "./memory.js";
import { Panel } from "./panel.js";
import { Customer, Visitor, nameOf } from "./who.js";
import { wordsFor } from "./words.js";

const TAG = "pforte-chat";
const AGAIN = 5_000;

/** Start the chat once per page; `options` are the script's data-attributes and `base`.
 *
 * A page whose visitors sign in sets `window.pforte = { token: async () => … }` before: it returns
 * the company's signed token, or null where nobody is signed in. The page calls
 * `window.pforte.refresh()` when somebody has signed in or out without leaving it.
 */
export function start(options) {
  if (document.querySelector(TAG)) return;
  const page = (globalThis.pforte ??= {});
  let close = () => {};
  let opening = Promise.resolve();
  const open = async () => {
    close();
    close = await begin(options, page);
  };
  page.refresh = () => (opening = opening.then(open));
  page.refresh();
}

/** Open the chat for whoever is here now; returns what closes it. */
async function begin({ base, title, language, theme, label, greeting }, page) {
  const prefix = `pforte.webchat.${new URL(base).host}.`;
  let token = null;
  try {
    token = (await page.token?.()) ?? null;
  } catch {
    const timer = setTimeout(page.refresh, AGAIN); // who it is cannot be told: not nobody
    return () => clearTimeout(timer);
  }
  const words = wordsFor(language || document.documentElement.lang || navigator.language);
  const memory = new Memory(token ? `${prefix}${await nameOf(token)}.` : prefix);
  if (page.token && !token) memory.forgetCustomers();
  const who = token ? new Customer(page.token, token, page.refresh) : new Visitor(memory);
  const conversation = new Conversation(new Client(base, memory, who), memory, who);
  const host = document.createElement(TAG);
  host.lang = words.language;
  if (theme) host.dataset.theme = theme;
  document.body.append(host);
  new Panel(host.attachShadow({ mode: "open" }), conversation, memory, {
    ...words,
    ...(token && { waitText: words.waitTextSignedIn }),
    ...(title && { title }),
    ...(label && { launcher: label }),
    ...(greeting && { greeting }),
  });
  conversation.begin();
  return () => {
    conversation.end();
    host.remove();
  };
}
