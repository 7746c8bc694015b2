"""The kernel's partition: an order's lines shared among nodes at the least price, ties decided."""

from typing import Final

from entrepot.sourcing.board import (
    BLOCK,
    ONE,
    OTHER,
    PART,
    PLAN,
    PLAN_COUNT,
    Ints,
)
from entrepot.sourcing.kernel_freight import NO_COST, part_of_it

NO_WAY: Final = NO_COST >> 1
"""Beyond it there is none, though ratings below zero were added."""


@part_of_it
def listed(mask: int, first: int, at: int, masks: Ints, blocks: Ints) -> int:
    """List the blocks of the plan of a subset that sends `first` together, ascending."""
    count, part = 0, first
    while mask:
        block, place = masks[at, part] * BLOCK + part, count
        while place > 0 and blocks[place - 1] > block:
            blocks[place] = blocks[place - 1]
            place -= 1
        blocks[place] = block
        count += 1
        mask ^= part
        part = masks[PART, mask]
    return count


@part_of_it
def _comes_first(mask: int, part: int, than: int, at: int, masks: Ints, bits: Ints) -> bool:
    """Of two plans of equal price and count: say whether one's blocks come before the other's."""
    count = listed(mask, part, at, masks, bits[ONE])
    listed(mask, than, at, masks, bits[OTHER])
    for place in range(count):
        if bits[ONE, place] != bits[OTHER, place]:
            return bits[ONE, place] < bits[OTHER, place]
    return False


@part_of_it
def share(size: int, extra: int, best: int, at: int, masks: Ints, bits: Ints) -> int:
    """Find the cheapest partition of every subset, each block at its best node; ties decided.

    Answers how many blocks that of the whole has, listed in `bits[ONE]`; 0 where there is none.
    """
    masks[PLAN, 0] = masks[PLAN_COUNT, 0] = masks[PART, 0] = 0
    for mask in range(1, size):
        low = mask & -mask
        rest = mask ^ low
        least, count, part, sub = NO_WAY, 0, 0, rest
        while True:
            block = sub | low
            left = mask ^ block
            price = masks[best, block] + extra + masks[PLAN, left]
            if price <= least and max(masks[best, block], masks[PLAN, left]) < NO_WAY:
                many = masks[PLAN_COUNT, left] + 1
                first = price < least or many < count
                if not first and many == count:
                    first = _comes_first(mask, block, part, at, masks, bits)
                if first:
                    least, count, part = price, many, block
            if sub == 0:
                break
            sub = (sub - 1) & rest
        masks[PLAN, mask], masks[PLAN_COUNT, mask], masks[PART, mask] = least, count, part
    if masks[PLAN, size - 1] >= NO_WAY:
        return 0
    return listed(size - 1, masks[PART, size - 1], at, masks, bits[ONE])


@part_of_it
def uses_a_node_twice(blocks: Ints, count: int) -> bool:
    for place in range(1, count):  # noqa: SIM110 - machine code has no generators
        if blocks[place] // BLOCK == blocks[place - 1] // BLOCK:
            return True
    return False
