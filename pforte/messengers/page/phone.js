/** A customer's phone: choose who writes, write, tap, read. */

import { act, customers, news } from "./api.js";
import { MESSENGERS } from "./messengers.js";
import { Thread } from "./thread.js";
import { language, words } from "./words.js";

const RETRY_MS = 2000;

const at = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
const channel = location.pathname.split("/").pop();
const byMail = MESSENGERS[channel].first.includes("@");
const whom = byMail ? words.mail : words.number;

function address(changes, path = location.pathname) {
  const next = new URLSearchParams(query);
  next.delete("text");
  for (const [name, value] of Object.entries(changes)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return `${path}?${next}`;
}

function label() {
  document.documentElement.lang = language;
  document.title = `${MESSENGERS[channel].title} · Pforte`;
  at("asWhom").textContent = words.asWhom;
  at("other").setAttribute("aria-label", whom.label);
  at("other").placeholder = whom.example;
  at("other").inputMode = byMail ? "email" : "tel";
  at("words").placeholder = words.message;
  at("words").setAttribute("aria-label", words.message);
  at("send").textContent = words.send;
  at("photo").textContent = words.photo;
  at("thread").setAttribute("aria-label", words.thread);
  at("thread").dataset.empty = words.empty;
  at("language").textContent = words.languageShort;
  at("language").setAttribute("aria-label", words.language);
  at("language").title = words.language;
  at("language").href = address({ lang: language === "de" ? "en" : "de" });
  for (const [name, { title }] of Object.entries(MESSENGERS)) {
    const link = document.createElement("a");
    link.textContent = title;
    link.href = address({ user: "" }, `/phone/${name}`);
    if (name === channel) link.setAttribute("aria-current", "page");
    at("messengers").append(link);
  }
  at("messengers").querySelector("[aria-current]").scrollIntoView({ inline: "nearest" });
}

/** Return who comes after a customer: the next number, of a mail's address the next beside it. */
function following(user) {
  const [, before, digits, behind] = /^(.*?)(\d*)(@.*)?$/.exec(user);
  const next = String(BigInt(digits || 1) + 1n).padStart(digits.length, "0");
  return `${before}${next}${behind ?? ""}`;
}

function free(known, user) {
  const taken = new Set([user, ...known.map((customer) => customer.user)]);
  let next = MESSENGERS[channel].first;
  while (taken.has(next)) next = following(next);
  return next;
}

function choose(known, user) {
  const select = at("known");
  const listed = known.map(({ user: id, name }) => [id, name]);
  if (!known.some((customer) => customer.user === user)) listed.unshift([user, user]);
  listed.push([free(known, user), words.newCustomer], ["", whom.another]);
  select.replaceChildren(...listed.map(([value, title]) => new Option(title, value)));
  select.value = user;
  select.addEventListener("change", () => {
    if (select.value) {
      location.assign(address({ user: select.value }));
      return;
    }
    select.hidden = true;
    at("other").hidden = false;
    at("other").focus();
  });
  at("customer").addEventListener("submit", (event) => {
    event.preventDefault();
    const other = at("other").value.replace(byMail ? /\s/g : /[\s+]/g, "");
    if (other) location.assign(address({ user: other }));
  });
}

function complain(text) {
  at("trouble").textContent = text;
  at("trouble").hidden = !text;
}

async function doing(user, what) {
  try {
    await act(channel, await user, what);
    complain("");
    return true;
  } catch (error) {
    complain(error instanceof TypeError ? words.offline : error.message);
    return false;
  }
}

function listen(user) {
  const box = at("words");
  box.value = query.get("text") ?? ""; // as a link into a messenger does
  at("composer").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    if (!(await doing(user, { text })) && !box.value) box.value = text;
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      at("composer").requestSubmit();
    }
  });
  at("photo").addEventListener("click", () => at("file").click());
  at("file").addEventListener("change", async () => {
    const [chosen] = at("file").files;
    at("file").value = "";
    if (!chosen) return;
    const file = { data: await base64(chosen), mime_type: chosen.type || "application/octet-stream" };
    const caption = box.value.trim();
    if (await doing(user, { file: { ...file, name: chosen.name, caption } })) box.value = "";
  });
}

function base64(file) {
  return new Promise((done) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => done(reader.result.slice(reader.result.indexOf(",") + 1)));
    reader.readAsDataURL(file);
  });
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

function visible() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));
}

async function follow(user) {
  const thread = new Thread(at("thread"), channel, (option) => doing(user, { button: option.id }));
  let after = 0;
  let first = true;
  let lost = false;
  for (;;) {
    await visible();
    try {
      const page = await news(channel, user, after, first);
      after = page.next;
      thread.show(page.messages);
      at("status").textContent = page.typing
        ? words.typing
        : `${MESSENGERS[channel].title} · ${words.simulated}`;
      if (lost) complain("");
      first = lost = false;
    } catch {
      complain(words.offline);
      lost = true;
      await pause(RETRY_MS);
    }
  }
}

label();
const known = customers(channel).catch(() => []);
const user = known.then((all) => query.get("user") || all[0]?.user || MESSENGERS[channel].first);
listen(user); // what is written before the customers are known is sent as well
at("words").focus();
choose(await known, await user);
await follow(await user);
