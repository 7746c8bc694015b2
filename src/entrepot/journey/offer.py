"""What channels may sell, read from the rows themselves for many callers at once.

A kit can be sold as often as its scarcest part allows. Units that somebody waits for are not
offered again; what a channel must leave at a position (`withhold`) is not offered either.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from entrepot.inventory import browse
from entrepot.inventory.model import AtNodes, Free
from entrepot.journey import withhold
from entrepot.journey.foresee import next_inbound
from entrepot.journey.world import Market
from entrepot.plumbing import db
from entrepot.terms.audience import Buyer
from entrepot.terms.ids import ChannelId, NodeId, Sku
from entrepot.terms.place import Place

NOWHERE = AtNodes((), ())


@dataclass(frozen=True, slots=True)
class Offer:
    """A question: which skus, for which channel, by node or in sum, from what reaches a place."""

    channel: ChannelId
    skus: tuple[Sku, ...]
    by_node: bool = False
    destination: Place | None = None
    customer_class: str = ""

    @property
    def buyer(self) -> Buyer:
        """Who asks."""
        return Buyer(self.channel, self.customer_class)


@dataclass(frozen=True, slots=True)
class Offered:
    """The answer, as of a moment. `nodes` is there where it was asked for.

    `inbound` is when more comes next, of skus of which any is on its way.
    """

    totals: Mapping[Sku, int]
    nodes: Mapping[Sku, AtNodes]
    known: frozenset[Sku]
    as_of: datetime
    inbound: Mapping[Sku, datetime] = field(default_factory=dict)


async def available(
    conn: db.Connection, market: Market, offers: Sequence[Offer], *, at: datetime
) -> list[Offered]:
    """Answer every question, in order: questions of one buyer and place share two statements."""
    groups: dict[tuple[Buyer, bool, Place | None], list[int]] = {}
    for place, offer in enumerate(offers):
        groups.setdefault((offer.buyer, offer.by_node, offer.destination), []).append(place)
    await market.catalog.fetch_missing(conn, {sku for offer in offers for sku in offer.skus})
    answers: dict[int, Offered] = {}
    for (buyer, by_node, destination), places in groups.items():
        skus = {sku for place in places for sku in offers[place].skus}
        group = _Group(market, buyer, destination, at)
        shown = await (group.by_node if by_node else group.in_sum)(conn, skus, at)
        shown = replace(shown, inbound=await group.inbound(conn, skus, at))
        answers |= dict.fromkeys(places, shown)
    return [answers[place] for place in range(len(offers))]


class _Group:
    """Questions that see the same nodes."""

    def __init__(
        self, market: Market, buyer: Buyer, destination: Place | None, at: datetime
    ) -> None:
        self.market = market
        compiled = market.compiled
        view = compiled.channel_mask(buyer.channel)
        seen = market.working(at) if view is None else market.working(at) & view
        if destination is not None:
            seen = seen & _reaching(market, destination)
        nodes = compiled.network.nodes
        self.node_ids: list[NodeId] | None = (
            None if seen.all() else [nodes[ix].node_id for ix in seen.nonzero()[0]]
        )
        self.buyer, self.channel = buyer, buyer.channel
        self.seen = seen

    async def in_sum(self, conn: db.Connection, skus: set[Sku], at: datetime) -> Offered:
        """One number per sku."""
        parts = self._parts(skus)
        stocked = {sku for made in parts.values() for sku, _ in made}
        units = await self._sums(conn, stocked, at)
        totals = {
            sku: min((units[part] // count for part, count in made), default=0)
            for sku, made in parts.items()
        }
        return Offered(totals, {}, self._known(skus), at)

    async def by_node(self, conn: db.Connection, skus: set[Sku], at: datetime) -> Offered:
        """A number per sku and node; the sum is less what others wait for."""
        parts = self._parts(skus)
        stocked = {sku for made in parts.values() for sku, _ in made}
        free, units = await self._at_nodes(conn, stocked, at)
        totals = {
            sku: min((units.get(part, 0) // count for part, count in made), default=0)
            for sku, made in parts.items()
        }
        nodes = {sku: _whole(made, free) for sku, made in parts.items()}
        return Offered(totals, nodes, self._known(skus), at)

    async def inbound(
        self, conn: db.Connection, skus: set[Sku], at: datetime
    ) -> Mapping[Sku, datetime]:
        """When more comes next at the nodes in question."""
        parts = self._parts(skus)
        return await next_inbound(conn, self.market, parts, self.node_ids, at=at)

    async def _sums(self, conn: db.Connection, skus: set[Sku], at: datetime) -> dict[Sku, int]:
        """Units of each sku: added up by the database where the same stays at every node."""
        even = {sku for sku in skus if withhold.is_even(self.market, self.channel, sku)}
        units = await self._even_sums(conn, even)
        if len(even) < len(skus):
            units |= (await self._by_rules(conn, skus - even, at))[1]
        return units

    async def _even_sums(self, conn: db.Connection, skus: Collection[Sku]) -> dict[Sku, int]:
        market, even = self.market, sorted(skus)
        keeps = [market.keeping.kept(self.channel, s, market.category(s)).at(0) for s in even]
        if not even:
            return {}
        return await browse.available(conn, market.id, even, node_ids=self.node_ids, keeps=keeps)

    async def _at_nodes(
        self, conn: db.Connection, skus: set[Sku], at: datetime
    ) -> tuple[dict[Sku, AtNodes], dict[Sku, int]]:
        """Units of each sku by node, and what of them can be had in all."""
        plain = {sku for sku in skus if withhold.is_plain(self.market, self.channel, sku)}
        free, units = await self._plain(conn, plain)
        if len(plain) < len(skus):
            others, sums = await self._by_rules(conn, skus - plain, at)
            free, units = free | others, units | sums
        return free, units

    async def _plain(
        self, conn: db.Connection, skus: set[Sku]
    ) -> tuple[dict[Sku, AtNodes], dict[Sku, int]]:
        """Where the channel's buffer is all that stays: laid out by the database."""
        market, stocked = self.market, sorted(skus)
        if not stocked:
            return {}, {}
        buffer = market.compiled.buffer(self.channel)
        free = await browse.at_nodes(conn, market.id, stocked, buffer=buffer)
        if self.node_ids is not None:
            seen = frozenset(self.node_ids)
            free = {sku: _seen(there, seen) for sku, there in free.items()}
        units = {sku: sum(there.units) for sku, there in free.items()}
        owed = await browse.owed(conn, market.id, stocked)
        return free, units | await self._even_sums(conn, [sku for sku in stocked if sku in owed])

    async def _by_rules(
        self, conn: db.Connection, skus: set[Sku], at: datetime
    ) -> tuple[dict[Sku, AtNodes], dict[Sku, int]]:
        """Where more stays at one node than at another: worked out position by position."""
        market, index = self.market, self.market.compiled.index
        rows: dict[Sku, list[Free]] = {sku: [] for sku in skus}
        for row in await browse.free_of_skus(conn, market.id, sorted(skus)):
            rows[row.sku].append(row)
        owed = await browse.owed(conn, market.id, sorted(skus))
        free: dict[Sku, AtNodes] = {}
        totals = {}
        for sku, found in rows.items():
            may = withhold.takable_of(market, self.buyer, sku, found, at)
            free[sku] = _at_nodes({n: u for n, u in may.items() if u and self.seen[index[n]]})
            in_market = sum(row.free for row in found)
            totals[sku] = browse.sellable(sum(free[sku].units), in_market, owed.get(sku, 0))
        return free, totals

    def _parts(self, skus: set[Sku]) -> dict[Sku, list[tuple[Sku, int]]]:
        items = self.market.catalog.items
        return {
            sku: [(part.sku, part.quantity) for part in items[sku].parts] or [(sku, 1)]
            if sku in items
            else []
            for sku in skus
        }

    def _known(self, skus: set[Sku]) -> frozenset[Sku]:
        return frozenset(sku for sku in skus if sku in self.market.catalog.items)


def _seen(there: AtNodes, seen: Collection[NodeId]) -> AtNodes:
    """What of it lies at nodes that are seen."""
    return _at_nodes({node: units for node, units in zip(*there, strict=True) if node in seen})


def _whole(made: Sequence[tuple[Sku, int]], free: Mapping[Sku, AtNodes]) -> AtNodes:
    """How many whole units each node could supply alone."""
    if not made:
        return NOWHERE
    first, count = made[0]
    there = free.get(first, NOWHERE)
    if len(made) == 1 and count == 1:
        return there
    least = {node: units // count for node, units in zip(*there, strict=True)}
    for part, count in made[1:]:
        units_at = dict(zip(*free.get(part, NOWHERE), strict=True))
        least = {node: min(q, units_at.get(node, 0) // count) for node, q in least.items()}
    return _at_nodes({node: units for node, units in least.items() if units})


def _at_nodes(units: Mapping[NodeId, int]) -> AtNodes:
    """Keep the order, which is that of the nodes' ids."""
    return AtNodes(tuple(units), list(units.values()))


def _reaching(market: Market, destination: Place) -> npt.NDArray[np.bool_]:
    """Nodes from which some carrier service reaches the place."""
    zones = market.compiled.zones(destination)
    reached = {lane.zone for lane in market.network.lanes if lane.enabled}
    return np.isin(zones, sorted(reached))
