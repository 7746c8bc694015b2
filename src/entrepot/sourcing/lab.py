"""Decide a record's questions again, under the same rules or under others.

The earlier questions take from the shelves and from the nodes' days as they did then, by what is
answered now. So with nothing changed every answer is the recorded one, and with something changed
the later answers of the record see what follows from the earlier ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from entrepot.network.compiled import Compiled
from entrepot.sourcing.eligibility import Standing, eligible, usable
from entrepot.sourcing.model import Ask, NoPlan, Plan, Shipment, Stock
from entrepot.sourcing.own import beyond
from entrepot.sourcing.shelves import Shelves
from entrepot.sourcing.solve import plan_on
from entrepot.sourcing.unfold import KeptKey, Unfolded
from entrepot.sourcing.withhold import Keep
from entrepot.terms.ids import Sku

Answer = Plan | NoPlan


class Because(StrEnum):
    """Why a question has another answer now; of several reasons the first."""

    NOT_ELIGIBLE = "not_eligible"
    TAKEN = "taken"
    FULL = "full"
    DEARER = "dearer"
    POSSIBLE_NOW = "possible_now"


@dataclass(frozen=True, slots=True)
class Rules:
    """What is decided by: a network of the same nodes, and what channels leave at each position.

    `kept` None: what the record says was kept back.
    """

    compiled: Compiled
    kept: Mapping[KeptKey, Keep] | None = None


def rerun(batch: Unfolded, rules: Rules) -> list[Answer]:
    """Answer a record's questions again, in turn."""
    scene = batch.scene
    standing = Standing(rules.compiled, scene.days, scene.load, scene.services)
    free = dict(batch.stock.free)
    answers: list[Answer] = []
    for first, last, kept in _stretches(batch, rules):
        asks = batch.asks[first:last]
        stock = Stock(free, batch.stock.owed, kept)
        shelves = Shelves(asks, stock, rules.compiled, batch.prices)
        answers += plan_on(shelves, asks, standing)
        if last < len(batch.asks):
            free |= _left(shelves)
    return answers


def _stretches(batch: Unfolded, rules: Rules) -> list[tuple[int, int, Mapping[KeptKey, Keep]]]:
    if rules.kept is not None:
        return [(0, len(batch.asks), rules.kept)]
    return [(each.first, each.last, each.kept) for each in batch.stretches]


def _left(shelves: Shelves) -> dict[Sku, tuple[np.ndarray, np.ndarray]]:
    left = {}
    for sku, row in shelves.row.items():
        nodes = np.flatnonzero(shelves.free[row]).astype(np.int32)
        left[sku] = (nodes, shelves.free[row, nodes].astype(np.int32))
    return left


def places_of(answer: Answer) -> tuple[object, ...]:
    """Say what goes where: two answers that say the same here are the same to everybody."""
    if isinstance(answer, NoPlan):
        return (answer.why, answer.missing)
    return tuple([(each.node_id, each.items) for each in answer.shipments])


def reasons(batch: Unfolded, rules: Rules, answers: Sequence[Answer]) -> dict[int, Because]:
    """Say for every place whose units go elsewhere now why they do.

    What was chosen then is tried at its turn, on what the answers before it left. It is no longer
    possible because its nodes are no candidates now, or because their units or their room went to
    an earlier order of the record; or it is possible and something else costs less.
    """
    changed = [
        at
        for at, (then, now) in enumerate(zip(batch.answers, answers, strict=True))
        if places_of(then) != places_of(now)
    ]
    if not changed:
        return {}
    scene = batch.scene
    standing = Standing(rules.compiled, scene.days, scene.load, scene.services)
    found: dict[int, Because] = {}
    free, left, ends = dict(batch.stock.free), set(changed), 0
    shelves: Shelves | None = None
    kept_by = {last: kept for _, last, kept in _stretches(batch, rules)}
    for at, (ask, answer) in enumerate(zip(batch.asks, answers, strict=True)):
        if shelves is None or at == ends:
            ends = min(last for last in kept_by if last > at)
            free |= _left(shelves) if shelves is not None else {}
            stock = Stock(free, batch.stock.owed, kept_by[ends])
            shelves = Shelves(batch.asks[at:ends], stock, rules.compiled)
        if at in left:
            found[at] = _because(ask, batch.answers[at], shelves, standing)
        if isinstance(answer, Plan):
            _take(ask, answer.shipments, shelves, standing)
    return found


def _take(ask: Ask, shipments: Sequence[Shipment], shelves: Shelves, standing: Standing) -> None:
    for shipment in shipments:
        node = standing.compiled.index[shipment.node_id]
        items = beyond(ask, shipment.node_id, shipment.items) if ask.own else shipment.items
        shelves.take(node, items, ask)
        standing.take(node, ask.method)


def _because(ask: Ask, then: Answer, shelves: Shelves, standing: Standing) -> Because:
    if isinstance(then, NoPlan):
        return Because.POSSIBLE_NOW
    found = eligible(ask, standing)
    if isinstance(found, NoPlan):
        return Because.NOT_ELIGIBLE
    nodes, _ = found
    index = standing.compiled.index
    chosen = [index[shipment.node_id] for shipment in then.shipments]
    if not nodes[chosen].all():
        return Because.NOT_ELIGIBLE
    units = usable(ask, shelves.of(ask), nodes, standing.compiled, shelves.keeps(ask))
    line = {want.sku: at for at, want in enumerate(ask.wants)}
    for node, shipment in zip(chosen, then.shipments, strict=True):
        if any(units[line[sku], node] < count for sku, count in shipment.items):
            return Because.TAKEN
    full = standing.full_of(ask.method)[chosen].any()
    return Because.FULL if full and not then.overflow else Because.DEARER
