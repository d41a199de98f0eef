// Templates of a messenger: which there are for a customer, and what one reads when it is filled.

import { state } from "./store.js";

/** What Meta lets a filled text be at most. */
export const LIMIT = 1024;

const SHOWN = 60;

/** Return the templates for an address, those in the customer's language first. */
export function templatesFor(address, language) {
  if (!address?.templates) return [];
  const fitting = state.templates?.filter((template) => template.channel === address.channel) ?? [];
  const other = (template) => (template.language.startsWith(language) ? 0 : 1);
  return [...fitting].sort((one, two) => other(one) - other(two));
}

/** Return a form with what can be suggested filled in. */
export function newForm(template, head) {
  const known = { name: head.name, reference: head.reference, "": "" };
  return {
    name: template.name,
    language: template.language,
    values: template.parameters.map(({ suggest }) => tidy(known[suggest] ?? "")),
    problem: "",
  };
}

/** Return a value as it goes out: the messenger takes no new lines, tabs or rows of spaces. */
export function tidy(value) {
  return value.replace(/\s+/g, " ").trim();
}

/** Return the body as pieces: text, and values with whether they are still missing. */
export function pieces(template, values, names) {
  return template.body.split(/\{\{(\d+)\}\}/).map((part, place) => {
    if (place % 2 === 0) return { text: part };
    const value = tidy(values[part - 1] ?? "");
    return { text: value || names[part - 1], missing: !value };
  });
}

/** Return the first words of the body, names in the place of values, to tell templates apart. */
export function beginning(template, names) {
  const words = tidy(pieces(template, [], names).map(({ text, missing }) => (missing ? `[${text}]` : text)).join(""));
  if (words.length <= SHOWN) return words;
  return `${words.slice(0, words.lastIndexOf(" ", SHOWN)) || words.slice(0, SHOWN)} …`;
}

/** Return what the customer reads. */
export function wholeText(template, values) {
  const body = pieces(template, values, []).map(({ text }) => text ?? "").join("");
  return [template.header, body, template.footer].filter(Boolean).join("\n\n");
}
