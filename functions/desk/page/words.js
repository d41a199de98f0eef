// Find what agents read in their language; and say times and sizes in words.

import { now } from "./api.js";
import { state } from "./store.js";
import { GERMAN } from "./words-de.js";
import { ENGLISH } from "./words-en.js";

const WORDS = { de: GERMAN, en: ENGLISH };

/** Return a text by its name (`states.sent`), its placeholders filled. */
export function say(name, values = {}) {
  const text = lookUp(name) ?? name;
  return text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

/** Say whether there is a text of that name. */
export function known(name) {
  return lookUp(name) !== undefined;
}

function lookUp(name) {
  let found = WORDS[state.language];
  for (const part of name.split(".")) found = Object.hasOwn(found ?? {}, part) ? found[part] : undefined;
  return found;
}

/** Return a channel's name: ours where languages differ, else the one it has everywhere. */
export function channelName(channel) {
  if (known(`channels.${channel}`)) return say(`channels.${channel}`);
  const titles = state.overview?.channels ?? {};
  return Object.hasOwn(titles, channel) ? titles[channel] : channel;
}

/** Return why a messenger refused a message, and what can be done. */
export function refusal(reason) {
  const [word, code = ""] = reason.split(" "); // a word of ours, the messenger's code behind it
  const exact = `refusals.${code.slice(1, -1)}`;
  if (code && known(exact)) return say(exact);
  return known(`refusals.${word}`) ? say(`refusals.${word}`) : say("refusals.other", { reason });
}

/** Return a number of bytes: "31 MB", "1,4 MB", "120 kB". */
export function size(bytes) {
  const [unit, number] = bytes >= 1e6 ? ["MB", bytes / 1e6] : ["kB", Math.max(1, Math.round(bytes / 1e3))];
  const digits = { maximumFractionDigits: number < 10 ? 1 : 0 };
  return `${number.toLocaleString(locale(), digits)} ${unit}`;
}

/** Return a stretch of time: "18 min", "3 h 05", "2 T."; "" for less than a minute. */
export function duration(milliseconds) {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return "";
  if (minutes < 60) return `${minutes} ${say("min")}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} ${say("h")} ${String(minutes % 60).padStart(2, "0")}`;
  return `${Math.floor(hours / 24)} ${say("days")}`;
}

/** Return how much time is left: "3 Std. 12 Min."; minutes that have begun don't count. */
export function stretch(milliseconds) {
  const all = Math.floor(milliseconds / 60_000);
  const [hours, minutes] = [Math.floor(all / 60), all % 60];
  if (all < 1) return say("window.less");
  return hours ? say("window.hours", { hours, minutes }) : say("window.minutes", { minutes });
}

/** Return a day and the time of it, as it stands within a sentence: "heute, 14:06". */
export function moment(at) {
  const name = day(at);
  return `${[say("today"), say("yesterday")].includes(name) ? name.toLowerCase() : name}, ${clock(at)}`;
}

/** Return how long something has lasted: "seit 18 min". */
export function since(at) {
  const time = duration(now() - at);
  return time ? say("since", { time }) : say("now");
}

/** Return how long something is over: "vor 14 min". */
export function ago(at) {
  const time = duration(now() - at);
  return time ? say("ago", { time }) : say("now");
}

/** Return the time of day: "14:06". */
export function clock(at) {
  return format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, at);
}

/** Return the day: "Heute", "Gestern", "Mo., 3. Februar". */
export function day(at) {
  const days = Math.round((midnight(now()) - midnight(at)) / 86_400_000);
  if (days === 0) return say("today");
  if (days === 1) return say("yesterday");
  const options = { weekday: "short", day: "numeric", month: "long" };
  if (new Date(at).getFullYear() !== new Date(now()).getFullYear()) options.year = "numeric";
  return format(options, at);
}

const formats = new Map();

/** Format a time; making a formatter is slow, and every render needs many. */
function format(options, at) {
  const name = `${locale()} ${Object.keys(options)}`;
  if (!formats.has(name)) formats.set(name, new Intl.DateTimeFormat(locale(), options));
  return formats.get(name).format(at);
}

function midnight(at) {
  return new Date(at).setHours(0, 0, 0, 0);
}

function locale() {
  return state.language === "de" ? "de-DE" : "en-GB";
}
