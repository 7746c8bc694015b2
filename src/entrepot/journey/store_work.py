"""What a store's people look at: their counters, their work by when it is due, who fetches what."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from entrepot.catalog import browse as catalog
from entrepot.catalog.model import Item
from entrepot.fulfillment import browse, pickups
from entrepot.fulfillment.model import Work
from entrepot.fulfillment.pickups import Pickup, plain
from entrepot.fulfillment.states import State
from entrepot.inventory import truth_browse
from entrepot.inventory.truth_model import Counting
from entrepot.journey import lots_shown
from entrepot.journey.lots_shown import Key as LotKey
from entrepot.journey.lots_shown import LineLots
from entrepot.journey.world import Market
from entrepot.network.model import Method
from entrepot.orders import browse as orders
from entrepot.plumbing import db, sql
from entrepot.promise import browse as promises
from entrepot.promise.after_model import MilestoneRow
from entrepot.terms.ids import FulfillmentOrderId, NodeId, OrderId, Sku
from entrepot.terms.order_number import id_range

V = sql.load(__package__, "store_views.sql")

SOON: Final = timedelta(hours=1)
"""What is due within it is due now: a walk through the store takes less."""

COUNT_MINUTES: Final = 10
"""The counts that a quiet moment allows."""

FETCHED_MAX: Final = 50
"""Customers that a search answers: who looks for more says more of the name."""

NOBODY: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class DueWork:
    """A piece of work, and when its next step is due, or since when it waits."""

    fulfillment_order_id: FulfillmentOrderId
    order_id: OrderId
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Counters:
    """How much of what waits at a node; `counts_due` are the counts worth making in ten minutes."""

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


@dataclass(frozen=True, slots=True)
class Candidate:
    """Work that could be picked next."""

    fulfillment_order_id: FulfillmentOrderId


@dataclass(frozen=True, slots=True)
class PickedBy:
    """On whose pick list a piece of work is."""

    fulfillment_order_id: FulfillmentOrderId
    pick_list_id: UUID
    picker: str


class Person(msgspec.Struct, frozen=True):
    """What an order's document says of somebody."""

    name: str | None = None
    phone: str | None = None


class Bought(msgspec.Struct, frozen=True):
    """What an order's document says of a line."""

    name: str | None = None


class Sold(msgspec.Struct, frozen=True):
    """What of an order's document its store needs to know."""

    external_id: str = ""
    channel: str = ""
    customer: Person | None = None
    ship_to: Person | None = None
    note: str | None = None
    lines: list[Bought] = []

    @property
    def name(self) -> str:
        """Who fetches or receives it; "" where nobody said."""
        people = (self.customer, self.ship_to)
        return next((each.name for each in people if each is not None and each.name), "")


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of work with all that its store is shown of it."""

    work: Work
    due_at: datetime
    sold: Sold
    held: bool
    pickup: Pickup | None
    picked_by: PickedBy | None
    milestones: MilestoneRow | None
    lots: Mapping[LotKey, LineLots]


_sold = msgspec.json.Decoder(Sold)


async def counters(
    conn: db.Connection, market: Market, node: NodeId, *, at: datetime
) -> tuple[Counters, int]:
    """Count what waits at a node, and the counts that are worth making there."""
    (found,) = await db.fetch(
        conn, V["counters"], Counters, market=market.id, node_id=node, at=at, soon=at + SOON
    )
    truth = market.policy.truth
    counting = Counting(truth.count_s, truth.count_unit_s)
    tasks = await truth_browse.worth_counting(
        conn, market.id, node, counting, minutes=COUNT_MINUTES, at=at
    )
    return found, len(tasks)


async def due(  # noqa: PLR0913 - a list's filters and its cursor
    conn: db.Connection,
    market: Market,
    node: NodeId,
    *,
    states: Collection[State],
    methods: Collection[Method],
    after: tuple[datetime, UUID],
    most: int,
) -> list[DueWork]:
    """Read a page of a node's work by when it is due, from the one after `after` on."""
    return await db.fetch(
        conn, V["work_due"], DueWork,
        market=market.id, node_id=node, states=sorted(states), methods=sorted(methods),
        after_at=after[0], after=after[1], most=most,
    )  # fmt: skip


async def fetched(conn: db.Connection, market: Market, node: NodeId, text: str) -> list[DueWork]:
    """Find what customers fetch at a node: by name, order number, external id, or code.

    A scanned code says `number/code`. No text: all of it, who is here first.
    """
    text = text.strip()
    number, _, code = text.rpartition("/")
    low, high = id_range(number or text) or (NOBODY, NOBODY)
    return await db.fetch(
        conn, V["fetched_here"], DueWork,
        market=market.id, node_id=node, text=text, code=plain(code), low=low, high=high,
        most=FETCHED_MAX,
    )  # fmt: skip


async def candidates(
    conn: db.Connection, market: Market, node: NodeId, *, most: int
) -> list[FulfillmentOrderId]:
    """Name the work that is to be picked next at a node and is on nobody's list."""
    rows = await db.fetch(
        conn, V["to_pick_next"], Candidate, market=market.id, node_id=node, most=most
    )
    return [row.fulfillment_order_id for row in rows]


def due_of(work: Work, by: MilestoneRow | None) -> datetime:
    """Say when the next step of a piece of work is due; of what is ready, since when it waits."""
    head = work.head
    if work.state is State.READY_FOR_PICKUP:
        return head.moved_at
    if by is None:
        return head.ship_by or head.release_at
    if work.state is State.RELEASED:
        return by.accept_by
    return by.pick_by if work.state in {State.ACCEPTED, State.PICKING} else by.ship_by


async def shown(
    conn: db.Connection,
    market: Market,
    ids: Sequence[FulfillmentOrderId],
) -> list[Shown]:
    """Read all that a store is shown of some work, in the order asked, without unknown ones."""
    works = {work.id: work for work in await browse.some(conn, market.id, ids)}
    if not works:
        return []
    own = list(works)
    of_orders = sorted({work.head.order_id for work in works.values()})
    documents = await orders.documents(conn, market.id, of_orders)
    holds = await orders.holds_of(conn, market.id, of_orders)
    held = {hold.order_id for hold in holds if hold.lifted_at is None}
    known = await pickups.of_works(conn, market.id, own)
    taken = await db.fetch(
        conn, V["picked_by"], PickedBy, market=market.id, fulfillment_order_ids=own
    )
    pickers = {row.fulfillment_order_id: row for row in taken}
    by = await promises.milestones_of(conn, market.id, own)
    lots = await lots_shown.of_works(conn, market, list(works.values()))
    return [
        Shown(
            work=works[id_],
            due_at=due_of(works[id_], by.get(id_)),
            sold=_sold.decode(documents[works[id_].head.order_id]),
            held=works[id_].head.order_id in held,
            pickup=known.get(id_),
            picked_by=pickers.get(id_),
            milestones=by.get(id_),
            lots=lots,
        )
        for id_ in ids
        if id_ in works
    ]


async def items_of(conn: db.Connection, market: Market, works: Sequence[Work]) -> dict[Sku, Item]:
    """Read the items that some work is of."""
    return await catalog.some(conn, market.id, {line.sku for work in works for line in work.lines})
