"""What a store's people see, as the wire has it. Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.api.bodies_fulfillment import FulfillmentOrderAnswer, work_answer
from entrepot.catalog.model import Item
from entrepot.fulfillment.model import Line, Work
from entrepot.fulfillment.pick_lists import PickList
from entrepot.fulfillment.states import State
from entrepot.journey.store_work import Counters, Shown
from entrepot.terms.ids import Sku

LOCATION, ZONE = "location", "zone"
"""The attributes of an item that say where in a store it lies; its category is its zone else."""


class CountersAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What of a node's work stands where.

    `due_now`: the next step is due within the hour, `late` ones among them. `to_ready` is picked
    and fetched by its customer, `carrier_pickup` packed and not yet handed over. `arrivals` are
    transfers on their way here, `counts_due` the counts worth making in ten minutes.
    """

    due_now: int
    late: int
    to_accept: int
    to_pick: int
    to_pack: int
    to_ready: int
    carrier_pickup: int
    ready: int
    customers_here: int
    arrivals: int
    counts_due: int


class GoodsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What an item is called and how it is found in a store: barcodes, zone, place."""

    sku: str
    name: str
    barcodes: list[str]
    zone: str
    location: str | None


class StoreWorkAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of work as its store sees it: for whom, by when, what it is.

    `due_at` is when its next step is due; of what is ready, since when it waits. `picker` has it on
    a pick list. `held`: a hold stands against the order, and its work waits.
    """

    work: FulfillmentOrderAnswer
    due_at: datetime
    customer: str
    channel: str
    external_id: str
    note: str | None
    held: bool
    pick_list: UUID | None
    picker: str | None
    goods: list[GoodsAnswer]


class NodeWorkAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The counters, and a page of the work; `next` is the cursor of the page after it."""

    node: str
    name: str
    time_zone: str
    at: datetime
    counters: CountersAnswer
    items: list[StoreWorkAnswer]
    next: str | None


class PickupsAnswer(msgspec.Struct, frozen=True):
    """Who is here first, then what is ready, longest first."""

    items: list[StoreWorkAnswer]


class StopShareAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Units of a stop that are one order's, and that order's place on the cart."""

    place: int
    fulfillment_order_id: str
    line: int
    quantity: int
    picked: int
    shorted: int


class StopAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One item of the walk: the units of all orders together, and how they are shared out."""

    goods: GoodsAnswer
    quantity: int
    picked: int
    shorted: int
    orders: list[StopShareAnswer]


class PlaceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An order and its place on the cart."""

    place: int
    order: StoreWorkAnswer


class PickListAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Several orders picked in one walk, by zone, place and sku.

    What is not to be picked any more (canceled, rejected) stands among the orders, and not in the
    walk. `ended_how` says whether it is done, was abandoned, or timed out.
    """

    id: UUID
    node: str
    picker: str
    size: int
    made_at: datetime
    ended_at: datetime | None
    ended_how: str | None
    orders: list[PlaceAnswer]
    walk: list[StopAnswer]


class PickListsAnswer(msgspec.Struct, frozen=True):
    items: list[PickListAnswer]


class PickListBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many orders are picked in the walk: 1, 5 or 10."""

    size: Annotated[int, Meta(ge=1, le=10, description="1, 5 or 10 orders")]


def counters_answer(found: Counters, counts_due: int) -> CountersAnswer:
    """Show the counters of a node."""
    return CountersAnswer(
        due_now=found.due_now,
        late=found.late,
        to_accept=found.to_accept,
        to_pick=found.to_pick,
        to_pack=found.to_pack,
        to_ready=found.to_ready,
        carrier_pickup=found.carrier_pickup,
        ready=found.ready,
        customers_here=found.customers_here,
        arrivals=found.arrivals,
        counts_due=counts_due,
    )


def goods_answer(sku: Sku, item: Item | None, name: str | None = None) -> GoodsAnswer:
    """Show what an item is called and where it lies; one that is not known by its sku alone."""
    if item is None:
        return GoodsAnswer(sku=sku, name=name or sku, barcodes=[], zone="", location=None)
    attributes = json.loads(item.attributes)
    zone, location = attributes.get(ZONE), attributes.get(LOCATION)
    return GoodsAnswer(
        sku=sku,
        name=item.name,
        barcodes=list(item.barcodes),
        zone=zone if isinstance(zone, str) and zone else item.category,
        location=location if isinstance(location, str) and location else None,
    )


def store_work_answer(shown: Shown, items: Mapping[Sku, Item]) -> StoreWorkAnswer:
    """Show a piece of work as its store sees it."""
    skus = list(dict.fromkeys(line.sku for line in shown.work.lines))
    return StoreWorkAnswer(
        work=work_answer(shown.work, shown.lots, shown.milestones, shown.pickup),
        due_at=shown.due_at,
        customer=shown.sold.name,
        channel=shown.sold.channel,
        external_id=shown.sold.external_id,
        note=shown.sold.note,
        held=shown.held,
        pick_list=None if shown.picked_by is None else shown.picked_by.pick_list_id,
        picker=None if shown.picked_by is None else shown.picked_by.picker,
        goods=[goods_answer(sku, items.get(sku)) for sku in skus],
    )


def pick_list_answer(
    head: PickList, placed: Sequence[tuple[int, Shown]], items: Mapping[Sku, Item]
) -> PickListAnswer:
    """Show a pick list: its orders by place, and the walk through the store."""
    return PickListAnswer(
        id=head.pick_list_id,
        node=head.node_id,
        picker=head.picker,
        size=head.size,
        made_at=head.made_at,
        ended_at=head.ended_at,
        ended_how=head.ended_how,
        orders=[
            PlaceAnswer(place=place, order=store_work_answer(each, items)) for place, each in placed
        ],
        walk=walk([(place, each.work) for place, each in placed], items),
    )


def walk(placed: Iterable[tuple[int, Work]], items: Mapping[Sku, Item]) -> list[StopAnswer]:
    """Lay out the walk: one stop for each sku, by zone, place in it and sku; orders by place.

    Work that is over without being picked is no part of it, nor are units that were canceled.
    """
    stops: dict[Sku, list[tuple[int, Work, Line]]] = {}
    for place, work in placed:
        if work.state in {State.REJECTED, State.CANCELED}:
            continue
        for line in work.lines:
            if line.quantity > line.canceled:
                stops.setdefault(line.sku, []).append((place, work, line))
    answers = [_stop(sku, shares, items) for sku, shares in stops.items()]
    return sorted(answers, key=_along_the_walk)


def _stop(
    sku: Sku, shares: Sequence[tuple[int, Work, Line]], items: Mapping[Sku, Item]
) -> StopAnswer:
    orders = [
        StopShareAnswer(
            place=place,
            fulfillment_order_id=str(work.id),
            line=line.line_no,
            quantity=line.quantity - line.canceled,
            picked=line.picked,
            shorted=line.shorted,
        )
        for place, work, line in sorted(shares, key=lambda each: (each[0], each[2].line_no))
    ]
    return StopAnswer(
        goods=goods_answer(sku, items.get(sku)),
        quantity=sum(each.quantity for each in orders),
        picked=sum(each.picked for each in orders),
        shorted=sum(each.shorted for each in orders),
        orders=orders,
    )


def _along_the_walk(stop: StopAnswer) -> tuple[str, bool, str, str]:
    goods = stop.goods
    return goods.zone.casefold(), goods.location is None, goods.location or "", goods.sku
