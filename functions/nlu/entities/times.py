"""Find dates and times, German and English, and say which moment they mean.

Values are ISO 8601 in the company's local time: a day "2026-11-30", a minute
"2026-11-30T17:00", a week "2026-W49", a month "2027-04".
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from conversation.understanding import Entity
from nlu.entities import clocks, days
from nlu.entities.days import Day

_BETWEEN = re.compile(r"[\s,]{1,3}|,?\s?\(?(?:von|of|in the|im laufe des)\s", re.IGNORECASE)


class _Found(NamedTuple):
    """A stretch of the text with the day, the time of day, or the moment that it names."""

    start: int
    end: int
    day: Day | None = None
    clock: time | None = None
    moment: datetime | None = None


def times(text: str, now: int) -> Iterator[Entity]:
    """Yield the dates and times of a text; `now` in ms."""
    here = local_time(now)
    for found in _joined(text, _apart([*_days(text, here), *_clocks(text), *_moments(text, here)])):
        value, grain = _said(found, here)
        yield Entity(
            entity="",
            value=value,
            start=found.start,
            end=found.end,
            additional_info={"type": "value", "value": value, "grain": grain},
        )


def local_time(now: int) -> datetime:
    """Return Central European time of a moment (ms), without a time zone.

    Summer time is between the last Sundays of March and October, 01:00 UTC (Directive
    2000/84/EC); a table of time zones is not everywhere where this runs.
    """
    moment = datetime.fromtimestamp(now / 1000, UTC)
    begins, ends = (_last_sunday(moment.year, month) for month in (3, 10))
    ahead = timedelta(hours=2 if begins <= moment < ends else 1)
    return (moment + ahead).replace(tzinfo=None)


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, 1, tzinfo=UTC)  # both months have 31 days
    return last - timedelta(days=(last.weekday() + 1) % 7)


def _days(text: str, here: datetime) -> Iterator[_Found]:
    for start, end, day in days.days(text, here.date()):
        yield _Found(start, end, day=day)


def _clocks(text: str) -> Iterator[_Found]:
    for start, end, clock in clocks.clocks(text):
        yield _Found(start, end, clock=clock)


def _moments(text: str, here: datetime) -> Iterator[_Found]:
    for start, end, away in clocks.spans(text):
        yield _Found(start, end, moment=here + away)


def _apart(found: list[_Found]) -> list[_Found]:
    """Return in order what does not overlap; the longest stands."""
    kept: list[_Found] = []
    for each in sorted(found, key=lambda one: (one.start - one.end, one.start)):
        if all(each.end <= other.start or other.end <= each.start for other in kept):
            kept.append(each)
    return sorted(kept)


def _joined(text: str, found: list[_Found]) -> Iterator[_Found]:
    """Yield a day and the times that stand side by side as one."""
    current: _Found | None = None
    for each in found:
        joined = _together(current, each) if current and _near(text, current, each) else None
        if current is not None and joined is None:
            yield current
        current = joined or each
    if current is not None:
        yield current


def _near(text: str, one: _Found, other: _Found) -> bool:
    return one.end == other.start or bool(_BETWEEN.fullmatch(text, one.end, other.start))


def _together(one: _Found, other: _Found) -> _Found | None:
    """Return both as one moment, None where they are two.

    Behind a part of the day ("heute Abend um 8") the hour is one of that part.
    """
    day = one.day or other.day
    clock = one.clock or other.clock
    if day is None or clock is None or day.grain != "day" or (one.day and other.day):
        return None
    if one.clock and other.clock:
        clock = other.clock
        if one.clock.hour >= 12 and 0 < clock.hour < 12:
            clock = clock.replace(hour=clock.hour + 12)
    return _Found(one.start, other.end, day=day, clock=clock)


def _said(found: _Found, here: datetime) -> tuple[str, str]:
    """Return value and grain; a time without a day is the next such."""
    if found.day is not None and found.clock is None:
        return found.day.value, found.day.grain
    if found.moment is not None:
        moment = found.moment
    else:
        clock = found.clock or time()
        moment = datetime.combine(found.day.first if found.day else here.date(), clock)
        if found.day is None and moment <= here and here.date() < date.max:
            moment += timedelta(days=1)
    return moment.isoformat(timespec="minutes"), "minute"
