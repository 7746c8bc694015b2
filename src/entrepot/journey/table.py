"""The journey, on one page: when this happened, do that.

Each row has a cursor of its own in the feed; its effect and the cursor's move are one commit, so
that every fact has every effect once, whatever is killed when. `lane` says what a row must not do
twice at once; a row is run by one worker at a time, which keeps that of every lane. A row of `*`
looks at orders as they stand: it is given of each order the last fact alone.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from entrepot.journey import (
    clear,
    close,
    consume,
    deliver,
    expect,
    learn,
    observe,
    offer_work,
    open_work,
    reassign,
    redate,
    relieve,
    replan,
    revise,
    seek,
    summarize,
    supply,
)
from entrepot.journey.here import Here
from entrepot.plumbing.model import Event

JOURNEY = """
when                     do                     lane
fulfillment.rejected     sourcing.replan        order
fulfillment.shorted      sourcing.replan        order
milestone.missed         sourcing.reassign      order
milestone.at_risk        sourcing.reassign      order
inventory.supplied       sourcing.supply        sku
supply.changed           sourcing.supply        sku
order.captured           sourcing.seek          sku
exception.opened         sourcing.seek          sku
sourcing.planned         fulfillment.open       order
fulfillment.planned      fulfillment.offer      order
offer.expired            fulfillment.offer      order
offer.declined           fulfillment.offer      order
inventory.shorted        inventory.relieve      sku
capacity.clearing        capacity.clear         node
order.captured           promise.date           sku
order.canceled           promise.date           sku
order.prioritized        promise.date           sku
exception.opened         promise.date           sku
terms.changed            promise.date           sku
fulfillment.planned      promise.revise         order
fulfillment.released     promise.revise         order
fulfillment.shipped      promise.revise         order
order.unheld             promise.revise         order
delivery.scanned         promise.revise         order
milestone.missed         promise.revise         order
milestone.at_risk        promise.revise         order
fulfillment.shipped      inventory.consume      sku
fulfillment.collected    inventory.consume      sku
fulfillment.picked       inventory.learn        sku
fulfillment.shorted      inventory.learn        sku
fulfillment.rejected     inventory.learn        sku
fulfillment.shipped      delivery.expect        order
delivery.delivered       fulfillment.deliver    order
fulfillment.shipped      promise.observe        node
fulfillment.ready        promise.observe        node
fulfillment.rejected     promise.observe        node
fulfillment.delivered    promise.observe        node
order.imported           promise.observe        node
fulfillment.delivered    orders.close           order
fulfillment.collected    orders.close           order
order.canceled           orders.close           order
*                        orders.summarize       order
"""


Step = Callable[[Here, Sequence[Event]], Awaitable[bool | None]]
"""Does what these facts ask for; True: so much of it that another commit is to do the rest."""

STEPS: dict[str, Step] = {
    "fulfillment.open": open_work.open_work,
    "fulfillment.offer": offer_work.offer_work,
    "sourcing.replan": replan.replan,
    "sourcing.supply": supply.supply,
    "sourcing.seek": seek.seek,
    "inventory.relieve": relieve.relieve,
    "capacity.clear": clear.clear,
    "promise.date": redate.date_waiting,
    "promise.observe": observe.observe,
    "promise.revise": revise.revise,
    "sourcing.reassign": reassign.reassign,
    "inventory.consume": consume.consume_shipped,
    "inventory.learn": learn.learn_from_picks,
    "delivery.expect": expect.expect_parcels,
    "fulfillment.deliver": deliver.deliver_parcels,
    "orders.close": close.close_done,
    "orders.summarize": summarize.summarize,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A step, and the types of the facts it follows; no types: the last fact about each order."""

    do: str
    types: tuple[str, ...]
    lane: str


def rows(table: str = JOURNEY) -> list[Row]:
    """Read the page: rows of the same step are one row with several types."""
    found: dict[str, tuple[list[str], str]] = {}
    for line in table.strip().splitlines()[1:]:
        when, do, lane = line.split()
        if do not in STEPS:
            raise ValueError(f"the journey names {do}, which is no step")
        found.setdefault(do, ([], lane))[0].append(when)
    return [
        Row(do, () if "*" in types else tuple(types), lane) for do, (types, lane) in found.items()
    ]
