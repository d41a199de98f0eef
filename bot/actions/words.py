"""Say what the actions say, in German and English, and write figures as each language does."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

Language = Literal["de", "en"]

_MONTHS: Mapping[Language, Sequence[str]] = {
    "de": (
        "Jan.",
        "Feb.",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "Aug.",
        "Sept.",
        "Okt.",
        "Nov.",
        "Dez.",
    ),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_WEEKDAYS: Mapping[Language, Sequence[str]] = {
    "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}

_PRODUCTS: Mapping[str, Mapping[Language, str]] = {
    "electricity": {"de": "Strom", "en": "Electricity"},
    "gas": {"de": "Gas", "en": "Gas"},
    "water": {"de": "Wasser", "en": "Water"},
    "district_heating": {"de": "Fernwärme", "en": "District heating"},
    "internet": {"de": "Internet", "en": "Internet"},
}

_SENTENCES: Mapping[str, Mapping[Language, str]] = {
    "not_verified": {
        "de": "Kundennummer und Postleitzahl passen nicht zusammen. Bitte nennen Sie mir beides"
        " noch einmal; Sie finden die Kundennummer oben auf jeder Rechnung.",
        "en": "Customer number and postcode do not match. Please tell me both again; you find the"
        " customer number at the top of every invoice.",
    },
    "verification_given_up": {
        "de": "Leider kann ich so nicht feststellen, wer Sie sind. Damit Ihre Daten geschützt"
        " bleiben, übernimmt ein Mensch Ihr Anliegen.",
        "en": "I am sorry, I cannot establish who you are this way. To keep your data safe, a"
        " person will take over.",
    },
    "customer_number_unreadable": {
        "de": "Das sieht nicht nach einer Kundennummer aus. Sie besteht nur aus Ziffern.",
        "en": "That does not look like a customer number. It consists of digits only.",
    },
    "postcode_unreadable": {
        "de": "Das sieht nicht nach einer Postleitzahl aus. Sie hat fünf Ziffern.",
        "en": "That does not look like a postcode. It has five digits.",
    },
    "meter_reading_unreadable": {
        "de": "Den Stand konnte ich nicht lesen. Bitte schreiben Sie nur die Zahl, zum Beispiel"
        " 8132.",
        "en": "I could not read that figure. Please write only the number, for example 8132.",
    },
    "instalment_amount_unreadable": {
        "de": "Den Betrag konnte ich nicht lesen. Bitte schreiben Sie ihn zum Beispiel so: 85 €.",
        "en": "I could not read that amount. Please write it like this: €85.",
    },
    "unknown_meter": {
        "de": "Einen Zähler {number} finde ich bei Ihnen nicht.",
        "en": "I cannot find a meter {number} of yours.",
    },
    "ask_meter": {
        "de": "Um welchen Zähler geht es?",
        "en": "Which meter is it about?",
    },
    "ask_reading": {
        "de": "Welchen Stand zeigt der Zähler {number} ({product})? Die Stellen nach dem Komma"
        " brauche ich nicht.",
        "en": "What does the meter {number} ({product}) show? I do not need the decimals.",
    },
    "too_many_digits": {
        "de": "Der Zähler hat nur {digits} Stellen vor dem Komma. Bitte lesen Sie noch einmal ab.",
        "en": "The meter has only {digits} digits before the decimals. Please read it again.",
    },
    "ask_low_reading": {
        "de": "{value} {unit} wäre weniger als der letzte Stand: {last} {unit} am {day}."
        " Stimmt {value}?",
        "en": "{value} {unit} would be less than the last reading: {last} {unit} on {day}."
        " Is {value} right?",
    },
    "ask_high_reading": {
        "de": "{value} {unit} wäre ungewöhnlich viel: Der letzte Stand war {last} {unit} am"
        " {day}. Stimmt {value}?",
        "en": "{value} {unit} would be unusually high: the last reading was {last} {unit} on"
        " {day}. Is {value} right?",
    },
    "reading_done": {
        "de": "Danke, der Stand ist notiert: {value} {unit} für den Zähler {number} am {day}."
        " Seit der letzten Ablesung sind das {used} {unit}. Ihre Vorgangsnummer: {reference}",
        "en": "Thank you, the reading is noted: {value} {unit} for the meter {number} on {day}."
        " That is {used} {unit} since the last reading. Your reference number: {reference}",
    },
    "reading_to_be_checked": {
        "de": "Danke, der Stand ist notiert: {value} {unit} für den Zähler {number} am {day}."
        " Weil er nicht zum letzten passt, prüfen wir ihn und melden uns, falls etwas unklar"
        " ist. Ihre Vorgangsnummer: {reference}",
        "en": "Thank you, the reading is noted: {value} {unit} for the meter {number} on {day}."
        " As it does not fit the last one, we will check it and contact you if anything is"
        " unclear. Your reference number: {reference}",
    },
    "no_invoice": {
        "de": "Zu Ihrer Kundennummer gibt es noch keine Rechnung.",
        "en": "There is no invoice for your customer number yet.",
    },
    "ask_invoice": {
        "de": "Welche Rechnung möchten Sie?",
        "en": "Which invoice would you like?",
    },
    "unknown_invoice": {
        "de": "Diese Rechnung finde ich nicht.",
        "en": "I cannot find this invoice.",
    },
    "invoice_done": {
        "de": "Hier ist Ihre Rechnung vom {day} als PDF: {url}\n\nDer Link gilt bis {expires}"
        " und öffnet die Rechnung ohne Anmeldung: Geben Sie ihn nicht weiter."
        " Ihre Vorgangsnummer: {reference}",
        "en": "Here is your invoice of {day} as a PDF: {url}\n\nThe link works until {expires}"
        " and opens the invoice without a login: do not pass it on."
        " Your reference number: {reference}",
    },
    "ask_contract": {
        "de": "Um welchen Vertrag geht es?",
        "en": "Which contract is it about?",
    },
    "unknown_contract": {
        "de": "Einen Vertrag über {product} finde ich bei Ihnen nicht.",
        "en": "I cannot find a contract for {product} of yours.",
    },
    "ask_amount": {
        "de": "Ihr Abschlag für {product} ist {now} im Monat. Wie viel soll es werden? Möglich"
        " sind {lowest} bis {highest}.",
        "en": "Your instalment for {product} is {now} a month. What should it be? Between"
        " {lowest} and {highest} is possible.",
    },
    "out_of_limits": {
        "de": "{amount} passen nicht zu Ihrem Verbrauch: Möglich sind {lowest} bis {highest}.",
        "en": "{amount} does not fit your use: between {lowest} and {highest} is possible.",
    },
    "ask_begin": {
        "de": "Ab wann soll der neue Abschlag gelten?",
        "en": "From when should the new instalment apply?",
    },
    "instalment_done": {
        "de": "Erledigt: Ihr Abschlag für {product} ist ab dem {day} {amount} im Monat (bisher"
        " {before}). Ihre Vorgangsnummer: {reference}",
        "en": "Done: your instalment for {product} is {amount} a month from {day} (so far"
        " {before}). Your reference number: {reference}",
    },
    "unknown_street": {
        "de": "Die Straße „{street}“ kenne ich in Musterstadt nicht. Wie heißt sie genau?",
        "en": "I do not know a street “{street}” in Musterstadt. What is its exact name?",
    },
    "outage_reported": {
        "de": "Danke, die Störung ({product}, {street}) ist gemeldet; unsere Technik sieht sie"
        " sich an. Ihre Vorgangsnummer: {reference}",
        "en": "Thank you, the outage ({product}) in {street} is reported; our technicians are"
        " looking into it. Your reference number: {reference}",
    },
    "outage_known": {
        "de": "Diese Störung kennen wir schon, Ihre Meldung ist dazu notiert. {status}"
        " Ihre Vorgangsnummer: {reference}",
        "en": "We know about this outage already, and your report is noted with it. {status}"
        " Your reference number: {reference}",
    },
    "outage_status": {
        "de": "{street}: {product} gestört seit {since} ({cause})."
        " Voraussichtlich behoben: {until}.",
        "en": "{product} in {street}: out since {since} ({cause}). Expected to be back: {until}.",
    },
    "outage_status_open": {
        "de": "{street}: {product} gestört seit {since} ({cause}). Wann es behoben ist,"
        " wissen wir noch nicht.",
        "en": "{product} in {street}: out since {since} ({cause}). We do not know yet when it"
        " will be back.",
    },
    "no_outage": {
        "de": "{street}: Hier ist zurzeit keine Störung bekannt. Wenn bei Ihnen etwas"
        " ausgefallen ist, nehme ich die Meldung gern auf.",
        "en": "No outage is known in {street} at the moment. If something is out at your place, I"
        " will gladly take your report.",
    },
    "cause_cable": {"de": "beschädigtes Kabel", "en": "damaged cable"},
    "cause_pipe": {"de": "Rohrbruch", "en": "burst pipe"},
    "cause_unknown": {"de": "Ursache wird gesucht", "en": "cause being looked for"},
    "report_outage": {"de": "Störung melden", "en": "Report an outage"},
    "ask_appointment": {
        "de": "Diese Termine sind frei. Welcher passt Ihnen? Sie können auch einen Tag nennen.",
        "en": "These times are free. Which one suits you? You can also name a day.",
    },
    "no_appointment": {
        "de": "Später ist im Moment nichts frei. Dies sind die nächsten freien Termine:",
        "en": "Nothing is free later than that at the moment. These are the next free times:",
    },
    "nothing_free": {
        "de": "Im Moment ist kein Termin frei. Ein Mensch sucht mit Ihnen nach einem.",
        "en": "No time is free at the moment. A person will look for one with you.",
    },
    "more_times": {"de": "Spätere Termine", "en": "Later times"},
    "appointment_taken": {
        "de": "Dieser Termin ist leider nicht frei.",
        "en": "I am sorry, this time is not free.",
    },
    "appointment_done": {
        "de": "Der Termin steht: {time}, {product}. Bitte sorgen Sie dafür, dass jemand da ist."
        " Ihre Vorgangsnummer: {reference}",
        "en": "Your appointment: {time}, {product}. Please make sure that somebody is there."
        " Your reference number: {reference}",
    },
    "iban_unreadable": {
        "de": "Diese IBAN kann nicht stimmen, die Prüfziffern passen nicht. Bitte schreiben Sie"
        " sie noch einmal.",
        "en": "This IBAN cannot be right, its check digits do not fit. Please write it again.",
    },
    "ask_bank_check": {
        "de": "Neue Bankverbindung: {iban}. Sollen wir künftig von diesem Konto abbuchen? Mit"
        " „Ja“ erteilen Sie uns dafür ein SEPA-Lastschriftmandat.",
        "en": "New account: {iban}. Shall we debit this account from now on? By saying “yes” you"
        " give us a SEPA direct debit mandate for it.",
    },
    "bank_done": {
        "de": "Erledigt: Ab dem {day} buchen wir von {iban} ab. Ihre Vorgangsnummer: {reference}",
        "en": "Done: from {day} we debit {iban}. Your reference number: {reference}",
    },
    "same_iban": {
        "de": "Von diesem Konto ({iban}) buchen wir schon ab; es bleibt alles, wie es ist.",
        "en": "We debit this account ({iban}) already; nothing changes.",
    },
    "cancelled": {
        "de": "In Ordnung, ich habe nichts geändert. Was kann ich sonst für Sie tun?",
        "en": "All right, I have not changed anything. What else can I do for you?",
    },
    "yes": {"de": "Ja", "en": "Yes"},
    "no": {"de": "Nein", "en": "No"},
}


def sentence(name: str, language: Language, **values: object) -> str:
    """Return a sentence with its values. Raises KeyError where there is none of this name."""
    return _SENTENCES[name][language].format(**values)


def product_name(product: str, language: Language) -> str:
    """Return what a product is called."""
    return _PRODUCTS[product][language]


def number(value: int, language: Language) -> str:
    """Write a number with its thousands apart: 10.400, 10,400."""
    written = f"{value:,}"
    return written.replace(",", ".") if language == "de" else written


def money(cents: int, language: Language) -> str:
    """Write an amount: 84 €, 84,20 €, €84.20."""
    euros, rest = number(cents // 100, language), cents % 100
    if language == "de":
        return f"{euros},{rest:02d} €" if rest else f"{euros} €"
    return f"€{euros}.{rest:02d}" if rest else f"€{euros}"


def day(written: str, language: Language) -> str:
    """Write a day given as YYYY-MM-DD: 18.11.2026, 18 Nov 2026."""
    meant = date.fromisoformat(written[:10])
    if language == "de":
        return f"{meant:%d.%m.%Y}"
    return f"{meant.day} {_MONTHS['en'][meant.month - 1]} {meant.year}"


def month(written: str, language: Language) -> str:
    """Write a first of a month for a button: ab 1. Jan. 2027, from 1 Jan 2027."""
    meant = date.fromisoformat(written)
    name = _MONTHS[language][meant.month - 1]
    if language == "de":
        return f"ab {meant.day}. {name} {meant.year}"
    return f"from {meant.day} {name} {meant.year}"


def moment(written: str, language: Language) -> str:
    """Write a moment given in ISO 8601, as it is there: 18.11., 12:40 Uhr; 18 Nov, 12:40."""
    meant = datetime.fromisoformat(written)
    if language == "de":
        return f"{meant:%d.%m.}, {meant:%H:%M} Uhr"
    return f"{meant.day} {_MONTHS['en'][meant.month - 1]}, {meant:%H:%M}"


def window(begins: str, ends: str, language: Language) -> str:
    """Write a technician's time, at most 20 characters: Mi 25.11., 13–15 Uhr; Wed 25 Nov, 13–15."""
    first, last = datetime.fromisoformat(begins), datetime.fromisoformat(ends)
    weekday = _WEEKDAYS[language][first.weekday()]
    hours = f"{first.hour}–{last.hour}"
    if language == "de":
        return f"{weekday} {first:%d.%m.}, {hours} Uhr"
    return f"{weekday} {first.day} {_MONTHS['en'][first.month - 1]}, {hours}"
