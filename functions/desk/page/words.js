// What agents read, in German and English; and times in words.

import { now } from "./api.js";
import { state } from "./store.js";

const WORDS = {
  de: {
    desk: "Pforte",
    quoted: "„{text}“",
    waiting: "Warten",
    mine: "Meine",
    next: "Nächstes Gespräch",
    nobodyWaits: "Niemand wartet. Wer einen Menschen braucht, erscheint hier.",
    noneMine: "Sie haben gerade kein Gespräch.",
    nextWasEmpty: "Gerade wartet niemand mehr.",
    nothingOpen: "Wählen Sie links ein Gespräch, oder nehmen Sie mit N das nächste.",
    nothingOpenTitle: "Kein Gespräch offen",
    take: "Übernehmen",
    toBot: "An Bot",
    done: "Erledigt",
    doneDespiteDraft: "Trotz Entwurf erledigen?",
    toBotDespiteDraft: "Trotz Entwurf an Bot?",
    send: "Senden",
    reply: "Antwort",
    replyTo: "Antwort an {name}",
    customer: "Kundin oder Kunde",
    about: "Worum es geht",
    knows: "Der Bot weiß",
    reachable: "Erreichbar über",
    language: "Sprache",
    languages: { de: "Deutsch", en: "Englisch" },
    queueIs: "Dieses Gespräch wartet. Übernehmen Sie es, um zu antworten.",
    botIs: "Der digitale Assistent führt dieses Gespräch.",
    elsewhereIs: "In einer anderen App wird gerade geantwortet. Der Assistent schweigt so lange.",
    otherIs: "{name} hat dieses Gespräch.",
    somebody: "Jemand anderes",
    earlier: "Frühere Nachrichten",
    newer: "Neue Nachricht",
    you: "Sie",
    agent: "Kollegin oder Kollege",
    elsewhere: "in einer anderen App geantwortet",
    sentCount: "{count} gesendet",
    sentBy: "{name}: {count} Nachrichten gesendet",
    assistant: "Assistent",
    today: "Heute",
    yesterday: "Gestern",
    now: "jetzt",
    since: "seit {time}",
    ago: "vor {time}",
    min: "min",
    h: "h",
    days: "T.",
    states: {
      sending: "wird gesendet",
      sent: "gesendet",
      delivered: "zugestellt",
      read: "gelesen",
      withdrawn: "zurückgezogen, nicht gesendet",
      failed: "nicht zugestellt",
    },
    doubtful: "vielleicht doppelt gesendet",
    edited: "bearbeitet",
    editedAlone: "hat eine frühere Nachricht geändert: „{text}“",
    deleted: "Von der Kundin oder dem Kunden gelöscht",
    deletedByUs: "In der anderen App gelöscht",
    deletedAlone: "hat eine frühere Nachricht gelöscht",
    reaction: "Reaktion {emoji}",
    reactionAlone: "Reaktion {emoji} auf eine frühere Nachricht",
    reactionTakenBack: "hat eine Reaktion zurückgenommen",
    unreadable: "Kann hier nicht gezeigt werden ({kind})",
    files: {
      fetching: "wird geholt …",
      expired: "wird nicht mehr aufbewahrt",
      refused: "konnte nicht aufbewahrt werden: {reason}",
      reasons: {
        too_large: "zu groß ({size}, höchstens {limit})",
        too_large_unknown: "zu groß (höchstens {limit})",
        kind: "diese Art von Datei wird nicht angenommen",
        gone: "der Messenger hat die Datei nicht mehr",
        unreachable: "die Datei war über eine Stunde lang nicht zu holen",
        forbidden: "die Datei liegt nicht beim Messenger",
        unsafe: "die Prüfung auf Schadsoftware hat angeschlagen",
        deleted: "von der Kundin oder dem Kunden gelöscht",
      },
      open: "{name} öffnen",
      play: "Anhören",
      watch: "Ansehen",
      gone: "Diese Datei gibt es nicht mehr.",
      takenBack: "Diese Datei wurde von der Kundin oder dem Kunden gelöscht.",
      attach: "Datei",
      attached: "Dateien zu dieser Antwort",
      detach: "{name} verwerfen",
      uploading: "wird hochgeladen …",
      kindNot: "{channel} nimmt diese Art von Datei nicht an.",
      kindNever: "Diese Art von Datei kann nicht gesendet werden.",
      tooLargeFor: "Zu groß für {channel}: {size}, höchstens {limit}.",
    },
    whole: "Ganzen Text zeigen",
    attachments: {
      image: "Foto", video: "Video", audio: "Audio", voice: "Sprachnachricht",
      document: "Dokument", sticker: "Sticker", location: "Standort", contact: "Kontakt",
    },
    actionDone: "Im System erledigt: {name}",
    actionBegun: "Im System begonnen, Ausgang unbekannt: {name}",
    notes: {
      blocked: "Die Kundin oder der Kunde hat uns blockiert",
      unblocked: "Wir sind nicht mehr blockiert",
      answers_another_sender: "Antwortet auf eine E-Mail, die an eine andere Adresse ging",
      handed_to_us: "Eine andere App hat uns das Gespräch übergeben",
      taken_by_other_app: "Eine andere App hat das Gespräch übernommen",
      referral: "Kam über den Link: {ref}",
      failed: "Nicht zugestellt: {reason}",
      linked_agents: "Beide Gespräche hatten jemanden: Wer dieses hatte, behält es",
    },
    reasonTitles: {
      asked_for_person: "Möchte einen Menschen",
      not_understood: "Vom Bot nicht verstanden",
      intent: "Anliegen für Menschen",
      danger: "Gefahr gemeldet",
      cannot_read: "Vom Bot nicht lesbar",
      fault: "Störung beim Bot",
      delivery_failed: "Nachricht nicht zugestellt",
      reopened: "Meldet sich wieder",
      unanswered_elsewhere: "Anderswo ohne Antwort",
    },
    refusals: {
      window_closed: "Das Zeitfenster des Messengers ist zu. Nehmen Sie eine Vorlage oder einen anderen Weg, oder warten Sie, bis von dort geschrieben wird.",
      blocked: "Wir sind blockiert. Versuchen Sie einen anderen Weg.",
      opted_out: "Solche Nachrichten sind dort abbestellt. Nehmen Sie einen anderen Weg.",
      not_reachable: "Dort nicht erreichbar. Versuchen Sie einen anderen Weg.",
      token_invalid: "Der Zugang zum Messenger ist abgelaufen. Bitte dem Betrieb melden.",
      account_restricted: "Unser Konto darf das gerade nicht. Bitte dem Betrieb melden.",
      template: "Der Messenger nimmt diese Vorlage nicht. Nehmen Sie eine andere, und melden Sie es dem Betrieb.",
      132001: "Diese Vorlage ist beim Messenger nicht freigegeben. Nehmen Sie eine andere, und melden Sie es dem Betrieb.",
      132005: "Der Text der Vorlage ist zu lang geworden. Bitte kürzer ausfüllen.",
      132015: "Diese Vorlage ist gerade angehalten, weil Beschwerden kamen. Nehmen Sie eine andere, und melden Sie es dem Betrieb.",
      132016: "Diese Vorlage ist gesperrt, weil zu viele Beschwerden kamen. Nehmen Sie eine andere, und melden Sie es dem Betrieb.",
      too_long: "Zu lang für den Messenger. Bitte kürzer senden.",
      bad_request: "Der Messenger versteht die Nachricht nicht. Bitte dem Betrieb melden.",
      throttled: "Zu viele Nachrichten auf einmal. Bitte später noch einmal senden.",
      provider_error: "Störung beim Messenger. Bitte später noch einmal senden.",
      expired: "Kam zu lange nicht durch. Bitte noch einmal senden, wenn es noch gilt.",
      unrenderable: "Lässt sich dort nicht darstellen. Bitte anders schreiben.",
      other: "Der Messenger hat sie abgelehnt ({reason}).",
    },
    window: {
      left: "Noch {time} frei schreiben",
      people: "Nur noch Menschen dürfen hier schreiben, bis {time}",
      hours: "{hours} Std. {minutes} Min.",
      minutes: "{minutes} Min.",
      less: "weniger als 1 Min.",
      to: "Antwort geht an {where}",
      usual: "Ändern",
      closed: "Auf {channel} können Sie gerade nicht frei schreiben",
      refused: "{channel} hat Ihre letzte Nachricht nicht angenommen",
      why: "{channel} erlaubt das 24 Stunden lang, nachdem die Kundin oder der Kunde geschrieben hat; danach nur mit Vorlagen.",
      whySeven: "{channel} erlaubt das nur sieben Tage lang, nachdem die Kundin oder der Kunde geschrieben hat.",
      wait: "Sobald dort wieder geschrieben wird, geht es hier frei weiter.",
      template: "Vorlage ausfüllen",
      elsewhere: "Auf {where} antworten",
      which: "Vorlage",
      preview: "Das liest die Kundin oder der Kunde",
      long: "Zu lang: {length} von {limit} Zeichen.",
      cancel: "Abbrechen",
      send: "Vorlage senden",
      kept: "nicht gesendet, das Zeitfenster des Messengers ist zu",
      closedNow: "Nicht gesendet: Das Zeitfenster des Messengers ist zu. Der Text ist gesichert.",
    },
    again: "Noch einmal senden",
    discard: "Verwerfen",
    use: "Übernehmen",
    notSent: "Nicht gesendet: keine Verbindung.",
    notSentLost: "Nicht gesendet: Sie haben das Gespräch nicht mehr. Der Text ist gesichert.",
    notSentOther: "Nicht gesendet: {detail}",
    returned: "Nicht gesendet, weil das Gespräch inzwischen weiterging:",
    offline: "Keine Verbindung. Es wird weiter versucht; was Sie schreiben, bleibt hier.",
    lost: "Jemand war schneller.",
    failed: "Das ging nicht: {detail}",
    search: "Vorgang",
    searchHint: "Vorgangsnummer suchen",
    notFound: "Zu dieser Nummer gibt es keinen Vorgang.",
    keys: "Tasten",
    keyWords: { n: "Nächstes Gespräch", send: "Antwort senden", search: "Vorgang suchen", close: "Zurück zur Liste", keys: "Diese Übersicht" },
    close: "Schließen",
    back: "Zurück",
    context: "Zum Gespräch",
    contextOpen: "Worum es geht",
    signIn: "Anmelden",
    signOut: "Abmelden",
    email: "E-Mail",
    password: "Passwort",
    newPassword: "Neues Passwort",
    newPasswordWhy: "Wählen Sie ein eigenes Passwort. Das bisherige hat jemand anderes vergeben.",
    set: "Passwort setzen",
    wrong: "E-Mail oder Passwort stimmt nicht.",
    weak: "Dieses Passwort ist zu schwach. Nehmen Sie ein längeres, mit Ziffern.",
    noGroup: "Dieses Konto gehört nicht zum Team.",
    noConnection: "Keine Verbindung. Bitte noch einmal versuchen.",
    expired: "Bitte neu anmelden. Ihre Entwürfe sind noch da.",
    welcome: "Für alle, die hier Menschen helfen.",
    titleWaiting: "({count}) Pforte",
    announce: "{count} warten",
    otherLanguage: "English",
    characters: "{count} von {limit}",
    unread: "ungelesen",
    draft: "Entwurf: {text}",
    channels: { email: "E-Mail", webchat: "Web" },
    blockedAddress: "blockiert",
    linking: {
      goOn: "Dieses Gespräch wurde mit einem älteren verbunden und geht dort weiter.",
      earlier: "Zuvor in {channel}",
      linked: "Mit {channel} verbunden ({time})",
      unlinked: "{channel} wurde getrennt ({time})",
      cut: "Trennen",
      cutFrom: "{channel} von diesem Gespräch trennen",
      sure: "{channel} trennen? Dort beginnt dann ein neues Gespräch.",
      keep: "Behalten",
    },
    visitor: "Besuch auf der Website",
  },
  en: {
    desk: "Pforte",
    quoted: "“{text}”",
    waiting: "Waiting",
    mine: "Mine",
    next: "Next conversation",
    nobodyWaits: "Nobody is waiting. Whoever needs a person shows up here.",
    noneMine: "You have no conversation right now.",
    nextWasEmpty: "Nobody is waiting any more.",
    nothingOpen: "Choose a conversation on the left, or press N for the next one.",
    nothingOpenTitle: "No conversation open",
    take: "Take over",
    toBot: "To bot",
    done: "Resolved",
    doneDespiteDraft: "Resolve despite draft?",
    toBotDespiteDraft: "To bot despite draft?",
    send: "Send",
    reply: "Reply",
    replyTo: "Reply to {name}",
    customer: "Customer",
    about: "What it is about",
    knows: "The bot knows",
    reachable: "Reachable via",
    language: "Language",
    languages: { de: "German", en: "English" },
    queueIs: "This conversation is waiting. Take it over to answer.",
    botIs: "The digital assistant has this conversation.",
    elsewhereIs: "Somebody is answering in another app. The assistant is silent meanwhile.",
    otherIs: "{name} has this conversation.",
    somebody: "Somebody else",
    earlier: "Earlier messages",
    newer: "New message",
    you: "You",
    agent: "Colleague",
    elsewhere: "answered in another app",
    sentCount: "{count} sent",
    sentBy: "{name}: {count} messages sent",
    assistant: "Assistant",
    today: "Today",
    yesterday: "Yesterday",
    now: "now",
    since: "for {time}",
    ago: "{time} ago",
    min: "min",
    h: "h",
    days: "d",
    states: {
      sending: "sending",
      sent: "sent",
      delivered: "delivered",
      read: "read",
      withdrawn: "withdrawn, not sent",
      failed: "not delivered",
    },
    doubtful: "may have been sent twice",
    edited: "edited",
    editedAlone: "changed an earlier message: “{text}”",
    deleted: "Deleted by the customer",
    deletedByUs: "Deleted in the other app",
    deletedAlone: "deleted an earlier message",
    reaction: "reaction {emoji}",
    reactionAlone: "reaction {emoji} to an earlier message",
    reactionTakenBack: "took a reaction back",
    unreadable: "Cannot be shown here ({kind})",
    files: {
      fetching: "being fetched …",
      expired: "no longer kept",
      refused: "could not be kept: {reason}",
      reasons: {
        too_large: "too large ({size}, at most {limit})",
        too_large_unknown: "too large (at most {limit})",
        kind: "this kind of file is not accepted",
        gone: "the messenger no longer has the file",
        unreachable: "the file could not be fetched for more than an hour",
        forbidden: "the file does not lie at the messenger",
        unsafe: "the malware scan raised an alarm",
        deleted: "deleted by the customer",
      },
      open: "Open {name}",
      play: "Play",
      watch: "Watch",
      gone: "This file is no longer there.",
      takenBack: "The customer has deleted this file.",
      attach: "File",
      attached: "Files of this reply",
      detach: "Discard {name}",
      uploading: "uploading …",
      kindNot: "{channel} does not take this kind of file.",
      kindNever: "This kind of file cannot be sent.",
      tooLargeFor: "Too large for {channel}: {size}, at most {limit}.",
    },
    whole: "Show the whole text",
    attachments: {
      image: "Photo", video: "Video", audio: "Audio", voice: "Voice note",
      document: "Document", sticker: "Sticker", location: "Location", contact: "Contact",
    },
    actionDone: "Done in the back end: {name}",
    actionBegun: "Begun in the back end, outcome unknown: {name}",
    notes: {
      blocked: "The customer blocked us",
      unblocked: "We are no longer blocked",
      answers_another_sender: "Answers a mail that went to another address",
      handed_to_us: "Another app has handed the conversation to us",
      taken_by_other_app: "Another app has taken the conversation over",
      referral: "Came by the link: {ref}",
      failed: "Not delivered: {reason}",
      linked_agents: "Both conversations had somebody: whoever had this one keeps it",
    },
    reasonTitles: {
      asked_for_person: "Wants a person",
      not_understood: "Not understood by the bot",
      intent: "Request for people",
      danger: "Danger reported",
      cannot_read: "Unreadable for the bot",
      fault: "Trouble with the bot",
      delivery_failed: "Message not delivered",
      reopened: "Is back again",
      unanswered_elsewhere: "Left without an answer elsewhere",
    },
    refusals: {
      window_closed: "The messenger's window has closed. Use a template or another way, or wait until the customer writes there.",
      blocked: "We are blocked. Try another way.",
      opted_out: "The customer opted out of such messages. Use another way.",
      not_reachable: "Not reachable there. Try another way.",
      token_invalid: "Our access to the messenger has expired. Please tell operations.",
      account_restricted: "Our account may not do this now. Please tell operations.",
      template: "The messenger does not take this template. Use another one, and tell operations.",
      132001: "The messenger has not approved this template. Use another one, and tell operations.",
      132005: "The template's text has become too long. Please fill in less.",
      132015: "This template is paused because people complained. Use another one, and tell operations.",
      132016: "This template is disabled because too many complained. Use another one, and tell operations.",
      too_long: "Too long for the messenger. Please send less.",
      bad_request: "The messenger does not understand the message. Please tell operations.",
      throttled: "Too many messages at once. Please send again later.",
      provider_error: "Trouble at the messenger. Please send again later.",
      expired: "Did not get through for too long. Send again if it still holds.",
      unrenderable: "Cannot be shown there. Please write it differently.",
      other: "The messenger refused it ({reason}).",
    },
    window: {
      left: "{time} left to write freely",
      people: "Only people may write here now, until {time}",
      hours: "{hours} h {minutes} min",
      minutes: "{minutes} min",
      less: "Less than 1 min",
      to: "Reply goes to {where}",
      usual: "Change",
      closed: "You cannot write freely on {channel} right now",
      refused: "{channel} did not take your last message",
      why: "{channel} allows it for 24 hours after the customer wrote; after that, templates only.",
      whySeven: "{channel} allows it for seven days after the customer wrote, and no longer.",
      wait: "As soon as the customer writes there again, you can go on here.",
      template: "Fill in a template",
      elsewhere: "Reply on {where}",
      which: "Template",
      preview: "What the customer reads",
      long: "Too long: {length} of {limit} characters.",
      cancel: "Cancel",
      send: "Send template",
      kept: "not sent, the messenger's window has closed",
      closedNow: "Not sent: the messenger's window has closed. The text is kept.",
    },
    again: "Send again",
    discard: "Discard",
    use: "Use",
    notSent: "Not sent: no connection.",
    notSentLost: "Not sent: you no longer have the conversation. The text is kept.",
    notSentOther: "Not sent: {detail}",
    returned: "Not sent, because the conversation had moved on:",
    offline: "No connection. Still trying; what you write stays here.",
    lost: "Somebody was faster.",
    failed: "That did not work: {detail}",
    search: "Reference",
    searchHint: "Find a reference number",
    notFound: "There is no request with this number.",
    keys: "Keys",
    keyWords: { n: "Next conversation", send: "Send the reply", search: "Find a reference number", close: "Back to the list", keys: "This overview" },
    close: "Close",
    back: "Back",
    context: "To the conversation",
    contextOpen: "What it is about",
    signIn: "Sign in",
    signOut: "Sign out",
    email: "E-mail",
    password: "Password",
    newPassword: "New password",
    newPasswordWhy: "Choose a password of your own. The old one was given by somebody else.",
    set: "Set password",
    wrong: "E-mail or password is wrong.",
    weak: "This password is too weak. Take a longer one, with digits.",
    noGroup: "This account is not part of the team.",
    noConnection: "No connection. Please try again.",
    expired: "Please sign in again. Your drafts are still here.",
    welcome: "For everybody who helps people here.",
    titleWaiting: "({count}) Pforte",
    announce: "{count} waiting",
    otherLanguage: "Deutsch",
    characters: "{count} of {limit}",
    unread: "unread",
    draft: "Draft: {text}",
    channels: { email: "E-mail", webchat: "Web" },
    blockedAddress: "blocked",
    linking: {
      goOn: "This conversation was linked with an older one and goes on there.",
      earlier: "Earlier on {channel}",
      linked: "Linked with {channel} ({time})",
      unlinked: "{channel} was cut off ({time})",
      cut: "Cut off",
      cutFrom: "Cut {channel} off from this conversation",
      sure: "Cut {channel} off? A new conversation then begins there.",
      keep: "Keep",
    },
    visitor: "Visitor of the website",
  },
};

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
