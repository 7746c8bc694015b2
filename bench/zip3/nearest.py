"""The rule of thumb: the nearest node that has everything, else the nearest that has some."""

import numpy as np

from bench.zip3.instance import Instance, Ints
from bench.zip3.referee import NOBODY


def nearest(instance: Instance) -> Ints:
    """Assign every line by distance alone, in the sequence of the orders: int64[lines]."""
    orders, stock = instance.orders, instance.stock.copy()
    assigned = np.full(len(orders.sku), NOBODY)
    room, today = instance.room.copy(), -1
    for order in range(len(orders)):
        if orders.day[order] != today:
            room, today = instance.room.copy(), int(orders.day[order])
        open_lines = np.arange(orders.first[order], orders.first[order + 1])
        km = instance.km[:, orders.area[order]]
        while len(open_lines):
            has = (stock[:, orders.sku[open_lines]] > 0) & (room > 0)[:, None]
            able = has.all(axis=1) if has.all(axis=1).any() else has.any(axis=1)
            if not able.any():
                break
            node = int(np.where(able, km, np.inf).argmin())
            filled = open_lines[has[node]]
            assigned[filled] = node
            stock[node, orders.sku[filled]] -= 1
            room[node] -= 1
            open_lines = open_lines[~has[node]]
    return assigned
