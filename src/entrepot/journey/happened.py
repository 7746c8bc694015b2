"""From an order that has happened elsewhere to what is written of it here. Pure.

What a past order cannot be without is checked here; what can be mended was mended by its history.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec

from entrepot.catalog.model import Made
from entrepot.catalog.rules import explode
from entrepot.delivery.model import Status, TrackingEvent
from entrepot.fulfillment.model import NewFulfillmentOrder, Packed, Units
from entrepot.inventory.model import Claim
from entrepot.inventory.take_over import PastClaim
from entrepot.journey.fill import filled
from entrepot.orders.model import Captured, NewOrder
from entrepot.orders.phase import Phase
from entrepot.orders.rules import faults
from entrepot.ports.history import PastOrder, PastParcel, Stage
from entrepot.terms.ids import LineNo, NodeId, OrderId, Sku, uuid7
from entrepot.terms.outcome import Done, Outcome, Refused

PHASES: Mapping[Stage, Phase] = {
    Stage.UNPAID: Phase.ON_HOLD,
    Stage.MISSING: Phase.PENDING,
    Stage.PLANNED: Phase.PLANNED,
    Stage.RELEASED: Phase.RELEASED,
    Stage.ACCEPTED: Phase.IN_FULFILLMENT,
    Stage.PACKED: Phase.IN_FULFILLMENT,
    Stage.SHIPPED: Phase.SHIPPED,
    Stage.DELIVERED: Phase.CLOSED,
    Stage.CANCELED: Phase.CANCELED,
}
"""The phase in which an order stands once it is taken over."""

NOT_BEFORE_TOLD = datetime(9999, 1, 1, tzinfo=UTC)
"""When planned work that is taken over is released: not by a timer. It may be years old."""

AHEAD_MAX = timedelta(days=1)
"""A clock may be wrong by a day; what lies further ahead has not happened."""

_STEPS = (
    Stage.PLANNED, Stage.RELEASED, Stage.ACCEPTED, Stage.PACKED, Stage.SHIPPED, Stage.DELIVERED,
)  # fmt: skip

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(NewOrder).decode


class WhyNotTakenOver(StrEnum):
    """In order of precedence."""

    INVALID = "invalid"
    TIMES = "times"
    UNKNOWN_SKU = "unknown_sku"
    UNKNOWN_NODE = "unknown_node"


@dataclass(frozen=True, slots=True)
class Known:
    """What of some past orders' skus and nodes there is."""

    items: Mapping[Sku, Made]
    nodes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Story:
    """A past order that can be taken over. `units` are (line, sku, units, node): kits exploded."""

    order_id: OrderId
    source: str
    past: PastOrder
    order: NewOrder
    units: tuple[tuple[LineNo, Sku, int, NodeId | None], ...]
    parts: tuple[tuple[LineNo, Sku, int], ...]

    @property
    def released_at(self) -> datetime:
        """When its nodes were told; nobody noted it: when it was placed."""
        return self.past.released_at or self.past.placed_at

    @property
    def ended_at(self) -> datetime:
        """The last thing known of it."""
        past = self.past
        said = (past.canceled_at, past.delivered_at, past.handed_over_at, past.released_at)
        return next((each for each in said if each is not None), past.placed_at)

    @property
    def reference(self) -> str:
        """What its movements of stock are told to be of."""
        return f"history:{self.source}:{self.past.external_id}"

    def came_to(self, stage: Stage) -> bool:
        """Say whether it came at least so far on the way from planned to delivered."""
        mine = self.past.stage
        return mine in _STEPS and _STEPS.index(mine) >= _STEPS.index(stage)


def story(
    past: PastOrder, known: Known, *, channel: str, source: str, at: datetime
) -> Outcome[Story, WhyNotTakenOver]:
    """Make the story of a past order, or say what is wrong with it."""
    try:
        order = _decode(_encode(filled(past, channel, placed_at=past.placed_at.astimezone(UTC))))
    except msgspec.ValidationError as wrong:
        return Refused(WhyNotTakenOver.INVALID, str(wrong))
    refused = _wrong_in_itself(past, order, at) or _wrong_here(past, known)
    if refused:
        return refused
    made = explode([(line.sku, line.quantity) for line in past.lines], known.items)
    units, parts = [], []
    for number, (line, each) in enumerate(zip(past.lines, made, strict=True), start=1):
        for unit in each or ():
            units.append((LineNo(number), unit.sku, unit.per_unit * line.quantity, line.node_id))
            if unit.sku != line.sku:
                parts.append((LineNo(number), unit.sku, unit.per_unit))
    return Done(Story(id_of(past, channel), source, past, order, tuple(units), tuple(parts)))


def id_of(past: PastOrder, channel: str) -> OrderId:
    """Give a past order its id: of the time it was placed, and the same wherever it is taken to."""
    name = f"{channel}\0{past.external_id}".encode()
    dice = int.from_bytes(hashlib.blake2b(name, digest_size=10).digest(), "big") >> 6
    return OrderId(uuid7(int(past.placed_at.timestamp() * 1000), dice))


def fingerprint(order: NewOrder) -> bytes:
    """Digest an order's content, as orders that are placed here are."""
    return hashlib.blake2b(_encode(order), digest_size=16).digest()


def captured(told: Story, *, total: int, document: str) -> Captured:
    """Make the order's rows."""
    promised = told.past.promised_by
    return Captured(
        order_id=told.order_id,
        order=told.order,
        service=told.past.service,
        total=total,
        fingerprint=fingerprint(told.order),
        document=document,
        promised_earliest=told.past.placed_at if promised else None,
        promised_latest=promised,
        canceled={},
        parts=told.parts,
    )


def claims(told: Story) -> list[PastClaim]:
    """Give what it claimed of its nodes: nothing of a canceled order, nor of a missing unit."""
    if told.past.stage in {Stage.CANCELED, Stage.MISSING}:
        return []
    left_at = told.past.handed_over_at if told.came_to(Stage.SHIPPED) else None
    return [
        PastClaim(
            Claim(told.order_id, line, sku, node, quantity),
            told.reference, told.past.placed_at, left_at,
        )
        for line, sku, quantity, node in told.units
        if node is not None
    ]  # fmt: skip


def works(told: Story) -> list[NewFulfillmentOrder]:
    """Give the work it was to its nodes, one piece for each: an unpaid order's hold stops it."""
    if not told.came_to(Stage.PLANNED) and told.past.stage is not Stage.UNPAID:
        return []
    past = told.past
    return [
        NewFulfillmentOrder(
            order_id=told.order_id,
            node_id=node,
            method="ship",
            service=past.service,
            carrier=parcel(told, node).carrier if told.came_to(Stage.SHIPPED) else None,
            lane_id=None,
            day=(past.handed_over_at or past.ship_by or told.released_at).date(),
            ship_by=past.ship_by,
            release_at=_release_at(told),
            lines=tuple(
                Units(n, sku, quantity) for n, sku, quantity, at in told.units if at == node
            ),
            made_at=past.placed_at,
        )
        for node in nodes(told)
    ]


def _release_at(told: Story) -> datetime:
    if told.came_to(Stage.RELEASED):
        return told.released_at
    if told.past.stage is Stage.UNPAID:
        return told.past.release_at or told.past.placed_at
    return told.past.release_at or NOT_BEFORE_TOLD


def nodes(told: Story) -> list[NodeId]:
    """Name its nodes, each once, in the order of its lines."""
    return list(dict.fromkeys(node for *_, node in told.units if node is not None))


def parcel(told: Story, node: NodeId) -> PastParcel:
    """Give what left a node; where its number is not known, one of the order's own name."""
    for each in told.past.parcels:
        if each.node_id == node:
            return each
    number = f"{told.past.external_id}-{nodes(told).index(node) + 1}"
    return PastParcel(node, told.source, number)


def packed(told: Story, node: NodeId) -> Packed:
    """Describe it as the node would have."""
    each = parcel(told, node)
    return Packed(each.tracking_number, each.carrier, each.service or told.past.service)


def scans(told: Story) -> list[TrackingEvent]:
    """Give what was said of its parcels: fetched from the node, and delivered where they were."""
    if not told.came_to(Stage.SHIPPED):
        return []
    said = [(Status.PICKED_UP, told.past.handed_over_at)]
    if told.came_to(Stage.DELIVERED):
        said.append((Status.DELIVERED, told.past.delivered_at))
    return [
        TrackingEvent(each.tracking_number, each.carrier, status, when)
        for each in (parcel(told, node) for node in nodes(told))
        for status, when in said
        if when is not None
    ]


def _times(past: PastOrder, at: datetime) -> str:
    """Say what is wrong with a past order's times; "" where nothing is."""
    wanted: list[tuple[str, datetime | None, bool]] = [
        ("placed_at", past.placed_at, True),
        ("released_at", past.released_at, False),
        ("handed_over_at", past.handed_over_at, past.stage in {Stage.SHIPPED, Stage.DELIVERED}),
        ("delivered_at", past.delivered_at, past.stage is Stage.DELIVERED),
    ]
    before, since = "placed_at", past.placed_at
    for name, when, needed in wanted:
        if when is None:
            if needed:
                return f"{name} is needed of an order that is {past.stage}"
            continue
        if when < since:
            return f"{name} lies before {before}"
        if when > at + AHEAD_MAX:
            return f"{name} has not come yet"
        before, since = name, when
    return ""


def _wrong_in_itself(
    past: PastOrder, order: NewOrder, at: datetime
) -> Refused[WhyNotTakenOver] | None:
    """An address may be missing: what has left needs none."""
    wrong = [each for each in faults(order, at) if not each.pointer.startswith("/ship_to")]
    if wrong:
        return Refused(WhyNotTakenOver.INVALID, f"{wrong[0].pointer} {wrong[0].detail}")
    said = _times(past, at)
    return Refused(WhyNotTakenOver.TIMES, said) if said else None


def _wrong_here(past: PastOrder, known: Known) -> Refused[WhyNotTakenOver] | None:
    made = explode([(line.sku, line.quantity) for line in past.lines], known.items)
    for line, units in zip(past.lines, made, strict=True):
        if units is None:
            return Refused(WhyNotTakenOver.UNKNOWN_SKU, f"there is no item {line.sku}")
    if past.stage in {Stage.CANCELED, Stage.MISSING}:
        return None
    for line in past.lines:
        if line.node_id is None or line.node_id not in known.nodes:
            said = f"line {line.external_id}: there is no node {line.node_id or '(none named)'}"
            return Refused(WhyNotTakenOver.UNKNOWN_NODE, said)
    return None
