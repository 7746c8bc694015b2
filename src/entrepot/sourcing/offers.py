# ruff: noqa: PLR0913, PLR0917 - machine code takes its arrays one by one, and no keywords
"""Many orders against prices: for each subset of an order's lines the cheapest node, in one pass.

The inner loop of looking ahead and of planning jointly. Stock is not taken here: each order is
answered as if it were alone, at prices for units and for room that say what others would do with
them. A parcel's price may have any shape: it stands in a table by subset, delay and zone.
"""

from collections.abc import Callable
from typing import Final, NamedTuple, TypeVar

import numba
import numpy as np
import numpy.typing as npt

from entrepot.sourcing.model import EXACT_LINES_MAX
from entrepot.sourcing.questions import (
    NEVER,
    Floats,
    Held,
    Ints,
    Nodes,
    Out,
    Parcels,
    Priced,
    Questions,
    Rows,
    Used,
)

Bools = npt.NDArray[np.bool_]
_LEAST: Final = 1e-6
_SUBSETS: Final = 1 << EXACT_LINES_MAX
_LINES: Final = EXACT_LINES_MAX

F = TypeVar("F", bound=Callable[..., object])


def in_machine_code(function: F) -> F:
    """Compile a function of arrays when it is first called; keep it on disk where that can be."""
    try:
        compiled: F = numba.njit(cache=True)(function)
    except RuntimeError:  # no directory of ours can be written
        compiled = numba.njit(function)
    return compiled


class _Work(NamedTuple):
    """Room to work in: which lines each node has (a mask) and where; the nodes met; units."""

    mask: Ints
    position: Ints
    met: Ints
    units: Ints


@in_machine_code
def answer(questions: Questions, nodes: Nodes, stock: Held, priced: Priced, used: Used) -> float:
    """Answer each order alone at the least priced cost; adds what it uses, gives the sum."""
    best, who = np.empty(_SUBSETS), np.empty(_SUBSETS, np.int64)
    work = _bench(nodes.zone.shape[1])
    total = 0.0
    for order in range(len(questions.area)):
        _offer(order, questions, nodes, stock, priced, work, best, who)
        total += _share(order, questions, work.position, best, who, used)
    return total - nodes.extra * len(questions.area)


@in_machine_code
def offers(
    questions: Questions, nodes: Nodes, stock: Held, priced: Priced, best: Floats, who: Ints
) -> None:
    """Write for each row of each order its cheapest price with an extra shipment's, and its node.

    `best` float64[rows] and `who` int64[rows]; NEVER and -1 where no node can.
    """
    work = _bench(nodes.zone.shape[1])
    for order in range(len(questions.area)):
        begin, end = questions.row[order], questions.row[order + 1]
        _offer(order, questions, nodes, stock, priced, work, best[begin:end], who[begin:end])


@in_machine_code
def _bench(count: int) -> _Work:
    return _Work(
        np.zeros(count, np.int64),
        np.zeros((_LINES, count), np.int64),
        np.empty(count, np.int64),
        np.zeros(_SUBSETS, np.int64),
    )


@in_machine_code
def _offer(
    order: int, questions: Questions, nodes: Nodes, stock: Held, priced: Priced, work: _Work,
    best: Floats, who: Ints,
) -> None:  # fmt: skip
    """Find the cheapest node of every subset of one order's lines."""
    begin = questions.first[order]
    lines = questions.first[order + 1] - begin
    count = 0
    for line in range(lines):
        sku, units = questions.sku[begin + line], questions.units[begin + line]
        count = _meet(line, sku, units, stock, work, count)
    best[0], who[0], work.units[0] = NEVER, -1, 0
    for line in range(lines):
        for subset in range(1 << line, 2 << line):
            rest = subset - (1 << line)
            work.units[subset] = work.units[rest] + questions.units[begin + line]
            best[subset], who[subset] = NEVER, -1
    for at in range(count):
        node = work.met[at]
        _bid(order, node, lines, questions, nodes, priced, work, best, who)
        work.mask[node] = 0


@in_machine_code
def _meet(line: int, sku: int, units: int, stock: Held, work: _Work, count: int) -> int:
    """Note which nodes can fill a line, and where they hold it; gives how many were met so far."""
    for at in range(stock.first[sku], stock.first[sku + 1]):
        if stock.units[at] >= units:
            node = stock.node[at]
            if work.mask[node] == 0:
                work.met[count] = node
                count += 1
            work.mask[node] |= 1 << line
            work.position[line, node] = at
    return count


@in_machine_code
def _bid(
    order: int, node: int, lines: int, questions: Questions, nodes: Nodes, priced: Priced,
    work: _Work, best: Floats, who: Ints,
) -> None:  # fmt: skip
    """Let one node underbid for every subset of what it has."""
    mask, position, units = work.mask, work.position, work.units
    begin, row = questions.first[order], questions.row[order]
    zone, delay = nodes.zone[questions.area[order], node], nodes.delay[node]
    fixed = nodes.extra + nodes.beside[questions.group[order], node]
    fixed += priced.room[questions.day[order], node]
    subset = mask[node]
    while subset > 0:
        cost = fixed + questions.parcel[row + subset, delay, zone]
        cost += nodes.per_unit[node] * units[subset]
        for line in range(lines):
            if subset >> line & 1:
                cost += priced.stock[position[line, node]] * questions.units[begin + line]
        if cost < best[subset] or (cost == best[subset] and node < who[subset]):
            best[subset], who[subset] = cost, node
        subset = (subset - 1) & mask[node]


@in_machine_code
def _share(
    order: int, questions: Questions, position: Ints, best: Floats, who: Ints, used: Used
) -> float:
    """Share the lines among the subsets' nodes; adds what that uses, gives the cost."""
    begin = questions.first[order]
    lines = questions.first[order + 1] - begin
    whole = (1 << lines) - 1
    for line in range(lines):
        if questions.unserved[begin + line] < best[1 << line]:
            best[1 << line], who[1 << line] = questions.unserved[begin + line], -1
    cost, part = np.zeros(whole + 1), np.zeros(whole + 1, np.int64)
    for subset in range(1, whole + 1):
        low = subset & -subset
        inside = rest = subset ^ low
        cost[subset] = np.inf
        while True:
            found = best[inside | low] + cost[rest ^ inside]
            if found < cost[subset]:
                cost[subset], part[subset] = found, inside | low
            if inside == 0:
                break
            inside = (inside - 1) & rest
    left = whole
    while left > 0:
        _use(order, part[left], lines, questions, position, who[part[left]], used)
        left ^= part[left]
    return float(cost[whole])


@in_machine_code
def _use(
    order: int, subset: int, lines: int, questions: Questions, position: Ints, node: int,
    used: Used,
) -> None:  # fmt: skip
    """Add what one parcel uses."""
    begin = questions.first[order]
    if node >= 0:
        used.room[questions.day[order], node] += 1
    for line in range(lines):
        if subset >> line & 1:
            used.chosen[begin + line] = node
            if node >= 0:
                used.stock[position[line, node]] += questions.units[begin + line]


@in_machine_code
def missing(first: Ints, row: Ints, cover: Floats, best: Floats, who: Ints) -> Bools:
    """Say of each row whether its parcel would pay at what covering its lines costs."""
    pays = np.zeros(len(best), np.bool_)
    for order in range(len(first) - 1):
        begin = first[order]
        for subset in range(1, row[order + 1] - row[order]):
            at = row[order] + subset
            if who[at] < 0:
                continue
            worth = 0.0
            for line in range(first[order + 1] - begin):
                if subset >> line & 1:
                    worth += cover[begin + line]
            pays[at] = best[at] < worth - _LEAST
    return pays


@in_machine_code
def fill(
    questions: Questions,
    nodes: Nodes,
    stock: Held,
    prices: Priced,
    parcels: Parcels,
    rows: Rows,
    out: Out,
) -> None:
    """Write the columns of parcels: what each costs, and its rows beside the units it takes."""
    start, row, value, cost, filled = out.start, out.row, out.value, out.cost, out.filled
    for at in range(len(parcels.order)):
        order, subset, node = parcels.order[at], parcels.subset[at], parcels.node[at]
        begin, entry, units, price = questions.first[order], start[at], 0, 0.0
        for line in range(questions.first[order + 1] - begin):
            if not subset >> line & 1:
                continue
            row[entry] = begin + line
            entry += 1
            if node < 0:
                price += questions.unserved[begin + line]
                continue
            sku, asked = questions.sku[begin + line], questions.units[begin + line]
            low, high = stock.first[sku], stock.first[sku + 1]
            position = low + np.searchsorted(stock.node[low:high], node)
            units += asked
            price += prices.stock[position] * asked
            if rows.stock[position] >= 0:
                row[entry], value[entry] = rows.stock[position], asked
                entry += 1
        if node >= 0:
            row[entry] = rows.room[node]
            entry += 1
            zone, delay = nodes.zone[questions.area[order], node], nodes.delay[node]
            price += (
                nodes.extra
                + nodes.beside[questions.group[order], node]
                + nodes.per_unit[node] * units
            )
            price += questions.parcel[questions.row[order] + subset, delay, zone]
            price += prices.room[0, node]
        cost[at], filled[at] = price, entry - start[at]
