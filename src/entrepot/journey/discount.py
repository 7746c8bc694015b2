"""What is kept from everybody beside the rules: what is in doubt, unheard of, or not on sale yet.

Units in doubt and those that a feed is silent of are taken off by the policy: `truth_discount`
and `stale_stock`. They stand in the positions' safety with what the rules keep; a launch that has
not opened keeps every unit, whatever else is kept. On the bill each stands for itself.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from entrepot.inventory import launch, secure
from entrepot.inventory.keeping import Keeping
from entrepot.inventory.launch_model import Unopened
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, NodeId, Sku


@dataclass(frozen=True, slots=True)
class Discounts:
    """Units in doubt by position, units kept back at each position of some nodes, closed launches.

    `unopened` are the skus whose launch has not opened.
    """

    doubtful: Mapping[tuple[Sku, NodeId], int] = field(default_factory=dict)
    stale: Mapping[NodeId, int] = field(default_factory=dict)
    unopened: Mapping[Sku, Unopened] = field(default_factory=dict)

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
    """Read what is taken off at some positions; asks nothing that the policy does not name."""
    doubtful: Mapping[tuple[Sku, NodeId], int] = {}
    if keeping.discounts_doubt:
        doubtful = await secure.doubtful_at(conn, market, sorted(keys))
    unopened = await launch.unopened(conn, market, {sku for sku, _ in keys})
    return Discounts(doubtful, await _stale(conn, market, keeping), unopened)


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
