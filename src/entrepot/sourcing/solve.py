"""Sourcing decisions: which nodes ship what, for one order or for a batch of them.

`plan_batch` gives the answers `plan_one` would give one after another, each order seeing what the
earlier ones took of stock and capacity. Most are given by machine code (`kernel`), which is loaded
when the first batch comes; what that leaves, and everything where it cannot be had, is decided by
`choose`, to the same answers.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from entrepot.network.compiled import Compiled, Days
from entrepot.sourcing.batch import Batch
from entrepot.sourcing.choose import View, choose
from entrepot.sourcing.cost import FULL_NODE_PRICE, Freight, Pricing
from entrepot.sourcing.eligibility import (
    NO_SERVICES,
    Load,
    ServiceLoad,
    Standing,
    eligible,
    rating_by,
    usable,
)
from entrepot.sourcing.machine import machine
from entrepot.sourcing.model import Ask, NoPlan, Plan, Prices, Stock
from entrepot.sourcing.own import beyond, kept, raised
from entrepot.sourcing.shelves import Shelves

TOGETHER_MAX: Final = 1024
"""Orders laid out at once: what is worked on stays in the processor's cache."""


def plan_one(  # noqa: PLR0913, PLR0917 - all that an order is decided on
    ask: Ask,
    stock: Stock,
    compiled: Compiled,
    days: Days,
    load: Load,
    prices: Prices | None = None,
    services: ServiceLoad = NO_SERVICES,
) -> Plan | NoPlan:
    """Choose the cheapest plan for one order, or refuse it for the first reason in `WhyNoPlan`.

    `load` counts the fulfillment orders already planned per (node index, work day ordinal),
    `services` those of a method where a node limits it. `prices` say what stock and room are worth
    to the orders still to come.
    """
    shelves = Shelves((ask,), stock, compiled, prices)
    return _decided(ask, shelves, Standing(compiled, days, load, services))


def plan_each(  # noqa: PLR0913, PLR0917 - likewise
    asks: Sequence[Ask],
    stock: Stock,
    compiled: Compiled,
    days: Days,
    load: Load,
    prices: Prices | None = None,
    services: ServiceLoad = NO_SERVICES,
) -> list[Plan | NoPlan]:
    """Answer each ask as if it were the only one: options to choose from, none is taken."""
    shelves = Shelves(asks, stock, compiled, prices)
    standing = Standing(compiled, days, load, services)
    if machine() is None:
        return [_decided(ask, shelves, standing) for ask in asks]
    answers: list[Plan | NoPlan] = []
    for some in _in_parts(asks):
        batch, left, at = Batch(some, shelves, standing), {}, 0
        while (at := batch.decide(at, len(some), taking=False)) < len(some):
            left[at] = _decided(some[at], shelves, standing)
            at += 1
        answers += batch.answers(left)
    return answers


def plan_batch(
    asks: Sequence[Ask],
    stock: Stock,
    compiled: Compiled,
    days: Days,
    load: Load,
    prices: Prices | None = None,
) -> list[Plan | NoPlan]:
    """Answer each ask in order: what `plan_one` would say after the earlier ones took theirs."""
    return plan_on(Shelves(asks, stock, compiled, prices), asks, Standing(compiled, days, load))


def plan_on(shelves: Shelves, asks: Sequence[Ask], standing: Standing) -> list[Plan | NoPlan]:
    """Answer as `plan_batch` does, taking from these shelves and this standing."""
    answers: list[Plan | NoPlan] = []
    for some in _in_parts(asks):
        answers += _plan_some(shelves, some, standing)
    return answers


def _in_parts(asks: Sequence[Ask]) -> list[Sequence[Ask]]:
    return [asks[begin : begin + TOGETHER_MAX] for begin in range(0, len(asks), TOGETHER_MAX)]


def _plan_some(shelves: Shelves, asks: Sequence[Ask], standing: Standing) -> list[Plan | NoPlan]:
    if machine() is None:
        return [_taken(ask, shelves, standing) for ask in asks]
    batch = Batch(asks, shelves, standing)
    left: dict[int, Plan | NoPlan] = {}
    at = 0
    while at < len(asks):
        begun, stop = at, batch.next_stop(at)
        at = batch.decide(at, stop, taking=True)
        batch.note(begun, at)
        if at < stop:
            left[at] = _taken(asks[at], shelves, standing)
            batch.renew(at)
            at += 1
    return batch.answers(left)


def _taken(ask: Ask, shelves: Shelves, standing: Standing) -> Plan | NoPlan:
    """Decide one order, and take what it was given."""
    compiled = standing.compiled
    answer = _decided(ask, shelves, standing)
    shelves.note(ask)
    if isinstance(answer, Plan):
        for shipment in answer.shipments:
            node = compiled.index[shipment.node_id]
            items = beyond(ask, shipment.node_id, shipment.items) if ask.own else shipment.items
            shelves.take(node, items, ask)
            standing.take(node, ask.method)
    return answer


def view_of(ask: Ask, shelves: Shelves, standing: Standing) -> View | NoPlan:
    """Gather all that one order's choice depends on; the refusal, where no node may supply it."""
    if not ask.wants:
        raise ValueError("an ask that wants nothing")
    found = eligible(ask, standing)
    if isinstance(found, NoPlan):
        return found
    nodes, freight = found
    compiled, rating = standing.compiled, rating_by(ask.guide)
    free = usable(ask, shelves.of(ask), nodes, compiled, shelves.keeps(ask))
    allowed, full = shelves.allowed(ask), standing.full_of(ask.method)
    pricing = _pricing(ask, freight, shelves, standing)
    if not ask.own:
        return View(ask, pricing, free, full, allowed, rating)
    may_have = raised(ask, allowed, compiled)
    return kept(View(ask, pricing, free, full, may_have, rating))


def _pricing(ask: Ask, freight: Freight, shelves: Shelves, standing: Standing) -> Pricing:
    full = standing.full_of(ask.method)
    beside = standing.compiled.making_up + np.where(full, FULL_NODE_PRICE, 0)
    rating = rating_by(ask.guide)
    if rating is not None:
        beside += rating
    if shelves.room is not None:
        beside += shelves.room
    return Pricing(
        freight,
        np.array([want.weight_g for want in ask.wants], np.int64),
        np.array([want.volume_cm3 for want in ask.wants], np.int64),
        beside,
        shelves.worth_of(ask),
        shelves.room,
    )


def _decided(ask: Ask, shelves: Shelves, standing: Standing) -> Plan | NoPlan:
    view = view_of(ask, shelves, standing)
    return view if isinstance(view, NoPlan) else choose(view)
