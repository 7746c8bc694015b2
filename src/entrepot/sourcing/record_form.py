"""The shape of a decision record: what of a batch of decisions is kept, and how it is packed."""

from datetime import datetime
from typing import Final

import msgspec

from entrepot.network.model import Method
from entrepot.sourcing.model import (
    Guide,
    WhyNoPlan,
)
from entrepot.sourcing.packing import PackedDays
from entrepot.sourcing.steered import (
    PackedPrices,
    PackedWish,
)
from entrepot.terms.ids import ChannelId, LaneId, NodeId, Sku

FORM: Final = 4
"""The shape of the packed record; a later one is told apart by it.

Records of form 2 have no `kept`: what was kept back then was the channels' buffers. Those of form 3
have no wishes, guides and prices, and no volumes: nothing steered then but costs."""

NODES_MAX: Final = 1 << 16
"""Nodes a record can tell apart: ten times the largest retailer's stores."""


PackedPlace = tuple[str, str, str, float | None, float | None, str]
PackedKeep = tuple[int | bytes, tuple[str, ...]]


class PackedShipment(msgspec.Struct, array_like=True, frozen=True):
    """A shipment; items are (line, units). Its end is there only where something steered."""

    node_id: NodeId
    lane_id: LaneId | None
    items: tuple[tuple[int, int], ...]
    weight_g: int
    shipping: int
    handling: int
    late: int = 0
    rating: int = 0
    shadow: int = 0


class PackedPlan(msgspec.Struct, array_like=True, frozen=True):
    shipments: tuple[PackedShipment, ...]
    cost: int
    extra: int
    runner_up: int | None
    exact: bool
    overflow: bool
    bound: int | None


class PackedNoPlan(msgspec.Struct, array_like=True, frozen=True):
    why: WhyNoPlan
    missing: tuple[tuple[Sku, int], ...]
    detail: str


class PackedDecision(msgspec.Struct, array_like=True, frozen=True):
    """One question and its answer; `wants` are (shelf, units, grams per unit[, cm3 per unit]).

    Exactly one of `plan` and `refusal` is there. `own` is there only where a cart was. `kept` is
    per want a place in the record's `kept`, -1 for the channel's buffer; empty where that holds for
    all.
    """

    channel: ChannelId
    method: Method
    service: str
    wants: tuple[tuple[int, ...], ...]
    destination: PackedPlace | None
    pickup_node: NodeId | None
    barred: tuple[tuple[Sku, NodeId], ...]
    plan: PackedPlan | None
    refusal: PackedNoPlan | None
    own: tuple[tuple[Sku, NodeId, int], ...] = ()
    kept: tuple[int, ...] = ()
    wish: PackedWish | None = None


class Record(msgspec.Struct, array_like=True, frozen=True):
    """What a batch saw, and its decisions in the order in which they were made.

    `skus` are the shelves; `counts` says per shelf how many nodes hold some, `nodes` and `units`
    which and how much, one shelf after the other (2 bytes each; 4 for units beyond 65,535); `owed`
    is per shelf. `days` are packed as `packed_days` says; `used` are (node index, fulfillment
    orders of its work day) of the nodes with a capacity. `kept` are units that had to stay, the
    same at every node or packed for all of the network's, and the segments they were held for.
    """

    form: int
    network_version: int
    at: datetime
    days: PackedDays
    used: tuple[tuple[int, int], ...]
    skus: tuple[Sku, ...]
    counts: tuple[int, ...]
    nodes: bytes
    units: bytes
    owed: tuple[int, ...]
    decisions: tuple[PackedDecision, ...]
    kept: tuple[PackedKeep, ...] = ()
    guides: tuple[Guide, ...] = ()
    prices: PackedPrices | None = None
    used_by: tuple[tuple[Method, int, int], ...] = ()
