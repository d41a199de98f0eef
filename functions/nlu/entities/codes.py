"""Find e-mail addresses, phone numbers, IBANs and postcodes by their form."""

import re
from collections.abc import Iterator

from conversation import iban
from conversation.understanding import Entity

_EMAIL = re.compile(r"(?<![\w.+-])[\w+-]+(?:\.[\w+-]+)*@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,24}(?!\w)")

_PHONE = re.compile(
    r"(?<![\w.,/+-])(?:"
    r"(?:\+|00)[1-9](?:[ /.()–-]{0,2}\d){6,14}"  # international
    r"|\(?0[1-9](?:[ /()–-]{0,2}\d){5,12}"  # national
    r"|\(?[2-9]\d\d\)?[ .-][2-9]\d\d[ .-]\d{4}"  # North American
    r")(?![\w/]|[.,-]\d)"
)
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_TRUNK = re.compile(r"\(0\)")

_POSTCODES = (
    re.compile(
        r"(?<!\w)(?i:plz|postleitzahl|postcode|zip(?: code)?)\W{0,3}(?:(?:ist|is|lautet) )?"
        r"(\d{4,5})(?![\w-])"
    ),
    re.compile(r"(?<![\w-])(?:DE?|AT?|CH|L)-(\d{4,5})(?![\w-])"),
    re.compile(r"(?<![\w.,/+€$£-])((?:0[1-9]|[1-9]\d)\d{3})(?= [A-ZÄÖÜ][a-zäöüß]{2})"),
    re.compile(r"(?<!\w)([A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2})(?!\w)"),
    re.compile(r"\A\s*(\d{5})\s*\Z"),
)
"""Named so, with their country, before a place's name, British ones, and nothing but one."""

_COUNTED = re.compile(
    r" (?:euro?s?|cent|kilo\w*|meter|liter|tage?|stunden|minuten|jahre|mal|prozent|punkte)\b",
    re.IGNORECASE,
)
_OTHER_NUMBER = re.compile(r"(?:nummer|nr\.?|stand|zähler|code|id)\W{0,2}$", re.IGNORECASE)

_MASKED_CARD = re.compile(r"•••• \d{4}(?!\d)")


def emails(text: str) -> Iterator[Entity]:
    """Yield e-mail addresses, in lower case."""
    for match in _EMAIL.finditer(text):
        yield _entity(match[0].lower(), match.start(), match.end())


def phones(text: str) -> Iterator[Entity]:
    """Yield phone numbers as digits, with `+` where the country is named."""
    accounts = list(iban.ibans(text))
    for match in _PHONE.finditer(text):
        written = match[0]
        in_account = any(a.start < match.end() and match.start() < a.end for a in accounts)
        if in_account or _DATE.match(written):
            continue
        digits = re.sub(r"\D", "", _TRUNK.sub("", written))
        if written.startswith(("+", "00")):
            digits = f"+{digits.removeprefix('00')}"
        yield _entity(digits, match.start(), match.end())


def ibans(text: str) -> Iterator[Entity]:
    """Yield IBANs whose check digits are right, without spaces."""
    for found in iban.ibans(text):
        yield _entity(found.value, found.start, found.end)


def postcodes(text: str) -> Iterator[Entity]:
    """Yield postcodes; five digits elsewhere may be anything."""
    seen = set()
    for pattern in _POSTCODES:
        for match in pattern.finditer(text):
            start, end = match.span(1)
            before = text[max(0, start - 12) : start]
            if start in seen or _COUNTED.match(text, end) or _OTHER_NUMBER.search(before):
                continue
            seen.add(start)
            yield _entity(match[1], start, end)


def masked_cards(text: str) -> Iterator[Entity]:
    """Yield card numbers as they are kept: masked but for their last four digits."""
    for match in _MASKED_CARD.finditer(text):
        yield _entity(match[0], match.start(), match.end())


def _entity(value: str, start: int, end: int) -> Entity:
    return Entity(entity="", value=value, start=start, end=end)
