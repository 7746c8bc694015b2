"""Sourcing decisions: which nodes ship what, for one order or for a batch of them.

`plan_batch` gives the answers `plan_one` would give one after another, each order seeing what the
earlier ones took of stock and capacity. One pass over orders times nodes finds the cheapest single
node of every order; a bound proves for most that no split is cheaper. Only the others, and those
whose node an earlier order has emptied, are decided one at a time.
"""

from collections.abc import Sequence
from typing import Final

from entrepot.network.compiled import Compiled, Days
from entrepot.sourcing.choose import View, choose
from entrepot.sourcing.eligibility import NO_SERVICES, Load, ServiceLoad, Standing, eligible, usable
from entrepot.sourcing.model import Ask, NoPlan, Plan, Stock
from entrepot.sourcing.own import beyond, kept, raised
from entrepot.sourcing.survey import Shelves, Survey

SURVEYED_MAX: Final = 256
"""Orders in one pass: what it works on stays in the processor's cache, and it foresees well enough
what the earlier ones leave to the later ones."""


def plan_one(
    ask: Ask,
    stock: Stock,
    compiled: Compiled,
    days: Days,
    load: Load,
    services: ServiceLoad = NO_SERVICES,
) -> Plan | NoPlan:
    """Choose the cheapest plan for one order, or refuse it for the first reason in `WhyNoPlan`.

    `load` counts the fulfillment orders already planned per (node index, work day ordinal),
    `services` those of a method where a node limits it.
    """
    standing = Standing(compiled, days, load, services)
    return _decided(ask, Shelves((ask,), stock, compiled), standing)


def plan_each(
    asks: Sequence[Ask],
    stock: Stock,
    compiled: Compiled,
    days: Days,
    load: Load,
    services: ServiceLoad = NO_SERVICES,
) -> list[Plan | NoPlan]:
    """Answer each ask as if it were the only one: options to choose from, none is taken."""
    shelves, standing = Shelves(asks, stock, compiled), Standing(compiled, days, load, services)
    survey = Survey(asks, shelves, standing)
    return [survey.answer(at) or _decided(ask, shelves, standing) for at, ask in enumerate(asks)]


def plan_batch(
    asks: Sequence[Ask], stock: Stock, compiled: Compiled, days: Days, load: Load
) -> list[Plan | NoPlan]:
    """Answer each ask in order: what `plan_one` would say after the earlier ones took theirs."""
    return plan_on(Shelves(asks, stock, compiled), asks, Standing(compiled, days, load))


def plan_on(shelves: Shelves, asks: Sequence[Ask], standing: Standing) -> list[Plan | NoPlan]:
    """Answer as `plan_batch` does, taking from these shelves and this standing."""
    answers: list[Plan | NoPlan] = []
    for begin in range(0, len(asks), SURVEYED_MAX):
        answers += _plan_some(shelves, asks[begin : begin + SURVEYED_MAX], standing)
    return answers


def _plan_some(shelves: Shelves, asks: Sequence[Ask], standing: Standing) -> list[Plan | NoPlan]:
    compiled = standing.compiled
    shelves.touched.clear()  # what was taken before this pass, it sees
    survey = Survey(asks, shelves, standing)
    answers: list[Plan | NoPlan] = []
    for at, ask in enumerate(asks):
        answer = survey.answer(at) or _decided(ask, shelves, standing)
        shelves.note(ask)
        if isinstance(answer, Plan):
            for shipment in answer.shipments:
                node = compiled.index[shipment.node_id]
                items = beyond(ask, shipment.node_id, shipment.items) if ask.own else shipment.items
                shelves.take(node, items, ask)
                standing.take(node, ask.method)
        answers.append(answer)
    return answers


def view_of(ask: Ask, shelves: Shelves, standing: Standing) -> View | NoPlan:
    """Gather all that one order's choice depends on; the refusal, where no node may supply it."""
    if not ask.wants:
        raise ValueError("an ask that wants nothing")
    found = eligible(ask, standing)
    if isinstance(found, NoPlan):
        return found
    nodes, freight = found
    compiled = standing.compiled
    free = usable(ask, shelves.of(ask), nodes, compiled, shelves.keeps(ask))
    allowed = shelves.allowed(ask)
    if not ask.own:
        return View(ask, freight, free, standing.full_of(ask.method), allowed)
    may_have = raised(ask, allowed, compiled)
    return kept(View(ask, freight, free, standing.full_of(ask.method), may_have))


def _decided(ask: Ask, shelves: Shelves, standing: Standing) -> Plan | NoPlan:
    view = view_of(ask, shelves, standing)
    return view if isinstance(view, NoPlan) else choose(view)
