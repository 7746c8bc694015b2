# ruff: noqa: PLR0913, PLR0917, FBT001 - machine code takes its arrays one by one, and no keywords
"""The exact choice in machine code: a batch of orders, one after another, over all nodes.

What `choose.py` and `partition.py` say in arrays is said here in loops, to the same answers: for
each order the lines every node can fill, the price of every subset of them as one package, the best
node per subset, and the cheapest partition (3^L pairs). Integers throughout, so that equal costs
are equal. Compiled when it is first called, and kept on disk.

It leaves to `choose.py` what is rare: skus that no node can fill whole, plans that would use a node
twice, and rules that allow fewer shipments than the cheapest plan has.
"""

from collections.abc import Callable
from typing import Final, TypeVar

import numba

from entrepot.network.rate_card import NO_COST as _NO_COST
from entrepot.sourcing.board import (
    ABLE,
    ALIKE,
    AT,
    BEST,
    BLOCK,
    CARD,
    CELL_LANE,
    CELL_PRICE,
    CM3,
    CM3_PER_KG,
    COST_MIN,
    COUNT,
    DUE,
    EDGE_G,
    EDGE_PRICE,
    EDGES_FROM,
    FILLS,
    FITS,
    GRAMS,
    GUIDE,
    HANDLING,
    LEAVE,
    LEFT,
    LINES,
    MAKING_UP,
    MASK_CM3,
    MASK_GRAMS,
    MASK_UNITS,
    MISSING,
    MOST,
    ONE,
    ONLY,
    OTHER,
    OVERFLOW,
    OWED,
    PART,
    PASS,
    PER_KG_OVER,
    PLAN,
    PLAN_COUNT,
    PLANNED,
    QUANTITY,
    REST,
    REST_AT,
    ROOM_WORTH,
    ROW,
    RUNNER_UP,
    SECOND,
    SECOND_AT,
    SHIPMENT_WIDTH,
    SHIPMENTS,
    SHORT,
    SPARE,
    SPARE_FITS,
    STAMP,
    START,
    STATE,
    STAYS,
    TOTAL,
    ZONES,
    Bools,
    Bytes,
    Ints,
)
from entrepot.sourcing.cost import BELOW_ZERO_MAX, FULL_NODE_PRICE, SHADOW_MAX

NO_COST: Final = int(_NO_COST)
NO_WAY: Final = NO_COST >> 1  # beyond it there is none, though ratings below zero were added
LEAVE_IT: Final = NO_WAY + 1
FULL: Final = int(FULL_NODE_PRICE)
BELOW: Final = int(BELOW_ZERO_MAX)
WORTH_MAX: Final = int(SHADOW_MAX)

F = TypeVar("F", bound=Callable[..., object])


def _part_of_it(function: F) -> F:
    """Compile what only the kernel calls: it needs no way in from Python."""
    compiled: F = numba.njit(no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
    return compiled


@_part_of_it
def _sent(
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


@_part_of_it
def _arrives(card: int, zone: int, late: Ints, zone_from: Ints, by_zone: Ints) -> bool:
    """Say whether some lane of a card goes into a zone, in time where it must be."""
    first, last = zone_from[card, zone], zone_from[card, zone + 1]
    if len(late) == 0:
        return first < last
    for at in range(first, last):  # noqa: SIM110 - machine code has no generators
        if late[by_zone[at]] < NO_COST:
            return True
    return False


@_part_of_it
def _may_supply(
    a: int, orders: Ints, zones: Bytes, nodes: Ints, able: Bools, rating: Ints, added: Ints,
    zone_from: Ints, by_zone: Ints,
) -> bool:  # fmt: skip
    """Mark the nodes that may supply an order at all; answers whether there is one."""
    view, only, guide = orders[ABLE, a], orders[ONLY, a], orders[GUIDE, a]
    card, due = orders[CARD, a], orders[DUE, a]
    some = False
    for n in range(nodes.shape[1]):
        may = able[view, n] and (only < 0 or n == only)
        if may and guide >= 0:
            may = rating[guide, n] < NO_COST
        if may and card >= 0:
            late = added[max(due, 0), nodes[ALIKE, n]] if due >= 0 else added[0, 0, :0]
            may = _arrives(card, zones[a, n], late, zone_from, by_zone)
        nodes[FILLS, n] = 0 if may else -1
        some = some or may
    return some


@_part_of_it
def _fill(
    line: int, bit: int, lines: Ints, free: Ints, stock: Ints, stays: Ints, nodes: Ints,
    full: Bools, bits: Ints,
) -> None:  # fmt: skip
    """Mark the nodes that can fill a line, and count the units of it that cannot be had."""
    row, wanted, leave, stay = (
        lines[ROW, line],
        lines[QUANTITY, line],
        lines[LEAVE, line],
        lines[STAYS, line],
    )
    there, spare, spare_fits, fits = 0, 0, 0, 0
    for n in range(nodes.shape[1]):
        units = free[row, n] - leave
        if stay >= 0:
            units -= stays[stay, n]
        if units <= 0 or nodes[FILLS, n] < 0:
            continue
        there += units
        if not full[n]:
            spare += units
        if units >= wanted:
            nodes[FILLS, n] |= 1 << bit
            fits += 1
            if not full[n]:
                spare_fits += 1
    bits[SPARE, bit], bits[SPARE_FITS, bit], bits[FITS, bit] = spare, spare_fits, fits
    if stock[OWED, row] > 0:
        there = min(there, max(stock[TOTAL, row] - stock[OWED, row], 0))
    lines[MISSING, line] = max(wanted - there, 0)


@_part_of_it
def _is_whole(spare: int, wanted: int, spare_fits: int, fits: int) -> bool:
    """Say whether some node can fill a line whole; full ones lend only what others have not."""
    return (spare_fits if spare >= wanted else fits) > 0


@_part_of_it
def _look(a: int, orders: Ints, lines: Ints, bits: Ints) -> tuple[int, bool]:
    """Say what an order comes to (SHORT, LEFT where a sku must be broken), and if it is crowded."""
    short, crowded, whole = False, False, True
    for bit in range(orders[LINES, a]):
        line = orders[START, a] + bit
        wanted = lines[QUANTITY, line]
        short = short or lines[MISSING, line] > 0
        crowded = crowded or bits[SPARE, bit] < wanted
        whole = whole and _is_whole(
            bits[SPARE, bit], wanted, bits[SPARE_FITS, bit], bits[FITS, bit]
        )
    if short:
        return SHORT, crowded
    return (PLANNED if whole else LEFT), crowded


@_part_of_it
def _add_up(start: int, count: int, lines: Ints, masks: Ints) -> None:
    """Sum up weight, volume and units of every subset of an order's lines."""
    masks[MASK_GRAMS, 0] = masks[MASK_CM3, 0] = masks[MASK_UNITS, 0] = 0
    for bit in range(count):
        line, low = start + bit, 1 << bit
        for rest in range(low):
            masks[MASK_GRAMS, low | rest] = masks[MASK_GRAMS, rest] + lines[GRAMS, line]
            masks[MASK_CM3, low | rest] = masks[MASK_CM3, rest] + lines[CM3, line]
            masks[MASK_UNITS, low | rest] = masks[MASK_UNITS, rest] + lines[QUANTITY, line]
    for mask in range(1 << count):
        masks[BEST, mask] = masks[SECOND, mask] = NO_COST
        masks[AT, mask] = masks[SECOND_AT, mask] = -1


@_part_of_it
def _package(
    a: int, mask: int, n: int, orders: Ints, zones: Bytes, nodes: Ints, added: Ints,
    zone_from: Ints, by_zone: Ints, edges: Ints, lanes: Ints, masks: Ints, cells: Ints,
) -> int:  # fmt: skip
    """Price a subset of an order's lines sent from a node, lateness counted; answers its cell.

    It is the same for all nodes of a zone and a work day.
    """
    card, due, zone = orders[CARD, a], orders[DUE, a], zones[a, n]
    alike = nodes[ALIKE, n] if due >= 0 else 0
    cell = (alike * ZONES + zone) * masks.shape[1] + mask
    if cells[STAMP, cell] != a:
        cells[STAMP, cell] = a
        cells[CELL_PRICE, cell], cells[CELL_LANE, cell] = 0, -1
        if card >= 0:
            late = added[due, alike] if due >= 0 else added[0, 0, :0]
            price, lane = _sent(
                card, zone, masks[MASK_GRAMS, mask], masks[MASK_CM3, mask], late, zone_from,
                by_zone, edges, lanes,
            )  # fmt: skip
            cells[CELL_PRICE, cell], cells[CELL_LANE, cell] = price, lane
    return cell


@_part_of_it
def _worth(start: int, mask: int, n: int, lines: Ints, worth: Ints) -> int:
    """Say what a subset's units at a node are worth to others."""
    total, line = 0, start
    while mask:
        if mask & 1:
            total += min(worth[lines[ROW, line], n] * lines[QUANTITY, line], WORTH_MAX)
        mask >>= 1
        line += 1
    return total


@_part_of_it
def _price(
    a: int, crowded: bool, orders: Ints, zones: Bytes, lines: Ints, worth: Ints, nodes: Ints,
    full: Bools, rating: Ints, added: Ints, zone_from: Ints, by_zone: Ints, edges: Ints,
    lanes: Ints, masks: Ints, cells: Ints,
) -> None:  # fmt: skip
    """Find the two cheapest nodes of every subset of an order's lines; full ones if it must be."""
    start, guide, priced = orders[START, a], orders[GUIDE, a], worth.shape[0] > 0
    for n in range(nodes.shape[1]):
        fills = nodes[FILLS, n]
        if fills <= 0 or (full[n] and not crowded):
            continue
        beside = nodes[MAKING_UP, n] + nodes[ROOM_WORTH, n] + (FULL if full[n] else 0)
        if guide >= 0:
            beside += rating[guide, n]
        mask = fills
        while mask:
            cell = _package(
                a, mask, n, orders, zones, nodes, added, zone_from, by_zone, edges, lanes, masks,
                cells,
            )  # fmt: skip
            price = cells[CELL_PRICE, cell] + beside + nodes[HANDLING, n] * masks[MASK_UNITS, mask]
            if priced:
                price += _worth(start, mask, n, lines, worth)
            if price < masks[BEST, mask]:
                masks[SECOND, mask], masks[SECOND_AT, mask] = masks[BEST, mask], masks[AT, mask]
                masks[BEST, mask], masks[AT, mask] = price, n
            elif price < masks[SECOND, mask]:
                masks[SECOND, mask], masks[SECOND_AT, mask] = price, n
            mask = (mask - 1) & fills


@_part_of_it
def _listed(mask: int, first: int, at: int, masks: Ints, blocks: Ints) -> int:
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


@_part_of_it
def _comes_first(mask: int, part: int, than: int, at: int, masks: Ints, bits: Ints) -> bool:
    """Of two plans of equal price and count: say whether one's blocks come before the other's."""
    count = _listed(mask, part, at, masks, bits[ONE])
    _listed(mask, than, at, masks, bits[OTHER])
    for place in range(count):
        if bits[ONE, place] != bits[OTHER, place]:
            return bits[ONE, place] < bits[OTHER, place]
    return False


@_part_of_it
def _share(size: int, extra: int, best: int, at: int, masks: Ints, bits: Ints) -> int:
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
    return _listed(size - 1, masks[PART, size - 1], at, masks, bits[ONE])


@_part_of_it
def _uses_a_node_twice(blocks: Ints, count: int) -> bool:
    for place in range(1, count):  # noqa: SIM110 - machine code has no generators
        if blocks[place] // BLOCK == blocks[place - 1] // BLOCK:
            return True
    return False


@_part_of_it
def _can_do_without(
    x: int, a: int, orders: Ints, lines: Ints, free: Ints, stays: Ints, nodes: Ints, full: Bools,
    bits: Ints,
) -> bool:  # fmt: skip
    """Say whether all lines of an order stay whole when a node has nothing."""
    roomy = 0 if full[x] else 1
    for bit in range(orders[LINES, a]):
        line = orders[START, a] + bit
        units = free[lines[ROW, line], x] - lines[LEAVE, line]
        if lines[STAYS, line] >= 0:
            units -= stays[lines[STAYS, line], x]
        fills = nodes[FILLS, x] >> bit & 1
        spare = bits[SPARE, bit] - max(units, 0) * roomy
        spare_fits, fits = bits[SPARE_FITS, bit] - fills * roomy, bits[FITS, bit] - fills
        if not _is_whole(spare, lines[QUANTITY, line], spare_fits, fits):
            return False
    return True


@_part_of_it
def _runner_up(
    a: int, size: int, extra: int, orders: Ints, lines: Ints, free: Ints, stays: Ints,
    nodes: Ints, full: Bools, found: Ints, bits: Ints, masks: Ints,
) -> int:  # fmt: skip
    """Find what a split would weigh without one of its nodes; LEAVE_IT where it must be left."""
    crowded, least = (masks[PLAN, size - 1] - extra + BELOW) // FULL, NO_WAY
    for place in range(found[a, COUNT]):
        x = found[a, SHIPMENTS + SHIPMENT_WIDTH * place]
        if not _can_do_without(x, a, orders, lines, free, stays, nodes, full, bits):
            continue
        for mask in range(1, size):
            instead = masks[AT, mask] == x
            masks[REST, mask] = masks[SECOND, mask] if instead else masks[BEST, mask]
            masks[REST_AT, mask] = masks[SECOND_AT, mask] if instead else masks[AT, mask]
        count = _share(size, extra, REST, REST_AT, masks, bits)
        if count == 0:
            continue
        if _uses_a_node_twice(bits[ONE], count) or count > orders[MOST, a]:
            return LEAVE_IT
        price = masks[PLAN, size - 1] - extra
        if (price + BELOW) // FULL <= crowded:
            least = min(least, price)
    return least


@_part_of_it
def _write(
    a: int, count: int, orders: Ints, zones: Bytes, nodes: Ints, full: Bools, added: Ints,
    zone_from: Ints, by_zone: Ints, edges: Ints, lanes: Ints, found: Ints, bits: Ints,
    masks: Ints, cells: Ints,
) -> None:  # fmt: skip
    """Write a plan down: its blocks, the lane of each, what it costs and what its lateness does."""
    found[a, COUNT] = count
    for place in range(count):
        n, mask = bits[ONE, place] // BLOCK, bits[ONE, place] % BLOCK
        cell = _package(
            a, mask, n, orders, zones, nodes, added, zone_from, by_zone, edges, lanes, masks, cells
        )
        lane, late, due = cells[CELL_LANE, cell], 0, orders[DUE, a]
        if due >= 0 and lane >= 0:
            late = added[due, nodes[ALIKE, n], lane]
        column = SHIPMENTS + SHIPMENT_WIDTH * place
        found[a, column], found[a, column + 1], found[a, column + 2] = n, mask, lane
        found[a, column + 3], found[a, column + 4] = cells[CELL_PRICE, cell] - late, late
        if full[n]:
            found[a, OVERFLOW] = 1


@_part_of_it
def _take(
    a: int, orders: Ints, lines: Ints, free: Ints, stock: Ints, room: Ints, full: Bools,
    found: Ints,
) -> None:  # fmt: skip
    """Take a plan's units off the shelves, and its nodes' room."""
    for place in range(found[a, COUNT]):
        column = SHIPMENTS + SHIPMENT_WIDTH * place
        n, mask, line = found[a, column], found[a, column + 1], orders[START, a]
        room[n] -= 1
        if room[n] == 0:
            full[n] = True
        while mask:
            if mask & 1:
                free[lines[ROW, line], n] -= lines[QUANTITY, line]
                stock[TOTAL, lines[ROW, line]] -= lines[QUANTITY, line]
            mask >>= 1
            line += 1


@_part_of_it
def _planned(
    a: int, crowded: bool, extra: int, orders: Ints, zones: Bytes, lines: Ints, free: Ints,
    worth: Ints, stays: Ints, nodes: Ints, full: Bools, rating: Ints, added: Ints,
    zone_from: Ints, by_zone: Ints, edges: Ints, lanes: Ints, found: Ints, bits: Ints,
    masks: Ints, cells: Ints,
) -> int:  # fmt: skip
    """Plan one order all of whose lines some node can fill whole: PLANNED, or LEFT."""
    size = 1 << orders[LINES, a]
    _add_up(orders[START, a], orders[LINES, a], lines, masks)
    _price(
        a, crowded, orders, zones, lines, worth, nodes, full, rating, added, zone_from, by_zone,
        edges, lanes, masks, cells,
    )  # fmt: skip
    many = _share(size, extra, BEST, AT, masks, bits)
    if many == 0 or many > orders[MOST, a] or _uses_a_node_twice(bits[ONE], many):
        return LEFT
    _write(
        a, many, orders, zones, nodes, full, added, zone_from, by_zone, edges, lanes, found, bits,
        masks, cells,
    )  # fmt: skip
    runner_up = masks[SECOND, size - 1]
    if many > 1:
        runner_up = _runner_up(
            a, size, extra, orders, lines, free, stays, nodes, full, found, bits, masks
        )
    if runner_up == LEAVE_IT:
        return LEFT
    if runner_up < NO_WAY:
        runner_up -= (runner_up + BELOW) // FULL * FULL
    found[a, RUNNER_UP] = runner_up
    return PLANNED


@numba.njit(cache=True)
def decide(
    extra: int, begin: int, end: int, taking: bool, orders: Ints, zones: Bytes, lines: Ints,
    free: Ints, stock: Ints, worth: Ints, stays: Ints, nodes: Ints, room: Ints, full: Bools,
    able: Bools, rating: Ints, added: Ints, zone_from: Ints, by_zone: Ints, edges: Ints,
    lanes: Ints, found: Ints, bits: Ints, masks: Ints, cells: Ints,
) -> int:  # fmt: skip
    """Decide orders in turn, from `begin` to before `end`; answers the first left, or `end`.

    `extra` is the price of every shipment after the first, in minor units. `taking`: each sees
    what the earlier ones took; else each is decided as if it were the only one. The arrays are a
    `Board`'s; answers are written into `found` and `lines`, what is taken off `free`, `stock`,
    `room` and `full`.
    """
    for a in range(begin, end):
        if orders[PASS, a] or not _may_supply(
            a, orders, zones, nodes, able, rating, added, zone_from, by_zone
        ):
            return a
        for bit in range(orders[LINES, a]):
            _fill(
                orders[START, a] + bit, bit, lines, free, stock, stays, nodes, full, bits
            )  # fmt: skip
        state, crowded = _look(a, orders, lines, bits)
        if state == PLANNED:
            state = _planned(
                a, crowded, extra, orders, zones, lines, free, worth, stays, nodes, full, rating,
                added, zone_from, by_zone, edges, lanes, found, bits, masks, cells,
            )  # fmt: skip
        found[a, STATE] = state
        if state == LEFT:
            return a
        if taking and state == PLANNED:
            _take(a, orders, lines, free, stock, room, full, found)
    return end
