"""Supply as it comes in: known skus and nodes only.

What it changes is told, so that the journey serves and dates who waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from msgspec.structs import replace

from entrepot.inventory import announce as announcing
from entrepot.inventory import call_off as calling_off
from entrepot.inventory import receive as receiving
from entrepot.inventory import tell
from entrepot.inventory.agree import agree, prioritize
from entrepot.inventory.announce import Announced
from entrepot.inventory.lots_model import LotUnits
from entrepot.inventory.model import Free, RowStatus
from entrepot.inventory.supply_model import NewSupply, Supply, Terms, WhyNotSupplied
from entrepot.journey.stocktake import take_movements
from entrepot.journey.world import Market
from entrepot.network import browse as network
from entrepot.orders import browse as orders
from entrepot.plumbing import db, outbox
from entrepot.terms.ids import OrderId, Sku
from entrepot.terms.outcome import Done, Outcome, Refused

NO_LOTS: Mapping[Sku, tuple[LotUnits, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Came:
    """The document as it stands, and what is free now where its units came.

    The stock view is told of `free` when the commit has succeeded, and not before.
    """

    supply: Supply
    free: list[Free]


async def announce(
    conn: db.Connection, market: Market, new: NewSupply, *, actor: str, at: datetime
) -> Outcome[Announced, WhyNotSupplied]:
    """Take in a document. The caller owns the transaction and leaves it where this refuses.

    The detail of an unknown sku, or of a kit, is that sku.
    """
    if not await network.known_nodes(conn, market.id, {new.node_id}):
        return Refused(WhyNotSupplied.UNKNOWN_NODE, f"{new.node_id} is not a node here")
    await market.catalog.fetch_missing(conn, {sku for sku, _ in new.lines})
    for sku, _ in new.lines:
        made = market.catalog.items.get(sku)
        if made is None:
            return Refused(WhyNotSupplied.UNKNOWN_SKU, sku)
        if made.parts:
            return Refused(WhyNotSupplied.KIT, sku)
    done = await announcing.announce(conn, market.id, new, at=at)
    if isinstance(done, Done) and done.value.skus:
        made_ = done.value
        fact = tell.supply_changed(made_.supply, made_.skus, why=made_.why, actor=actor)
        await outbox.tell(conn, market.id, [fact], at=at)
    return done


async def receive(  # noqa: PLR0913 - what came, of what, whether that was all, and who says so
    conn: db.Connection,
    market: Market,
    supply_id: str,
    units: Mapping[Sku, int],
    *,
    final: bool,
    actor: str,
    at: datetime,
    lots: Mapping[Sku, tuple[LotUnits, ...]] = NO_LOTS,
) -> Outcome[Came, WhyNotSupplied]:
    """Book what came on its document, and put it on hand at the document's node.

    `lots` are those of the units, by sku, where they were named; the detail of one that cannot be
    is the sku, and after it what is wrong.
    The caller owns the transaction and leaves it where this refuses; it tells the view after it.
    """
    done = await receiving.receive(conn, market.id, supply_id, units, final=final, at=at)
    if isinstance(done, Refused):
        return done
    free: list[Free] = []
    movements = [
        replace(each, lots=lots[each.sku]) if each.sku in lots else each
        for each in done.value.movements
    ]
    if movements:
        booked = await take_movements(conn, market, movements, at=at, actor=actor)
        free = booked.free
        for row in booked.results:
            if row.status is not RowStatus.APPLIED and row.sku in lots:
                return Refused(WhyNotSupplied.LOTS, f"{row.sku}\n{row.status.value}")
            if row.status is not RowStatus.APPLIED:
                return Refused(WhyNotSupplied.KIT, row.sku)
    fact = tell.supply_changed(done.value.supply, done.value.skus, why="received", actor=actor)
    await outbox.tell(conn, market.id, [fact], at=at)
    return Done(Came(done.value.supply, free))


async def call_off(
    conn: db.Connection, market: Market, supply_id: str, *, actor: str, reason: str, at: datetime
) -> Outcome[Supply, WhyNotSupplied]:
    """Cancel what has not come of a document. The caller owns the transaction."""
    done = await calling_off.call_off(conn, market.id, supply_id, at=at)
    if isinstance(done, Done):
        skus = [line.sku for line in done.value.lines]
        fact = tell.supply_changed(done.value, skus, why="canceled", actor=actor, reason=reason)
        await outbox.tell(conn, market.id, [fact], at=at)
    return done


async def set_terms(
    conn: db.Connection, market: Market, terms: Terms, *, actor: str, at: datetime
) -> Terms | None:
    """Put what may be sold of a sku before it is there; None for a sku that is no item."""
    await market.catalog.fetch_missing(conn, {terms.sku})
    if terms.sku not in market.catalog.items:
        return None
    agreed, changed = await agree(conn, market.id, terms)
    if changed:
        await outbox.tell(conn, market.id, [tell.terms_changed(agreed, actor=actor)], at=at)
    return agreed


async def set_priority(  # noqa: PLR0913 - whose, which, who says so and why
    conn: db.Connection,
    market: Market,
    order_id: OrderId,
    priority: int,
    *,
    actor: str,
    reason: str,
    at: datetime,
) -> list[Sku] | None:
    """Let an order be served in another class; answers what it waits for, None if not known."""
    if not await orders.lock(conn, market.id, [order_id]):
        return None
    skus = await prioritize(conn, market.id, order_id, priority)
    if skus:
        fact = tell.prioritized(order_id, priority, skus, actor=actor, reason=reason)
        await outbox.tell(conn, market.id, [fact], at=at)
    return skus
