"""Open a market: its network's version, and a rate card to begin with."""

from entrepot.network import store
from entrepot.network.compose import row_of, stored
from entrepot.network.rate_card import default_rate_card
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def open_market(conn: db.Connection, market: MarketId) -> bool:
    """Make the market with the default rate card, once; answers whether it was made now.

    The caller owns the transaction. A market opened before is left as it is, its lanes too.
    """
    if not await store.open_market(conn, market):
        return False
    await store.put_lanes(conn, market, [stored(row_of(lane), 1) for lane in default_rate_card()])
    return True


async def hold(conn: db.Connection, market: MarketId) -> None:
    """Have the market's network alone until the transaction ends; one not yet open is opened."""
    if await store.lock_market(conn, market) is None:
        await open_market(conn, market)
        await store.lock_market(conn, market)
