/** What the page says, in German and English. */

const WORDS = {
  de: {
    asWhom: "Sie schreiben als",
    newCustomer: "Neuer Kunde",
    number: { another: "Andere Nummer …", label: "Nummer", example: "" },
    mail: { another: "Andere Adresse …", label: "E-Mail-Adresse", example: "name@example.org" },
    message: "Nachricht",
    send: "Senden",
    photo: "Datei",
    simulated: "nachgestellt",
    typing: "schreibt …",
    empty: "Die Antwort auf Ihre Nachricht kommt hier an.",
    offline: "Der Messenger antwortet nicht. Läuft das Haus?",
    tapped: (title) => `„${title}“ angetippt`,
    blocked: "Sie haben die Stadtwerke blockiert",
    allowed: "Sie haben die Stadtwerke wieder zugelassen",
    reacted: (emoji) => (emoji ? `Sie reagieren mit ${emoji}` : "Sie nehmen Ihre Reaktion zurück"),
    deleted: "Nachricht gelöscht",
    language: "English",
    languageShort: "EN",
    thread: "Unterhaltung",
    kinds: {
      photo: "Foto",
      voice: "Sprachnachricht",
      audio: "Audio",
      video: "Video",
      document: "Dokument",
      sticker: "Sticker",
      location: "Standort",
    },
    states: { sent: "gesendet", delivered: "zugestellt", read: "gelesen", failed: "fehlgeschlagen" },
  },
  en: {
    asWhom: "You write as",
    newCustomer: "New customer",
    number: { another: "Another number …", label: "Number", example: "" },
    mail: { another: "Another address …", label: "E-mail address", example: "name@example.org" },
    message: "Message",
    send: "Send",
    photo: "File",
    simulated: "simulated",
    typing: "is typing …",
    empty: "The answer to your message arrives here.",
    offline: "The messenger does not answer. Is the house running?",
    tapped: (title) => `tapped “${title}”`,
    blocked: "You blocked Stadtwerke Musterstadt",
    allowed: "You allowed Stadtwerke Musterstadt again",
    reacted: (emoji) => (emoji ? `You react with ${emoji}` : "You take your reaction back"),
    deleted: "Message deleted",
    language: "Deutsch",
    languageShort: "DE",
    thread: "Conversation",
    kinds: {
      photo: "Photo",
      voice: "Voice message",
      audio: "Audio",
      video: "Video",
      document: "Document",
      sticker: "Sticker",
      location: "Location",
    },
    states: { sent: "sent", delivered: "delivered", read: "read", failed: "failed" },
  },
};

const asked = new URLSearchParams(location.search).get("lang");

/** The language of the page: `?lang=`, else the browser's. */
export const language =
  asked in WORDS ? asked : navigator.language.toLowerCase().startsWith("de") ? "de" : "en";

export const words = WORDS[language];
