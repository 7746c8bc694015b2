"""Sourcing, as plain data: what is asked, what was seen, what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec
import numpy as np
import numpy.typing as npt

from entrepot.network.model import Method
from entrepot.terms.audience import Audience, Buyer
from entrepot.terms.ids import ChannelId, LaneId, NodeId, OrderId, Sku
from entrepot.terms.place import Place

Ints = npt.NDArray[np.int32]

DayKey = tuple[NodeId, date, str]
"""A node's working day, and the method whose work is counted there; ALL_WORK for any."""

ALL_WORK = ""

EXACT_LINES_MAX = 10
"""Up to so many distinct skus every way to share them among nodes is weighed: 3^10 = 59,049 pairs
of subsets, a tenth of a millisecond. Beyond it the plan is greedy and says so (`exact` False), with
its bound recorded, unless one node can do it all and no split can be cheaper."""


class Want(msgspec.Struct, frozen=True, gc=False):
    """A sku, how many units, and what one unit weighs in grams and measures; 0: not known."""

    sku: Sku
    quantity: int
    weight_g: int
    volume_cm3: int = 0


class Due(msgspec.Struct, frozen=True, gc=False):
    """The local day of the destination by which all is to be there.

    `hard`: nothing that comes later will do; else each day costs what the policy says.
    """

    day: date
    hard: bool = False


class Guide(msgspec.Struct, frozen=True, gc=False):
    """What a market's rules say of the nodes, for one order.

    `allowed` is bool[N] as `numpy.packbits` packs it: no other node may ship (None: all may).
    `rating` is little-endian int32[N], minor units that a shipment from a node costs more or, below
    zero, less while plans are compared. `shipments_max`: no plan of more. `strategy` names the
    rules.
    """

    strategy: str = ""
    allowed: bytes | None = None
    rating: bytes | None = None
    shipments_max: int | None = None


def split_name(strategy: str) -> tuple[str, str]:
    """Give the profile and the strategy that a guide's name is of; "": of no profile."""
    profile, _, name = strategy.rpartition("/")
    return profile, name


class Ask(msgspec.Struct, frozen=True, gc=False):
    """An order's question to sourcing. `wants` names each sku once, kits already exploded.

    `service` is a lane's service for `ship` and "" for pickup and curbside. `barred` are
    (sku, node) pairs that may not be chosen again: the node has rejected or shorted them. `own` are
    units that a cart holds for this order already, each (sku, node) once: no stock seen has them.
    `anywhere`: nothing is sent yet, and every node that ships will do. `services` may be used
    beside `service`: where that is cheaper, lateness counted.
    """

    channel: ChannelId
    method: Method
    service: str
    wants: tuple[Want, ...]
    destination: Place | None = None
    pickup_node: NodeId | None = None
    barred: frozenset[tuple[Sku, NodeId]] = frozenset()
    own: tuple[tuple[Sku, NodeId, int], ...] = ()
    anywhere: bool = False
    customer_class: str = ""
    services: tuple[str, ...] = ()
    due: Due | None = None
    guide: Guide | None = None

    @property
    def buyer(self) -> Buyer:
        """Who asks."""
        return Buyer(self.channel, self.customer_class)


@dataclass(frozen=True, slots=True)
class Held:
    """Units of a sku that are for some buyers: `units` is int64[N], what is left of them now.

    Others may borrow down to `leave` units at each node; None: they may not.
    """

    segment: str
    audience: Audience
    units: npt.NDArray[np.int64]
    leave: int | None = None


@dataclass(frozen=True, slots=True)
class Stock:
    """What was seen of the stock.

    `free`: per sku, ascending node indexes (into `Network.nodes`) and the units free there. `owed`:
    per sku, the units already owed to orders that wait for supply. `kept`: units that a channel
    leaves at each node, the same everywhere or int64[N]; its buffer where nothing is said. `held`:
    what is held for segments, beside it. `held_for` names those that `kept` counts in already.
    """

    free: Mapping[Sku, tuple[Ints, Ints]]
    owed: Mapping[Sku, int] = field(default_factory=dict)
    kept: Mapping[tuple[ChannelId, Sku], int | npt.NDArray[np.int64]] = field(default_factory=dict)
    held: Mapping[Sku, tuple[Held, ...]] = field(default_factory=dict)
    held_for: Mapping[tuple[ChannelId, Sku], tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prices:
    """What stock and room are worth to the orders still to come, in minor units, none below zero.

    `stock` is per sku what a unit is worth at each node, int64[N]; `nodes` what room for one more
    shipment is worth there on its work day, int64[N]. They steer a choice and are no money: a line
    that can be had is never refused for them. `rooms` is int64[D, N], what room is worth to orders
    of day `since` and of those after it; `nodes` is one of its rows.
    """

    version: int
    stock: Mapping[Sku, npt.NDArray[np.int64]] = field(default_factory=dict)
    nodes: npt.NDArray[np.int64] | None = None
    rooms: npt.NDArray[np.int64] | None = None
    since: date | None = None

    def on(self, day: date) -> "Prices":
        """Give the prices of a day's orders; after the last day, those of the last."""
        if self.rooms is None or self.since is None:
            return self
        row = min(max((day - self.since).days, 0), len(self.rooms) - 1)
        nodes = self.rooms[row]
        return replace(self, nodes=nodes if nodes.any() else None)


class Shipment(msgspec.Struct, frozen=True, gc=False):
    """What one node is to do: units per sku, by which lane, at what cost (minor units).

    `late`, `rating` and `shadow` are no money but what steered: the price of the days it arrives
    late, what the rules rate its node, what its stock and room are worth to others.
    """

    node_id: NodeId
    lane_id: LaneId | None
    items: tuple[tuple[Sku, int], ...]
    weight_g: int
    shipping: int
    handling: int
    late: int = 0
    rating: int = 0
    shadow: int = 0


class Plan(msgspec.Struct, frozen=True, gc=False):
    """The cheapest way found, its shipments ascending by node id.

    `cost` = the shipments' costs + `extra`, the policy's price for every shipment after the first.
    `steered` is what beside it was weighed; the cheapest is that of the least sum of both.

    `runner_up` is the next best such sum. Of a plan of one shipment: what the cheapest other node
    that could have done it alone would cost; of a split: the cheapest plan found that does without
    one of its nodes, breaks no other sku and needs no more full nodes. None: there is none, or the
    plan is not exact.

    `exact`: every way to share the skus among nodes was weighed. A sku that no node can fill whole
    was broken into the fewest pieces first, and the ways to share these were. `overflow` says that
    some node had to be used beyond its capacity of the day. `bound` is set where the plan is not
    exact: no plan that keeps whole what can be whole costs less.
    """

    shipments: tuple[Shipment, ...]
    cost: int
    extra: int = 0
    runner_up: int | None = None
    exact: bool = True
    overflow: bool = False
    bound: int | None = None

    @property
    def steered(self) -> int:
        """What was weighed and is no money: lateness, ratings, the worth of stock and room."""
        return sum([each.late + each.rating + each.shadow for each in self.shipments])


class WhyNoPlan(StrEnum):
    """In order of precedence."""

    UNKNOWN_CHANNEL = "unknown_channel"
    UNKNOWN_NODE = "unknown_node"
    NODE_CANNOT = "node_cannot"
    NO_LANE = "no_lane"
    TOO_LATE = "too_late"
    FENCED = "fenced"
    SHORT = "short"


class NoPlan(msgspec.Struct, frozen=True, gc=False):
    """No plan, and why.

    `missing` is per sku the units that no eligible node could supply (all asked for, where the
    reason is not SHORT).
    """

    why: WhyNoPlan
    missing: tuple[tuple[Sku, int], ...]
    detail: str = ""


def refused(ask: Ask, why: WhyNoPlan, detail: str) -> NoPlan:
    """Refuse an ask whole: every unit of it is missing."""
    return NoPlan(why, tuple([(want.sku, want.quantity) for want in ask.wants]), detail)


class Elimination(StrEnum):
    """Why a node was no candidate, in order of precedence."""

    DISABLED = "disabled"
    NOT_IN_CHANNEL = "not_in_channel"
    SERVICE = "service_not_offered"
    NOT_CHOSEN_STORE = "not_the_chosen_store"
    PAUSED = "paused"
    CLOSED = "closed"
    NO_LANE = "no_lane"
    TOO_LATE = "too_late"
    FENCED = "fenced"
    NOT_IN_CART = "not_in_the_cart"
    BARRED = "barred"
    KEPT_BACK = "kept_back"
    NO_STOCK = "no_stock"
    CAPACITY = "capacity_full"


@dataclass(frozen=True, slots=True)
class Kept:
    """A decision as it is kept: the `place`-th (from 0) of a record."""

    decision_id: UUID
    kind: str
    network_version: int
    at: datetime
    place: int
    record: bytes


@dataclass(frozen=True, slots=True)
class Snapshot:
    document: bytes


@dataclass(frozen=True, slots=True)
class NodeDay:
    """Fulfillment orders planned on a node's working day: all (`service` ""), or a service's."""

    node_id: NodeId
    day: date
    service: str
    planned: int


@dataclass(frozen=True, slots=True)
class Made:
    """A decision that was made about an order."""

    decision_id: UUID
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Bar:
    """A node not to be asked again for a sku of an order."""

    order_id: OrderId
    sku: Sku
    node_id: NodeId
    reason: str


@dataclass(frozen=True, slots=True)
class OrderDecision:
    """A decision of one of many orders."""

    order_id: OrderId
    decision_id: UUID
    network_version: int
    place: int
    record_id: UUID
    record: bytes


@dataclass(frozen=True, slots=True)
class PriceVersion:
    """Prices of stock and room: which version, made when."""

    version: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices of stock and room, packed."""

    document: bytes


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A table of prices: of how many skus at how many positions, the dearest in minor units."""

    version: int
    made_at: datetime
    why: str
    network_version: int
    skus: int
    positions: int
    dearest: int
