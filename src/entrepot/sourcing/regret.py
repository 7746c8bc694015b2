"""What a day's orders cost, and a bound below which no plan of them could have come. Pure.

The bound is a Lagrangian dual (Geoffrion 1974): units of a position have a price, each order is
sent at its least cost at these prices, and the prices times the stock are taken off again. Whatever
the prices, the result is at most the cost of the best plan for all orders together with all the
day's orders and receipts known. Prices rise where more is wanted than there is and fall where less
is (Polyak's step); the highest of the bounds is told. How it is reckoned, with a worked table:
`docs/algorithms/regret.md`.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import floor

import numpy as np

from entrepot.sourcing.hindsight import Laid

STEPS = 150
"""Steps of the prices: on days of the sample retailer the last fifty add less than 0.1 %."""

HALVED_AFTER = 10
"""Steps without a better bound after which the next ones are half as long."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A day's bound in minor units; `alone`: each order by itself, as if it had all the stock."""

    cost: int
    alone: int
    steps: int


def bound_of(day: Laid, cost: int, *, steps: int = STEPS) -> Bound:
    """Bound what the day's orders could have cost from below; `cost` is what they did cost."""
    if not len(day.part_count):  # a day without orders: the machine code is not even loaded
        return Bound(0, 0, 0)
    price = np.zeros(day.cap.shape)
    best = alone = 0.0
    stride, idle, done = 1.0, 0, 0
    for done in range(1, steps + 1):
        value, used = valued(day, price)
        if done == 1:
            best = alone = value
        elif value > best:
            best, idle = value, 0
        else:
            idle += 1
            if idle == HALVED_AFTER:
                stride, idle = stride / 2, 0
        slope = (used - day.cap).astype(np.float64)
        slope[(price <= 0) & (slope < 0)] = 0
        steep = float((slope * slope).sum())
        if not steep or value >= cost or stride < 1e-3:
            break
        price = np.maximum(price + stride * max(cost - value, 1.0) / steep * slope, 0.0)
    return Bound(min(floor(best + 1e-6), cost), min(floor(alone + 1e-6), cost), done)


def valued(day: Laid, price: np.ndarray) -> tuple[float, np.ndarray]:
    """Give the dual's value at some prices, and the units that the orders would take then."""
    used = np.zeros_like(day.cap)
    total = _kernel()(
        day.first_line, day.sku, day.quantity, day.first_part, day.part_count, day.part_units,
        day.tariff, day.zone, day.able, day.handling, day.making_up, day.version, day.extra,
        day.floor, day.cap, price, used,
    )  # fmt: skip
    return float(total - (price * day.cap).sum()), used


@cache
def _kernel() -> Callable[..., float]:
    """Load the machine code when it is first needed: it takes a second, which commands save."""
    module = importlib.import_module("entrepot.sourcing.hindsight_kernel")
    found: Callable[..., float] = module.dearest_floor
    return found
