"""The exact way: share up to ten items among nodes at the least price.

A shipment is a set of items (a bit mask) at a node, and has one price however that price comes
about, so any rate card is exact. Dynamic programming over subsets: the cheapest node of every
mask, then the cheapest partition of the whole into masks (3^L pairs). Where that would use a node
twice, which two parcels cheaper than one can provoke, a second program takes the nodes one at a
time and gives each at most one mask (N * 3^L).

Ties, in order: fewer shipments; then the plan whose (node, mask) pairs, ascending, come first. So
the answer depends on nothing but the arguments. `kernel.py` does the same in machine code.
"""

from functools import lru_cache
from typing import Final

import numpy as np

from entrepot.sourcing.cost import Ints

Block = tuple[int, int]
"""(column of the node, mask of the items it ships)."""

_COUNT_BITS: Final = 4  # up to ten shipments
_RANK_BITS: Final = 10  # up to 1,024 masks
_NO_WAY: Final = 1 << 46  # dearer than ten full nodes; with count and rank it fits 63 bits
_NONE: Final = _NO_WAY << _COUNT_BITS
_WAY_MAX: Final = _NO_WAY >> 1  # beyond it there is none, though ratings below zero were added

_Found = tuple[int, int, tuple[Block, ...]]
"""A plan's price, its count of shipments, its blocks: the least is the best."""


def partition(prices: Ints, extra: int, most: int | None = None) -> tuple[Block, ...]:
    """Choose the blocks that cover every item once at the least sum of prices.

    `prices` is int64[2^L, n], NO_COST where a node cannot ship a mask; `extra` is added for every
    block after the first. Blocks ascend by column; no column twice; no more than `most`. Nothing,
    where there is no way.
    """
    columns = prices.argmin(axis=1)
    best = prices[np.arange(len(prices)), columns].tolist()
    if most is not None and most >= len(prices).bit_length() - 1:
        most = None
    if most is None:
        blocks = _by_masks(best, columns.tolist(), extra)
    else:
        blocks = _by_masks_of_few(best, columns.tolist(), extra, most)
    if len({column for column, _ in blocks}) == len(blocks):
        return blocks
    return _by_nodes(prices, extra, most)


def _by_masks(best: list[int], columns: list[int], extra: int) -> tuple[Block, ...]:
    """Partition as if a node could be used twice: a bound, and the answer where none is."""
    plans: list[_Found] = [(0, 0, ())]
    for mask in range(1, len(best)):
        plans.append(_joined(mask, plans, best, columns, extra))
    return plans[-1][2]


def _by_masks_of_few(
    best: list[int], columns: list[int], extra: int, most: int
) -> tuple[Block, ...]:
    """Do the same with so many blocks at most: plans of one block more from those of one less."""
    chosen: _Found = (_NO_WAY, 0, ())
    plans: list[_Found] = [(0, 0, ()), *[chosen] * (len(best) - 1)]
    for _ in range(most):
        longer: list[_Found] = [(_NO_WAY, 0, ())]
        longer += [_joined(m, plans, best, columns, extra) for m in range(1, len(best))]
        plans = longer
        chosen = min(chosen, plans[-1])
    return chosen[2]


def _joined(
    mask: int, plans: list[_Found], best: list[int], columns: list[int], extra: int
) -> _Found:
    """Whoever ships the mask's lowest item ships a part of it; the rest is solved already."""
    low = mask & -mask
    chosen: _Found = (_NO_WAY, 0, ())
    sub = rest = mask ^ low
    while True:
        part = sub | low
        cost, count, blocks = plans[mask ^ part]
        cost += best[part] + extra
        if cost < _WAY_MAX and (cost, count) < (chosen[0], chosen[1]):
            merged = tuple(sorted((*blocks, (columns[part], part))))
            chosen = min(chosen, (cost, count + 1, merged))
        if sub == 0:
            return chosen
        sub = (sub - 1) & rest


def _by_nodes(prices: Ints, extra: int, most: int | None = None) -> tuple[Block, ...]:
    """Partition with each node used at most once, from the last node to the first.

    A key is price, count of shipments and rank of the mask in one integer; its rank prefers using
    a node to passing it over, and the lower mask, which is the order of ties stated above. With
    `most`, row k of the keys is of plans of just k shipments.
    """
    masks, width = prices.shape
    starts, subs, rests = _pairs(masks)
    rank = (subs - 1) & ((1 << _RANK_BITS) - 1)
    keys = np.full((1 if most is None else most + 1, masks), _NONE, np.int64)
    keys[0, 0] = 0
    steps = ((np.minimum(prices, _NO_WAY - extra) + extra) << _COUNT_BITS) + 1
    steps[0] = 0
    choice = np.empty((width, *keys.shape), np.int64)
    for column in range(width - 1, -1, -1):
        fewer = keys if most is None else np.vstack((np.full((1, masks), _NONE), keys[:-1]))
        left = np.where(subs == 0, keys[:, rests], fewer[:, rests])
        offers = ((left + steps[subs, column]) << _RANK_BITS) + rank
        least = np.minimum.reduceat(offers, starts, axis=1)
        choice[column] = (least + 1) & ((1 << _RANK_BITS) - 1)
        keys = np.minimum(least >> _RANK_BITS, _NONE)
    count = int(keys[:, -1].argmin())
    if keys[count, -1] >= _WAY_MAX << _COUNT_BITS:
        return ()
    return _followed(choice, count, masks - 1, 0 if most is None else 1)


def _followed(choice: Ints, count: int, mask: int, step: int) -> tuple[Block, ...]:
    """Read the blocks off the choices, from the first node to the last."""
    blocks = []
    for column in range(len(choice)):
        part = int(choice[column, count, mask])
        if part:
            blocks.append((column, part))
            mask ^= part
            count -= step
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
