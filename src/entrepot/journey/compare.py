"""A record's decisions beside what other rules would have decided, order by order. Pure.

Both sides are measured with the same ruler: a plan's cost is its freight, its handling and, for
each shipment after the first, the price that was in force when it was decided; a promise is what
the rules promise for its nodes and lanes at that moment.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Final
from uuid import UUID

import msgspec
import numpy as np

from entrepot.journey.guided import Ruled
from entrepot.journey.retries import orders_of, retried
from entrepot.network.compiled import Compiled
from entrepot.network.model import Method
from entrepot.promise.rules import promised
from entrepot.sourcing.lab import Answer, Because, Rules, places_of, reasons, rerun
from entrepot.sourcing.model import Ask, NoPlan, Plan
from entrepot.sourcing.tell import amount
from entrepot.sourcing.unfold import Unfolded
from entrepot.terms.ids import LaneId, NodeId, OrderId, Sku

COLUMNS = (
    "asked", "planned_then", "planned_now", "both", "cost_then", "cost_now", "landed_then",
    "landed_now", "shipments_then", "shipments_now", "split_then", "split_now", "measured",
    "meters_then", "meters_now", "dated", "late_then", "late_now", "changed",
)  # fmt: skip
"""What is counted of a record, whole numbers all; `both` and what follows are of the orders that
have a plan then and now, `measured` those of them whose way is known, `dated` whose promise is."""

AT = {name: at for at, name in enumerate(COLUMNS)}


class Sent(msgspec.Struct, frozen=True):
    """What one node ships, by which lane, at what cost (minor units)."""

    node: NodeId
    lane: LaneId | None
    items: tuple[tuple[Sku, int], ...]
    shipping: int
    handling: int


class Side(msgspec.Struct, frozen=True):
    """What was decided: shipments, and their cost by the prices of the day; or why nothing was."""

    shipments: tuple[Sent, ...] = ()
    cost: int | None = None
    extra: int = 0
    latest: datetime | None = None
    refused: str | None = None


class Change(msgspec.Struct, frozen=True):
    """An order whose units go elsewhere, with the reason in words. `order` None: never taken."""

    order: OrderId | None
    decision: UUID | None
    kind: str
    at: datetime
    because: Because
    words: str
    then: Side
    now: Side


@dataclass(frozen=True, slots=True)
class Asked:
    """Which order a place of a record is of.

    `due` is the latest day it had been promised for, of an order that is planned once more; None
    where the promise was made by this very plan, or none was.
    """

    order_id: OrderId
    decision_id: UUID
    kind: str
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of one record. `counts` are `COLUMNS`; `load` is shipments by node, then and now.

    `unfaithful` are the places whose recorded answer the recorded rules do not give, with what
    they give instead.
    """

    decisions: int
    orders: int
    unfaithful: dict[int, Answer]
    counts: tuple[int, ...] = (0,) * len(COLUMNS)
    load: tuple[tuple[NodeId, int, int], ...] = ()
    changes: tuple[Change, ...] = ()


def faithful(batch: Unfolded, orders: Mapping[int, Asked]) -> Compared:
    """Decide a record again by the rules it names."""
    again = rerun(batch, Rules(batch.scene.compiled))
    pairs = enumerate(zip(batch.answers, again, strict=True))
    unfaithful = {at: now for at, (then, now) in pairs if then != now}
    return Compared(len(again), len(orders), unfaithful)


def compare(
    batch: Unfolded, orders: Mapping[int, Asked], rules: Rules, ruled: Ruled | None = None
) -> Compared:
    """Decide a record again by the rules it names and by others.

    `orders` are the places whose orders were taken. A refusal was not, and is counted; a plan that
    was not taken was made again in a later record, and is counted there. `ruled` has the other
    rules' strategies; None: they have none.
    """
    sure = faithful(batch, orders)
    whole = orders_of(batch, orders)
    here = whole.batch
    if ruled is None and here is batch:
        answers = rerun(batch, rules)
    else:
        here, answers = retried(here, rules, ruled or NO_STRATEGIES)
    why = reasons(here, rules, answers)
    ruler = _Ruler(batch.scene.compiled, batch.scene.at)
    counts = np.zeros(len(COLUMNS), np.int64)
    load: dict[NodeId, list[int]] = {}
    changes = []
    for at, (ask, then, now) in enumerate(zip(here.asks, here.answers, answers, strict=True)):
        asked = orders.get(whole.places[at])
        if asked is None and isinstance(then, Plan):
            continue
        counts += ruler.counts(ask, then, now, asked, changed=at in why)
        for side, answer in enumerate((then, now)):
            for shipment in answer.shipments if isinstance(answer, Plan) else ():
                load.setdefault(shipment.node_id, [0, 0])[side] += 1
        if at in why:
            changes.append(ruler.change(ask, then, now, asked, why[at]))
    return Compared(
        sure.decisions,
        sure.orders,
        sure.unfaithful,
        tuple(counts.tolist()),
        tuple((node, a, b) for node, (a, b) in sorted(load.items())),
        tuple(changes),
    )


class _NoStrategies:
    """Rules without strategies."""

    guides = None

    def category(self, sku: Sku) -> str:
        """Nobody looks at it."""
        del sku
        return ""


NO_STRATEGIES: Final[Ruled] = _NoStrategies()


class _Ruler:
    """Measures plans by the prices, the ways and the days of one moment."""

    def __init__(self, compiled: Compiled, at: datetime) -> None:
        self.compiled, self.at = compiled, at
        self.extra = compiled.network.costs.extra_shipment

    def counts(
        self, ask: Ask, then: Answer, now: Answer, asked: Asked | None, *, changed: bool
    ) -> np.ndarray:
        """Give `COLUMNS` of one order."""
        row = dict.fromkeys(COLUMNS, 0)
        row["asked"], row["changed"] = 1, int(changed)
        row["planned_then"] = int(isinstance(then, Plan))
        row["planned_now"] = int(isinstance(now, Plan))
        if isinstance(then, Plan) and isinstance(now, Plan):
            row["both"] = 1
            due = asked.due if asked else None
            for name, plan in (("then", then), ("now", now)):
                row[f"cost_{name}"] = self.cost(plan)
                row[f"landed_{name}"] = _landed(plan)
                row[f"shipments_{name}"] = len(plan.shipments)
                row[f"split_{name}"] = int(len(plan.shipments) > 1)
            row |= self._ways(ask, then, now, changed=changed)
            row |= self._lateness(ask, then, now, due, changed=changed)
        return np.array([row[name] for name in COLUMNS], np.int64)

    def cost(self, plan: Plan) -> int:
        """Price a plan as the day did, in minor units."""
        return _landed(plan) + self.extra * (len(plan.shipments) - 1)

    def latest(self, ask: Ask, plan: Plan) -> datetime | None:
        """Say by when the rules promise a plan; None where they promise nothing."""
        legs = [(each.node_id, each.lane_id) for each in plan.shipments]
        made = promised(legs, ask, self.compiled, self.at)
        return made.latest if made else None

    def _lateness(
        self, ask: Ask, then: Plan, now: Plan, due: datetime | None, *, changed: bool
    ) -> dict[str, int]:
        """Compare with what the customer was told: at capture, what was promised for this plan."""
        if due is None and not changed:
            return {"dated": 1}
        before = self.latest(ask, then)
        after = self.latest(ask, now) if changed else before
        told = due or before
        if told is None or before is None or after is None:
            return {}
        return {"dated": 1, "late_then": int(before > told), "late_now": int(after > told)}

    def _ways(self, ask: Ask, then: Plan, now: Plan, *, changed: bool) -> dict[str, int]:
        if ask.method is not Method.SHIP or ask.destination is None:
            return {}
        km = self.compiled.distances(ask.destination)
        before = self._meters(then, km)
        after = self._meters(now, km) if changed else before
        if before is None or after is None:
            return {}
        return {"measured": 1, "meters_then": before, "meters_now": after}

    def _meters(self, plan: Plan, km: np.ndarray) -> int | None:
        way = sum(float(km[self.compiled.index[each.node_id]]) for each in plan.shipments)
        return round(way * 1000) if isfinite(way) else None

    def side(self, ask: Ask, answer: Answer) -> Side:
        """Show one side of a change."""
        if isinstance(answer, NoPlan):
            return Side(refused=answer.detail or answer.why.value)
        return Side(
            shipments=tuple(
                Sent(s.node_id, s.lane_id, s.items, s.shipping, s.handling)
                for s in answer.shipments
            ),
            cost=self.cost(answer),
            extra=self.extra * (len(answer.shipments) - 1),
            latest=self.latest(ask, answer),
        )

    def change(
        self, ask: Ask, then: Answer, now: Answer, asked: Asked | None, why: Because
    ) -> Change:
        """Show an order that changed."""
        before, after = self.side(ask, then), self.side(ask, now)
        return Change(
            order=asked.order_id if asked else None,
            decision=asked.decision_id if asked else None,
            kind=asked.kind if asked else "refused",
            at=self.at,
            because=why,
            words=_words(before, after, why),
            then=before,
            now=after,
        )


def _landed(plan: Plan) -> int:
    return sum(each.shipping + each.handling for each in plan.shipments)


_SAID = {
    Because.NOT_ELIGIBLE: "what was chosen then is no candidate under these rules",
    Because.TAKEN: "the units chosen then had to stay or went to an earlier order",
    Because.FULL: "a node chosen then is full by its turn",
    Because.DEARER: "these rules prefer it to what was chosen then",
    Because.POSSIBLE_NOW: "it was refused then",
}


def _words(then: Side, now: Side, why: Because) -> str:
    return f"{_said(then)} then, {_said(now)} now: {_SAID[why]}."


def _said(side: Side) -> str:
    if side.cost is None:
        return "refused"
    nodes = " and ".join(each.node for each in side.shipments)
    return f"from {nodes} at {amount(side.cost)}"


def differences(
    batch: Unfolded, orders: Mapping[int, Asked], unfaithful: Mapping[int, Answer]
) -> Iterator[Change]:
    """Show the decisions that the recorded rules do not give again: each is a defect."""
    ruler = _Ruler(batch.scene.compiled, batch.scene.at)
    for at, now in unfaithful.items():
        ask, then = batch.asks[at], batch.answers[at]
        same = places_of(then) == places_of(now)
        shown = ruler.change(ask, then, now, orders.get(at), Because.DEARER)
        beside = " (the same places, other figures)" if same else ""
        words = f"recorded {_said(shown.then)}, replayed {_said(shown.now)}{beside}."
        yield msgspec.structs.replace(shown, words=words)


def table_of(rows: Sequence[tuple[int, ...]]) -> np.ndarray:
    """Give int64[R, len(COLUMNS)] of records' counts."""
    return np.array(rows, np.int64).reshape(-1, len(COLUMNS))
