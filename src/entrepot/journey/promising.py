"""Promises made better by what was learned: static dates in, the best engine's out. No I/O.

Where nothing is in force, or too little is known of a lane, the static promise stands as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from entrepot.journey.promise_past import MINOR, capacity_of, lane_name
from entrepot.journey.world import Market
from entrepot.network.model import Method
from entrepot.orders.model import NewOrder
from entrepot.promise.learning.learned import Learned
from entrepot.promise.learning.reestimate import Window, reestimate
from entrepot.promise.learning.table import DAY_S, Row
from entrepot.promise.model import Engine, Promise
from entrepot.sourcing.model import Ask, Plan, Shipment


@dataclass(frozen=True, slots=True)
class Case:
    """An order's question, its plan, and what calendars and rate card promise of it.

    `prices` are those of a unit of each sku in minor units, `freight` what the customer pays for
    delivery in hundreds of them; empty and None where nobody has said yet. `payment` names the
    provider.
    """

    ask: Ask
    plan: Plan
    promise: Promise
    payment: str = ""
    prices: Mapping[str, int] = field(default_factory=dict)
    freight: float | None = None


def case_of(order: NewOrder, ask: Ask, plan: Plan, promise: Promise) -> Case:
    """Make the case of an order: what its customer pays, and how, is known of it too."""
    return Case(
        ask,
        plan,
        promise,
        payment=order.payment.provider if order.payment else "",
        prices={line.sku: line.unit_price for line in order.lines},
        freight=order.shipping / MINOR,
    )


def improved(market: Market, cases: Sequence[Case], at: datetime) -> list[Promise]:
    """Give each case the promise of the best engine that may answer, in order."""
    learned, engine = market.learned, Engine(market.policy.promise.engine)
    found = [case.promise for case in cases]
    if learned is None or engine is Engine.STATIC:
        return found
    rows: list[Row] = []
    owners: list[int] = []
    for place, case in enumerate(cases):
        if case.ask.method is Method.SHIP and case.ask.destination is not None:
            made = [
                _row(market, case, each, len(rows) + n, at)
                for n, each in enumerate(case.plan.shipments)
            ]
            rows += made
            owners += [place] * len(made)
    windows = reestimate(learned.value, rows, at, model=engine is Engine.MODEL) if rows else []
    parts: dict[int, list[Window | None]] = {}
    for owner, window in zip(owners, windows, strict=True):
        parts.setdefault(owner, []).append(window)
    for place, each in parts.items():
        known = [window for window in each if window is not None]
        if len(known) == len(each):
            found[place] = _told(found[place], known, learned.version, learned.value)
    return found


def _price(case: Case, shipment: Shipment) -> float | None:
    if not all(sku in case.prices for sku, _ in shipment.items):
        return None
    return sum(case.prices[sku] * units for sku, units in shipment.items) / MINOR


def _told(promise: Promise, windows: Sequence[Window], version: int, learned: Learned) -> Promise:
    """An order has come when the last of its parcels has."""
    by_model = all(window.engine is Engine.MODEL for window in windows)
    return msgspec.structs.replace(
        promise,
        earliest=max(window.earliest for window in windows),
        latest=max(window.latest for window in windows),
        expected=max(window.expected for window in windows),
        confidence=learned.confidence,
        engine=Engine.MODEL if by_model else Engine.RULES,
        version=version,
        as_of=datetime.fromtimestamp(learned.as_of * DAY_S, UTC),
        stated=promise.latest,
    )


def _row(market: Market, case: Case, shipment: Shipment, number: int, at: datetime) -> Row:
    compiled = market.compiled
    ix = compiled.index[shipment.node_id]
    start, to = compiled.network.nodes[ix].place, case.ask.destination
    assert to is not None, "it is asked about what is sent somewhere"
    lane = (
        None if shipment.lane_id is None else compiled.lane(compiled.lane_index[shipment.lane_id])
    )
    offset = at.astimezone(compiled.zone_info(ix)).utcoffset()
    return Row(
        order=f"{number:06}",
        placed=at,
        node=shipment.node_id,
        origin=start.region or start.country,
        region=to.region or to.country,
        postal_code=to.postal_code,
        carrier=lane_name(lane) if lane else "",
        category=min((market.category(sku) for sku, _ in shipment.items), default=""),
        payment=case.payment,
        clock_s=offset.total_seconds() if offset else 0.0,
        latitude=to.latitude,
        longitude=to.longitude,
        from_latitude=start.latitude,
        from_longitude=start.longitude,
        weight_g=float(shipment.weight_g),
        units=float(sum(units for _, units in shipment.items)),
        lines=float(len(shipment.items)),
        parcels=float(len(case.plan.shipments)),
        price=_price(case, shipment),
        freight=case.freight,
        capacity=capacity_of(compiled, ix),
        stated_handling=max((case.promise.ship_by - at).total_seconds() / DAY_S, 0.0),
        stated_transit=float(lane.transit_days) if lane else 0.0,
    )
