# ruff: noqa: ANN001, ANN202, C901, PLR0913, PLR0917 - machine code takes arrays one by one
"""What no policy can beat: the Lagrangian dual of sourcing the whole week in full knowledge.

Every unit of stock and every parcel's room gets a price of at least nothing. Each order is then
answered exactly, as if all nodes that began with a sku had plenty of it, and what stock and room
are worth at these prices is given back. By weak duality that is at most the cost of every
assignment that keeps to stock and room, whatever the prices are; ascent looks for good ones.
"""

from dataclasses import dataclass
from typing import Final

import numba
import numpy as np

from bench.zip3 import tariff
from bench.zip3.geography import Floats
from bench.zip3.instance import LINES_MAX, Instance, Ints

ITERATIONS: Final = 400
STEP: Final = 0.35
"""The first step: this part of a typical parcel's price where a price is off by all there is."""

_SUBSETS: Final = 1 << LINES_MAX


@dataclass(frozen=True, slots=True)
class Bound:
    """`cost`: cents of all orders. The prices that prove it: by `Holding`'s pairs, by day, node."""

    cost: float
    stock_price: Floats
    room_price: Floats


@dataclass(frozen=True, slots=True)
class Holding:
    """Who began with what: of each sku the nodes, from `first[sku]` on in `node` and `units`."""

    first: Ints
    node: Ints
    units: Ints


def holding(stock: Ints) -> Holding:
    """List the positions of int64[N, S] by sku."""
    sku, node = np.nonzero(stock.T)
    counts = np.bincount(sku, minlength=stock.shape[1])
    first = np.concatenate([[0], counts.cumsum()]).astype(np.int64)
    return Holding(first, node.astype(np.int64), stock[node, sku].astype(np.int64))


def parcels() -> Ints:
    """Price every parcel: int64[kind, due, zone, pounds] the cheaper service, in cents."""
    due = np.arange(max(tariff.DUE_DAYS) + 1)[None, :, None, None]
    work = np.array(tariff.DAYS_OF_WORK)[:, None, None, None]
    ground_days = work + np.array(tariff.GROUND_DAYS)[None, None, :, None]
    ground = tariff.GROUND + tariff.LATE_DAY * np.maximum(ground_days - due, 0)
    air = tariff.AIR + tariff.LATE_DAY * np.maximum(work + tariff.AIR_DAYS - due, 0)
    return np.minimum(ground, air) + np.array(tariff.PER_PARCEL)[:, None, None, None]


def lower_bound(instance: Instance, iterations: int = ITERATIONS) -> Bound:
    """Find a bound on what sourcing the instance costs, in cents: the best of so many steps.

    Steps are relative to what a price is about, shrink, and average with the steps before.
    """
    held = holding(instance.stock)
    rooms = np.tile(instance.room, (instance.shape.days, 1)).astype(np.float64)
    stock_price, room_price = np.zeros(len(held.node)), np.zeros(rooms.shape)
    used, filled = np.zeros(len(held.node)), np.zeros(rooms.shape)
    best = Bound(-np.inf, stock_price, room_price)
    typical = float(tariff.GROUND[:, 0].mean())
    drift, room_drift = np.zeros_like(stock_price), np.zeros_like(room_price)
    for iteration in range(iterations):
        value = dual(instance, held, stock_price, room_price, (used, filled))
        if value > best.cost:
            best = Bound(value, stock_price.copy(), room_price.copy())
        step = STEP * typical / (1 + iteration / 20)
        drift = 0.6 * drift + 0.4 * (used - held.units) / np.maximum(used, held.units)
        room_drift = 0.6 * room_drift + 0.4 * (filled - rooms) / np.maximum(filled, rooms)
        stock_price = np.maximum(stock_price + step * drift, 0)
        room_price = np.maximum(room_price + step * room_drift, 0)
    return best


def dual(
    instance: Instance,
    held: Holding,
    stock_price: Floats,
    room_price: Floats,
    usage: tuple[Floats, Floats],
) -> float:
    """Evaluate the dual at any prices of positions and of rooms by day; `usage` is written over."""
    orders = instance.orders
    found = _answered(
        (orders.first, orders.sku, orders.day, orders.area, orders.due),
        (held.first, held.node),
        (instance.weight_g, instance.zone, instance.kind),
        (parcels(), np.array(tariff.PER_UNIT), np.array(tariff.STEPS_G)),
        (stock_price, room_price),
        usage,
    )
    worth = stock_price @ held.units + (room_price * instance.room).sum()
    return float(found - worth)


@numba.njit(cache=True)
def _answered(orders, held, world, card, prices, usage):
    """Answer every order at these prices; counts what is used, gives the sum of their costs."""
    first, sku = orders[0], orders[1]
    usage[0][:] = 0
    usage[1][:] = 0
    nodes = world[1].shape[0]
    mask = np.zeros(nodes, np.int64)
    position = np.zeros((LINES_MAX, nodes), np.int64)
    met = np.empty(nodes, np.int64)
    best, who = np.empty(_SUBSETS), np.empty(_SUBSETS, np.int64)
    total = 0.0
    for order in range(len(first) - 1):
        lines = sku[first[order] : first[order + 1]]
        count = 0
        for line in range(len(lines)):
            for at in range(held[0][lines[line]], held[0][lines[line] + 1]):
                node = held[1][at]
                if mask[node] == 0:
                    met[count] = node
                    count += 1
                mask[node] |= 1 << line
                position[line, node] = at
        _price_subsets(
            order, lines, met[:count], mask, position, orders, world, card, prices, best, who
        )
        mask[met[:count]] = 0
        total += _partitioned(len(lines), best, who, position, usage, orders[2][order])
    return total


@numba.njit(cache=True)
def _price_subsets(order, lines, met, mask, position, orders, world, card, prices, best, who):
    """Find for each subset of an order's lines the cheapest node and its price, split included."""
    whole = 1 << len(lines)
    pounds = np.zeros(_SUBSETS, np.int64)
    units = np.zeros(_SUBSETS, np.int64)
    for subset in range(1, whole):
        grams = 0
        for line in range(len(lines)):
            if subset >> line & 1:
                grams += world[0][lines[line]]
                units[subset] += 1
        pounds[subset] = min(np.searchsorted(card[2], grams), len(card[2]) - 1)
        best[subset], who[subset] = np.inf, -1
    for line in range(len(lines)):
        best[1 << line] = tariff.UNFILLED
    day, area, due = orders[2][order], orders[3][order], orders[4][order]
    for node in met:
        kind = world[2][node]
        row = card[0][kind, due, world[1][node, area]]
        base = tariff.SPLIT + prices[1][day, node]
        subset = mask[node]
        while subset > 0:
            cost = base + row[pounds[subset]] + card[1][kind] * units[subset]
            for line in range(len(lines)):
                if subset >> line & 1:
                    cost += prices[0][position[line, node]]
            if cost < best[subset]:
                best[subset], who[subset] = cost, node
            subset = (subset - 1) & mask[node]


@numba.njit(cache=True)
def _partitioned(count, best, who, position, usage, day):
    """Share an order's lines among the subsets' nodes at the least cost; notes what that uses.

    An order of which nothing is filled is thought a split cheaper than it is: still a bound.
    """
    whole = (1 << count) - 1
    cost, part = np.zeros(_SUBSETS), np.zeros(_SUBSETS, np.int64)
    for subset in range(1, whole + 1):
        low = subset & -subset
        rest = subset ^ low
        inside = rest
        cost[subset] = np.inf
        while True:
            chosen = inside | low
            found = best[chosen] + cost[subset ^ chosen]
            if found < cost[subset]:
                cost[subset], part[subset] = found, chosen
            if inside == 0:
                break
            inside = (inside - 1) & rest
    left = whole
    while left > 0:
        chosen = part[left]
        node = who[chosen]
        if node >= 0:
            usage[1][day, node] += 1
            for line in range(count):
                if chosen >> line & 1:
                    usage[0][position[line, node]] += 1
        left ^= chosen
    return cost[whole] - tariff.SPLIT
