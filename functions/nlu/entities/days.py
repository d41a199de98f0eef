"""Find days, weeks and months in a text."""

import calendar
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from nlu.entities.amounts import WORDS


def _table(rows: Mapping[int, str]) -> dict[str, int]:
    return {word: number for number, words in rows.items() for word in words.split("|")}


_WEEKDAYS = _table(
    {
        0: "montag|monday",
        1: "dienstag|tuesday",
        2: "mittwoch|wednesday",
        3: "donnerstag|thursday",
        4: "freitag|friday",
        5: "samstag|sonnabend|saturday",
        6: "sonntag|sunday",
    }
)
_MONTHS = _table(
    {
        1: "januar|jänner|january|jan",
        2: "februar|february|feb",
        3: "märz|maerz|march|mär|mar",
        4: "april|apr",
        5: "mai|may",
        6: "juni|june|jun",
        7: "juli|july|jul",
        8: "august|aug",
        9: "september|sept|sep",
        10: "oktober|october|okt|oct",
        11: "november|nov",
        12: "dezember|december|dez|dec",
    }
)
_NEAR = _table(
    {
        -2: "vorgestern|the day before yesterday",
        -1: "gestern|yesterday",
        0: "heute|today|tonight",
        1: "morgen|tomorrow|tmrw",
        2: "übermorgen|uebermorgen|the day after tomorrow",
    }
)
_NEXT = r"nächste[nrsm]?|naechste[nrsm]?|kommende[nrsm]?|next|coming"
_LAST = r"letzte[nrsm]?|vergangene[nrsm]?|vorige[nrsm]?|last|past"
_THIS = r"diese[nrsm]?|this"
_WEEK = r"woche|week"
_MONTH = r"monats?|month"
_YEAR = r"jahr(?:es)?|year"
_UNIT = r"(?P<unit>tag|day|woche|week|monat|month|jahr|year)(?:en|es|e|s|n)?"
_COUNT = rf"(?P<count>\d{{1,4}}|{'|'.join(WORDS)})"

_SIDES = rf"(?:(?P<next>{_NEXT})|(?P<last>{_LAST})|(?P<this>{_THIS}))"
_NAMES = "|".join(_MONTHS)
_DAYS = "|".join(_WEEKDAYS)
_PARTS = r"anfang|beginn|mitte|ende|early|the start of|start of|mid|late|the end of|end of"
_GIVEN_YEAR = r"(?:,?\s(?P<year>(?:19|20)\d\d)(?!\d))?"

RECENT = timedelta(days=30)
"""A date without a year is the next such, unless it was that lately."""


class Day(NamedTuple):
    """`first` is the first day of what is meant, `grain` is day, week, month or year."""

    first: date
    grain: str = "day"

    @property
    def value(self) -> str:
        """Return the ISO 8601 form."""
        if self.grain == "week":
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02}"
        return self.first.isoformat()[: {"day": 10, "month": 7, "year": 4}[self.grain]]


_Read = Callable[[re.Match[str], date], Day | None]

_RULES: list[tuple[re.Pattern[str], _Read]] = []
"""What is looked for; of two that overlap the longer stands."""


def _reads(source: str) -> Callable[[_Read], _Read]:
    """Let a function read what a pattern finds, on its own in the text and without case."""

    def add(read: _Read) -> _Read:
        _RULES.append((re.compile(rf"(?<![\w.,/-])(?:{source})", re.IGNORECASE), read))
        return read

    return add


def days(text: str, today: date) -> Iterator[tuple[int, int, Day]]:
    """Yield start, end and what is named; stretches may overlap, impossible dates are left out."""
    for pattern, read in _RULES:
        for match in pattern.finditer(text):
            try:
                day = read(match, today)
            except (ValueError, OverflowError):  # the 31st of February; the year 10000
                continue
            if day is not None:
                yield match.start(), match.end(), day


@_reads(
    r"(?P<day>[0-3]?\d)(?P<sign>[./])\s?(?P<month>[0-3]?\d)"
    r"(?:(?P=sign)\s?(?P<year>20\d\d|19\d\d|\d\d)(?!\d)|(?<=\d)\.(?!\d)|(?<=/\d)(?![\w./])"
    r"|(?<=/\d\d)(?![\w./]))"
)
def _written(match: re.Match[str], today: date) -> Day | None:
    """3.4., 3.4.2026, 03.04.26; 3/4/2026 with the day first, unless that cannot be."""
    number, month = int(match["day"]), int(match["month"])
    if month > 12 and match["sign"] == "/":
        number, month = month, number
    return _in_year(number, month, match["year"], today)


@_reads(r"(?P<year>(?:19|20)\d\d)-(?P<month>[01]\d)-(?P<day>[0-3]\d)(?![\w-])")
def _iso(match: re.Match[str], today: date) -> Day:
    del today
    return Day(date(int(match["year"]), int(match["month"]), int(match["day"])))


@_reads(rf"(?P<day>[0-3]?\d)\.\s?(?P<name>{_NAMES})(?!\w)\.?{_GIVEN_YEAR}")
@_reads(rf"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\s(?:of\s)?(?P<name>{_NAMES})(?!\w)\.?{_GIVEN_YEAR}")
@_reads(rf"(?P<name>{_NAMES})\.?\s(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?![\w:.€%]){_GIVEN_YEAR}")
def _named_month(match: re.Match[str], today: date) -> Day | None:
    """3. April, 3rd of April 2026, April 3rd."""
    return _in_year(int(match["day"]), _MONTHS[match["name"].lower()], match["year"], today)


def _in_year(day: int, month: int, year: str | None, today: date) -> Day:
    if year:
        return Day(date(int(year) + (2000 if len(year) == 2 else 0), month, day))
    for other in range(today.year, today.year + 9):  # until the next 29th of February
        if day > calendar.monthrange(other, month)[1]:
            continue
        if date(other, month, day) >= today - RECENT:
            return Day(date(other, month, day))
    raise ValueError(f"there is no day {day} in month {month}")


@_reads(
    r"(?:(?:im|in|seit|since|bis|until|ab|from|by|für|for|vom|of|during)\s"
    rf"|(?P<part>{_PARTS})[\s-])(?P<name>{_NAMES})(?!\w)\.?{_GIVEN_YEAR}"
)
def _month(match: re.Match[str], today: date) -> Day:
    """im April, in May 2027, Ende März."""
    month = _MONTHS[match["name"].lower()]
    year = int(match["year"] or today.year + (month < today.month - 1))
    return _part(match["part"], date(year, month, 1))


def _part(part: str | None, first: date) -> Day:
    """Return the month of its first day, or its beginning, middle or end."""
    word = (part or "").lower()
    if word.startswith(("anfang", "beginn", "early", "start")):
        return Day(first)
    if word.startswith(("mitte", "mid")):
        return Day(first.replace(day=15))
    if word.startswith(("ende", "end", "late")):
        return Day(first.replace(day=calendar.monthrange(first.year, first.month)[1]))
    return Day(first, "month")


@_reads(
    rf"(?:(?P<part>{_PARTS})\s(?:(?:des|dieses|this|the)\s|{_SIDES}\s)?(?:{_MONTH})"
    r"|monats(?P<joined>ende|anfang|mitte))(?!\w)"
)
def _month_part(match: re.Match[str], today: date) -> Day:
    """Ende des Monats, zum Monatsende, end of next month."""
    part = match["part"] or match["joined"]
    return _part(part, _months_on(today.replace(day=1), _side(match)))


@_reads(
    r"(?:am|zum|ab|ab dem|bis zum|seit dem|on|on the|by the|until the|der|den|the)\s"
    r"(?P<day>[0-3]?\d)(?:\.(?!\s?\d)(?!\s?(?:mal|platz|stock))|st|nd|rd|th)(?![\w])"
)
def _day_of_month(match: re.Match[str], today: date) -> Day:
    """am 15., on the 15th."""
    number = int(match["day"])
    first = today.replace(day=1)
    for ahead in range(13):
        month = _months_on(first, ahead)
        if number <= calendar.monthrange(month.year, month.month)[1] and (
            month.replace(day=number) >= today
        ):
            return Day(month.replace(day=number))
    raise ValueError(f"there is no day {number}")


@_reads(
    "(?<!guten )(?<!schönen )(?<!schoenen )"
    rf"(?:{'|'.join(name.replace(' ', r'\s') for name in _NEAR)})(?!\w)"
)
def _near(match: re.Match[str], today: date) -> Day:
    return Day(today + timedelta(days=_NEAR[re.sub(r"\s+", " ", match[0].lower())]))


@_reads(
    rf"(?:{_SIDES}\s)?(?P<name>{_DAYS})s?(?:(?<=\w)(?!\w))"
    rf"(?P<week>\s(?:{_NEXT})\s(?:{_WEEK}))?"
)
def _weekday(match: re.Match[str], today: date) -> Day:
    """Montag, nächsten Montag, last Monday; this one may be today."""
    ahead = (_WEEKDAYS[match["name"].lower()] - today.weekday()) % 7
    if _side(match) < 0:
        ahead = ahead - 7
    elif ahead == 0 and not match["this"]:
        ahead = 7
    if match["week"]:
        monday = today - timedelta(days=today.weekday())
        return Day(monday + timedelta(days=7 + _WEEKDAYS[match["name"].lower()]))
    return Day(today + timedelta(days=ahead))


@_reads(rf"{_SIDES}\s(?P<unit>{_WEEK}|{_MONTH}|{_YEAR})(?!\w)")
def _around(match: re.Match[str], today: date) -> Day:
    """nächste Woche, last month, this year."""
    side = _side(match)
    unit = match["unit"].lower()
    if re.fullmatch(_WEEK, unit):
        return Day(today + timedelta(days=7 * side - today.weekday()), "week")
    if re.fullmatch(_MONTH, unit):
        return Day(_months_on(today.replace(day=1), side), "month")
    return Day(date(today.year + side, 1, 1), "year")


@_reads(
    r"(?:(?P<ahead>in|within|innerhalb von)\s|(?P<before>vor)\s)?"
    rf"{_COUNT}\s{_UNIT}(?P<ago>\sago)?(?!\w)"
)
def _away(match: re.Match[str], today: date) -> Day | None:
    """in zwei Wochen, vor drei Tagen, 3 days ago; not how long something takes."""
    if not (match["ahead"] or match["before"] or match["ago"]):
        return None
    count = match["count"].lower()
    number = int(count) if count.isdecimal() else WORDS[count]
    side = -1 if match["before"] or match["ago"] else 1
    unit = match["unit"].lower()
    if unit in ("tag", "day", "woche", "week"):
        return Day(today + timedelta(days=side * number * (1 if unit in ("tag", "day") else 7)))
    return Day(_months_on(today, side * number * (1 if unit in ("monat", "month") else 12)))


@_reads(rf"(?:{_SIDES}\s)?(?:wochenende|weekend)(?!\w)")
def _weekend(match: re.Match[str], today: date) -> Day:
    ahead = (5 - today.weekday()) % 7
    if today.weekday() == 6 and not match["next"]:
        ahead = -1
    return Day(today + timedelta(days=ahead - (7 if match["last"] else 0)))


@_reads(r"(?:kw|kalenderwoche|calendar week)\s?(?P<week>[0-5]?\d)(?:[/\s](?P<year>20\d\d))?(?!\w)")
def _calendar_week(match: re.Match[str], today: date) -> Day:
    week = int(match["week"])
    year = int(match["year"]) if match["year"] else today.year
    first = date.fromisocalendar(year, week, 1)
    if not match["year"] and first < today - RECENT:
        first = date.fromisocalendar(year + 1, week, 1)
    return Day(first, "week")


def _side(match: re.Match[str]) -> int:
    """Return 1 for the next, -1 for the last, 0 for this."""
    return 1 if match["next"] else -1 if match["last"] else 0


def _months_on(day: date, months: int) -> date:
    """Return the same day so many months on, or that month's last."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    last = calendar.monthrange(year, month + 1)[1] if 0 < year < 10_000 else 0
    return date(year, month + 1, min(day.day, last))
