# ruff: noqa: PLR0913, PLR0917 - machine code takes its arrays one by one
"""The kernel's freight: what a package costs by the lanes it may take."""

from collections.abc import Callable
from typing import Final, TypeVar

import numba

from entrepot.network.rate_card import NO_COST as _NO_COST
from entrepot.sourcing.board import (
    CARD,
    CELL_LANE,
    CELL_PRICE,
    CM3_PER_KG,
    COST_MIN,
    DUE,
    EDGE_G,
    EDGE_PRICE,
    EDGES_FROM,
    MASK_CM3,
    MASK_GRAMS,
    PER_KG_OVER,
    STAMP,
    ZONES,
    Ints,
)

NO_COST: Final = int(_NO_COST)

F = TypeVar("F", bound=Callable[..., object])


def part_of_it(function: F) -> F:
    """Compile what only the kernel calls: it needs no way in from Python."""
    compiled: F = numba.njit(no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
    return compiled


@part_of_it
def sent(
    card: int, zone: int, grams: int, cm3: int, late: Ints, zone_from: Ints, by_zone: Ints,
    edges: Ints, lanes: Ints,
) -> tuple[int, int]:  # fmt: skip
    """Find the cheapest lane of a card into a zone: (price, lateness counted; lane)."""
    least, chosen = NO_COST, -1
    for at in range(zone_from[card, zone], zone_from[card, zone + 1]):
        lane = by_zone[at]
        billed = grams
        if lanes[CM3_PER_KG, lane] > 0:
            billed = max(grams, -((-cm3 * 1000) // lanes[CM3_PER_KG, lane]))
        low, last = lanes[EDGES_FROM, lane], lanes[EDGES_FROM, lane + 1]
        high = last
        while low < high:
            middle = (low + high) >> 1
            if edges[EDGE_G, middle] < billed:
                low = middle + 1
            else:
                high = middle
        price = edges[EDGE_PRICE, min(low, last - 1)]
        if low == last:
            price -= ((edges[EDGE_G, last - 1] - billed) // 1000) * lanes[PER_KG_OVER, lane]
        price = max(price, lanes[COST_MIN, lane])
        if len(late):
            price += late[lane]
        if price < least:
            least, chosen = price, lane
    return least, chosen


@part_of_it
def arrives(card: int, zone: int, late: Ints, zone_from: Ints, by_zone: Ints) -> bool:
    """Say whether some lane of a card goes into a zone, in time where it must be."""
    first, last = zone_from[card, zone], zone_from[card, zone + 1]
    if len(late) == 0:
        return first < last
    for at in range(first, last):  # noqa: SIM110 - machine code has no generators
        if late[by_zone[at]] < NO_COST:
            return True
    return False


@part_of_it
def cell_of(zone: int, alike: int, mask: int, size: int) -> int:
    """Say where the price of a subset's freight is: it is the same for all nodes of a zone.

    And of a work day, where something is due.
    """
    return (alike * ZONES + zone) * size + mask


@part_of_it
def reckon(
    cell: int, a: int, mask: int, zone: int, alike: int, orders: Ints, added: Ints,
    zone_from: Ints, by_zone: Ints, edges: Ints, lanes: Ints, masks: Ints, cells: Ints,
) -> None:  # fmt: skip
    """Price a subset's freight into its cell, lateness counted."""
    card, due = orders[CARD, a], orders[DUE, a]
    cells[STAMP, cell], cells[CELL_PRICE, cell], cells[CELL_LANE, cell] = a, 0, -1
    if card >= 0:
        late = added[due, alike] if due >= 0 else added[0, 0, :0]
        price, lane = sent(
            card, zone, masks[MASK_GRAMS, mask], masks[MASK_CM3, mask], late, zone_from, by_zone,
            edges, lanes,
        )  # fmt: skip
        cells[CELL_PRICE, cell], cells[CELL_LANE, cell] = price, lane
