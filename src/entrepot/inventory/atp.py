"""What can be promised by date, and by which supply those who wait are served. Pure.

The steps are those of `docs/algorithms/availability.md`. Every date here is when units can be sent:
when they are expected, and the sku's lead days later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from entrepot.inventory.supply_model import Dating, Due, Waiter
from entrepot.terms.ids import NodeId


@dataclass(frozen=True, slots=True)
class Point:
    """From `at` on so many units in all can be promised, until the next point."""

    at: datetime
    available: int


@dataclass(frozen=True, slots=True)
class Share:
    """A line's units and where they come from: (supply, units), the last one when all are there.

    `whole` False: what is on its way does not reach. A share of nothing is served from stock.
    """

    waiter: Waiter
    taken: tuple[tuple[str, int], ...]
    ready_at: datetime | None
    whole: bool


def curve(free: int, waiting: int, due: Iterable[Due], at: datetime) -> list[Point]:
    """Give what can be promised of a sku, from now on, ascending and never falling.

    `free` units are there, `waiting` are owed: they come off the earliest units there are. Supply
    whose date has passed without it is not promised upon.
    """
    steps: dict[datetime, int] = {}
    for each in due:
        if each.expected_at > at:
            steps[each.expected_at] = steps.get(each.expected_at, 0) + each.units
    total = free - waiting
    points = [Point(at, max(0, total))]
    for when in sorted(steps):
        total += steps[when]
        if total > points[-1].available:
            points.append(Point(when, total))
    return points


def capped(points: Sequence[Point], by: Sequence[Point]) -> list[Point]:
    """Cap a node's curve by that of all nodes: no node has what is owed of the whole."""
    dates = sorted({point.at for point in (*points, *by)})
    return _thinned(
        [Point(when, min(available(points, when), available(by, when))) for when in dates]
    )


def of_kit(parts: Sequence[tuple[Sequence[Point], int]]) -> list[Point]:
    """Give a kit's curve from its parts' (curve, units a kit): as often as the scarcest allows."""
    dates = sorted({point.at for points, _ in parts for point in points})
    return _thinned(
        [Point(when, min(available(p, when) // units for p, units in parts)) for when in dates]
    )


def available(points: Sequence[Point], at: datetime) -> int:
    """Read a curve at a moment; before its beginning there is nothing."""
    found = 0
    for point in points:
        if point.at > at:
            break
        found = point.available
    return found


def _thinned(points: Sequence[Point]) -> list[Point]:
    kept = list(points[:1])
    for point in points[1:]:
        if point.available != kept[-1].available:
            kept.append(point)
    return kept


Nodes = frozenset[NodeId] | None
"""The nodes that may serve a line; None: any."""


def shares(
    waiters: Sequence[Waiter],
    due: Sequence[Due],
    *,
    nodes: Sequence[Nodes],
    free: Mapping[NodeId, int],
    at: datetime,
) -> list[Share]:
    """Serve a sku's lines in turn, each by the earliest units it may have, no unit twice.

    `nodes` says for each line which nodes may serve it.

    First what is free at nodes, then what is due by date. Supply whose date has passed without it
    serves those alone who were told it: nobody is told a day that is over. A line that what is on
    its way does not serve whole keeps its units from those behind it, as it will when they come.
    """
    left = {each.supply_id: each.units for each in due}
    shelves = _Shelves(dict(free), [d for d in due if d.expected_at > at], left)
    late = {d.supply_id: d for d in due if d.expected_at <= at}
    made = []
    for waiter, may in zip(waiters, nodes, strict=True):
        taken: list[tuple[str, int]] = []
        wanted = waiter.quantity
        overdue = late.get(waiter.supply_id or "")
        if overdue is not None and left[overdue.supply_id] >= wanted:
            left[overdue.supply_id] -= wanted
            made.append(
                Share(waiter, ((overdue.supply_id, wanted),), overdue.expected_at, whole=True)
            )
            continue
        wanted -= shelves.pick(may, wanted)
        ready_at = None
        while wanted:
            next_ = shelves.next(may)
            if next_ is None:
                break
            units = min(left[next_.supply_id], wanted)
            left[next_.supply_id] -= units
            taken.append((next_.supply_id, units))
            ready_at = next_.expected_at
            wanted -= units
        made.append(Share(waiter, tuple(taken), None if wanted else ready_at, whole=not wanted))
    return made


class _Shelves:
    """What is left of the free and the due units; each kind of asker remembers how far it came."""

    def __init__(self, free: dict[NodeId, int], due: list[Due], left: Mapping[str, int]) -> None:
        self._free, self._left = free, left
        self._due = sorted(due, key=lambda each: (each.expected_at, each.supply_id))
        self._at: dict[Nodes, int] = {}

    def pick(self, nodes: Nodes, wanted: int) -> int:
        """Take free units off the nodes; answers how many there were."""
        had = 0
        for node in list(self._free):
            if nodes is None or node in nodes:
                units = min(self._free[node], wanted - had)
                self._free[node] -= units
                had += units
                if not self._free[node]:
                    del self._free[node]
        return had

    def next(self, nodes: Nodes) -> Due | None:
        """Give the earliest supply to these nodes of which units are left."""
        at = self._at.get(nodes, 0)
        while at < len(self._due):
            each = self._due[at]
            if self._left[each.supply_id] and (nodes is None or each.node_id in nodes):
                break
            at += 1
        self._at[nodes] = at
        return self._due[at] if at < len(self._due) else None


def dated(made: Iterable[Share]) -> list[Dating]:
    """Give the lines whose date is another one now, and why.

    A line that stock serves is about to be served and keeps what it was told.
    """
    moved = []
    for share in made:
        waiter = share.waiter
        if share.whole and not share.taken:
            continue
        supply = share.taken[-1][0] if share.whole else None
        to = share.ready_at if share.whole else None
        if (to, supply) != (waiter.expected_at, waiter.supply_id):
            moved.append(Dating(waiter, to, supply, _why(waiter.expected_at, to)))
    return moved


def _why(was: datetime | None, to: datetime | None) -> str:
    if was is None or to is None:
        return "dated" if was is None else "unsupplied"
    if was == to:
        return "unmoved"
    return "later" if to > was else "earlier"
