"""What a shipment costs, in integer minor units: its lane at its weight and zone, plus handling.

A plan's cost is the sum over its shipments and the policy's price for each shipment after the
first. Nothing here is a float, so that equal costs are equal on every machine.
"""

from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from entrepot.network.compiled import NO_COST, Compiled
from entrepot.terms.ids import LaneId

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Zones = npt.NDArray[np.uint8]

FULL_NODE_PRICE: Final = 1 << 40
"""Added per node used beyond its capacity while plans are compared, never to what is reported: a
plan with fewer full nodes always wins. Costs of a plan stay below it (11 billion in cents)."""


@dataclass(frozen=True, slots=True)
class Freight:
    """How the chosen nodes send: by lanes of a service into their zones, or not at all (pickup).

    `zones` is uint8[N]; None where the customer collects and nothing is sent.
    """

    compiled: Compiled
    service: str
    zones: Zones | None

    def shipping(self, weights_g: Ints, nodes: Ints) -> Ints:
        """Give int64[K, n], what K weights in grams cost to send from each of n nodes."""
        if self.zones is None:
            return np.zeros((len(weights_g), len(nodes)), np.int64)
        cost, _ = self.compiled.lane_costs(self.service, weights_g)
        return cost[:, self.zones[nodes]]

    def shipping_each(self, weights_g: Ints, nodes: Ints) -> Ints:
        """Give int64[n], what the k-th weight costs to send from the k-th node."""
        if self.zones is None:
            return np.zeros(len(nodes), np.int64)
        cost, _ = self.compiled.lane_costs(self.service, weights_g)
        return cost[np.arange(len(nodes)), self.zones[nodes]]

    def lane(self, weight_g: int, node: int) -> tuple[LaneId | None, int]:
        """Give the lane one shipment takes and what it costs; (None, 0) where nothing is sent."""
        if self.zones is None:
            return None, 0
        cost, lane_ix = self.compiled.lane_costs(self.service, [weight_g])
        zone = self.zones[node]
        return self.compiled.lane(int(lane_ix[0, zone])).lane_id, int(cost[0, zone])

    def landed(self, weights_g: Ints, units: Ints, nodes: Ints) -> Ints:
        """Give int64[K, n], shipping and handling of K loads from each of n nodes."""
        handling = self.compiled.handling[nodes]
        return self.shipping(weights_g, nodes) + units[:, None] * handling


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
