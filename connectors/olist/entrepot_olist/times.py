"""When an order was placed, approved, handed over and delivered: mended until they follow. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timezone
from zoneinfo import ZoneInfo

from entrepot.ports.history import Stage
from entrepot_olist.places import CAPITAL

Note = Callable[[str, str], None]
"""Notes a finding by its rule, with a detail."""

_ZONE = ZoneInfo(CAPITAL)
_GONE = frozenset({Stage.SHIPPED, Stage.DELIVERED})
_AT_WORK = frozenset({Stage.PLANNED, Stage.ACCEPTED, *_GONE})


class Unusable(Exception):  # noqa: N818 - what was found
    """The order cannot be taken over: the rule that says so, and a detail."""

    def __init__(self, rule: str, detail: str = "") -> None:
        super().__init__(rule)
        self.rule, self.detail = rule, detail


@dataclass(frozen=True, slots=True)
class Times:
    """An order's times; None is what was not noted, or cannot be read."""

    placed: datetime
    approved: datetime | None
    handed_over: datetime | None
    delivered: datetime | None
    limit: datetime | None
    estimated: datetime | None


def read(text: str) -> datetime | None:
    """Read a time as the files write it, Brasilia's; None where it is none."""
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        return None
    if said.tzinfo is None:
        said = said.replace(tzinfo=_ZONE)
    offset = said.utcoffset()
    assert offset is not None, "it was given one"
    return said.replace(tzinfo=timezone(offset))


def end_of_day(day: datetime) -> datetime:
    """Give the last second of a day."""
    return datetime.combine(day.date(), time(23, 59, 59), day.tzinfo)


def stage_by_dates(stage: Stage, times: Times) -> Stage:
    """Say how far an order came: at least as far as its dates know. A cancellation counts."""
    if stage is Stage.CANCELED:
        return stage
    if times.delivered is not None and times.handed_over is not None:
        return Stage.DELIVERED
    if times.handed_over is not None and stage not in _GONE:
        return Stage.SHIPPED
    return Stage.PLANNED if stage is Stage.UNPAID and times.approved is not None else stage


def mended(times: Times, stage: Stage, note: Note) -> Times:
    """Fill in and move times until placed, approved, handed over and delivered follow each other.

    Every change is noted. Raises Unusable where it arrived before it was ordered.
    """
    if times.delivered is not None and times.delivered < times.placed:
        raise Unusable("delivered_before_placed", f"{times.delivered} < {times.placed}")
    times = _approved(times, stage, note)
    if stage not in _GONE:
        return times
    times = _handed_over(times, note)
    if stage is Stage.DELIVERED:
        times = _delivered(times, note)
    return _told_by_then(times, note)


def _approved(times: Times, stage: Stage, note: Note) -> Times:
    if times.approved is None:
        if stage not in _AT_WORK:
            return times
        note("approval_missing", "")
    elif times.approved < times.placed:
        note("approved_before_placed", f"{times.approved} < {times.placed}")
    else:
        return times
    return replace(times, approved=times.placed)


def _handed_over(times: Times, note: Note) -> Times:
    approved = times.approved or times.placed
    left, arrived = times.handed_over, times.delivered
    if left is None:
        left = max(approved, times.limit or approved)
        note("hand_over_missing", f"taken as {left if arrived is None else min(left, arrived)}")
        left = left if arrived is None else max(times.placed, min(left, arrived))
    elif left < times.placed:
        note("handed_over_before_placed", f"{left} < {times.placed}")
        left = times.placed if arrived is not None and arrived < approved else approved
    if arrived is not None and arrived < left:
        note("delivered_before_handed_over", f"{arrived} < {left}")
        left = arrived
    return replace(times, handed_over=left)


def _delivered(times: Times, note: Note) -> Times:
    if times.delivered is not None:
        return times
    left = times.handed_over or times.placed
    arrived = left if times.estimated is None else max(left, end_of_day(times.estimated))
    note("delivery_missing", f"taken as {arrived}")
    return replace(times, delivered=arrived)


def _told_by_then(times: Times, note: Note) -> Times:
    approved, left = times.approved, times.handed_over
    if approved is None or left is None or approved <= left:
        return times
    note("handed_over_before_approved", f"{left} < {approved}")
    return replace(times, approved=left)
