# ruff: noqa: PLR0913, PLR0917 - machine code takes its arrays one by one
"""What each order would cost at least at given prices of stock, in machine code.

For every order: the cheapest node for every part of it that one parcel could hold, and the cheapest
way to make up the whole of such parts. A part may be any of an order's units, so a sku may be
broken at will, and a node may be used twice: no plan there is costs less.
"""

import numba
import numpy as np
import numpy.typing as npt

from entrepot.sourcing.cost import Bools, Ints
from entrepot.sourcing.hindsight import FAR, PARTS_MAX
from entrepot.sourcing.kernel_freight import part_of_it

Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]


@numba.njit(nogil=True)
def dearest_floor(
    first_line: Ints, sku: Ints, quantity: Ints, first_part: Ints, part_count: Ints,
    part_units: Ints, tariff: Floats, zone: Bytes, able: Bools, handling: Floats, making_up: Floats,
    version: Ints, extra: Floats, floor: Floats, cap: Ints, price: Floats, used: Ints,
) -> float:  # fmt: skip
    """Give the sum over orders of what each costs at least, and add to `used` what it takes then.

    Lines of order o are `first_line[o]:first_line[o + 1]`; its parts begin at `first_part[o]`, the
    last of them is the whole. Where `floor[o]` is not negative the whole is the only part, and it
    bounds the freight of all that is split. `part_units` is [parts, the order's lines], one order
    after another; `tariff` is float64[parts, zones], `zone` and `able` are [orders, N]; `handling`
    and `making_up`, a parcel's, are float64[versions, N]; `cap`, `price` and `used` are [skus, N].
    """
    total, at_units = 0.0, 0
    best, where = np.empty(PARTS_MAX), np.empty(PARTS_MAX, np.int64)
    for order in range(len(version)):
        begin, end = first_line[order], first_line[order + 1]
        rows, wanted = sku[begin:end], quantity[begin:end]
        parts, first = part_count[order], first_part[order]
        units = part_units[at_units : at_units + parts * len(rows)].reshape(parts, len(rows))
        hands, parcel, can = handling[version[order]], making_up[version[order]], able[order]
        for part in range(parts):
            best[part], where[part] = _cheapest(
                units[part], rows, tariff[first + part], zone[order], can, hands, parcel, cap, price
            )
        if floor[order] >= 0.0:
            alone = best[0], where[0]
            total += _bounded(alone, floor[order], rows, wanted, can, hands, cap, price, used)
        else:
            total += _made_up(units, best, where, extra[order], rows, used)
        at_units += parts * len(rows)
    return total


@part_of_it
def _cheapest(
    units: Ints, rows: Ints, tariff: Floats, zone: Bytes, able: Bools, handling: Floats,
    parcel: Floats, cap: Ints, price: Floats,
) -> tuple[float, int]:  # fmt: skip
    """Give the least cost of one part at one node, and the node; -1 where there is none."""
    best, where = FAR, -1
    for node in range(len(able)):
        if not able[node]:
            continue
        cost = tariff[zone[node]] + parcel[node]
        for line in range(len(rows)):
            if cap[rows[line], node] < units[line]:
                cost = FAR
                break
            cost += units[line] * (handling[node] + price[rows[line], node])
        if cost < best:
            best, where = cost, node
    return best, where


@part_of_it
def _made_up(units: Ints, best: Floats, where: Ints, extra: float, rows: Ints, used: Ints) -> float:
    """Make up the whole of parts at the least cost.

    Part p holds the units whose number in mixed radix (a digit a line) is p + 1: what is left of a
    part without another is found by subtracting.
    """
    parts = len(units)
    least, taken = np.empty(parts), np.empty(parts, np.int64)
    for part in range(parts):
        least[part], taken[part] = best[part], part
        for some in range(part):
            if best[some] < FAR and (units[some] <= units[part]).all():
                cost = best[some] + extra + least[part - some - 1]
                if cost < least[part]:
                    least[part], taken[part] = cost, some
    part = parts - 1
    if least[part] >= FAR:
        return 0.0
    while part >= 0:
        some = taken[part]
        for line in range(len(rows)):
            used[rows[line], where[some]] += units[some, line]
        part = part - some - 1
    return least[parts - 1]


@part_of_it
def _bounded(
    alone: tuple[float, int], floor: float, rows: Ints, wanted: Ints, able: Bools,
    handling: Floats, cap: Ints, price: Floats, used: Ints,
) -> float:  # fmt: skip
    """Take the whole at one node, or the bound of all that is split, whichever is less."""
    chosen, apart = np.empty(len(rows), np.int64), floor
    for line in range(len(rows)):
        row, cheapest, chosen[line] = rows[line], FAR, -1
        for node in range(len(able)):
            cost = handling[node] + price[row, node]
            if able[node] and cap[row, node] > 0 and cost < cheapest:
                cheapest, chosen[line] = cost, node
        apart += wanted[line] * cheapest
    if alone[0] <= apart:
        chosen[:] = alone[1]
    if min(alone[0], apart) >= FAR:
        return 0.0
    for line in range(len(rows)):
        used[rows[line], chosen[line]] += wanted[line]
    return min(alone[0], apart)
