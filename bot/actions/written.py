"""Read what customers write for a question: numbers, amounts, days, account numbers."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

LATEST = "latest"
"""What a customer says of an invoice who wants the newest one."""

_FEW = 4
_FEW_WORDS = rf"(?:[^\W\d_]+[ ,:.!'’-]*){{0,{_FEW}}}"
_NUMBER = r"\d{1,3}(?:[. ']\d{3})+(?:,\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?"
_BARE = re.compile(
    rf"\W*{_FEW_WORDS}(?P<number>{_NUMBER})\s*(?:kwh|m³|m3|cbm|kubikmeter|€|eur|euros?)?[.! ]*",
    re.IGNORECASE,
)
_OTHER_NUMBER = re.compile(
    r"kund|kd|customer|plz|post|nummer|number|"
    r"(?<!\d)(?:0?[1-9]|[12]\d|3[01])\.\s?(?:0?[1-9]|1[0-2])\.",  # a day
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d(?:[ \-/]?\d)*")
_NO_NAME = r"(?:unser|mein|dein|ihr|ganz|ein|dies|jed|welch|selb|gleich|die|der|den|am|zu)\w*"
_STREET = re.compile(
    r"(?<!\w)(?:\w{2,}(?:straße|strasse|str|weg|platz|allee|gasse|ring|ufer|damm|hof)"
    rf"|(?!{_NO_NAME}[ -])\w+[ -](?:straße|strasse|str|platz|allee|gasse))(?!\w)",
    re.IGNORECASE,
)
_METER = re.compile(r"(?<!\w)(?=\w*\d{4})[0-9A-Z]{6,16}(?!\w)", re.IGNORECASE | re.ASCII)
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ .-]?[0-9A-Z]){10,30}(?!\w)", re.IGNORECASE | re.ASCII)
_INVOICE = re.compile(
    rf"(?<!\d)20\d\d(?!\d)|(?P<{LATEST}>letzte|neueste|aktuelle|latest|newest|last|current)",
    re.IGNORECASE,
)
_SOON = re.compile(r"sofort|möglich|moeglich|früh|soon|now|possible|early", re.IGNORECASE)
_PATTERNS = {
    "street": _STREET,
    "meter_number": _METER,
    "iban": _IBAN,
    "invoice": _INVOICE,
    "instalment_begin": _SOON,
}
_CORRECTED = {"reading_check": "meter_reading", "bank_check": "iban"}
"""What a message corrects that does not say yes or no: "nein, 8132"."""

_IBAN_LENGTHS = range(15, 35)
_GERMAN_LENGTH = 22

_PRODUCTS = {
    "electricity": "strom elektro elektrizität electricity power",
    "gas": "gas erdgas",
    "water": "wasser trinkwasser water",
    "district_heating": "fernwärme heizung district_heating",
    "internet": "internet glasfaser",
}
PRODUCTS = {word: product for product, words in _PRODUCTS.items() for word in words.split()}


def bare_answer(slot: str, text: str) -> dict[str, Any]:
    """Return what a short answer to the question for a slot sets, where no entity was found.

    A sentence that says more than the answer is none: it may be a question.
    """
    slot = _CORRECTED.get(slot, slot)
    if slot in ("meter_reading", "instalment_amount"):
        found = _BARE.fullmatch(text.strip())
        return {slot: found["number"]} if found and not _OTHER_NUMBER.search(text) else {}
    if slot in ("customer_number", "postcode"):
        return _identity(slot, text)
    pattern = _PATTERNS.get(slot)
    match = pattern.search(text) if pattern else None
    if match is None or "?" in text:
        return {}
    return {slot: match.lastgroup or match[0]}


def _identity(slot: str, text: str) -> dict[str, str]:
    """Read "471 1023", "Kundennummer 4711023, PLZ 12345", "12345" for one of the two.

    Between words only what can be the answer is one; figures alone are, whatever they say.
    """
    if not re.search(r"\d", text) or "?" in text or len(re.findall(r"[^\W\d_]+", text)) > _FEW:
        return {}
    *others, last = re.findall(r"\d+", text)
    first = "".join(others)
    if len(first) > len(last) and customer_number(first) and postcode(last):
        return {"customer_number": first, "postcode": last}
    several = _DIGITS.findall(text)
    if len(several) > 1:
        return {}
    joined = digits(several[0])
    alone = not re.search(r"[^\W\d_]", text)
    fits = customer_number(joined) if slot == "customer_number" else postcode(joined)
    return {slot: joined} if alone or fits else {}


def digits(written: Any) -> str:
    """Return the digits of a number alone."""
    return "".join(sign for sign in str(written) if sign.isascii() and sign.isdigit())


def customer_number(written: Any) -> str | None:
    """Return a customer number, None where it cannot be one."""
    found = digits(written)
    return found if 4 <= len(found) <= 12 else None


def postcode(written: Any) -> str | None:
    """Return a German postcode, None where it cannot be one."""
    found = digits(written)
    return found if len(found) == 5 else None


def whole_number(written: Any) -> int | None:
    """Return a reading without its decimals: "8.132,7", "8 132" and 8132.7 are 8132."""
    cents = amount(written)
    return None if cents is None else cents // 100


def amount(written: Any) -> int | None:
    """Return an amount in cents: "85", "85,50 €", "1.200"; None where it is none."""
    if isinstance(written, Mapping):
        written = written.get("value")
    match = re.search(_NUMBER, str(written))
    if match is None or re.match(r"\s*-", str(written)):
        return None
    plain = re.sub(r"[ ']", "", match[0])
    groups = re.split(r"[.,]", plain)
    fraction = ""
    several = len(set(re.findall(r"[.,]", plain))) == 2
    if len(groups) > 1 and (several or (len(groups) == 2 and len(groups[1]) != 3)):
        fraction = groups.pop()
    return int("".join(groups)) * 100 + int((fraction + "00")[:2])


def euros(written: Any) -> str | None:
    """Return an amount as a slot keeps it, "85.00": read again it is the same."""
    cents = amount(written)
    return None if cents is None else f"{cents // 100}.{cents % 100:02d}"


def meter_number(written: Any) -> str | None:
    """Return a meter's number as it is stored."""
    found = re.sub(r"[^0-9A-Za-z]", "", str(written)).upper()
    return found or None


def product(written: Any) -> str | None:
    """Return a product by its name in the back end, None where it is none of ours."""
    return PRODUCTS.get(str(written).casefold())


def day(written: Any) -> str | None:
    """Return the first moment of a time entity as far as it is told: "2027-01-01", "…T08"."""
    if isinstance(written, Mapping):
        written = written.get("from") or written.get("value") or written.get("to")
    week = re.fullmatch(r"(\d{4})-W(\d\d)", str(written))
    if week:
        return date.fromisocalendar(int(week[1]), int(week[2]), 1).isoformat()
    match = re.match(r"(\d{4}-\d\d)(-\d\d)?(?:T(\d\d))?", str(written))
    if match is None:
        return None
    begin = match[1] + (match[2] or "-01")
    return f"{begin}T{match[3]}" if match[3] and match[3] != "00" else begin


def iban(written: Any) -> str | None:
    """Return an account number whose check digits are right (ISO 13616, ISO 7064 mod 97-10)."""
    value = re.sub(r"[\s.-]", "", str(written)).upper()
    if not (value.isascii() and value.isalnum() and len(value) in _IBAN_LENGTHS):
        return None
    if value.startswith("DE") and len(value) != _GERMAN_LENGTH:
        return None
    turned = value[4:] + value[:4]
    right = int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1
    return value if right else None


def masked_iban(value: str) -> str:
    """Return an account number as it may be shown: country, check digits, last four."""
    return f"{value[:4]} •••• {value[-4:]}"
