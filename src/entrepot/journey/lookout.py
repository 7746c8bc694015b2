"""Which nodes cannot do what they were asked: those that are paused, those with too much work."""

from datetime import date, datetime

from entrepot.journey.world import Market
from entrepot.plumbing import db
from entrepot.promise import store
from entrepot.promise.after_model import WATCHED_PER_COMMIT_MAX, Overfull
from entrepot.promise.milestones import overfull

ALWAYS = date.max
"""All of a node's work, whatever its day."""


def paused_nodes(market: Market, at: datetime) -> list[Overfull]:
    """Name the nodes that take no work now, all of whose work is too much."""
    working = market.working(at).tolist()
    return [
        Overfull(node.node_id, ALWAYS, WATCHED_PER_COMMIT_MAX)
        for node, works in zip(market.network.nodes, working, strict=True)
        if not works
    ]


async def full_nodes(conn: db.Connection, market: Market, *, at: datetime) -> list[Overfull]:
    """Name the nodes with more work than their days hold, and how much more than was told of."""
    limited = [
        node.node_id
        for node in market.network.nodes
        if node.enabled
        and (node.capacity_per_day is not None or node.caps or node.capacity_per_service)
    ]
    if not limited:
        return []
    rows = await store.backlog(conn, market.id, limited)
    found = [
        overfull(each, market.compiled.index[node], market.compiled, at)
        for node, each in rows.items()
    ]
    return [each for each in found if each is not None]
