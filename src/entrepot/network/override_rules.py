"""What operations say of a node for a while: what of it is taken, and what it changes. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from entrepot.network.model import Cap, Method, Node, OverrideKind, OverrideRow, Pause
from entrepot.terms.calendar import DAY_MINUTES, Calendar, Span, instant, time_zone
from entrepot.terms.ids import NodeId
from entrepot.terms.outcome import Done, Outcome, Refused

AHEAD_MAX = timedelta(days=366)
"""Overrides are for a while; a year ahead it is the node itself that is another."""

CLOSED_KEPT = timedelta(days=31)
"""A closed day stays in the calendar so long after it: handling hours are reckoned back over it."""


class WhyNotTaken(StrEnum):
    """In order of precedence."""

    UNKNOWN_NODE = "unknown_node"
    WRONG_FIELD = "wrong_field"
    OVER = "over"
    TOO_FAR = "too_far"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An override as it is asked for. `begins` None: now; `ends` is a pause's."""

    node_id: NodeId
    kind: OverrideKind
    reason: str
    method: Method | None = None
    day: date | None = None
    limit: int | None = None
    clock: time | None = None
    begins: datetime | None = None
    ends: datetime | None = None


_TAKES = {
    OverrideKind.PAUSE: ({"ends"}, {"begins", "method"}),
    OverrideKind.CAP: ({"day", "limit"}, {"method"}),
    OverrideKind.CLOSE: ({"day"}, {"clock"}),
    OverrideKind.CUT_OFF: ({"day", "clock"}, set[str]()),
}
"""The fields that each kind must have, and those that it may."""

_FIELDS = ("method", "day", "limit", "clock", "begins", "ends")


def lasting(
    wanted: Wanted, zone: str, at: datetime
) -> Outcome[tuple[datetime, datetime], WhyNotTaken]:
    """Say from when until when an override is in force, in UTC; refuse what makes no sense.

    One of a day lasts until that day ends at the node. The detail of a refusal begins with the
    field that is wrong, then a colon.
    """
    must, may = _TAKES[wanted.kind]
    for name in _FIELDS:
        given = getattr(wanted, name) is not None
        if given and name not in must | may:
            return Refused(WhyNotTaken.WRONG_FIELD, f"{name}: a {wanted.kind} has none")
        if not given and name in must:
            return Refused(WhyNotTaken.WRONG_FIELD, f"{name}: a {wanted.kind} needs one")
    last = "ends" if wanted.day is None else "day"
    if wanted.day is not None:
        info = time_zone(zone)
        begins, ends = at, instant(wanted.day, DAY_MINUTES, info)
    else:
        begins, ends = wanted.begins or at, wanted.ends or at
    if ends <= max(begins, at):
        return Refused(WhyNotTaken.OVER, f"{last}: it would be over before it begins")
    if ends > at + AHEAD_MAX:
        return Refused(WhyNotTaken.TOO_FAR, f"{last}: at most {AHEAD_MAX.days} days ahead")
    return Done((begins, ends))


def over_at(row: OverrideRow) -> datetime:
    """Say when an override is taken off because its time is over."""
    return row.ends_at + CLOSED_KEPT if row.kind == OverrideKind.CLOSE else row.ends_at


def overridden(nodes: Sequence[Node], rows: Iterable[OverrideRow]) -> tuple[Node, ...]:
    """Give the nodes as their overrides have them; of two of a kind and day the newest holds."""
    by_node: dict[NodeId, list[OverrideRow]] = {}
    for row in sorted(rows, key=lambda row: row.override_id):
        by_node.setdefault(row.node_id, []).append(row)
    return tuple(
        _overridden(node, by_node[node.node_id]) if node.node_id in by_node else node
        for node in nodes
    )


def _overridden(node: Node, rows: Sequence[OverrideRow]) -> Node:
    pauses: list[Pause] = []
    caps: dict[tuple[date, Method | None], Cap] = {}
    closed: dict[date, time | None] = {}
    cut_offs: dict[date, time] = {}
    for row in rows:
        method = None if row.method is None else Method(row.method)
        if row.day is None:
            pauses.append(Pause(row.begins_at, row.ends_at, method))
        elif row.limit_per_day is not None:
            caps[row.day, method] = Cap(row.day, row.limit_per_day, method)
        elif row.kind == OverrideKind.CLOSE:
            closed[row.day] = row.clock
        elif row.clock is not None:
            cut_offs[row.day] = row.clock
    return replace(
        node,
        calendar=_closed(node.calendar, closed),
        pauses=tuple(pauses),
        caps=tuple(caps.values()),
        cut_offs=tuple(sorted(cut_offs.items())),
    )


def _closed(calendar: Calendar, closed: dict[date, time | None]) -> Calendar:
    special = tuple((day, _until(calendar.spans(day), at)) for day, at in sorted(closed.items()))
    return replace(calendar, special=special)


def _until(spans: Sequence[Span], clock: time | None) -> tuple[Span, ...]:
    """Give what is left of a day's spans up to a time; None: nothing."""
    if clock is None:
        return ()
    minute = clock.hour * 60 + clock.minute
    return tuple((opens, min(closes, minute)) for opens, closes in spans if opens < minute)
