"""Find amounts of money and numbers, as Germans and English people write them."""

import re
from collections.abc import Iterator

from conversation.understanding import Entity

_SPELT = {
    0: "null zero",
    1: "ein eine einen einem einer eins a an one",
    2: "zwei zwo two",
    3: "drei three",
    4: "vier four",
    5: "fünf fuenf five",
    6: "sechs six",
    7: "sieben seven",
    8: "acht eight",
    9: "neun nine",
    10: "zehn ten",
    11: "elf eleven",
    12: "zwölf zwoelf twelve",
    15: "fünfzehn fuenfzehn fifteen",
    20: "zwanzig twenty",
    30: "dreißig dreissig thirty",
    40: "vierzig forty",
    50: "fünfzig fuenfzig fifty",
    60: "sechzig sixty",
    70: "siebzig seventy",
    80: "achtzig eighty",
    90: "neunzig ninety",
    100: "hundert einhundert hundred",
    200: "zweihundert",
    500: "fünfhundert fuenfhundert",
    1000: "tausend eintausend thousand",
}

WORDS = {word: number for number, words in _SPELT.items() for word in words.split()}
"""The number words that people use for counts, hours and round sums."""

_ARTICLES = frozenset({"ein", "eine", "einen", "einem", "einer", "a", "an"})

_SIGNS = {
    "EUR": "€ eur euro euros",
    "USD": "$ usd dollar dollars",
    "GBP": "£ gbp pfund pound pounds",
    "CHF": "chf franken francs",
}
_SMALL = {"EUR": "cent cents ct", "GBP": "pence", "CHF": "rappen"}

_UNITS = {sign: unit for unit, signs in _SIGNS.items() for sign in signs.split()}
_CENTS = {sign: unit for unit, signs in _SMALL.items() for sign in signs.split()}

_FIGURE = r"\d{1,15}(?:[.,'’\u00a0\u202f]\d{1,6}){0,4}"
_AFTER = "|".join(re.escape(unit) for unit in (*_UNITS, *_CENTS))
_BEFORE = "|".join(re.escape(unit) for unit in _UNITS)
_WORD = "|".join(WORDS)
_MONEY = re.compile(
    rf"(?<![\w.,])(?:(?P<before>{_BEFORE})\s?(?P<first>{_FIGURE})(?:,-+)?(?!\w)"
    rf"|(?P<last>-?{_FIGURE}|{_WORD})(?:,-+)?\s?(?P<after>{_AFTER})(?!\w))",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    rf"(?<![\w.,+])-?{_FIGURE}(?![\w.,]\d|\w)|(?<!\w)(?:{_WORD})(?!\w)", re.IGNORECASE
)


def money(text: str) -> Iterator[Entity]:
    """Yield amounts: the value is a decimal number, the currency stands in `additional_info`."""
    for match in _MONEY.finditer(text):
        value = number(match["first"] or match["last"])
        unit = (match["before"] or match["after"]).lower()
        if value is None:
            continue
        if unit in _CENTS:
            value /= 100
        yield Entity(
            entity="",
            value=f"{value:.2f}",
            start=match.start(),
            end=match.end(),
            additional_info={
                "type": "value",
                "value": round(value, 2),
                "unit": _CENTS.get(unit) or _UNITS[unit],
            },
        )


def numbers(text: str) -> Iterator[Entity]:
    """Yield numbers in figures or words; articles count nothing."""
    for match in _NUMBER.finditer(text):
        value = number(match[0])
        if value is None or match[0].lower() in _ARTICLES:
            continue
        yield Entity(
            entity="",
            value=f"{value:.6f}".rstrip("0").rstrip("."),
            start=match.start(),
            end=match.end(),
            additional_info={"type": "value", "value": value},
        )


def number(written: str) -> float | None:
    """Return what a figure or number word says, None where it says nothing clear.

    Of two kinds of separators the last is the decimal one; a single one before exactly three
    digits separates thousands ("1.200", "1,200").
    """
    word = WORDS.get(written.lower())
    if word is not None:
        return float(word)
    plain = re.sub(r"['’\u00a0\u202f]", "", written)
    signs = re.findall(r"[.,]", plain)
    whole, *groups = re.split(r"[.,]", plain)
    fraction = ""
    if len(set(signs)) == 2 or (len(groups) == 1 and (len(groups[0]) != 3 or whole in ("0", "-0"))):
        fraction = groups.pop()
    if len(set(signs[: len(groups)])) > 1 or any(len(group) != 3 for group in groups):
        return None  # a date, a version
    return float(f"{whole}{''.join(groups)}.{fraction or 0}")
