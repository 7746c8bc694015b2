"""The exact way: share up to eight items among nodes at the least price.

A shipment is a set of items (a bit mask) at a node, and has one price however that price comes
about, so any rate card is exact. Dynamic programming over subsets: the cheapest node of every
mask, then the cheapest partition of the whole into masks (3^L pairs). Where that would use a node
twice, which two parcels cheaper than one can provoke, a second program takes the nodes one at a
time and gives each at most one mask (N * 3^L).

Ties, in order: fewer shipments; then the plan whose (node, mask) pairs, ascending, come first. So
the answer depends on nothing but the arguments.
"""

from functools import lru_cache
from typing import Final

import numpy as np

from entrepot.network.compiled import NO_COST
from entrepot.sourcing.cost import Ints

Block = tuple[int, int]
"""(column of the node, mask of the items it ships)."""

_COUNT_BITS: Final = 4  # up to eight shipments
_RANK_BITS: Final = 8  # up to 256 masks
_NONE: Final = NO_COST << _COUNT_BITS


def partition(prices: Ints, extra: int) -> tuple[Block, ...]:
    """Choose the blocks that cover every item once at the least sum of prices.

    `prices` is int64[2^L, n], NO_COST where a node cannot ship a mask; `extra` is added for every
    block after the first. At least one plan must exist. Blocks ascend by column; no column twice.
    """
    columns = prices.argmin(axis=1)
    best = prices[np.arange(len(prices)), columns]
    blocks = _by_masks(best.tolist(), columns.tolist(), extra)
    if len({column for column, _ in blocks}) == len(blocks):
        return blocks
    return _by_nodes(prices, extra)


def _by_masks(best: list[int], columns: list[int], extra: int) -> tuple[Block, ...]:
    """Partition as if a node could be used twice: a bound, and the answer where none is."""
    plans: list[tuple[int, int, tuple[Block, ...]]] = [(0, 0, ())]
    for mask in range(1, len(best)):
        low = mask & -mask
        chosen: tuple[int, int, tuple[Block, ...]] = (_NONE, 0, ())
        # Whoever ships the mask's lowest item ships `part`; the rest is solved already.
        sub = rest = mask ^ low
        while True:
            part = sub | low
            cost, count, blocks = plans[mask ^ part]
            cost += best[part] + extra
            if cost < chosen[0] or (cost == chosen[0] and count < chosen[1]):
                merged = tuple(sorted((*blocks, (columns[part], part))))
                chosen = min(chosen, (cost, count + 1, merged))
            if sub == 0:
                break
            sub = (sub - 1) & rest
        plans.append(chosen)
    return plans[-1][2]


def _by_nodes(prices: Ints, extra: int) -> tuple[Block, ...]:
    """Partition with each node used at most once, from the last node to the first.

    A key is price, count of shipments and rank of the mask in one integer; its rank prefers using
    a node to passing it over, and the lower mask, which is the order of ties stated above.
    """
    masks, width = prices.shape
    starts, subs, rests = _pairs(masks)
    rank = (subs - 1) & ((1 << _RANK_BITS) - 1)
    keys = np.full(masks, _NONE, np.int64)
    keys[0] = 0
    steps = ((np.minimum(prices, NO_COST - extra) + extra) << _COUNT_BITS) + 1
    steps[0] = 0
    choice = np.empty((width, masks), np.int64)
    for column in range(width - 1, -1, -1):
        offers = ((keys[rests] + steps[subs, column]) << _RANK_BITS) + rank
        least = np.minimum.reduceat(offers, starts)
        choice[column] = (least + 1) & ((1 << _RANK_BITS) - 1)
        keys = np.minimum(least >> _RANK_BITS, _NONE)
    mask, blocks = masks - 1, []
    for column in range(width):
        part = int(choice[column, mask])
        if part:
            blocks.append((column, part))
            mask ^= part
    return tuple(blocks)


@lru_cache(maxsize=16)
def _pairs(masks: int) -> tuple[Ints, Ints, Ints]:
    """List every (mask, sub-mask), masks ascending: starts of each mask, sub-masks, remainders."""
    starts: list[int] = []
    subs: list[int] = []
    rests: list[int] = []
    for mask in range(masks):
        starts.append(len(subs))
        inside = [sub for sub in range(mask + 1) if sub & mask == sub]
        subs += inside
        rests += [mask ^ sub for sub in inside]
    return np.array(starts, np.int64), np.array(subs, np.int64), np.array(rests, np.int64)
