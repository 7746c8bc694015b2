"""What lies where when the sample retailer opens: stores hold the best sellers, centers all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from entrepot.demo.assortment import Item
from entrepot.demo.sites import Site

HEAD_PERCENT = 60
"""The part of the range, by demand, that stores carry at all; the tail lies in the centers only."""

UNITS_PER_DAY_AND_SKU = 2.0
"""The whole retailer sells twice as many units a day as it has skus."""

CENTER_DAYS, STORE_DAYS = 20, 5
"""For how many days of that the centers together hold stock, and the stores beside them."""

CENTER_MIN, STORE_MIN = 24, 2

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stock:
    """The starting positions, by item and then node: places in the retailer's lists, and units."""

    item: Ints
    node: Ints
    on_hand: Ints

    def at(self, node: int) -> Ints:
        """Give the items that lie at this node, ascending."""
        kept: Ints = self.item[self.node == node]
        return kept


def stock(seed: int, items: Sequence[Item], opened: Sequence[Site]) -> Stock:
    """Fill the shelves. A kit has no position of its own: its components have.

    A store carries an item of the head with a chance that falls with the rank from 95 % to 20 %,
    times the store's size (0.7 on average): a quarter of all pairs of store and item are stocked.
    """
    bits = np.random.PCG64(seed)
    goods = np.array([n for n, item in enumerate(items) if not item.components], dtype=np.int32)
    rank = np.array([items[n].rank for n in goods], dtype=np.float64)
    demand = np.array([items[n].demand for n in goods], dtype=np.float64)
    daily = demand / sum(item.demand for item in items) * UNITS_PER_DAY_AND_SKU * len(items)
    centers = sum(site.kind == "dc" for site in opened)
    parts: list[tuple[Ints, int, Ints]] = []
    for node, site in enumerate(opened):
        if site.kind == "dc":
            depth = daily * CENTER_DAYS / centers * (0.7 + 0.6 * _uniform(bits, len(goods)))
            on_hand = np.maximum(np.ceil(depth), CENTER_MIN)
            kept = np.ones(len(goods), dtype=np.bool_)
        else:
            kept = _uniform(bits, len(goods)) < _carried(rank, len(items)) * site.size
            thin = STORE_MIN + np.floor(10 * _uniform(bits, len(goods)) ** 2)
            on_hand = thin + np.floor(daily * STORE_DAYS / (len(opened) - centers))
        parts.append((goods[kept], node, on_hand[kept].astype(np.int32)))
    return _sorted(parts)


def _carried(rank: Floats, items: int) -> Floats:
    """Say how likely a store of full size carries an item of this rank."""
    depth = rank / items * 100 / HEAD_PERCENT
    chance: Floats = np.where(depth <= 1, 0.95 - 0.75 * depth, 0.0)
    return chance


def _uniform(bits: np.random.PCG64, count: int) -> Floats:
    """Draw from [0, 1): of the raw bits, whose stream NumPy promises never to change."""
    raw = bits.random_raw(count)
    uniform: Floats = (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return uniform


def _sorted(parts: Sequence[tuple[Ints, int, Ints]]) -> Stock:
    item = np.concatenate([items for items, _, _ in parts])
    node = np.concatenate([np.full(len(items), n, dtype=np.int32) for items, n, _ in parts])
    on_hand = np.concatenate([units for _, _, units in parts])
    order = np.lexsort((node, item))
    return Stock(item[order], node[order], on_hand[order])
