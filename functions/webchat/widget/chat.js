// Put the chat together: what is remembered, what talks to the house, what is seen.
import { Client } from "./client.js";
import { Conversation } from "./conversation.js";
import { Memory } from "./memory.js";
import { Panel } from "./panel.js";
import { wordsFor } from "./words.js";

const TAG = "pforte-chat";

/** Start the chat once per page; `options` are the script's data-attributes and `base`. */
export function start({ base, title, language, theme, label, greeting }) {
  if (document.querySelector(TAG)) return;
  const words = wordsFor(language || document.documentElement.lang || navigator.language);
  const memory = new Memory(`pforte.webchat.${new URL(base).host}.`);
  const conversation = new Conversation(new Client(base, memory), memory);
  const host = document.createElement(TAG);
  host.lang = words.language;
  if (theme) host.dataset.theme = theme;
  document.body.append(host);
  new Panel(host.attachShadow({ mode: "open" }), conversation, memory, {
    ...words,
    ...(title && { title }),
    ...(label && { launcher: label }),
    ...(greeting && { greeting }),
  });
  conversation.begin();
}
