"""Agree on what may be sold of a sku before it is there, and who is served before whom."""

from dataclasses import replace

from entrepot.inventory import supply_store as store
from entrepot.inventory.supply_model import Terms
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, OrderId, Sku


async def agree(conn: db.Connection, market: MarketId, terms: Terms) -> tuple[Terms, bool]:
    """Put a sku's terms, whole; answers them, and whether they changed. The caller commits."""
    stands = await store.terms_for_update(conn, market, terms.sku)
    if stands is not None and _same(stands, terms):
        return stands, False
    return await store.write_terms(conn, market, terms), True


async def prioritize(
    conn: db.Connection, market: MarketId, order_id: OrderId, priority: int
) -> list[Sku]:
    """Put all that an order waits for into a class, 0 first; answers the skus it waits for.

    The caller holds the order's lock and commits.
    """
    return await store.prioritize(conn, market, order_id, priority)


def _same(stands: Terms, asked: Terms) -> bool:
    return replace(stands, version=0) == replace(asked, version=0)
