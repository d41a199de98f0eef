// What the reply box says of the messenger's window: how long it is open, and what works after it.

import { chooseAddress, closeTemplate, fillTemplate, openTemplate, sendTemplate } from "./actions.js";
import { now } from "./api.js";
import { h } from "./dom.js";
import { state } from "./store.js";
import { LIMIT, beginning, pieces, templatesFor, tidy, wholeText } from "./template.js";
import { SOON, mayWrite, refusedLately, standing, target, ways } from "./window.js";
import { channelName, moment, say, stretch } from "./words.js";

/** Describe the line beside the send button: how long one may write, and where to. */
export function windowLine(id, kept) {
  const address = target(kept);
  if (!address) return null;
  const { state: who, until } = standing(address);
  const words = who === "open" && until ? say("window.left", { time: stretch(until - now()) }) : "";
  const people = who === "people" ? say("window.people", { time: moment(until) }) : "";
  return h(
    "span.window",
    { key: "window", class: until && until - now() < SOON ? "soon" : "" },
    !address.current && [
      h("span", { key: "to" }, say("window.to", { where: where(address) })),
      h("button.link", { key: "back", type: "button", onclick: () => chooseAddress(id, "") }, say("window.usual")),
    ],
    h("span", { key: "left", role: "timer" }, words || people),
  );
}

/** Describe why one cannot write, or could not lately, with what works instead; null while one can. */
export function closedView(id, kept) {
  const address = target(kept);
  if (!address || kept.template) return null;
  const closed = !mayWrite(kept);
  if (!closed && !refusedLately(kept)) return null;
  const channel = channelName(address.channel);
  const templates = templatesFor(address, kept.head.language);
  return h(
    "div.closed",
    { key: "closed", role: "status" },
    h("p.closed-title", {}, say(closed ? "window.closed" : "window.refused", { channel })),
    h("p", {}, say(address.templates ? "window.why" : "window.whySeven", { channel })),
    h(
      "div.offers",
      {},
      templates.length > 0 &&
        h("button.primary", { key: "template", type: "button", onclick: () => openTemplate(id, templates[0]) }, say("window.template")),
      ways(kept).map((way) =>
        h("button.plain", { key: way.key, type: "button", onclick: () => chooseAddress(id, way.key) }, say("window.elsewhere", { where: where(way) })),
      ),
    ),
    h("p.muted", { key: "wait" }, say("window.wait", { channel })),
  );
}

function where({ channel, user }) {
  return [channelName(channel), user].filter(Boolean).join(" ");
}

/** Describe the form of a template, with what the customer will read. */
export function templateView(id, kept) {
  const form = kept.template;
  const all = templatesFor(target(kept), kept.head.language);
  const template = all.find(({ name, language }) => name === form.name && language === form.language);
  if (!template) return null;
  const missing = form.values.some((value) => !tidy(value));
  const length = wholeText({ ...template, header: "", footer: "" }, form.values).length;
  return h(
    "form.template",
    { key: "template", onsubmit: (event) => submitted(event, id, template) },
    all.length > 1 && choiceView(id, form, all),
    template.parameters.map((parameter, place) =>
      h(
        "label.field",
        { key: `${template.name} ${template.language} ${place}` },
        h("span", {}, parameter[state.language]),
        h("input", {
          value: form.values[place],
          autocomplete: "off",
          oninput: (event) => fillTemplate(id, place, event.target.value),
        }),
      ),
    ),
    h("p.preview-title", { key: "title" }, say("window.preview")),
    previewView(template, form.values),
    h("p.problem", { key: "problem", role: "alert" }, length > LIMIT ? say("window.long", { length, limit: LIMIT }) : form.problem),
    h(
      "div.below",
      { key: "below" },
      h("button.quiet", { type: "button", onclick: () => closeTemplate(id) }, say("window.cancel")),
      h("button.primary", { type: "submit", disabled: missing || length > LIMIT }, say("window.send")),
    ),
  );
}

function choiceView(id, form, all) {
  const key = ({ name, language }) => `${name} ${language}`;
  return h(
    "div.field",
    { key: "choice" },
    h("label", { for: "template" }, say("window.which")),
    h(
      "select",
      { id: "template", value: key(form), onchange: (event) => openTemplate(id, all.find((one) => key(one) === event.target.value)) },
      all.map((one) => h("option", { key: key(one), value: key(one), selected: key(one) === key(form) }, title(one))),
    ),
  );
}

function title(template) {
  const names = template.parameters.map((parameter) => parameter[state.language]);
  return `${beginning(template, names)} · ${say(`languages.${template.language.slice(0, 2)}`)}`;
}

function previewView(template, values) {
  const names = template.parameters.map((parameter) => parameter[state.language]);
  return h(
    "div.preview",
    { key: "preview", lang: template.language.replace("_", "-") },
    template.header && h("p.preview-header", { key: "header" }, template.header),
    h(
      "p.text",
      { key: "body" },
      pieces(template, values, names).map(({ text, missing }, place) =>
        missing ? h("span.missing", { key: place }, text) : h("span", { key: place }, text),
      ),
    ),
    template.footer && h("p.muted", { key: "footer" }, template.footer),
    template.buttons.length > 0 && h("p.options", { key: "options" }, template.buttons.map((words, place) => h("span", { key: place }, words))),
  );
}

function submitted(event, id, template) {
  event.preventDefault();
  sendTemplate(id, template);
}
