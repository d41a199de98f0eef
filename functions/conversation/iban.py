"""Find bank account numbers (IBAN, ISO 13616) in a text, by their check digits."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_COUNTRIES = {
    15: "NO",
    16: "BE",
    18: "DK FI NL",
    19: "MK SI",
    20: "AT BA EE LT LU",
    21: "CH HR LI LV",
    22: "BG DE GB GE IE ME RS VA",
    23: "GI",
    24: "AD CZ ES MD RO SE SK",
    25: "PT",
    26: "IS TR",
    27: "FR GR IT MC SM",
    28: "AL CY HU PL",
    29: "UA",
    31: "MT",
}

LENGTHS = {country: size for size, names in _COUNTRIES.items() for country in names.split()}
"""Characters by country: those of SEPA and their neighbours (SWIFT's IBAN registry)."""

_BEGIN = re.compile(
    rf"(?<![^\W_])(?:{'|'.join(LENGTHS)})[ \u00a0.-]?\d[ \u00a0.-]?\d", re.IGNORECASE | re.ASCII
)
_SEPARATORS = " \u00a0.-"


class Iban(NamedTuple):
    """`value` has capitals and no spaces; offsets in characters of the text."""

    value: str
    start: int
    end: int


def ibans(text: str) -> Iterator[Iban]:
    """Yield the IBANs whose check digits are right."""
    for match in _BEGIN.finditer(text):
        found = _read(text, match.start())
        if found is not None:
            yield found


def _read(text: str, start: int) -> Iban | None:
    wanted = LENGTHS[text[start : start + 2].upper()]
    value, place = "", start
    while place < len(text) and len(value) < wanted:
        sign = text[place]
        if sign.isascii() and sign.isalnum():
            value += sign.upper()
        elif sign not in _SEPARATORS or text[place - 1] in _SEPARATORS:
            return None
        place += 1
    goes_on = place < len(text) and text[place].isalnum()
    return (
        None if len(value) < wanted or goes_on or not is_valid(value) else Iban(value, start, place)
    )


def is_valid(value: str) -> bool:
    """Say whether the check digits are right (ISO 7064, mod 97-10)."""
    turned = value[4:] + value[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1
