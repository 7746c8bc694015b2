"""The referee: takes only who was to send each line, and recomputes everything. No product code."""

from dataclasses import dataclass

import numpy as np

from bench.zip3 import tariff
from bench.zip3.instance import Instance, Ints

NOBODY = -1
"""Stands where a line was left unfilled."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What assignments come to. `cost` in cents of all orders; `violations` are sentences."""

    orders: int
    cost: int
    parcels: int
    unfilled: int
    late: int
    violations: tuple[str, ...]

    @property
    def per_order(self) -> float:
        """Cents an order."""
        return self.cost / self.orders

    @property
    def parcels_per_order(self) -> float:
        return self.parcels / self.orders


def judged(instance: Instance, assigned: Ints) -> Verdict:
    """Judge assignments, int64[lines]: the node that sends each line, or NOBODY."""
    orders, nodes = instance.orders, len(instance.room)
    if assigned.shape != orders.sku.shape:
        raise ValueError(f"{assigned.shape} assignments of {orders.sku.shape} lines")
    if ((assigned < NOBODY) | (assigned >= nodes)).any():
        raise ValueError("an assignment to a node that does not exist")
    order = np.repeat(np.arange(len(orders)), np.diff(orders.first))
    sent = assigned != NOBODY
    keys = order[sent] * nodes + assigned[sent]
    parcels, which = np.unique(keys, return_inverse=True)
    grams = np.bincount(which, instance.weight_g[orders.sku[sent]]).astype(np.int64)
    units = np.bincount(which).astype(np.int64)
    owner, node = parcels // nodes, parcels % nodes
    cost, late = _prices(instance, owner, node, grams)
    kind = instance.kind[node]
    cost += np.array(tariff.PER_PARCEL)[kind] + np.array(tariff.PER_UNIT)[kind] * units
    splits = np.bincount(owner, minlength=len(orders)) - 1
    unfilled = int((~sent).sum())
    total = int(cost.sum()) + tariff.SPLIT * int(np.maximum(splits, 0).sum())
    return Verdict(
        orders=len(orders),
        cost=total + tariff.UNFILLED * unfilled,
        parcels=len(parcels),
        unfilled=unfilled,
        late=int((late > 0).sum()),
        violations=(
            *_stock(instance, assigned[sent], orders.sku[sent]),
            *_room(instance, node, orders.day[owner]),
        ),
    )


def _prices(instance: Instance, owner: Ints, node: Ints, grams: Ints) -> tuple[Ints, Ints]:
    """Price each parcel by the cheaper of its two services; and the days it is late by it."""
    orders = instance.orders
    pounds = np.searchsorted(np.array(tariff.STEPS_G), grams)
    pounds = np.minimum(pounds, tariff.POUNDS_MAX - 1)
    zone = instance.zone[node, orders.area[owner]]
    spent = np.array(tariff.DAYS_OF_WORK)[instance.kind[node]] - orders.due[owner]
    ground_late = np.maximum(spent + np.array(tariff.GROUND_DAYS)[zone], 0)
    air_late = np.maximum(spent + tariff.AIR_DAYS, 0)
    ground = tariff.GROUND[zone, pounds] + tariff.LATE_DAY * ground_late
    air = tariff.AIR[zone, pounds] + tariff.LATE_DAY * air_late
    return np.minimum(ground, air), np.where(ground <= air, ground_late, air_late)


def _stock(instance: Instance, node: Ints, sku: Ints) -> list[str]:
    taken = np.zeros_like(instance.stock)
    np.add.at(taken, (node, sku), 1)
    over = np.argwhere(taken > instance.stock)
    return [
        f"node {n} sends {taken[n, s]} of sku {s} and has {instance.stock[n, s]}"
        for n, s in over.tolist()
    ]


def _room(instance: Instance, node: Ints, day: Ints) -> list[str]:
    sent = np.zeros((len(instance.room), instance.shape.days), np.int64)
    np.add.at(sent, (node, day), 1)
    over = np.argwhere(sent > instance.room[:, None])
    return [
        f"node {n} sends {sent[n, d]} parcels on day {d} and has room for {instance.room[n]}"
        for n, d in over.tolist()
    ]
