"""Many orders against prices: for each subset of an order's lines the cheapest node, in one pass.

The inner loop of looking ahead and of planning jointly. Stock is not taken here: each order is
answered as if it were alone, at prices for units and for room that say what others would do with
them. A parcel's price may have any shape: it stands in a table by subset, delay and zone.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

from entrepot.sourcing.model import EXACT_LINES_MAX

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NEVER: Final = float(1 << 48)
"""What no node can do costs this, and more is never asked."""

_SUBSETS: Final = 1 << EXACT_LINES_MAX


class Held(NamedTuple):
    """Positions by sku row: `node` and `units` of row s stand from `first[s]` to `first[s + 1]`."""

    first: Ints
    node: Ints
    units: Ints


class Questions(NamedTuple):
    """Orders of at most EXACT_LINES_MAX lines, laid out flat.

    Lines of order a stand from `first[a]` to `first[a + 1]` in `sku` (rows of `Held`) and `units`.
    `row[a]` + subset is the subset's row in `parcel`, float64[rows, delays, zones]: shipping and
    what being late costs, NEVER where it cannot be. `area` is the row of `Nodes.zone`, `group` that
    of `Nodes.beside`, `day` that of the room's prices. `unserved` is what a line costs that nobody
    sends, NEVER where all must be sent.
    """

    first: Ints
    sku: Ints
    units: Ints
    row: Ints
    parcel: Floats
    area: Ints
    group: Ints
    day: Ints
    unserved: Floats


class Nodes(NamedTuple):
    """Nodes: `zone` int64[areas, N], `delay` int64[N] the rows of `parcel`, `per_unit` int64[N].

    `beside` is float64[groups, N], what a parcel costs beside its freight and its units; NEVER
    where a node may not send for a group. `extra` is the price of a shipment after the first.
    """

    zone: Ints
    delay: Ints
    beside: Floats
    per_unit: Ints
    extra: float


class Priced(NamedTuple):
    """Minor units for one unit of each position, float64[P], and a parcel, float64[days, N]."""

    stock: Floats
    room: Floats


class Used(NamedTuple):
    """What answers use: units of each position, float64[P], and parcels, float64[days, N].

    `chosen` is int64[lines], the node of each line in the last answers; -1 where it is unserved.
    """

    stock: Floats
    room: Floats
    chosen: Ints


def held(free: Ints) -> Held:
    """List the positions of int64[S, N] that hold something, by sku row, then by node."""
    sku, node = np.nonzero(free > 0)
    counts = np.bincount(sku, minlength=len(free))
    first = np.concatenate([[0], counts.cumsum()]).astype(np.int64)
    return Held(first, node.astype(np.int64), free[sku, node].astype(np.int64))


def rows(lengths: Sequence[int] | Ints) -> Ints:
    """Say where the subsets of orders of these many lines begin in a table: int64[n + 1]."""
    return np.concatenate([[0], (1 << np.asarray(lengths, np.int64)).cumsum()])


@nb.njit(cache=True)  # type: ignore[untyped-decorator]
def answer(  # type: ignore[no-untyped-def]
    questions: Questions, nodes: Nodes, stock: Held, priced: Priced, used: Used
):
    """Answer each order alone at the least priced cost; adds what it uses, gives the sum."""
    best, who = np.empty(_SUBSETS), np.empty(_SUBSETS, np.int64)
    work = _bench(nodes.zone.shape[1])
    total = 0.0
    for order in range(len(questions.area)):
        _offer(order, questions, nodes, stock, priced, work, best, who)
        total += _share(order, questions, work[1], best, who, used)
    return total - nodes.extra * len(questions.area)


@nb.njit(cache=True)  # type: ignore[untyped-decorator]
def offers(  # type: ignore[no-untyped-def]
    questions: Questions, nodes: Nodes, stock: Held, priced: Priced, best: Floats, who: Ints
):
    """Write for each row of each order its cheapest price with an extra shipment's, and its node.

    `best` float64[rows] and `who` int64[rows]; NEVER and -1 where no node can.
    """
    work = _bench(nodes.zone.shape[1])
    for order in range(len(questions.area)):
        begin, end = questions.row[order], questions.row[order + 1]
        _offer(order, questions, nodes, stock, priced, work, best[begin:end], who[begin:end])


@nb.njit(cache=True)  # type: ignore[untyped-decorator]
def _bench(count):  # type: ignore[no-untyped-def]
    """Room to work in: which lines each node has, and where; the nodes met."""
    return (
        np.zeros(count, np.int64),
        np.zeros((EXACT_LINES_MAX, count), np.int64),
        np.empty(count, np.int64),
        np.zeros(_SUBSETS, np.int64),
    )


@nb.njit(cache=True)  # type: ignore[untyped-decorator]
def _offer(order, questions, nodes, stock, priced, work, best, who):  # type: ignore[no-untyped-def]  # noqa: PLR0913, PLR0917
    mask, position, met, units = work
    begin = questions.first[order]
    lines = questions.first[order + 1] - begin
    count = 0
    for line in range(lines):
        sku = questions.sku[begin + line]
        for at in range(stock.first[sku], stock.first[sku + 1]):
            if stock.units[at] < questions.units[begin + line]:
                continue
            node = stock.node[at]
            if mask[node] == 0:
                met[count] = node
                count += 1
            mask[node] |= 1 << line
            position[line, node] = at
    for subset in range(1 << lines):
        best[subset], who[subset], units[subset] = NEVER, -1, 0
        for line in range(lines):
            if subset >> line & 1:
                units[subset] += questions.units[begin + line]
    for at in range(count):
        _bid(order, met[at], lines, questions, nodes, priced, work, best, who)
        mask[met[at]] = 0


@nb.njit(cache=True)  # type: ignore[untyped-decorator]
def _bid(order, node, lines, questions, nodes, priced, work, best, who):  # type: ignore[no-untyped-def]  # noqa: PLR0913, PLR0917
    """Let one node underbid for every subset of what it has."""
    mask, position, _, units = work
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


@nb.njit(cache=True)  # type: ignore[untyped-decorator]
def _share(order, questions, position, best, who, used):  # type: ignore[no-untyped-def]
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
        chosen = part[left]
        node = who[chosen]
        if node >= 0:
            used.room[questions.day[order], node] += 1
        for line in range(lines):
            if chosen >> line & 1:
                used.chosen[begin + line] = node
                if node >= 0:
                    used.stock[position[line, node]] += questions.units[begin + line]
        left ^= chosen
    return cost[whole]
