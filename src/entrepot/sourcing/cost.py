"""What a shipment costs, in integer minor units: its lane, its handling, and what steers beside.

A plan's cost is the sum over its shipments and the policy's price for each shipment after the
first. Lateness, the rules' ratings and the worth of stock and room are weighed with it and are no
money. Nothing here is a float, so that equal costs are equal on every machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from entrepot.network.compiled import NO_COST, Compiled
from entrepot.network.rate_card import Parcels
from entrepot.sourcing.model import Due
from entrepot.terms.ids import LaneId

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Zones = npt.NDArray[np.uint8]

FULL_NODE_PRICE: Final = 1 << 40
"""Added per node used beyond its capacity while plans are compared, never to what is reported: a
plan with fewer full nodes always wins. Costs of a plan stay below it (11 billion in cents)."""

LATE_MAX: Final = 1 << 35
"""The most that one shipment's lateness, or the room it takes, weighs: ten stay below a full node's
price."""

SHADOW_MAX: Final = 1 << 34
"""The most that one line's stock weighs, for the same reason."""

BELOW_ZERO_MAX: Final = 1 << 36
"""A plan's ratings sum to more than minus this: ten of 32 bits."""


def full_nodes(price: int) -> int:
    """Count the full nodes in a plan's price."""
    return (price + BELOW_ZERO_MAX) // FULL_NODE_PRICE


def reported(price: int) -> int:
    """Take the full nodes' prices off a plan's again."""
    return price - full_nodes(price) * FULL_NODE_PRICE


class Way(NamedTuple):
    """How one shipment goes: its lane, what that costs, and the price of coming late."""

    lane_id: LaneId | None
    shipping: int
    late: int


@dataclass(frozen=True, slots=True)
class Freight:
    """How the chosen nodes send: by lanes of some services into their zones, or not (pickup).

    `zones` is uint8[N]; None where the customer collects and nothing is sent. `work_day` is
    int32[N], when each node would do the work; it matters where something is due.
    """

    compiled: Compiled
    services: tuple[str, ...]
    zones: Zones | None
    work_day: npt.NDArray[np.int32]
    due: Due | None = None

    def shipping(self, weights_g: Ints, volumes_cm3: Ints, nodes: Ints) -> Ints:
        """Give int64[K, n], what K parcels cost to send from each of n nodes, lateness counted."""
        found = np.zeros((len(weights_g), len(nodes)), np.int64)
        for some, zones, added in self._alike(nodes):
            parcels = Parcels(weights_g, volumes_cm3, added)
            found[:, some] = self.compiled.lane_costs(self.services, parcels)[0][:, zones]
        return found

    def shipping_each(self, weights_g: Ints, volumes_cm3: Ints, nodes: Ints) -> Ints:
        """Give int64[n], what the k-th parcel costs to send from the k-th node."""
        found = np.zeros(len(nodes), np.int64)
        for some, zones, added in self._alike(nodes):
            parcels = Parcels(weights_g[some], volumes_cm3[some], added)
            cost, _ = self.compiled.lane_costs(self.services, parcels)
            found[some] = cost[np.arange(len(zones)), zones]
        return found

    def way(self, weight_g: int, volume_cm3: int, node: int) -> Way:
        """Say how one shipment goes from a node; by no lane where nothing is sent."""
        if self.zones is None:
            return Way(None, 0, 0)
        day = int(self.work_day[node])
        added = None if self.due is None else lateness(self.compiled, day, self.due)
        parcel = Parcels(np.array([weight_g]), np.array([volume_cm3]), added)
        cost, lane_ix = self.compiled.lane_costs(self.services, parcel)
        zone = self.zones[node]
        lane = int(lane_ix[0, zone])
        late = 0 if added is None else int(added[lane])
        return Way(self.compiled.lane(lane).lane_id, int(cost[0, zone]) - late, late)

    def reached(self) -> Bools:
        """Give bool[N]: from which nodes some lane goes there, in time where it must be in time."""
        if self.zones is None:
            return np.ones(len(self.work_day), np.bool_)
        nothing = np.zeros(1, np.int64)
        found: Bools = np.zeros(len(self.work_day), np.bool_)
        able = np.flatnonzero(self.work_day >= 0) if self.due else np.arange(len(self.work_day))
        found[able] = self.shipping(nothing, nothing, able)[0] < NO_COST
        return found

    def _alike(self, nodes: Ints) -> Iterator[tuple[Ints, Zones, Ints | None]]:
        """Tell apart nodes from which a lane is not equally late: places, zones, lanes' lateness.

        All are alike where nothing is due; none is told where nothing is sent.
        """
        if self.zones is None:
            return
        if self.due is None:
            yield np.arange(len(nodes)), self.zones[nodes], None
            return
        days = self.work_day[nodes]
        for day in np.unique(days).tolist():
            some = np.flatnonzero(days == day)
            yield some, self.zones[nodes[some]], lateness(self.compiled, day, self.due)


def lateness(compiled: Compiled, work_day: int, due: Due) -> Ints:
    """Give int64[lanes], what each lane's lateness costs from a work day (ordinal).

    NO_COST where it is late and may not be.
    """
    late = np.maximum(compiled.arrivals(work_day) - due.day.toordinal(), 0)
    if due.hard:
        return np.where(late > 0, NO_COST, 0)
    price: Ints = np.minimum(late * compiled.network.costs.late_per_day, LATE_MAX)
    return price


@dataclass(frozen=True, slots=True)
class Pricing:
    """What packages of one order weigh in the choice: the one price function of every way to plan.

    `weights_g` and `volumes_cm3` are int64[L], of one unit of each line. `beside` is int64[N], what
    every shipment from a node weighs beside its freight and its units: its parcel, its rating, its
    room, and FULL_NODE_PRICE where it has none. `worth` is int64[L, N], what a unit of each line's
    stock is worth to others, and `room` int64[N] what the shipment's room is; None: nothing.
    """

    freight: Freight
    weights_g: Ints
    volumes_cm3: Ints
    beside: Ints
    worth: Ints | None = None
    room: Ints | None = None

    def prices(self, loads: Ints, nodes: Ints) -> Ints:
        """Give int64[K, n], what each of K loads (int64[K, L], units) weighs at each node."""
        price: Ints = self.freight.shipping(loads @ self.weights_g, loads @ self.volumes_cm3, nodes)
        price += self.beside[nodes]
        price += loads.sum(axis=1)[:, None] * self.freight.compiled.handling[nodes]
        if self.worth is not None:
            for line in range(len(self.worth)):
                price += worth_of(self.worth[line, nodes], loads[:, line, None])
        return price

    def each(self, loads: Ints, nodes: Ints) -> Ints:
        """Give int64[n], what the k-th load weighs at the k-th node; 0 for a load of nothing."""
        weights, volumes = loads @ self.weights_g, loads @ self.volumes_cm3
        price: Ints = self.freight.shipping_each(weights, volumes, nodes)
        price += self.beside[nodes]
        price += loads.sum(axis=1) * self.freight.compiled.handling[nodes]
        if self.worth is not None:
            price += worth_of(self.worth[:, nodes].T, loads).sum(axis=1)
        price[~loads.any(axis=1)] = 0
        return price


def worth_of(worth: Ints, units: Ints) -> Ints:
    """Say what units of stock are worth to others, each line at most SHADOW_MAX."""
    weighed: Ints = np.minimum(worth * units, SHADOW_MAX)
    return weighed


N = TypeVar("N", int, Ints)


def split_bound(heaviest: N, lightest: N, handled: N, extra: int) -> N:
    """Say what every split of an order costs at least, in minor units (or int64[A] of orders).

    A split has two shipments or more. One carries the heaviest item, another at least the
    lightest, and a heavier parcel is never cheaper: so they cost at least `heaviest` and
    `lightest`, the cheapest way to send either item alone from anywhere. All units are handled,
    for `handled` or more, and one shipment at least comes after the first. Holds while no price is
    negative and skus are shipped whole.
    """
    return heaviest + lightest + handled + extra


def cheapest_two(prices: Ints) -> tuple[int, int | None, int | None]:
    """Find the cheapest and the next of int64[n]: (column, next column, its price).

    Ties go to the lower column. The next is None where there is none below NO_COST.
    """
    first = int(prices.argmin())
    others = prices.copy()
    others[first] = NO_COST
    second = int(others.argmin())
    if others[second] >= NO_COST:
        return first, None, None
    return first, second, int(others[second])
