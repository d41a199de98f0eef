"""Find times of day, and spans of hours and minutes, in a text."""

import re
from collections.abc import Iterator
from datetime import time, timedelta

from nlu.entities.amounts import WORDS

_SPELT = {
    0: "midnight mitternacht",
    8: "früh frueh morgens",
    9: "morning",
    10: "vormittag vormittags",
    12: "mittag mittags noon lunchtime",
    15: "nachmittag nachmittags afternoon",
    18: "abend abends evening",
    20: "night",
    22: "nacht nachts",
}

_PARTS = {word: hour for hour, words in _SPELT.items() for word in words.split()}
"""When the parts of a day begin; one is only a time beside a day, or where it says so itself."""

_ALONE = r"am (?:vormittag|nachmittag|abend)|mittags|abends|at noon|at midnight|um mitternacht"
_WITH_DAY = (
    r"(?<=heute )|(?<=gestern )|(?<=morgen )|(?<=tag )|(?<=mittwoch )|(?<=today )|(?<=tomorrow )"
    r"|(?<=yesterday )|(?<=day )|(?<=day in the )|(?<=tomorrow in the )|(?<=today in the )"
)
_PART = re.compile(
    rf"(?<!\w)(?:(?P<alone>{_ALONE})"
    rf"|(?:{_WITH_DAY})(?:in the\s)?(?P<part>{'|'.join(_PARTS)}))(?!\w)",
    re.IGNORECASE,
)

_HOURS = "|".join(word for word, number in WORDS.items() if 0 < number <= 12 and len(word) > 2)
_LATER = (
    r"(?P<half>\s?[ap]\.?m\.?(?!\w)|\s(?:uhr\s)?(?:morgens|früh|vormittags|nachmittags|abends))"
)
_STREET = r"\s\w+\s(?:street|road|avenue|lane|way|square|drive|close|court|st|rd|ave)(?!\w)"
"""What comes after an English house number: "at 12 Baker Street" is no noon."""

_CLOCK = re.compile(
    r"(?<![\w.,:/€$-])(?P<at>(?:um|gegen|ab|bis|at|around|by|until|from|after|nach|vor)\s)?(?:"
    r"(?:(?P<hour>[01]?\d|2[0-4])[:.](?P<minute>[0-5]\d)(?P<oclock>\suhr|h)?"
    rf"|(?P<full>[01]?\d|2[0-4]|{_HOURS})(?:(?P<uhr>\s?uhr(?:\s(?P<past>[0-5]\d)(?![\w.,]))?"
    rf"|\so['’]clock)(?!\w))?){_LATER}?"
    rf"|(?P<half_hour>halb|half past|half)\s(?P<of>\d\d?|{_HOURS})"
    r"|(?:(?P<quarter>viertel|quarter|(?:a\s)?quarter|dreiviertel)|(?P<some>[0-5]?\d)(?:\s(?:minuten|minutes))?)"
    rf"\s(?P<way>nach|past|vor|to)\s(?P<from>\d\d?|{_HOURS})"
    rf")(?![\w€$%]|[.:,/]\d|\s?(?:€|eur|euro|uhr)|{_STREET})",
    re.IGNORECASE,
)
_SPAN = re.compile(
    rf"(?<!\w)(?:(?:in|(?P<before>vor))\s)(?P<count>\d{{1,3}}|{'|'.join(WORDS)}|halben|half an)\s"
    r"(?P<unit>stunde|hour|minute|min)(?:n|s)?(?!\w)(?P<ago>\sago)?",
    re.IGNORECASE,
)


def clocks(text: str) -> Iterator[tuple[int, int, time]]:
    """Yield start, end and time of day; a bare hour needs "um", "at", "Uhr" or "pm"."""
    for match in _CLOCK.finditer(text):
        found = _time(match)
        if found is not None:
            yield match.start(), match.end(), found
    for match in _PART.finditer(text):
        word = (match["part"] or match["alone"].split()[-1]).lower()
        yield match.start(), match.end(), time(_PARTS[word])


def spans(text: str) -> Iterator[tuple[int, int, timedelta]]:
    """Yield start, end and how far from now: in zwei Stunden, in 20 minutes."""
    for match in _SPAN.finditer(text):
        count = match["count"].lower()
        number = 0.5 if count.startswith("hal") else float(WORDS.get(count, 0) or count)
        hours = match["unit"].lower() in ("stunde", "hour")
        away = timedelta(hours=number) if hours else timedelta(minutes=number)
        yield match.start(), match.end(), -away if match["before"] or match["ago"] else away


def _time(match: re.Match[str]) -> time | None:
    """Return the time that was written, None where it is only a number."""
    minute = 0
    if match["hour"]:
        if "." in match[0][: match.end("minute") - match.start()] and not (
            match["oclock"] or match["at"] or match["half"]
        ):
            return None
        hour, minute = int(match["hour"]), int(match["minute"])
    elif match["full"]:
        if not (match["uhr"] or match["half"] or _names_a_time(match)):
            return None
        hour, minute = _number(match["full"]), int(match["past"] or 0)
    elif match["half_hour"]:
        hour = _number(match["of"])
        hour, minute = (hour, 30) if "past" in match["half_hour"].lower() else (hour - 1, 30)
    else:
        hour = _number(match["from"])
        minute = int(match["some"] or (45 if "drei" in match["quarter"].lower() else 15))
        if match["way"].lower() in ("vor", "to"):
            hour, minute = hour - 1, 60 - minute
    if not 0 <= hour <= 24 or minute >= 60:
        return None
    return time(_in_half(match, hour) % 24, minute)


def _names_a_time(match: re.Match[str]) -> bool:
    return (match["at"] or "").strip().lower() in ("um", "gegen", "at", "around")


def _in_half(match: re.Match[str], hour: int) -> int:
    """Return the hour of the day; "at 5" is in the afternoon, "um 5" is not."""
    half = (match["half"] or "").lower().replace(".", "").strip()
    if half == "am" or half.endswith(("morgens", "früh", "vormittags")):
        return 0 if hour == 12 else hour
    if half == "pm" or half.endswith(("nachmittags", "abends")):
        return hour + 12 if hour < 12 else hour
    english = (match["at"] or "").strip().lower() in (
        "at",
        "around",
        "by",
        "until",
        "from",
        "after",
    )
    bare = not match["minute"] and not match["uhr"]
    return hour + 12 if english and bare and 1 <= hour <= 6 else hour


def _number(written: str) -> int:
    return int(written) if written.isdecimal() else WORDS[written.lower()]
