"""The network as plain data: nodes, lanes, channels, and the version they were read at."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import NewType
from uuid import UUID

from entrepot.terms.calendar import ALWAYS_OPEN, Calendar
from entrepot.terms.ids import ChannelId, LaneId, MarketId, NodeId
from entrepot.terms.place import Place

GroupId = NewType("GroupId", str)

ZONE_MAX = 9
"""Distance zones run 1 to 8; 9 is what no distance can be computed for, or another country."""

WEIGHT_BREAKS_MAX = 150
"""A carrier's card has a row per pound or kilogram up to a parcel's limit: 150 pounds, 70 kg."""

ZONE_KM = (80, 240, 480, 965, 1600, 2250, 2900)
"""The farthest great-circle distance of zones 1 to 7, in km; beyond the last one it is zone 8.

These are the rings (50, 150, 300, 600, 1,000, 1,400, 1,800 miles) that the parcel carriers of the
United States price by, with the carriers' zones "local" and 2 as our 1 and 2.
"""

HANDLING_HOURS_MAX = 240
"""Thirty days of eight hours: as far ahead as a node is asked to do anything."""

ROWS_PER_CALL_MAX = 5_000
"""Rows in one call: decoded, judged and written within about a second."""


class NodeKind(StrEnum):
    DC = "dc"
    STORE = "store"
    THIRD_PARTY = "3pl"
    SUPPLIER = "supplier"
    VIRTUAL = "virtual"


class Method(StrEnum):
    SHIP = "ship"
    PICKUP = "pickup"
    CURBSIDE = "curbside"


class OverrideKind(StrEnum):
    """What operations may say of a node for a while: nothing new, so many, closed, this cut-off."""

    PAUSE = "pause"
    CAP = "cap"
    CLOSE = "close"
    CUT_OFF = "cut_off"


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing new is planned from `begins` up to `ends`; of one method only where it is named."""

    begins: datetime
    ends: datetime
    method: Method | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """Fulfillment orders of a local day, of one method only where it is named."""

    day: date
    limit: int
    method: Method | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A place that holds or supplies stock.

    `handling_cost` is minor units per unit handled, `parcel_cost` per parcel made up beside it.
    `cut_off` is the node's local time; None means the end of its opening hours. `capacity_per_day`
    counts fulfillment orders; None: no limit; `capacity_per_service` limits those of a method,
    within it. `handling_hours` of its opening hours pass between an order and the hand-over to the
    carrier. The last three are overrides.
    """

    node_id: NodeId
    name: str
    kind: NodeKind
    place: Place
    time_zone: str
    services: frozenset[Method]
    calendar: Calendar = ALWAYS_OPEN
    cut_off: time | None = None
    capacity_per_day: int | None = None
    handling_cost: int = 0
    enabled: bool = True
    handling_hours: int = 0
    parcel_cost: int = 0
    capacity_per_service: tuple[tuple[Method, int], ...] = ()
    pauses: tuple[Pause, ...] = ()
    caps: tuple[Cap, ...] = ()
    cut_offs: tuple[tuple[date, time], ...] = ()

    def cut_off_on(self, day: date) -> time | None:
        """Give the cut-off of a local day."""
        return next((clock for special, clock in self.cut_offs if special == day), self.cut_off)

    def limit_on(self, day: date, method: Method | None = None) -> int | None:
        """Give the limit of a local day, of all work or of a method's; None: there is none."""
        for cap in self.caps:
            if cap.day == day and cap.method is method:
                return cap.limit
        if method is None:
            return self.capacity_per_day
        return next((limit for each, limit in self.capacity_per_service if each is method), None)


@dataclass(frozen=True, slots=True)
class WeightBreak:
    """Parcels up to this weight cost this much (minor units)."""

    up_to_g: int
    cost: int


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of the rate card: a carrier's service into a zone.

    `breaks` ascend in weight and never fall in cost; above the last one each started kilogram adds
    `per_kg_over`. `transit_days_min` is the earliest, `transit_days` the day that is promised.
    A parcel weighs as much as its volume at `cm3_per_kg` where that is more (0: volume is not
    looked at), and none costs less than `cost_min`.
    """

    lane_id: LaneId
    carrier: str
    service: str
    zone: int
    transit_days: int
    breaks: tuple[WeightBreak, ...]
    per_kg_over: int = 0
    transit_days_min: int = 0
    enabled: bool = True
    cm3_per_kg: int = 0
    cost_min: int = 0


@dataclass(frozen=True, slots=True)
class Channel:
    """`node_ids` None: it may sell from every node. `buffer` units stay unsold at each position."""

    channel_id: ChannelId
    name: str = ""
    node_ids: frozenset[NodeId] | None = None
    buffer: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of nodes that rules speak of."""

    group_id: GroupId
    node_ids: frozenset[NodeId]


@dataclass(frozen=True, slots=True)
class Costs:
    """What the policy adds to a rate card's prices. Minor units.

    `late_per_day` is what each day costs that a shipment arrives after the day it is due. `zone_km`
    are the rings of distance the rate card's zones mean, ascending, at most ZONE_MAX - 2.
    """

    extra_shipment: int = 150
    pickup_lead_minutes: int = 120
    carrier_holidays: frozenset[date] = field(default_factory=frozenset)
    policy_version: int = 0
    late_per_day: int = 0
    zone_km: tuple[int, ...] = ZONE_KM


@dataclass(frozen=True, slots=True)
class Network:
    """All that a sourcing decision knows of a market, at one version. `nodes` ascend by id."""

    market: MarketId
    version: int
    nodes: tuple[Node, ...]
    lanes: tuple[Lane, ...]
    channels: tuple[Channel, ...]
    costs: Costs = Costs()
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class NodeRow:
    """A node as it is stored.

    `address` and `calendar` are JSON text, the latter None for a node that never closes;
    `services` ascend. `version` counts changes from 1, also in the rows below; 0: not stored.
    `capacity_per_service` is JSON text, methods ascending, None where none is limited.
    """

    node_id: NodeId
    name: str
    kind: str
    address: str
    time_zone: str
    calendar: str | None
    cut_off: time | None
    capacity_per_day: int | None
    services: list[str]
    handling_cost: int
    enabled: bool
    handling_hours: int = 0
    parcel_cost: int = 0
    version: int = 0
    capacity_per_service: str | None = None


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """What operations have said of a node for a while, and why.

    `day`, `limit_per_day` and `clock` (the node's local time) are there where the kind has them;
    `method` None: all. It is in force from `begins_at` up to `ends_at`. `begun`: servers were told.
    `ended_at` is when it was lifted, or taken off when its time was over.
    """

    override_id: UUID
    node_id: NodeId
    kind: str
    method: str | None
    day: date | None
    limit_per_day: int | None
    clock: time | None
    begins_at: datetime
    ends_at: datetime
    begun: bool
    reason: str
    actor: str
    made_at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None
    end_reason: str | None = None


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A named set of nodes, ascending."""

    group_id: GroupId
    name: str
    node_ids: list[str]
    version: int = 0


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel as it is stored.

    It may sell from `nodes` and the members of `node_groups`; both None: from every node. `secret`
    is what its connector checks signatures with.
    """

    channel_id: ChannelId
    name: str
    connector: str | None
    secret: str | None
    nodes: list[str] | None
    node_groups: list[str] | None
    buffer: int
    version: int = 0


@dataclass(frozen=True, slots=True)
class LaneRow:
    """A lane as it is stored. `breaks` is the JSON text of a list of {"up_to_g", "cost"}."""

    lane_id: LaneId
    carrier: str
    service: str
    zone: int
    transit_days_min: int
    transit_days: int
    breaks: str
    per_kg_over: int
    enabled: bool
    cm3_per_kg: int = 0
    cost_min: int = 0
    version: int = 0


@dataclass(frozen=True, slots=True)
class Version:
    number: int


@dataclass(frozen=True, slots=True)
class Named:
    """The id of a row that is there."""

    row_id: str


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """The policy in force: its version and the JSON text of its document."""

    version: int
    document: str


class Status(StrEnum):
    """What became of one row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class WhyRefused(StrEnum):
    """In order of precedence: the first that holds is what the caller hears."""

    REPEATED = "repeated"
    UNKNOWN_NODE = "unknown_node"
    UNKNOWN_NODE_GROUP = "unknown_node_group"


@dataclass(frozen=True, slots=True)
class Upserted:
    """The answer to one row. `version` is the row's now, 0 where it was refused and is unknown."""

    name: str
    status: Status
    version: int
    why: WhyRefused | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class NamedChannel:
    """A channel of this name in some market, with what its webhooks are checked by."""

    market: MarketId
    connector: str | None
    secret: str | None
