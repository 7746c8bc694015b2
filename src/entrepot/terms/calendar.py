"""When a place is open: weekly hours, holidays, and the way from a wall clock to an instant.

A calendar knows nothing of time zones: its days and minutes are local. `instant` is the only way
from there to UTC, and it is right on the days when clocks change.
"""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Span = tuple[int, int]
"""(opens, closes) in minutes of the local day, 0 <= opens < closes <= 1440."""

DAY_MINUTES = 1440
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SATURDAY = 5

SPANS_PER_DAY_MAX = 8
"""Opening, closing for lunch and opening again is 2; 8 leaves room and bounds the work per day."""

HOLIDAYS_MAX = 1000
"""Twenty years of fifty holidays."""

NEXT_OPEN_DAYS_MAX = 366
"""A place that opens on no day of a whole year is closed for good."""

TIME_ZONE_LENGTH_MAX = 64
"""The longest IANA name has 32 letters; a longer one is not worth asking the file system for."""

_SPAN = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Weekly opening spans and holidays, in local days.

    `weekly` has seven days, Monday first, each with its spans in ascending order and not
    overlapping. On a holiday the place is closed all day. `special` are single days with spans of
    their own, which go before both.
    """

    weekly: tuple[tuple[Span, ...], ...]
    holidays: frozenset[date] = frozenset()
    special: tuple[tuple[date, tuple[Span, ...]], ...] = ()

    def spans(self, day: date) -> tuple[Span, ...]:
        """Give the opening spans of a local day; empty when closed."""
        for special, spans in self.special:
            if special == day:
                return spans
        return () if day in self.holidays else self.weekly[day.weekday()]

    def is_open_day(self, day: date) -> bool:
        """Say whether the place opens at all on this local day."""
        return bool(self.spans(day))

    def next_open_day(self, day: date, *, days_max: int = NEXT_OPEN_DAYS_MAX) -> date | None:
        """Give the first open day after `day` (never `day` itself); None within `days_max` days."""
        for ahead in range(1, days_max + 1):
            candidate = day + timedelta(days=ahead)
            if self.is_open_day(candidate):
                return candidate
        return None

    def closes(self, day: date) -> int | None:
        """Give the minute of the last closing on a local day; None when closed all day."""
        spans = self.spans(day)
        return spans[-1][1] if spans else None


ALWAYS_OPEN = Calendar(weekly=(((0, DAY_MINUTES),),) * 7)
"""What a place without a calendar has: every day, around the clock."""


def calendar_of(value: object, path: str = "calendar") -> Calendar:
    """Read the JSON shape `{"weekly": {"mon": ["09:00-18:00"]}, "holidays": ["2026-11-26"]}`.

    A weekday that `weekly` does not name is closed. None, and a value without `weekly`, are open
    every day. ValueError says what is wrong as `<path>/weekly/mon/0: <reason>`.
    """
    if value is None:
        return ALWAYS_OPEN
    fields = _object(value, path, ("weekly", "holidays"))
    weekly = ALWAYS_OPEN.weekly
    if "weekly" in fields:
        days = _object(fields["weekly"], f"{path}/weekly", WEEKDAYS)
        weekly = tuple(_day(days.get(name, []), f"{path}/weekly/{name}") for name in WEEKDAYS)
    holidays = _list(fields.get("holidays", []), f"{path}/holidays", HOLIDAYS_MAX)
    return Calendar(
        weekly=weekly,
        holidays=frozenset(
            _holiday(item, f"{path}/holidays/{index}") for index, item in enumerate(holidays)
        ),
    )


def calendar_json(calendar: Calendar) -> dict[str, object]:
    """Print the JSON shape that `calendar_of` reads; closed weekdays are left out."""
    weekly = {
        name: [f"{_clock(opens)}-{_clock(closes)}" for opens, closes in spans]
        for name, spans in zip(WEEKDAYS, calendar.weekly, strict=True)
        if spans
    }
    return {"weekly": weekly, "holidays": [day.isoformat() for day in sorted(calendar.holidays)]}


def time_zone(name: str) -> ZoneInfo:
    """Find an IANA time zone by name; ValueError for anything that is none."""
    if 0 < len(name) <= TIME_ZONE_LENGTH_MAX:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    raise ValueError(f"{name[:TIME_ZONE_LENGTH_MAX]!r} is not a time zone")


@lru_cache(maxsize=1 << 15)
def instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Give the UTC instant of a minute (0 to 1440) of a local day.

    A local time that does not exist, because clocks jump over it, moves forward by the jump; of a
    local time that happens twice the first is meant (both are what `fold=0` says in PEP 495).
    Minute 1440 is the beginning of the next local day.
    """
    if minute == DAY_MINUTES:
        day, minute = day + timedelta(days=1), 0
    wall = time(minute // 60, minute % 60)
    return datetime.combine(day, wall, zone).astimezone(UTC)


def business_days_after(day: date, count: int, holidays: AbstractSet[date] = frozenset()) -> date:
    """Give the `count`-th carrier business day after `day`: Monday to Friday, less `holidays`.

    Count 0 is `day` itself, or the first business day after it when `day` is none.
    """
    if count == 0:
        day, count = day - timedelta(days=1), 1
    while count:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY and day not in holidays:
            count -= 1
    return day


def _object(value: object, path: str, names: tuple[str, ...]) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{path}: must be an object")  # noqa: TRY004 - one kind of error for whoever sent it
    for name in value:
        if name not in names:
            raise ValueError(f"{path}/{name}: unknown; expected {', '.join(names)}")
    return value


def _list(value: object, path: str, length_max: int) -> list[object] | tuple[object, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"{path}: must be a list")  # noqa: TRY004 - one kind of error for whoever sent it
    if len(value) > length_max:
        raise ValueError(f"{path}: at most {length_max}")
    return value


def _day(value: object, path: str) -> tuple[Span, ...]:
    items = _list(value, path, SPANS_PER_DAY_MAX)
    spans = [(_span(item, f"{path}/{index}"), index) for index, item in enumerate(items)]
    spans.sort()
    for (before, _), (after, index) in pairwise(spans):
        if after[0] < before[1]:
            raise ValueError(f"{path}/{index}: overlaps another span of the day")
    return tuple(span for span, _ in spans)


def _span(value: object, path: str) -> Span:
    match = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f'{path}: must look like "09:00-18:00"')
    opens, closes = _minute(match[1], match[2], path), _minute(match[3], match[4], path)
    if opens >= closes:
        raise ValueError(f"{path}: must close after it opens; split a night at 24:00")
    return opens, closes


def _minute(hours: str, minutes: str, path: str) -> int:
    minute = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or minute > DAY_MINUTES:
        raise ValueError(f"{path}: {hours}:{minutes} is not a time of day")
    return minute


def _holiday(value: object, path: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError(f'{path}: must be a date like "2026-11-26"')


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
