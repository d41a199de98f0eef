// What visitors read, in German and English.

const WORDS = {
  de: {
    language: "de",
    title: "Kundenservice",
    subtitle: "Schreiben Sie, wann Sie möchten",
    launcher: "Schreiben Sie uns",
    greeting: "Guten Tag! Wobei können wir Ihnen helfen?",
    close: "Chat schließen",
    thread: "Unterhaltung",
    message: "Nachricht",
    send: "Senden",
    you: "Sie",
    assistant: "Digitaler Assistent",
    person: "Kundenservice",
    isHere: (name) => `${name} ist für Sie da`,
    personIsHere: "Ein Mensch ist für Sie da",
    typing: "Antwort wird geschrieben",
    sending: "wird gesendet …",
    refused: "Nicht gesendet.",
    edit: "Ändern",
    discard: "Verwerfen",
    attach: "Foto oder Datei senden",
    openFile: (name) => `${name} öffnen`,
    fileTooLarge: (size, limit) => `Die Datei ist zu groß: ${size}, höchstens ${limit}.`,
    fileGone: "Die Datei ist noch nicht oder nicht mehr da.",
    offline:
      "Keine Verbindung. Was Sie schreiben, geht nicht verloren: Es wird gesendet, sobald es geht.",
    waitTitle: "Sie müssen nicht hier warten.",
    waitText:
      "Sie können diese Seite schließen. Wenn Sie auf diesem Gerät wiederkommen, steht die Antwort hier.",
    waitTextSignedIn:
      "Sie können diese Seite schließen. Wenn Sie sich wieder anmelden, steht die Antwort hier, auf jedem Gerät.",
    elsewhere: {
      title: "In einem Messenger weiterschreiben",
      text: "Ihr Gespräch geht dort weiter, wo Sie es öffnen; wer wartet, behält seinen Platz.",
      goOn: (names) => `Lieber in ${listed(names, "oder")} weiter?`,
      open: (name) => `In ${name} öffnen`,
      code: "Oder schreiben Sie uns dort diesen Code:",
      valid: "Er gilt 15 Minuten, einmal.",
      linked: (names) => `Verbunden mit ${names}.`,
      cut: "Verbindung trennen",
      sure: "Wirklich trennen?",
      fetching: "Einen Augenblick …",
      failed: "Das ging gerade nicht. Bitte versuchen Sie es noch einmal.",
      close: "Zurück zum Chat",
    },
    reference: (reference) => `Ihr Vorgang: ${reference}`,
    tooLong: (length, limit) => `${length} von höchstens ${limit} Zeichen`,
    unread: (count) => (count === 1 ? "1 neue Nachricht" : `${count} neue Nachrichten`),
    newBelow: "Neue Nachricht",
    today: "Heute",
    yesterday: "Gestern",
  },
  en: {
    language: "en",
    title: "Customer service",
    subtitle: "Write whenever you like",
    launcher: "Write to us",
    greeting: "Hello! How can we help you?",
    close: "Close chat",
    thread: "Conversation",
    message: "Message",
    send: "Send",
    you: "You",
    assistant: "Digital assistant",
    person: "Customer service",
    isHere: (name) => `${name} is here for you`,
    personIsHere: "A person is here for you",
    typing: "An answer is being written",
    sending: "sending …",
    refused: "Not sent.",
    edit: "Change",
    discard: "Discard",
    attach: "Send a photo or a file",
    openFile: (name) => `Open ${name}`,
    fileTooLarge: (size, limit) => `The file is too large: ${size}, at most ${limit}.`,
    fileGone: "The file is not here yet, or not any more.",
    offline: "No connection. Nothing you write is lost: it is sent as soon as possible.",
    waitTitle: "You need not wait here.",
    waitText:
      "You may close this page. When you come back on this device, the answer will be here.",
    waitTextSignedIn:
      "You may close this page. When you sign in again, the answer will be here, on any device.",
    elsewhere: {
      title: "Go on in a messenger",
      text: "Your conversation goes on where you open it; whoever waits keeps their place.",
      goOn: (names) => `Rather go on in ${listed(names, "or")}?`,
      open: (name) => `Open in ${name}`,
      code: "Or send us this code there:",
      valid: "It is good for 15 minutes, once.",
      linked: (names) => `Connected to ${names}.`,
      cut: "Unlink",
      sure: "Really unlink?",
      fetching: "One moment …",
      failed: "That did not work just now. Please try again.",
      close: "Back to the chat",
    },
    reference: (reference) => `Your reference: ${reference}`,
    tooLong: (length, limit) => `${length} of at most ${limit} characters`,
    unread: (count) => (count === 1 ? "1 new message" : `${count} new messages`),
    newBelow: "New message",
    today: "Today",
    yesterday: "Yesterday",
  },
};

/** Return the words of a language tag (`de-AT`, `en`, …); English where it is neither. */
export function wordsFor(tag) {
  return WORDS[(tag ?? "").toLowerCase().startsWith("de") ? "de" : "en"];
}

/** Return names as a list: "WhatsApp, Telegram oder Messenger". */
function listed(names, or) {
  const last = names.at(-1);
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} ${or} ${last}` : last;
}
