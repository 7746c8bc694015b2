"""The rows of supply, of terms and of who waits: what their verbs read and write."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from entrepot.inventory.supply_model import (
    Dated,
    Dating,
    InTurn,
    NewSupply,
    OnNotice,
    Queued,
    SkuNamed,
    Supply,
    SupplyLine,
    SupplyNamed,
    SupplyRow,
    SupplyState,
    Terms,
)
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId, OrderId, Sku

Q = sql.load(__package__, "supply.sql")


async def locked(
    conn: db.Connection, market: MarketId, supply_ids: Iterable[str]
) -> dict[str, Supply]:
    """Lock these documents, ascending, and read them whole; those unknown are left out."""
    ids = sorted(set(supply_ids))
    rows = await db.fetch(conn, Q["supplies_for_update"], SupplyRow, market=market, supply_ids=ids)
    return await whole(conn, market, rows)


async def named(
    conn: db.Connection, market: MarketId, supply_ids: Sequence[str]
) -> dict[str, Supply]:
    """Read these documents whole."""
    rows = await db.fetch(
        conn, Q["supplies_named"], SupplyRow, market=market, supply_ids=list(supply_ids)
    )
    return await whole(conn, market, rows)


async def whole(
    conn: db.Connection, market: MarketId, rows: Sequence[SupplyRow]
) -> dict[str, Supply]:
    """Add to these rows their lines and what notices carry of them."""
    ids = [row.supply_id for row in rows]
    if not ids:
        return {}
    lines: dict[str, list[SupplyLine]] = {}
    for line in await db.fetch(conn, Q["supply_lines"], SupplyLine, market=market, supply_ids=ids):
        lines.setdefault(line.supply_id, []).append(line)
    carried: dict[str, dict[Sku, int]] = {}
    for each in await db.fetch(conn, Q["carried"], OnNotice, market=market, supply_ids=ids):
        carried.setdefault(each.supply_id, {})[each.sku] = each.units
    return {
        row.supply_id: Supply(
            row, tuple(lines.get(row.supply_id, ())), carried.get(row.supply_id, {})
        )
        for row in rows
    }


async def notices_of(conn: db.Connection, market: MarketId, supply_id: str) -> list[str]:
    rows = await db.fetch(conn, Q["notices_of"], SupplyNamed, market=market, supply_id=supply_id)
    return [row.supply_id for row in rows]


async def make(conn: db.Connection, market: MarketId, new: NewSupply, at: datetime) -> None:
    await db.execute(
        conn, Q["make_supply"],
        market=market, supply_id=new.supply_id, kind=new.kind.value, node_id=new.node_id,
        supplier=new.supplier, purchase_order=new.purchase_order, expected_at=new.expected_at,
        sequence=new.sequence, at=at,
    )  # fmt: skip


async def write(
    conn: db.Connection,
    market: MarketId,
    new: NewSupply,
    *,
    sequence: int | None,
    state: SupplyState,
    at: datetime,
) -> None:
    await db.execute(
        conn, Q["write_supply"],
        market=market, supply_id=new.supply_id, node_id=new.node_id, supplier=new.supplier,
        purchase_order=new.purchase_order, expected_at=new.expected_at, sequence=sequence,
        state=state.value, at=at,
    )  # fmt: skip


async def turn(
    conn: db.Connection, market: MarketId, states: Mapping[str, SupplyState], at: datetime
) -> None:
    await db.execute(
        conn, Q["turn_supplies"],
        market=market, supply_ids=list(states), states=[s.value for s in states.values()], at=at,
    )  # fmt: skip


async def write_lines(conn: db.Connection, market: MarketId, lines: Sequence[SupplyLine]) -> None:
    if lines:
        await db.execute(
            conn, Q["write_supply_lines"],
            market=market, supply_ids=[each.supply_id for each in lines],
            skus=[each.sku for each in lines], quantities=[each.quantity for each in lines],
            receiveds=[each.received for each in lines],
            canceleds=[each.canceled for each in lines],
        )  # fmt: skip


async def terms_for_update(conn: db.Connection, market: MarketId, sku: Sku) -> Terms | None:
    found = await db.fetch(conn, Q["terms_for_update"], Terms, market=market, sku=sku)
    return found[0] if found else None


async def write_terms(conn: db.Connection, market: MarketId, terms: Terms) -> Terms:
    written = await db.fetch(
        conn, Q["write_terms"], Terms,
        market=market, sku=terms.sku, backorder_limit=terms.backorder_limit,
        preorder_limit=terms.preorder_limit, on_sale_from=terms.on_sale_from,
        lead_days=terms.lead_days,
    )  # fmt: skip
    return written[0]


async def queued(
    conn: db.Connection,
    market: MarketId,
    units: Mapping[Sku, int],
    after: Mapping[Sku, InTurn],
    most: int,
) -> list[Queued]:
    skus = list(units)
    turns = [after[sku] for sku in skus]
    return await db.fetch(
        conn, Q["queued"], Queued,
        market=market, skus=skus, units=[units[sku] for sku in skus],
        after_priorities=[each.priority for each in turns],
        after_sinces=[each.since for each in turns],
        after_orders=[each.order_id for each in turns],
        after_lines=[each.line_no for each in turns], most=most,
    )  # fmt: skip


async def date_demand(
    conn: db.Connection, market: MarketId, datings: Sequence[Dating]
) -> list[Dated]:
    return await db.fetch(
        conn, Q["date_demand"], Dated,
        market=market,
        order_ids=[d.waiter.order_id for d in datings],
        line_nos=[d.waiter.line_no for d in datings],
        skus=[d.waiter.sku for d in datings],
        quantities=[d.waiter.quantity for d in datings],
        was=[d.waiter.expected_at for d in datings],
        expected_ats=[d.expected_at for d in datings],
        supply_ids=[d.supply_id for d in datings],
    )  # fmt: skip


async def prioritize(
    conn: db.Connection, market: MarketId, order_id: OrderId, priority: int
) -> list[Sku]:
    rows = await db.fetch(
        conn, Q["prioritize"], SkuNamed, market=market, order_id=order_id, priority=priority
    )
    return sorted({row.sku for row in rows})
