"""Lots follow what is written of positions: in the same commit, and only where lots are known."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from entrepot.inventory import reckon
from entrepot.inventory.lots_judge import Judge
from entrepot.inventory.lots_model import (
    SELLABLE,
    HeldLot,
    Lot,
    LotEntry,
    LotMoved,
    LotOnItsWay,
    LotUnits,
    StateUnits,
)
from entrepot.inventory.lots_rules import LotShelf, Step, step_of
from entrepot.inventory.model import Change, Count
from entrepot.inventory.rules import CORRECTION
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId, NodeId, Sku

Q = sql.load(__package__, "lots.sql")

Key = tuple[Sku, NodeId]
LotName = tuple[Sku, str]


class Told(NamedTuple):
    """A change, the id of its first entry in the ledger, and what it does to lots."""

    change: Change
    movement_id: UUID
    step: Step


async def follow(
    conn: db.Connection,
    market: MarketId,
    changes: Sequence[tuple[Change, UUID | None]],
    keys: Iterable[Key],
    at: datetime,
) -> None:
    """Write which lots these changes have moved at positions where lots are known, or named.

    Nine statements at most. The positions are locked, and what is written of them stands.
    """
    named = {(c.sku, c.node_id) for c, _ in changes if c.lots}
    moved = {(c.sku, c.node_id) for c, _ in changes if _moves(c)}
    where = sorted(named | moved.intersection(keys))
    if not where:
        return
    told = _told(changes, set(where))
    await _tell_lots(conn, market, [(c.sku, lot) for c, _ in changes for lot in c.lots], at)
    before = _by_position(await lots_at(conn, market, where))
    mended = [key for key in where if told.get(key) and told[key][-1].change.kind == CORRECTION]
    entered = await _entered(conn, market, mended) if mended else {}
    units = _by_state(await db.fetch(conn, Q["units_by_state"], StateUnits, **_at(market, where)))
    entries: list[tuple[Told, LotEntry]] = []
    shelves: dict[Key, LotShelf] = {}
    for key in where:
        own = told.get(key, [])
        names = [lot for each in own for lot in each.step.named]
        start = entered[key] if key in entered else before.get(key, [])
        shelf = shelves[key] = LotShelf(start, names)
        entries += [(own[-1], entry) for entry in shelf.owed()]
        for each in own:
            entries += [(each, entry) for entry in shelf.apply(each.step)]
        if own:
            entries += [(own[-1], entry) for entry in shelf.fit(units.get(key, {}))]
    await _put(conn, market, before, shelves)
    await _record(conn, market, entries, at)
    if named:
        await mark(conn, market, sorted(named))


async def mark(conn: db.Connection, market: MarketId, keys: Sequence[Key]) -> None:
    """Let locked positions say that lots are known there."""
    await db.execute(conn, Q["mark_lotted"], **_at(market, keys))


async def _entered(
    conn: db.Connection, market: MarketId, keys: Sequence[Key]
) -> dict[Key, list[HeldLot]]:
    """Read what the ledger says of the lots of positions that are mended."""
    rows = await db.fetch(conn, Q["entered_lots"], HeldLot, **_at(market, keys))
    return {key: [] for key in keys} | _by_position(rows)


async def lots_at(conn: db.Connection, market: MarketId, keys: Sequence[Key]) -> list[HeldLot]:
    """Read the known lots of some positions."""
    return await db.fetch(conn, Q["lots_at"], HeldLot, **_at(market, keys)) if keys else []


async def lots_named(
    conn: db.Connection, market: MarketId, names: Sequence[LotName]
) -> dict[LotName, Lot]:
    """Read what was told of some lots."""
    rows = await db.fetch(conn, Q["lots_named"], Lot, **_named(market, names)) if names else []
    return {(row.sku, row.lot): row for row in rows}


async def stock_of_lots(
    conn: db.Connection, market: MarketId, names: Sequence[LotName]
) -> list[HeldLot]:
    """Read where units of some lots are."""
    if not names:
        return []
    return await db.fetch(conn, Q["stock_of_lots"], HeldLot, **_named(market, names))


async def judge(
    conn: db.Connection, market: MarketId, named: Iterable[tuple[Sku, Sequence[LotUnits]]]
) -> Judge:
    """Read what is to be known to judge rows that name these lots: two statements."""
    names = sorted({(sku, each.lot) for sku, lots in named for each in lots})
    return Judge(await lots_named(conn, market, names), await stock_of_lots(conn, market, names))


async def on_their_way(
    conn: db.Connection, market: MarketId, transfer_ids: Sequence[str]
) -> list[LotOnItsWay]:
    """Read the lots that transfers have taken and not brought, first expired first."""
    return await db.fetch(
        conn, Q["lots_on_their_way"], LotOnItsWay, market=market, transfer_ids=list(transfer_ids)
    )


async def found_since(
    conn: db.Connection, market: MarketId, counts: Sequence[Count]
) -> list[Count]:
    """Give these counts, in order, their lots with what came and went of them since."""
    rows = await db.fetch(
        conn, Q["lots_moved_since"], LotMoved,
        market=market, ask_nos=list(range(len(counts))), skus=[c.sku for c in counts],
        node_ids=[c.node_id for c in counts], since=[c.counted_at for c in counts],
    )  # fmt: skip
    moved: list[dict[str, int]] = [{} for _ in counts]
    for row in rows:
        moved[row.ask_no][row.lot] = row.quantity
    return [
        replace(each, lots=_since(each.lots, since)) if each.lots and since else each
        for each, since in zip(counts, moved, strict=True)
    ]


def _since(found: tuple[LotUnits, ...], moved: dict[str, int]) -> tuple[LotUnits, ...]:
    serial = found[0].serial
    then = [
        replace(each, quantity=max(0, each.quantity + moved.pop(each.lot, 0))) for each in found
    ]
    came = [LotUnits(lot, units, serial=serial) for lot, units in moved.items() if units > 0]
    return (*(each for each in then if each.quantity), *came)


def _told(changes: Sequence[tuple[Change, UUID | None]], where: set[Key]) -> dict[Key, list[Told]]:
    """Sort changes by position; what the books did not take of one belongs to the one before it."""
    told: dict[Key, list[Told]] = {}
    for change, movement_id in changes:
        key = (change.sku, change.node_id)
        if key not in where or movement_id is None:
            continue
        own = told.setdefault(key, [])
        if change.kind == reckon.NETTED and own:
            last = own[-1]
            own[-1] = last._replace(step=_more(last.step, change.on_hand_delta))
        else:
            own.append(Told(change, movement_id, step_of(change)))
    return told


def _moves(change: Change) -> bool:
    return bool(change.on_hand_delta or change.buckets or change.kind == CORRECTION)


def _more(step: Step, units: int) -> Step:
    by_state = {**step.by_state, SELLABLE: step.by_state.get(SELLABLE, 0) + units}
    return Step(step.on_hand + units, by_state, step.named, step.found)


async def _tell_lots(
    conn: db.Connection, market: MarketId, named: Iterable[tuple[Sku, LotUnits]], at: datetime
) -> None:
    """Write the lots that were named, and the days that were not known until now."""
    told: dict[LotName, LotUnits] = {}
    for sku, each in named:
        known = told.get((sku, each.lot))
        if known is None or known.expires_on is None:
            told[sku, each.lot] = each
    if not told:
        return
    lots = sorted(told.items())
    rows = await db.fetch(
        conn, Q["tell_lots"], Lot,
        **_named(market, [name for name, _ in lots]), at=at,
        serials=[each.serial for _, each in lots],
        expires_ons=[each.expires_on for _, each in lots],
        lasts_tos=[each.lasts_to for _, each in lots],
    )  # fmt: skip
    await db.execute(
        conn, Q["date_lot_stock"],
        **_named(market, [(row.sku, row.lot) for row in rows]),
        expires_ons=[row.expires_on for row in rows],
    )  # fmt: skip


async def _put(
    conn: db.Connection,
    market: MarketId,
    before: Mapping[Key, Sequence[HeldLot]],
    shelves: Mapping[Key, LotShelf],
) -> None:
    was = {(*key, held.lot, held.reason): held.quantity for key in before for held in before[key]}
    now = {(*key, *place): units for key in shelves for place, units in shelves[key].units.items()}
    gone = sorted(was.keys() - now.keys())
    changed = sorted((place, units) for place, units in now.items() if was.get(place) != units)
    if gone:
        await db.execute(conn, Q["clear_lot_stock"], **_places(market, gone))
    if changed:
        await db.execute(
            conn, Q["put_lot_stock"],
            **_places(market, [place for place, _ in changed]),
            quantities=[units for _, units in changed],
        )  # fmt: skip


async def _record(
    conn: db.Connection, market: MarketId, entries: Sequence[tuple[Told, LotEntry]], at: datetime
) -> None:
    if not entries:
        return
    numbers: dict[UUID, int] = {}
    for told, _ in entries:
        numbers[told.movement_id] = 0
    entry_nos = []
    for told, _ in entries:
        entry_nos.append(numbers[told.movement_id])
        numbers[told.movement_id] += 1
    await db.execute(
        conn, Q["record_lot_entries"],
        market=market, at=at, entry_nos=entry_nos,
        movement_ids=[told.movement_id for told, _ in entries],
        skus=[told.change.sku for told, _ in entries],
        node_ids=[told.change.node_id for told, _ in entries],
        lots=[entry.lot for _, entry in entries],
        reasons=[entry.reason for _, entry in entries],
        quantities=[entry.quantity for _, entry in entries],
        kinds=[entry.why or told.change.kind for told, entry in entries],
        order_ids=[told.change.order_id for told, _ in entries],
        line_nos=[told.change.line_no for told, _ in entries],
        transfer_ids=[told.change.transfer_id for told, _ in entries],
        ats=[told.change.at for told, _ in entries],
    )  # fmt: skip


def _at(market: MarketId, keys: Sequence[Key]) -> dict[str, object]:
    return {
        "market": market,
        "skus": [sku for sku, _ in keys],
        "node_ids": [node for _, node in keys],
    }


def _named(market: MarketId, names: Sequence[LotName]) -> dict[str, object]:
    return {
        "market": market,
        "skus": [sku for sku, _ in names],
        "lots": [lot for _, lot in names],
    }


def _places(market: MarketId, places: Sequence[tuple[Sku, NodeId, str, str]]) -> dict[str, object]:
    return _at(market, [(sku, node) for sku, node, _, _ in places]) | {
        "lots": [lot for _, _, lot, _ in places],
        "reasons": [reason for *_, reason in places],
    }


def _by_position(rows: Iterable[HeldLot]) -> dict[Key, list[HeldLot]]:
    found: dict[Key, list[HeldLot]] = {}
    for row in rows:
        found.setdefault((row.sku, row.node_id), []).append(row)
    return found


def _by_state(rows: Iterable[StateUnits]) -> dict[Key, dict[str, int]]:
    found: dict[Key, dict[str, int]] = {}
    for row in rows:
        found.setdefault((row.sku, row.node_id), {})[row.reason] = row.quantity
    return found
