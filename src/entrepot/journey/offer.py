"""What channels may sell, read from the rows themselves for many callers at once.

A kit can be sold as often as its scarcest part allows. Units that somebody waits for are not
offered again; what a channel must leave at a position (`withhold`) is not offered either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from entrepot.inventory import browse
from entrepot.inventory.model import Free
from entrepot.inventory.protection import read
from entrepot.journey import withhold
from entrepot.journey.world import Market
from entrepot.plumbing import db
from entrepot.terms.ids import ChannelId, NodeId, Sku
from entrepot.terms.place import Place


@dataclass(frozen=True, slots=True)
class Offer:
    """A question: which skus, for which channel, by node or in sum, from what reaches a place."""

    channel: ChannelId
    skus: tuple[Sku, ...]
    by_node: bool = False
    destination: Place | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """The answer, as of a moment. `nodes` is there where it was asked for."""

    totals: Mapping[Sku, int]
    nodes: Mapping[Sku, Sequence[tuple[NodeId, int]]]
    known: frozenset[Sku]
    as_of: datetime


async def available(
    conn: db.Connection, market: Market, offers: Sequence[Offer], *, at: datetime
) -> list[Offered]:
    """Answer every question, in order: questions of one channel and place share two statements."""
    groups: dict[tuple[ChannelId, bool, Place | None], list[int]] = {}
    for place, offer in enumerate(offers):
        groups.setdefault((offer.channel, offer.by_node, offer.destination), []).append(place)
    await market.catalog.fetch_missing(conn, {sku for offer in offers for sku in offer.skus})
    answers: dict[int, Offered] = {}
    for (channel, by_node, destination), places in groups.items():
        skus = {sku for place in places for sku in offers[place].skus}
        group = _Group(market, channel, destination)
        shown = await (group.by_node if by_node else group.in_sum)(conn, skus, at)
        answers |= dict.fromkeys(places, shown)
    return [answers[place] for place in range(len(offers))]


class _Group:
    """Questions that see the same nodes."""

    def __init__(self, market: Market, channel: ChannelId, destination: Place | None) -> None:
        self.market = market
        compiled = market.compiled
        view = compiled.channel_mask(channel)
        seen = compiled.enabled if view is None else compiled.enabled & view
        if destination is not None:
            seen = seen & _reaching(market, destination)
        nodes = compiled.network.nodes
        self.node_ids: list[NodeId] | None = (
            None if seen.all() else [nodes[ix].node_id for ix in seen.nonzero()[0]]
        )
        self.channel = channel
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
        nodes: dict[Sku, Sequence[tuple[NodeId, int]]] = {}
        totals: dict[Sku, int] = {}
        for sku, made in parts.items():
            at_nodes = _at_nodes(made, free)
            nodes[sku] = sorted(at_nodes.items())
            totals[sku] = min((units[part] // count for part, count in made), default=0)
        return Offered(totals, nodes, self._known(skus), at)

    async def _sums(self, conn: db.Connection, skus: set[Sku], at: datetime) -> dict[Sku, int]:
        """Units of each sku: added up by the database where the same stays at every node."""
        market, channel = self.market, self.channel
        even = sorted(sku for sku in skus if withhold.is_even(market, channel, sku))
        keeps = [market.keeping.kept(channel, sku, market.category(sku)).at(0) for sku in even]
        units = {}
        if even:
            units = await browse.available(
                conn, market.id, even, node_ids=self.node_ids, keeps=keeps
            )
        if len(even) < len(skus):
            units |= (await self._at_nodes(conn, skus - set(even), at))[1]
        return units

    async def _at_nodes(
        self, conn: db.Connection, skus: set[Sku], at: datetime
    ) -> tuple[dict[Sku, dict[NodeId, int]], dict[Sku, int]]:
        """Units of each sku by node, and what of them can be had in all."""
        index, nodes = self.market.compiled.index, self.market.network.nodes
        rows: dict[Sku, list[Free]] = {sku: [] for sku in skus}
        market_free = dict.fromkeys(skus, 0)
        for row in await browse.free_of_skus(conn, self.market.id, sorted(skus)):
            market_free[row.sku] += row.free
            if row.node_id in index:
                rows[row.sku].append(row)
        owed = await browse.owed(conn, self.market.id, sorted(skus))
        free: dict[Sku, dict[NodeId, int]] = {}
        totals = {}
        for sku, found in rows.items():
            ix = np.array([index[row.node_id] for row in found], np.int32)
            units = np.array([row.free for row in found], np.int32)
            drawn = {index[row.node_id]: read(row.drawn) for row in found if row.drawn}
            may = withhold.takable(self.market, self.channel, sku, ix, units, drawn, at)
            may[~self.seen[ix]] = 0
            free[sku] = {
                nodes[n].node_id: u for n, u in zip(ix.tolist(), may.tolist(), strict=True) if u
            }
            totals[sku] = browse.sellable(int(may.sum()), market_free[sku], owed.get(sku, 0))
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


def _at_nodes(
    made: Sequence[tuple[Sku, int]], free: Mapping[Sku, Mapping[NodeId, int]]
) -> dict[NodeId, int]:
    """How many whole units each node could supply alone."""
    if not made:
        return {}
    first, count = made[0]
    at_nodes = {node: units // count for node, units in free.get(first, {}).items()}
    for part, count in made[1:]:
        there = free.get(part, {})
        at_nodes = {n: min(q, there.get(n, 0) // count) for n, q in at_nodes.items()}
    return {node: units for node, units in at_nodes.items() if units}


def _reaching(market: Market, destination: Place) -> npt.NDArray[np.bool_]:
    """Nodes from which some carrier service reaches the place."""
    zones = market.compiled.zones(destination)
    reached = {lane.zone for lane in market.network.lanes if lane.enabled}
    return np.isin(zones, sorted(reached))
