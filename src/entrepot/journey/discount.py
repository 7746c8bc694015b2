"""What is kept from everybody beside the rules: units in doubt, and units that a feed is silent of.

Both are taken off by the policy: `truth_discount` and `stale_stock`. They stand in the positions'
safety with what the rules keep, and on the bill for themselves.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from entrepot.inventory import secure
from entrepot.inventory.keeping import Keeping
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, NodeId, Sku


@dataclass(frozen=True, slots=True)
class Discounts:
    """Units in doubt by position, and units kept back at each position of some nodes."""

    doubtful: Mapping[tuple[Sku, NodeId], int] = field(default_factory=dict)
    stale: Mapping[NodeId, int] = field(default_factory=dict)

    def at(self, sku: Sku, node: NodeId) -> int:
        """Give the units taken off at a position."""
        return self.doubtful.get((sku, node), 0) + self.stale.get(node, 0)


NONE = Discounts()


async def discounts(
    conn: db.Connection,
    market: MarketId,
    keeping: Keeping,
    keys: Collection[tuple[Sku, NodeId]],
) -> Discounts:
    """Read what the policy takes off at some positions; asks nothing that it does not name."""
    doubtful: Mapping[tuple[Sku, NodeId], int] = {}
    if keeping.discounts_doubt:
        doubtful = await secure.doubtful_at(conn, market, sorted(keys))
    return Discounts(doubtful, await _stale(conn, market, keeping))


async def _stale(conn: db.Connection, market: MarketId, keeping: Keeping) -> dict[NodeId, int]:
    stale = keeping.stale_stock
    if stale is None:
        return {}
    network = keeping.compiled
    return {
        node: stale.units
        for node in await secure.nodes_unheard(conn, market)
        if node in network.index
        and network.network.nodes[network.index[node]].kind.value in stale.node_kinds
    }
