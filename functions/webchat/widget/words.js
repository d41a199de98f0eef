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
