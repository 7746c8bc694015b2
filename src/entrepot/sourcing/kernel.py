# ruff: noqa: PLR0913, PLR0917, FBT001 - machine code takes its arrays one by one, and no keywords
"""The exact choice in machine code: a batch of orders, one after another, over all nodes.

What `choose.py` and `partition.py` say in arrays is said here in loops, to the same answers: for
each order the lines every node can fill, the price of every subset of them as one package, the best
node per subset, and the cheapest partition (3^L pairs). Integers throughout, so that equal costs
are equal. Compiled when it is first called, and kept on disk.

It leaves to `choose.py` what is rare: skus that no node can fill whole, plans that would use a node
twice, and rules that allow fewer shipments than the cheapest plan has.
"""

from typing import Final

import numba

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
    COUNT,
    DUE,
    FILLS,
    FITS,
    GRAMS,
    GUIDE,
    HANDLING,
    KIND,
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
    OVERFLOW,
    OWED,
    PASS,
    PLAN,
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
    Bools,
    Bytes,
    Ints,
)
from entrepot.sourcing.cost import BELOW_ZERO_MAX, FULL_NODE_PRICE, SHADOW_MAX
from entrepot.sourcing.kernel_freight import NO_COST, arrives, cell_of, part_of_it, reckon
from entrepot.sourcing.kernel_share import NO_WAY, share, uses_a_node_twice

WORTH_MAX: Final = int(SHADOW_MAX)
FULL: Final = int(FULL_NODE_PRICE)
BELOW: Final = int(BELOW_ZERO_MAX)
LEAVE_IT: Final = NO_WAY + 1


@part_of_it
def _may_supply(
    a: int, orders: Ints, zones: Bytes, nodes: Ints, able: Bools, rating: Ints, added: Ints,
    zone_from: Ints, by_zone: Ints,
) -> bool:  # fmt: skip
    """Mark the nodes that may supply an order at all; answers whether there is one."""
    only, guide, fills = orders[ONLY, a], orders[GUIDE, a], nodes[FILLS]
    card, due, may, zone = orders[CARD, a], orders[DUE, a], able[orders[ABLE, a]], zones[a]
    some, none = False, added[0, 0, :0]
    for n in range(len(fills)):
        fills[n] = -1
        if not may[n] or (only >= 0 and n != only) or (guide >= 0 and rating[guide, n] >= NO_COST):
            continue
        late = added[due, nodes[ALIKE, n]] if due >= 0 else none
        if card < 0 or arrives(card, zone[n], late, zone_from, by_zone):
            fills[n] = 0
            some = True
    return some


@part_of_it
def _fill(
    line: int, bit: int, lines: Ints, free: Ints, stock: Ints, stays: Ints, fills: Ints,
    full: Bools, bits: Ints,
) -> None:  # fmt: skip
    """Mark the nodes that can fill a line, and count the units of it that cannot be had.

    Without a branch, so that several nodes are looked at by one instruction.
    """
    row, wanted, leave = lines[ROW, line], lines[QUANTITY, line], lines[LEAVE, line]
    shelf, stay = free[row], lines[STAYS, line]
    there, spare, spare_fits, fits = 0, 0, 0, 0
    for n in range(len(fills)):
        units = shelf[n] - leave
        if stay >= 0:
            units -= stays[stay, n]
        units = max(units, 0) * (fills[n] >= 0)
        roomy = 1 - full[n]
        fit = 1 if units >= wanted else 0
        there += units
        spare += units * roomy
        fits += fit
        spare_fits += fit * roomy
        fills[n] |= fit << bit
    bits[SPARE, bit], bits[SPARE_FITS, bit], bits[FITS, bit] = spare, spare_fits, fits
    if stock[OWED, row] > 0:
        there = min(there, max(stock[TOTAL, row] - stock[OWED, row], 0))
    lines[MISSING, line] = max(wanted - there, 0)


@part_of_it
def _is_whole(spare: int, wanted: int, spare_fits: int, fits: int) -> bool:
    """Say whether some node can fill a line whole; full ones lend only what others have not."""
    return (spare_fits if spare >= wanted else fits) > 0


@part_of_it
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


@part_of_it
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


@part_of_it
def _worth(start: int, mask: int, n: int, lines: Ints, worth: Ints) -> int:
    """Say what a subset's units at a node are worth to others."""
    total, line = 0, start
    while mask:
        if mask & 1:
            total += min(worth[lines[ROW, line], n] * lines[QUANTITY, line], WORTH_MAX)
        mask >>= 1
        line += 1
    return total


@part_of_it
def _price(
    a: int, crowded: bool, orders: Ints, zones: Bytes, lines: Ints, worth: Ints, nodes: Ints,
    full: Bools, rating: Ints, added: Ints, zone_from: Ints, by_zone: Ints, edges: Ints,
    lanes: Ints, masks: Ints, cells: Ints,
) -> None:  # fmt: skip
    """Find the two cheapest nodes of every subset of an order's lines; full ones if it must be."""
    start, guide, priced, size = orders[START, a], orders[GUIDE, a], len(worth), masks.shape[1]
    fills, zone, stamp, freight = nodes[FILLS], zones[a], cells[STAMP], cells[CELL_PRICE]
    units, best, at = masks[MASK_UNITS], masks[BEST], masks[AT]
    second, second_at, due = masks[SECOND], masks[SECOND_AT], orders[DUE, a]
    for n in range(len(fills)):
        mask = fills[n]
        if mask <= 0 or (full[n] and not crowded):
            continue
        beside = nodes[MAKING_UP, n] + nodes[ROOM_WORTH, n] + (FULL if full[n] else 0)
        beside += rating[guide, n] if guide >= 0 else 0
        handling, alike = nodes[HANDLING, n], nodes[ALIKE, n] if due >= 0 else 0
        while mask:
            cell = cell_of(zone[n], alike, mask, size)
            if stamp[cell] != a:
                reckon(
                    cell, a, mask, zone[n], alike, orders, added, zone_from, by_zone, edges, lanes,
                    masks, cells,
                )  # fmt: skip
            price = freight[cell] + beside + handling * units[mask]
            if priced:
                price += _worth(start, mask, n, lines, worth)
            if price < best[mask]:
                second[mask], second_at[mask] = best[mask], at[mask]
                best[mask], at[mask] = price, n
            elif price < second[mask]:
                second[mask], second_at[mask] = price, n
            mask = (mask - 1) & fills[n]


@part_of_it
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


@part_of_it
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
        count = share(size, extra, REST, REST_AT, masks, bits)
        if count == 0:
            continue
        if uses_a_node_twice(bits[ONE], count) or count > orders[MOST, a]:
            return LEAVE_IT
        price = masks[PLAN, size - 1] - extra
        if (price + BELOW) // FULL <= crowded:
            least = min(least, price)
    return least


@part_of_it
def _write(
    a: int, count: int, orders: Ints, zones: Bytes, nodes: Ints, full: Bools, added: Ints,
    found: Ints, bits: Ints, masks: Ints, cells: Ints,
) -> None:  # fmt: skip
    """Write a plan down: its blocks, the lane of each, what it costs and what its lateness does."""
    due = orders[DUE, a]
    found[a, COUNT] = count
    for place in range(count):
        n, mask = bits[ONE, place] // BLOCK, bits[ONE, place] % BLOCK
        alike = nodes[ALIKE, n] if due >= 0 else 0
        cell = cell_of(zones[a, n], alike, mask, masks.shape[1])
        lane, late = cells[CELL_LANE, cell], 0
        if due >= 0 and lane >= 0:
            late = added[due, alike, lane]
        column = SHIPMENTS + SHIPMENT_WIDTH * place
        found[a, column], found[a, column + 1], found[a, column + 2] = n, mask, lane
        found[a, column + 3], found[a, column + 4] = cells[CELL_PRICE, cell] - late, late
        if full[n]:
            found[a, OVERFLOW] = 1


@part_of_it
def _take(
    a: int, orders: Ints, lines: Ints, free: Ints, stock: Ints, rooms: Ints, fulls: Bools,
    found: Ints,
) -> None:  # fmt: skip
    """Take a plan's units off the shelves, and its nodes' room: of all work, and of its kind."""
    kind = orders[KIND, a]
    for place in range(found[a, COUNT]):
        column = SHIPMENTS + SHIPMENT_WIDTH * place
        n, mask, line = found[a, column], found[a, column + 1], orders[START, a]
        rooms[0, n] -= 1
        if rooms[0, n] == 0:
            fulls[:, n] = True
        if kind:
            rooms[kind, n] -= 1
            if rooms[kind, n] == 0:
                fulls[kind, n] = True
        while mask:
            if mask & 1:
                free[lines[ROW, line], n] -= lines[QUANTITY, line]
                stock[TOTAL, lines[ROW, line]] -= lines[QUANTITY, line]
            mask >>= 1
            line += 1


@part_of_it
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
    many = share(size, extra, BEST, AT, masks, bits)
    if many == 0 or many > orders[MOST, a] or uses_a_node_twice(bits[ONE], many):
        return LEFT
    _write(
        a, many, orders, zones, nodes, full, added, found, bits, masks, cells
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
    free: Ints, stock: Ints, worth: Ints, stays: Ints, nodes: Ints, rooms: Ints, fulls: Bools,
    able: Bools, rating: Ints, added: Ints, zone_from: Ints, by_zone: Ints, edges: Ints,
    lanes: Ints, found: Ints, bits: Ints, masks: Ints, cells: Ints,
) -> int:  # fmt: skip
    """Decide orders in turn, from `begin` to before `end`; answers the first left, or `end`.

    `extra` is the price of every shipment after the first, in minor units. `taking`: each sees
    what the earlier ones took; else each is decided as if it were the only one. The arrays are a
    `Board`'s; answers are written into `found` and `lines`, what is taken off `free`, `stock`,
    `rooms` and `fulls`.
    """
    for a in range(begin, end):
        if orders[PASS, a] or not _may_supply(
            a, orders, zones, nodes, able, rating, added, zone_from, by_zone
        ):
            return a
        full = fulls[orders[KIND, a]]
        for bit in range(orders[LINES, a]):
            _fill(
                orders[START, a] + bit, bit, lines, free, stock, stays, nodes[FILLS], full, bits
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
            _take(a, orders, lines, free, stock, rooms, fulls, found)
    return end
