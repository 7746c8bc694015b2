"""The grid of skus and nodes: which rows and columns it has, and what stands in a window of it.

Which skus are low is asked of the stock view, which may be late by a poll; what a cell shows is
read from the rows themselves.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from entrepot.catalog import search
from entrepot.catalog.model import Label
from entrepot.inventory import grid
from entrepot.inventory.grid_model import Bucket, Window
from entrepot.journey.world import Market
from entrepot.network.model import GroupId, Node, NodeKind
from entrepot.plumbing import db
from entrepot.terms.ids import NodeId, Sku

SKUS_MAX = 20_000
"""Rows of one grid: what can be scrolled, and a quarter of a megabyte to name."""

LOOKED_AT_MAX = 100_000
"""Skus that are looked at to find those that are asked for."""

AT_A_TIME = 256
"""Skus added up before others have their turn: a millisecond's work or two."""


class Only(StrEnum):
    """Which skus are shown: at the nodes shown, all together.

    `short`: reserved units are missing. `low`: at most so many can be sold. `negative`: fewer are
    free than orders wait for, or some are short.
    """

    SHORT = "short"
    LOW = "low"
    NEGATIVE = "negative"


class Order(StrEnum):
    """By sku, or by what can be sold at the nodes shown, the least or the most first."""

    SKU = "sku"
    LEAST = "available"
    MOST = "-available"


@dataclass(frozen=True, slots=True)
class Columns:
    """Which nodes are shown; all of none of them says anything else."""

    groups: frozenset[GroupId] = frozenset()
    kinds: frozenset[NodeKind] = frozenset()
    nodes: frozenset[NodeId] = frozenset()

    @property
    def all(self) -> bool:
        """Say whether every node is shown."""
        return not (self.groups or self.kinds or self.nodes)


@dataclass(frozen=True, slots=True)
class Rows:
    """Which skus are shown, and in which order."""

    text: str = ""
    category: str | None = None
    only: Only | None = None
    low: int = 5
    order: Order = Order.SKU


def columns(market: Market, wanted: Columns) -> list[Node]:
    """Give the nodes shown: distribution centers first, each kind by id."""
    in_groups = {
        node
        for group in market.network.groups
        if group.group_id in wanted.groups
        for node in group.node_ids
    }
    kinds = list(NodeKind)
    shown = [
        node
        for node in market.network.nodes
        if (not wanted.groups or node.node_id in in_groups)
        and (not wanted.kinds or node.kind in wanted.kinds)
        and (not wanted.nodes or node.node_id in wanted.nodes)
    ]
    return sorted(shown, key=lambda node: (kinds.index(node.kind), node.node_id))


async def rows(
    conn: db.Connection, market: Market, wanted: Rows, nodes: Sequence[Node] | None
) -> tuple[list[Sku], bool]:
    """Find the skus shown, in order, and say whether there are more; `nodes` None: all of them."""
    most = LOOKED_AT_MAX if wanted.only or wanted.order is not Order.SKU else SKUS_MAX
    some = await _candidates(conn, market, wanted, nodes, most)
    if wanted.only is not Only.LOW and wanted.order is Order.SKU:
        return some[:SKUS_MAX], len(some) > SKUS_MAX
    free = await _free(market, some, nodes)
    if wanted.only is Only.LOW:
        some = [sku for sku in some if free[sku] <= wanted.low]
    if wanted.order is not Order.SKU:
        some.sort(key=free.__getitem__, reverse=wanted.order is Order.MOST)
    return some[:SKUS_MAX], len(some) > SKUS_MAX


async def _candidates(
    conn: db.Connection, market: Market, wanted: Rows, nodes: Sequence[Node] | None, most: int
) -> list[Sku]:
    """Find the skus that text, category and shortages let through, ascending."""
    picked: set[Sku] | None = None
    if wanted.only in {Only.SHORT, Only.NEGATIVE}:
        ids = None if nodes is None else [node.node_id for node in nodes]
        picked = await grid.short_skus(conn, market.id, ids)
        if wanted.only is Only.NEGATIVE:
            owed = [sku for sku in market.stock.owed if market.stock.owed[sku]]
            free = await _free(market, owed, None)
            picked |= {sku for sku in owed if free[sku] < 0}
    if picked is not None and not wanted.text and wanted.category is None:
        return sorted(picked)
    found = await search.skus(
        conn, market.id,
        text=wanted.text, category=wanted.category, stocked=True, most=most + 1,
    )  # fmt: skip
    return found if picked is None else [sku for sku in found if sku in picked]


async def _free(
    market: Market, skus: Sequence[Sku], nodes: Sequence[Node] | None
) -> dict[Sku, int]:
    """Add up what the view has free at some nodes; at all of them, less what is owed."""
    index = market.compiled.index
    shown = None if nodes is None else {index[node.node_id] for node in nodes}
    found: dict[Sku, int] = {}
    for first in range(0, len(skus), AT_A_TIME):
        for sku, (places, free) in market.stock.of(skus[first : first + AT_A_TIME]).items():
            if shown is None:
                found[sku] = int(free.sum()) - market.stock.owed.get(sku, 0)
            else:
                pairs = zip(places.tolist(), free.tolist(), strict=True)
                found[sku] = sum(units for place, units in pairs if place in shown)
        await asyncio.sleep(0)
    return found


async def window(
    conn: db.Connection,
    market: Market,
    skus: Sequence[Sku],
    nodes: Sequence[Node],
    buckets: Collection[Bucket],
) -> tuple[Window, dict[Sku, Label]]:
    """Read some skus' cells, and what people call them."""
    ids = [node.node_id for node in nodes]
    some = len(ids) < len(market.network.nodes)
    cells = await grid.window(conn, market.id, skus, ids, buckets, some=some)
    return cells, await search.labels(conn, market.id, skus)
