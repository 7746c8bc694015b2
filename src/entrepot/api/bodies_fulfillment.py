"""Nodes' work and carriers' words as the wire has them, and the way to ours and back. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from entrepot.api.bodies_lots import PickedLots, Serials, lots_of
from entrepot.api.bodies_milestones import MilestonesAnswer, milestones_answer
from entrepot.api.bodies_pickups import PickupAnswer, Scans, pickup_answer
from entrepot.delivery.model import EVENTS_PER_CALL_MAX, Parcel, Result, Status, TrackingEvent
from entrepot.fulfillment.model import PACKAGES_MAX, Named, PackageRow, Packed, Whole, Work
from entrepot.fulfillment.pickups import Pickup
from entrepot.fulfillment.rules import possible
from entrepot.fulfillment.states import State
from entrepot.journey.lots_shown import Key as LotKey
from entrepot.journey.lots_shown import LineLots
from entrepot.journey.naming_rules import Said
from entrepot.promise.after_model import MilestoneRow
from entrepot.terms.ids import LineNo, Sku
from entrepot.terms.order_number import number_of

LINES_MAX = 1_000
"""Entries in one body: an order has at most 500 lines, and the parts of kits are named each."""

QUANTITY_MAX = 2**31 - 1
LINE_NO_MAX = 2**15 - 1
"""What the columns hold."""

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""Nothing is scanned outside of this century: a clock that says so was never set."""

Lots = Mapping[LotKey, LineLots]
"""The lots of works' lines."""

NO_LOTS: Lots = MappingProxyType({})

Identifier = Annotated[str, Meta(min_length=1, max_length=128)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Reason = Annotated[
    str, Meta(min_length=1, max_length=500, description="why, for whoever reads the timeline")
]
When = Annotated[datetime, Meta(tz=True, description="RFC 3339 with an offset")]


class UnitsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Units of a line of the order. Of a kit's line the `sku` names the component."""

    line: Annotated[int, Meta(ge=1, le=LINE_NO_MAX, description="the line's number in its order")]
    sku: Identifier | None = None
    quantity: Annotated[int, Meta(ge=1, le=QUANTITY_MAX)]


Some = Annotated[
    tuple[UnitsBody, ...],
    Meta(max_length=LINES_MAX, description="the units meant; everything where none is named"),
]


class PickedUnitsBody(UnitsBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Units of a line and, where the item is tracked so, their lots or serial numbers."""

    lots: PickedLots = []
    serials: Serials = []


SomePicked = Annotated[
    tuple[PickedUnitsBody, ...],
    Meta(max_length=LINES_MAX, description="the units meant; everything where none is named"),
]


class EmptyBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing needs to be said: `{}`."""


class RejectBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The node gives all of the work back; `lines` are the units it could not find."""

    reason: Reason
    lines: Some = ()


class PickBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The units that were picked; all that are left where none is named.

    `scans` instead of lines: the codes that were scanned, barcodes or skus.
    """

    lines: SomePicked = ()
    scans: Scans = ()


class ShortBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The units that could not be found."""

    lines: Annotated[tuple[UnitsBody, ...], Meta(min_length=1, max_length=LINES_MAX)]
    reason: Reason


class PackageBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A package and its units. Either every package of a call names its units or none does."""

    tracking_number: Identifier
    carrier: Identifier
    service: Name | None = None
    lines: Annotated[
        tuple[PickedUnitsBody, ...],
        Meta(max_length=LINES_MAX, description="its units; of a single package: everything"),
    ] = ()


class ShipBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The packages that were handed over to a carrier."""

    packages: Annotated[tuple[PackageBody, ...], Meta(min_length=1, max_length=PACKAGES_MAX)]


class TrackingEventBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing a carrier says of a parcel. The same thing twice is taken once."""

    tracking_number: Identifier
    carrier: Annotated[
        str, Meta(min_length=1, max_length=128, description="as it was named when it was shipped")
    ]
    status: Status
    occurred_at: When
    location: Annotated[str, Meta(max_length=200)] | None = None
    description: Annotated[str, Meta(max_length=500)] | None = None


class TrackingBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What carriers say, in any order."""

    events: Annotated[
        tuple[TrackingEventBody, ...], Meta(min_length=1, max_length=EVENTS_PER_CALL_MAX)
    ]


class LotAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Units of a lot."""

    lot: str
    quantity: int
    expires_on: date | None = None


class WorkLineAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Units asked of the node, and what became of them; the rest is still to be picked.

    `lots` and `serials` were picked, or have left; `pick` are the lots to pick now, those that
    expire first before the others, and `pick_serials` units to pick.
    """

    line: int
    sku: str
    quantity: int
    picked: int
    shorted: int
    canceled: int
    lots: list[LotAnswer] = []
    serials: list[str] = []
    pick: list[LotAnswer] = []
    pick_serials: list[str] = []


class FulfillmentOrderAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One node's work for one order. `version` is also its ETag; `may` is what its node may do.

    `ship_by` is the cut-off it was planned for; what its promise needs is in `milestones`.
    """

    id: str
    order_id: str
    order_number: str
    node: str
    method: str
    service: str
    carrier: str | None
    lane: str | None
    state: State
    may: list[str]
    day: date
    ship_by: datetime | None
    release_at: datetime
    made_at: datetime
    moved_at: datetime
    version: int
    lines: list[WorkLineAnswer]
    milestones: MilestonesAnswer | None
    pickup: PickupAnswer | None


class PackageAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A package that left and, once its carrier's scans are followed, where it is."""

    package: int
    tracking_number: str
    carrier: str
    service: str
    shipped_at: datetime
    lines: msgspec.Raw
    status: Status | None
    status_at: datetime | None
    delivered_at: datetime | None


class MoveAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A step of its life."""

    at: datetime
    verb: str
    from_state: State
    actor: str
    reason: str | None


class WholeAnswer(FulfillmentOrderAnswer, frozen=True, kw_only=True):
    """A fulfillment order with its packages and every step of its life."""

    packages: list[PackageAnswer]
    moves: list[MoveAnswer]


class FulfillmentOrdersAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A page of fulfillment orders; `next` is the cursor of the page after it."""

    items: list[FulfillmentOrderAnswer]
    next: str | None


class TrackedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an event."""

    tracking_number: str
    carrier: str
    status: Result


class TrackingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One result for each event, in order."""

    results: list[TrackedAnswer]


def named(lines: Sequence[UnitsBody]) -> tuple[Named, ...]:
    """Read units as they are named on the wire."""
    return tuple(
        Named(LineNo(each.line), each.quantity, None if each.sku is None else Sku(each.sku))
        for each in lines
    )


def packed(packages: Sequence[PackageBody]) -> tuple[Packed, ...]:
    """Read packages as they are described on the wire."""
    return tuple(
        Packed(each.tracking_number, each.carrier, each.service, named(each.lines))
        for each in packages
    )


def said(body: Any) -> list[Said]:  # noqa: ANN401 - what is picked, shipped or collected
    """Read the lots and serial numbers a body names, each with its place; raises Problem."""
    if isinstance(body, ShipBody):
        lines = [
            (f"/packages/{number}/lines/{place}", each)
            for number, package in enumerate(body.packages)
            for place, each in enumerate(package.lines)
        ]
    else:
        lines = [(f"/lines/{place}", each) for place, each in enumerate(body.lines)]
    found = []
    for pointer, each in lines:
        lots = lots_of(each.lots, each.serials, each.quantity, pointer)
        if lots:
            sku = None if each.sku is None else Sku(each.sku)
            found.append(Said(pointer, LineNo(each.line), sku, lots))
    return found


def tracking_event(body: TrackingEventBody) -> TrackingEvent:
    """Read an event; its time in UTC."""
    return TrackingEvent(
        body.tracking_number, body.carrier, body.status, body.occurred_at.astimezone(UTC),
        body.location, body.description,
    )  # fmt: skip


def work_answer(
    work: Work,
    lots: Lots = NO_LOTS,
    by: MilestoneRow | None = None,
    pickup: Pickup | None = None,
) -> FulfillmentOrderAnswer:
    """Show a fulfillment order."""
    return FulfillmentOrderAnswer(**_fields(work, lots, by, pickup))


def whole_answer(
    whole: Whole,
    parcels: Sequence[Parcel],
    lots: Lots = NO_LOTS,
    by: MilestoneRow | None = None,
    pickup: Pickup | None = None,
) -> WholeAnswer:
    """Show all there is of a fulfillment order, with where its parcels are."""
    by_number = {parcel.number: parcel for parcel in parcels}
    return WholeAnswer(
        **_fields(whole.work, lots, by, pickup),
        packages=[
            _package(each, by_number.get((each.tracking_number, each.carrier)))
            for each in whole.packages
        ],
        moves=[
            MoveAnswer(
                at=each.at,
                verb=each.verb,
                from_state=State(each.from_state),
                actor=each.actor,
                reason=each.reason,
            )
            for each in whole.moves
        ],
    )


def _fields(
    work: Work, lots: Lots, by: MilestoneRow | None, pickup: Pickup | None
) -> dict[str, Any]:
    head = work.head
    return {
        "id": str(work.id),
        "order_id": str(head.order_id),
        "order_number": number_of(head.order_id),
        "node": head.node_id,
        "method": head.method,
        "service": head.service,
        "carrier": head.carrier,
        "lane": head.lane_id,
        "state": work.state,
        "may": [verb.value for verb in possible(work)],
        "day": head.day,
        "ship_by": head.ship_by,
        "release_at": head.release_at,
        "made_at": head.made_at,
        "moved_at": head.moved_at,
        "version": head.version,
        "lines": [
            WorkLineAnswer(
                line=line.line_no,
                sku=line.sku,
                quantity=line.quantity,
                picked=line.picked,
                shorted=line.shorted,
                canceled=line.canceled,
                **_lots(lots.get((work.id, line.line_no, line.sku))),
            )
            for line in work.lines
        ],
        "milestones": None if by is None else milestones_answer(by),
        "pickup": None if pickup is None else pickup_answer(pickup),
    }


def _lots(lots: LineLots | None) -> dict[str, Any]:
    if lots is None:
        return {}
    return {
        "lots": [
            LotAnswer(lot=each.lot, quantity=each.quantity) for each in lots.lots if not each.serial
        ],
        "serials": [each.lot for each in lots.lots if each.serial],
        "pick": [
            LotAnswer(lot=each.lot, quantity=each.quantity, expires_on=each.expires_on)
            for each in lots.to_pick
            if not each.serial
        ],
        "pick_serials": [each.lot for each in lots.to_pick if each.serial],
    }


def _package(row: PackageRow, parcel: Parcel | None) -> PackageAnswer:
    return PackageAnswer(
        package=row.package_no,
        tracking_number=row.tracking_number,
        carrier=row.carrier,
        service=row.service,
        shipped_at=row.shipped_at,
        lines=msgspec.Raw(row.lines.encode()),
        status=None if parcel is None else Status(parcel.status),
        status_at=None if parcel is None else parcel.status_at,
        delivered_at=None if parcel is None else parcel.delivered_at,
    )
