"""How far orders have come, read across the rooms: what phases and closings are derived from."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from entrepot.fulfillment import browse as fulfillment
from entrepot.fulfillment.model import Work
from entrepot.inventory import browse as inventory
from entrepot.inventory.model import Claim, Demand, Reservation
from entrepot.orders import browse as orders
from entrepot.orders.model import Head, Hold, Line, Part
from entrepot.orders.phase import Phase, Progress, phase
from entrepot.orders.phase import Work as Piece
from entrepot.plumbing import db
from entrepot.terms.ids import LineNo, MarketId, NodeId, OrderId, Sku


@dataclass(frozen=True, slots=True)
class Standing:
    """All that is known of one order's way."""

    head: Head
    lines: tuple[Line, ...]
    parts: Mapping[LineNo, tuple[Part, ...]]
    holds: tuple[Hold, ...]
    closed: bool
    reservations: tuple[Reservation, ...]
    demand: tuple[Demand, ...]
    works: tuple[Work, ...]

    def per_unit(self, line: Line) -> list[tuple[Sku, int]]:
        """What one unit of a line is made of: itself, or its parts."""
        parts = self.parts.get(line.line_no, ())
        return [(part.sku, part.per_unit) for part in parts] or [(line.sku, 1)]

    @property
    def progress(self) -> Progress:
        """What the phase is derived from."""
        left = sum(
            (line.quantity - line.canceled) * units
            for line in self.lines
            if not line.digital
            for _, units in self.per_unit(line)
        )
        backordered = sum(d.quantity for d in self.demand if d.why == "backorder")
        stuck = sum(d.quantity for d in self.demand if d.why != "backorder")
        works = [
            Piece(work.head.state, units)
            for work in self.works
            if (units := sum(line.live for line in work.lines))
            and work.head.state not in {"canceled", "rejected"}
        ]
        held = any(hold.lifted_at is None for hold in self.holds)
        digital = any(line.digital and line.quantity > line.canceled for line in self.lines)
        return Progress(left, backordered, stuck, works, held, self.closed, digital)

    @property
    def phase(self) -> Phase:
        """The derived phase."""
        return phase(self.progress)

    @property
    def done(self) -> bool:
        """Whether nothing is left to do: all that was not canceled is with the customer."""
        progress = self.progress
        there = sum(w.units for w in progress.works if w.state in {"delivered", "collected"})
        return progress.left == 0 or there >= progress.left


class Claiming(Protocol):
    """What an order has claimed, and what of it is its nodes' work."""

    @property
    def reservations(self) -> tuple[Reservation, ...]: ...

    @property
    def works(self) -> tuple[Work, ...]: ...


@dataclass(frozen=True, slots=True)
class Claims:
    """As much of an order's standing as opening its work takes."""

    head: Head
    reservations: tuple[Reservation, ...]
    works: tuple[Work, ...]


Key = tuple[LineNo, Sku, NodeId]


def given_up(standing: Claiming) -> list[Claim]:
    """Claims whose node has rejected them or come up short, and that were not freed yet."""
    lost = _units(standing, "shorted", {})
    return [
        _claim(each, units)
        for each in standing.reservations
        if (units := lost.get(_key(each), 0) - each.given_up) > 0
    ]


def unopened(standing: Claiming) -> list[Claim]:
    """Claims that were never given to their node as work."""
    working = _units(standing, "live", {"rejected", "canceled"})
    lost = {_key(each): each.quantity for each in given_up(standing)}
    claims = []
    for each in standing.reservations:
        key = _key(each)
        units = each.quantity - each.freed - working.get(key, 0) - lost.get(key, 0)
        if units > 0:
            claims.append(_claim(each, units))
    return claims


def _units(standing: Claiming, kind: str, but: Collection[str]) -> dict[Key, int]:
    found: dict[Key, int] = {}
    for work in standing.works:
        if work.head.state in but:
            continue
        for line in work.lines:
            key = (line.line_no, line.sku, work.head.node_id)
            found[key] = found.get(key, 0) + getattr(line, kind)
    return found


def _key(each: Reservation | Claim) -> Key:
    return each.line_no, each.sku, each.node_id


def _claim(each: Reservation, units: int) -> Claim:
    return Claim(each.order_id, each.line_no, each.sku, each.node_id, units)


async def standings(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> dict[OrderId, Standing]:
    """Read these orders' standings: nine statements, however many orders."""
    ids = list(order_ids)
    lines = _grouped(await orders.lines_of(conn, market, ids))
    parts = _grouped(await orders.parts_of(conn, market, ids))
    holds = _grouped(await orders.holds_of(conn, market, ids))
    closed = await orders.closed_among(conn, market, ids)
    claimed, waiting = await inventory.claims(conn, market, ids)
    reservations, demand = _grouped(claimed), _grouped(waiting)
    works = await _works(conn, market, ids)
    return {
        head.order_id: Standing(
            head,
            tuple(lines.get(head.order_id, ())),
            _by_line(parts.get(head.order_id, ())),
            tuple(holds.get(head.order_id, ())),
            head.order_id in closed,
            tuple(reservations.get(head.order_id, ())),
            tuple(demand.get(head.order_id, ())),
            tuple(works.get(head.order_id, ())),
        )
        for head in await orders.heads(conn, market, ids)
    }


async def claims_of(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> dict[OrderId, Claims]:
    """Read what these orders have claimed: four statements, however many orders."""
    ids = list(order_ids)
    reservations = _grouped(await inventory.reservations_of_orders(conn, market, ids))
    works = await _works(conn, market, ids)
    return {
        head.order_id: Claims(
            head,
            tuple(reservations.get(head.order_id, ())),
            tuple(works.get(head.order_id, ())),
        )
        for head in await orders.heads(conn, market, ids)
    }


async def _works(
    conn: db.Connection, market: MarketId, ids: Sequence[OrderId]
) -> dict[OrderId, list[Work]]:
    works: dict[OrderId, list[Work]] = {}
    for work in await fulfillment.of_orders(conn, market, ids):
        works.setdefault(work.head.order_id, []).append(work)
    return works


class _OfOrder(Protocol):
    @property
    def order_id(self) -> OrderId: ...


R = TypeVar("R", bound=_OfOrder)


def _grouped(rows: Iterable[R]) -> dict[OrderId, list[R]]:
    found: dict[OrderId, list[R]] = {}
    for row in rows:
        found.setdefault(row.order_id, []).append(row)
    return found


def _by_line(parts: Sequence[Part]) -> dict[LineNo, tuple[Part, ...]]:
    found: dict[LineNo, tuple[Part, ...]] = {}
    for part in parts:
        found[part.line_no] = (*found.get(part.line_no, ()), part)
    return found
