"""What no statement can check: phases against summaries, and every decision run again.

Part of `entrepot verify --full`: it reads every order once, in chunks.
"""

from collections.abc import AsyncIterator
from dataclasses import asdict
from uuid import UUID

from entrepot.journey import store
from entrepot.journey.summarize import summaries_of
from entrepot.journey.why import Networks, reproduced
from entrepot.plumbing import cursors, db
from entrepot.promise import performance_browse
from entrepot.terms.ids import MarketId, OrderId

CHUNK = 500


async def stale_summaries(conn: db.Connection, market: MarketId) -> list[dict[str, object]]:
    """Give the orders whose summary is not what their rows say; none while the worker is behind."""
    if await cursors.are_behind(conn, market):
        return []
    wrong: list[dict[str, object]] = []
    async for ids in _chunks(conn, market):
        known = {row.order_id: row for row in await store.summaries(conn, market, ids)}
        wrong += [
            {"order_id": ought.order_id, "phase": ought.phase}
            for ought in await summaries_of(conn, market, ids, {})
            if known.get(ought.order_id) != ought
        ]
    return wrong


async def changed_decisions(conn: db.Connection, market: MarketId) -> list[dict[str, object]]:
    """Give the decisions that, run again on what they saw, say something else than they said."""
    wrong: list[dict[str, object]] = []
    networks: Networks = {}
    async for ids in _chunks(conn, market):
        for decision_id, order_id, same in await reproduced(conn, market, ids, networks):
            if not same:
                wrong.append({"order_id": order_id, "decision_id": decision_id})
    return wrong


async def miscounted_nodes(conn: db.Connection, market: MarketId) -> list[dict[str, object]]:
    """Give the nodes whose performance is not what happened; none while the worker is behind."""
    if await cursors.are_behind(conn, market):
        return []
    return [asdict(each) for each in await performance_browse.miscounted(conn, market)]


async def _chunks(conn: db.Connection, market: MarketId) -> AsyncIterator[list[OrderId]]:
    after = UUID(int=0)
    while True:
        ids = await store.order_ids(conn, market, after, CHUNK)
        if not ids:
            return
        yield [OrderId(each) for each in ids]
        after = ids[-1]
