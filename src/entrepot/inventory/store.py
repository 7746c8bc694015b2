"""Stock's rows: every read and write its verbs make, and nothing they decide."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec.structs import replace

from entrepot.inventory import buckets, lots, rules
from entrepot.inventory.buckets import Aside, AsideReason, AsideRow
from entrepot.inventory.launch_model import NOT_ON_SALE
from entrepot.inventory.lots_model import Lotted
from entrepot.inventory.model import (
    Change,
    Claim,
    CountMark,
    Demand,
    Draw,
    Ending,
    Guarded,
    Moved,
    Position,
    Reservation,
)
from entrepot.plumbing import db, sql
from entrepot.plumbing.mint import MINT, WRITER
from entrepot.terms.ids import LineNo, MarketId, NodeId, OrderId, Sku

Q = sql.load(__package__)
A = sql.load(__package__, "set_asides.sql")
C = sql.load(__package__, "count_marks.sql")

Key = tuple[Sku, NodeId]


class Placed(Protocol):
    """What speaks of a position."""

    @property
    def sku(self) -> Sku: ...

    @property
    def node_id(self) -> NodeId: ...


async def positions_for_update(
    conn: db.Connection, market: MarketId, keys: Iterable[Key]
) -> list[Position]:
    pairs = list(keys)
    return await db.fetch(
        conn, Q["positions_for_update"], Position,
        market=market, skus=[sku for sku, _ in pairs], node_ids=[node for _, node in pairs],
    )  # fmt: skip


def keys_of(rows: Iterable[Placed]) -> list[Key]:
    """Give the positions that rows speak of, ascending, each once."""
    return sorted(dict.fromkeys((row.sku, row.node_id) for row in rows))


async def hold(conn: db.Connection, market: MarketId, keys: Sequence[Key]) -> None:
    """Lock these positions, ascending, and read nothing of them; new ones are made first."""
    skus, nodes = [sku for sku, _ in keys], [node for _, node in keys]
    there = await db.fetch(
        conn, Q["hold_positions"], Guarded, market=market, skus=skus, node_ids=nodes
    )
    if there[0].positions < len(keys):
        await lock_or_make(conn, market, keys)


async def lock_or_make(
    conn: db.Connection, market: MarketId, keys: Sequence[Key]
) -> list[Position]:
    """Lock these positions, ascending; those that are new are made, empty, first."""
    found = await positions_for_update(conn, market, keys)
    if len(found) == len(keys):
        return found
    known = {(position.sku, position.node_id) for position in found}
    await make_positions(conn, market, [key for key in keys if key not in known])
    return await positions_for_update(conn, market, keys)


async def make_positions(conn: db.Connection, market: MarketId, keys: Iterable[Key]) -> None:
    pairs = list(keys)
    if pairs:
        await db.execute(
            conn, Q["make_positions"],
            market=market, skus=[sku for sku, _ in pairs], node_ids=[node for _, node in pairs],
            not_on_sale=NOT_ON_SALE,
        )  # fmt: skip


async def record_reservations(
    conn: db.Connection,
    market: MarketId,
    totals: dict[Key, int],
    claims: Sequence[Claim],
    drawn: Mapping[Key, str],
    at: datetime,
) -> int:
    """Write claims; `drawn` is what their positions have had drawn now, where that changes."""
    guarded = await db.fetch(
        conn, Q["record_reservations"], Guarded,
        market=market,
        skus=[sku for sku, _ in totals],
        node_ids=[node for _, node in totals],
        quantities=list(totals.values()),
        drawns=[drawn.get(key) for key in totals],
        order_ids=[c.order_id for c in claims],
        line_nos=[c.line_no for c in claims],
        claim_skus=[c.sku for c in claims],
        claim_nodes=[c.node_id for c in claims],
        claim_quantities=[c.quantity for c in claims],
        drawn_bys=[c.draws for c in claims],
        movement_ids=MINT.ids(len(claims)),
        writer=WRITER,
        at=at,
    )  # fmt: skip
    return guarded[0].positions


async def record_changes(
    conn: db.Connection,
    market: MarketId,
    changes: Sequence[Change],
    at: datetime,
    *,
    actor: str | None = None,
    lots_follow: bool = True,
) -> None:
    """Write the entries, and for each position the balances and buckets of its last change.

    `actor` is whose changes these are that do not say; None: the order's, or nobody's in
    particular. Where lots are known they follow, but for what came and went before they were.
    """
    if not changes:
        return
    last = {(c.sku, c.node_id): c for c in changes}
    told = [entry for change in changes for entry in _entries(change)]
    ids = MINT.ids(len(told))
    lotted = await db.fetch(
        conn, Q["record_changes"], Lotted,
        market=market,
        at=at,
        movement_ids=ids,
        writer=WRITER,
        move_skus=[c.sku for c, *_ in told],
        move_nodes=[c.node_id for c, *_ in told],
        kinds=[c.kind for c, *_ in told],
        on_hand_deltas=[on_hand for _, on_hand, _, _, _ in told],
        reserved_deltas=[reserved for _, _, reserved, _, _ in told],
        unavailable_deltas=[unavailable for _, _, _, unavailable, _ in told],
        reasons=[reason for *_, reason in told],
        order_ids=[c.order_id for c, *_ in told],
        line_nos=[c.line_no for c, *_ in told],
        refs=[c.reference for c, *_ in told],
        transfer_ids=[c.transfer_id for c, *_ in told],
        drawn_bys=[c.drawn_by for c, *_ in told],
        ats=[c.at for c, *_ in told],
        actors=[c.actor or actor for c, *_ in told],
        sources=[c.source for c, *_ in told],
        sequences=[c.sequence for c, *_ in told],
        **_balances(list(last.values())),
        moved_ats=_moved_ats(changes, at),
    )  # fmt: skip
    await _put_asides(conn, market, changes)
    if lots_follow and (lotted or any(change.lots for change in changes)):
        keys = [(each.sku, each.node_id) for each in lotted]
        await lots.follow(conn, market, _numbered(changes, ids), keys, at)


def _balances(last: Sequence[Change]) -> Mapping[str, object]:
    return {
        "skus": [c.sku for c in last],
        "node_ids": [c.node_id for c in last],
        "on_hands": [c.on_hand for c in last],
        "reserveds": [c.reserved for c in last],
        "unavailables": [c.unavailable for c in last],
        "shortages": [c.shortage for c in last],
        "drawns": [c.drawn for c in last],
    }


def _moved_ats(changes: Sequence[Change], at: datetime) -> list[datetime | None]:
    """Give for each position, in order, the latest moment that units came or went; None: none."""
    moved: dict[Key, datetime | None] = {}
    for each in changes:
        before = moved.setdefault((each.sku, each.node_id), None)
        if each.on_hand_delta:
            when = each.at or at
            moved[each.sku, each.node_id] = when if before is None else max(before, when)
    return list(moved.values())


def _numbered(changes: Sequence[Change], ids: Sequence[UUID]) -> list[tuple[Change, UUID | None]]:
    """Put to each change the id of its first entry; what has none is None."""
    left = iter(ids)
    numbered: list[tuple[Change, UUID | None]] = []
    for change in changes:
        own = [next(left) for _ in _entries(change)]
        numbered.append((change, own[0] if own else None))
    return numbered


Entry = tuple[Change, int, int, int, AsideReason | None]


def _entries(change: Change) -> list[Entry]:
    """A change's entries: on hand, reserved, unavailable; one for each reason that it touches.

    What nothing changed has none, unless it mends a row: the row changes; or tells which lots are
    there. A message's number stands with the first alone.
    """
    on_hand, reserved = change.on_hand_delta, change.reserved_delta
    if not change.buckets:
        says = on_hand or reserved or change.lots or change.kind == rules.CORRECTION
        return [(change, on_hand, reserved, 0, None)] if says else []
    first, *others = change.buckets
    beside = replace(change, sequence=None) if others else change
    return [
        (change, on_hand, reserved, first.delta, first.reason),
        *((beside, 0, 0, each.delta, each.reason) for each in others if each.delta),
    ]


async def _put_asides(conn: db.Connection, market: MarketId, changes: Sequence[Change]) -> None:
    now = {(c.sku, c.node_id, b.reason): b.quantity for c in changes for b in c.buckets}
    if now:
        await db.execute(
            conn, A["put_set_asides"],
            market=market, skus=[sku for sku, _, _ in now], node_ids=[node for _, node, _ in now],
            reasons=[reason.value for *_, reason in now], quantities=list(now.values()),
        )  # fmt: skip


async def asides_of(
    conn: db.Connection, market: MarketId, positions: Iterable[Position]
) -> dict[Key, Aside]:
    """Read what is set aside of these locked positions; asks nothing where nothing is."""
    keys = [(p.sku, p.node_id) for p in positions if p.unavailable]
    return buckets.by_position(await held_at(conn, market, keys))


async def held_at(conn: db.Connection, market: MarketId, keys: Sequence[Key]) -> list[AsideRow]:
    if not keys:
        return []
    return await db.fetch(
        conn, A["set_asides_at"], AsideRow,
        market=market, skus=[sku for sku, _ in keys], node_ids=[node for _, node in keys],
    )  # fmt: skip


async def reservations_of_orders(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> list[Reservation]:
    return await db.fetch(
        conn, Q["reservations_of_orders"], Reservation, market=market, order_ids=list(order_ids)
    )


async def draws_of(
    conn: db.Connection, market: MarketId, claims: Sequence[Claim]
) -> dict[tuple[OrderId, LineNo, Sku, NodeId], str]:
    """Say whose protection each of these claims has drawn on; those that drew on none are not."""
    rows = await db.fetch(
        conn, Q["draws_of"], Draw, market=market, order_ids=sorted({c.order_id for c in claims})
    )
    return {(r.order_id, r.line_no, r.sku, r.node_id): r.drawn_by for r in rows}


async def resolve_reservations(
    conn: db.Connection, market: MarketId, claims: Sequence[Claim], end: Ending
) -> int:
    quantities = [c.quantity for c in claims]
    nothing = [0] * len(claims)
    guarded = await db.fetch(
        conn, Q["resolve_reservations"], Guarded,
        market=market,
        order_ids=[c.order_id for c in claims],
        line_nos=[c.line_no for c in claims],
        skus=[c.sku for c in claims],
        node_ids=[c.node_id for c in claims],
        freeds=nothing if end is Ending.CONSUMED else quantities,
        consumeds=quantities if end is Ending.CONSUMED else nothing,
        given_ups=quantities if end is Ending.GIVEN_UP else nothing,
    )  # fmt: skip
    return guarded[0].positions


async def record_demand(
    conn: db.Connection, market: MarketId, demands: Sequence[Demand], at: datetime
) -> None:
    await db.execute(
        conn, Q["record_demand"],
        market=market, at=at,
        order_ids=[d.order_id for d in demands], line_nos=[d.line_no for d in demands],
        skus=[d.sku for d in demands], quantities=[d.quantity for d in demands],
        whys=[d.why for d in demands], priorities=[d.priority for d in demands],
    )  # fmt: skip


async def demand_of_orders(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> list[Demand]:
    return await db.fetch(
        conn, Q["demand_of_orders"], Demand, market=market, order_ids=list(order_ids)
    )


async def settle_demand(
    conn: db.Connection,
    market: MarketId,
    settled: Sequence[tuple[OrderId, LineNo, Sku, int]],
) -> None:
    """Take units off what waits: one statement, another where some lines wait for more."""
    told: dict[str, object] = {
        "market": market,
        "order_ids": [s[0] for s in settled],
        "line_nos": [s[1] for s in settled],
        "skus": [s[2] for s in settled],
        "quantities": [s[3] for s in settled],
    }
    if await db.execute(conn, Q["settle_demand"], **told) < len(settled):
        await db.execute(conn, Q["settle_in_part"], **told)


async def count_marks(
    conn: db.Connection, market: MarketId, keys: Sequence[Key]
) -> list[CountMark]:
    return await db.fetch(
        conn, C["count_marks"], CountMark,
        market=market, skus=[sku for sku, _ in keys], node_ids=[node for _, node in keys],
    )  # fmt: skip


async def set_count_marks(
    conn: db.Connection, market: MarketId, counts: Sequence[CountMark]
) -> None:
    if not counts:
        return
    await db.execute(
        conn, C["set_count_marks"],
        market=market, sources=[c.source for c in counts], skus=[c.sku for c in counts],
        node_ids=[c.node_id for c in counts], sequences=[c.sequence for c in counts],
        counted_ats=[c.counted_at for c in counts], on_hands=[c.on_hand for c in counts],
    )  # fmt: skip


async def moved_since(
    conn: db.Connection, market: MarketId, marks: Sequence[CountMark]
) -> dict[CountMark, int]:
    """Physical units that came or left after each count was taken."""
    rows = await db.fetch(
        conn, C["moved_since"], Moved,
        market=market, ask_nos=list(range(len(marks))), skus=[m.sku for m in marks],
        node_ids=[m.node_id for m in marks], since=[m.counted_at for m in marks],
        sources=[m.source for m in marks], sequences=[m.sequence for m in marks],
    )  # fmt: skip
    return {marks[row.ask_no]: row.quantity for row in rows}
