"""An order as it stands now: what was agreed at capture, and where everything has got to since."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from entrepot.delivery import browse as delivery
from entrepot.delivery.model import Parcel
from entrepot.fulfillment import browse as fulfillment
from entrepot.fulfillment.model import PackageRow, Work
from entrepot.fulfillment.tell import lots_json
from entrepot.inventory.model import Demand
from entrepot.journey import lots_shown
from entrepot.journey.asking import destination
from entrepot.journey.progress import Standing, standings
from entrepot.journey.show_order import show_whole
from entrepot.journey.timeline import TALK
from entrepot.journey.world import Market
from entrepot.orders import browse as orders
from entrepot.orders.model import Address, Line
from entrepot.plumbing import db, exceptions, relay
from entrepot.plumbing.model import Event, News, Trouble
from entrepot.promise import browse as promises
from entrepot.promise.after_model import Expected, MilestoneRow, Revision
from entrepot.promise.estimate import expected_each
from entrepot.terms.ids import FulfillmentOrderId, MarketId, OrderId

_SENT = {"shipped", "delivered", "collected"}
_WITH_CUSTOMER = {"delivered", "collected"}


async def read_order(
    conn: db.Connection, market: Market, order_id: OrderId, *, at: datetime
) -> dict[str, Any] | None:
    """Read one order whole, with its timeline and its lots; None where there is none.

    When each part of it is expected is reckoned as seen at `at`.
    """
    found = await _read(conn, market.id, [order_id])
    if not found:
        return None
    order, standing = found[0]
    await _show_lots(conn, market, order, standing)
    await _show_expected(conn, market, order, order_id, at)
    events, news = await relay.events_of_order(conn, market.id, order_id)
    told = [_entry(each) for each in events] + [_entry(each) for each in news]
    await show_whole(conn, market, order, standing, [s for each in told for s in _unfolded(each)])
    order["version"] = sum(each["type"] not in TALK for each in told)
    return order


async def _show_lots(
    conn: db.Connection, market: Market, order: dict[str, Any], standing: Standing
) -> None:
    """Put to each line of the nodes' work the lots, or serial numbers, that were picked or left."""
    shown = await lots_shown.of_works(conn, market, standing.works)
    for told, work in zip(order["fulfillment_orders"], standing.works, strict=True):
        for line, mine in zip(told["lines"], work.lines, strict=True):
            lots = shown.get((work.id, mine.line_no, mine.sku))
            if lots is not None:
                line.update(lots_json(lots.lots))


async def _show_expected(
    conn: db.Connection, market: Market, order: dict[str, Any], order_id: OrderId, at: datetime
) -> None:
    """Put to each node's work that is still to come when it is expected, and why then."""
    told = (await promises.told_of(conn, market.id, [order_id])).get(order_id)
    found: Mapping[FulfillmentOrderId, Expected] = {}
    if told is not None:
        ship_to = order.get("ship_to")
        place = destination(msgspec.convert(ship_to, Address)) if ship_to else None
        ways = (await promises.ways_of(conn, market.id, [order_id])).get(order_id, ())
        zone = place.time_zone if place else ""
        found = expected_each(ways, told, zone, market.compiled, at)
    for work in order["fulfillment_orders"]:
        one = found.get(FulfillmentOrderId(UUID(work["id"])))
        work["expected"] = None if one is None or told is None else _plain(one.later(told.shift))


async def read_orders(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> list[dict[str, Any]]:
    """Read orders as they stand, in the order asked; those unknown are left out."""
    return [order for order, _ in await _read(conn, market, order_ids)]


async def _read(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> list[tuple[dict[str, Any], Standing]]:
    documents = await orders.documents(conn, market, order_ids)
    standing = await standings(conn, market, order_ids)
    works = [work.id for each in standing.values() for work in each.works]
    packages = await fulfillment.packages_of(conn, market, works)
    parcels = await delivery.parcels_of(conn, market, works)
    troubles = await exceptions.of_orders(conn, market, order_ids)
    revisions = await promises.revisions_of(conn, market, order_ids)
    milestones = await promises.milestones_of(conn, market, works)
    return [
        (
            _promised(
                _merge(
                    json.loads(documents[order_id]), standing[order_id], packages, parcels, troubles
                ),
                revisions.get(order_id, ()),
                milestones,
            ),
            standing[order_id],
        )
        for order_id in order_ids
        if order_id in standing
    ]


def _merge(
    order: dict[str, Any],
    standing: Standing,
    packages: Sequence[PackageRow],
    parcels: Sequence[Parcel],
    troubles: Sequence[Trouble],
) -> dict[str, Any]:
    """Put what is now in place of what was at capture. The plan shown is the present one."""
    own = {work.id for work in standing.works}
    order["phase"] = standing.phase
    for shown, line in zip(order["lines"], standing.lines, strict=True):
        shown["quantities"] = quantities(standing, line)
        shown["waiting"] = [_waits(d) for d in standing.demand if d.line_no == line.line_no]
    if order.get("plan") is not None:
        order["plan"]["nodes"] = _nodes_now(standing)
    order["fulfillment_orders"] = [_work(work) for work in standing.works]
    told = {(p.fulfillment_order_id, p.tracking_number, p.carrier): p for p in parcels}
    order["shipments"] = [
        _shipment(
            package,
            told.get((package.fulfillment_order_id, package.tracking_number, package.carrier)),
        )
        for package in packages
        if package.fulfillment_order_id in own
    ]
    order["payments"] = [order["payment"]] if order.get("payment") else []
    order["holds"] = [_plain(hold, "order_id") for hold in standing.holds]
    order["exceptions"] = [
        _plain(each, "order_id") | {"detail": json.loads(each.detail), "line": each.line_no}
        for each in troubles
        if each.order_id == standing.head.order_id
    ]
    return order


def _promised(
    order: dict[str, Any],
    revisions: Sequence[Revision],
    milestones: Mapping[FulfillmentOrderId, MilestoneRow],
) -> dict[str, Any]:
    """Put what the customer was told last in place of the first promise, and how it came to that.

    Each piece of work is shown with the milestones that follow from it.
    """
    first = order.get("promise")
    order["promises"] = [] if first is None else [
        {
            "earliest": first["earliest"],
            "latest": first["latest"],
            "was": None,
            "maker": "model" if first.get("engine") == "model" else "rules",
            "cause": "captured",
            "reason": None,
            "at": order["captured_at"],
        }
    ]  # fmt: skip
    order["promises"] += [_plain(each, "order_id", "revision_no") for each in revisions]
    if revisions:
        last = order["promises"][-1]
        order["promise"] = (first or {"order_by": None, "confidence": None}) | {
            "earliest": last["earliest"], "latest": last["latest"], "expected": None,
            "confidence": None, "engine": "static", "version": None, "as_of": None,
        }  # fmt: skip
    for work in order["fulfillment_orders"]:
        by = milestones.get(FulfillmentOrderId(UUID(work["id"])))
        work["milestones"] = (
            None if by is None
            else _plain(by, "order_id", "fulfillment_order_id", "watch_at")
        )  # fmt: skip
    return order


def quantities(standing: Standing, line: Line) -> dict[str, int]:
    """Where a line's units are; of a kit, by its part that is furthest behind."""
    rows = [_of_part(standing, line, sku, units) for sku, units in standing.per_unit(line)]
    left = line.quantity - line.canceled
    delivered = min(row["delivered"] for row in rows)
    shipped = min(row["shipped"] for row in rows)
    released = min(max(row["released"] for row in rows), left - shipped)
    waiting = min(max(row["waiting"] for row in rows), left - shipped)
    return {
        "ordered": line.quantity,
        "canceled": line.canceled,
        "waiting": waiting,
        "reserved": max(0, left - shipped - waiting),
        "released": released,
        "shipped": shipped,
        "delivered": delivered,
    }


def _waits(demand: Demand) -> dict[str, Any]:
    """What waits of a line, in which class, and when which supply brings the last of it."""
    return {
        "sku": demand.sku,
        "quantity": demand.quantity,
        "why": demand.why,
        "priority": demand.priority,
        "expected_at": demand.expected_at,
        "supply": demand.supply_id,
    }


def _of_part(standing: Standing, line: Line, sku: str, per_unit: int) -> dict[str, int]:
    def units(states: set[str]) -> int:
        found = sum(
            each.live
            for work in standing.works
            if work.head.state in states
            for each in work.lines
            if each.line_no == line.line_no and each.sku == sku
        )
        return found // per_unit

    waiting = sum(d.quantity for d in standing.demand if d.line_no == line.line_no and d.sku == sku)
    at_node = {"released", "accepted", "picking", "picked", "packed", "ready_for_pickup"}
    return {
        "waiting": -(-waiting // per_unit),
        "released": units(at_node),
        "shipped": units(_SENT),
        "delivered": units(_WITH_CUSTOMER),
    }


def _nodes_now(standing: Standing) -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for each in standing.reservations:
        units = each.quantity - each.freed
        if units:
            line = {"line": each.line_no, "sku": each.sku, "quantity": units}
            found.setdefault(each.node_id, []).append(line)
    return [{"node": node, "lines": lines} for node, lines in sorted(found.items())]


def _work(work: Work) -> dict[str, Any]:
    return {
        "id": str(work.id),
        **_plain(work.head, "order_id", "fulfillment_order_id", "node_id"),
        "node": work.head.node_id,
        "lines": [
            {
                "line": line.line_no, "sku": line.sku, "quantity": line.quantity,
                "picked": line.picked, "shorted": line.shorted, "canceled": line.canceled,
            }
            for line in work.lines
        ],
    }  # fmt: skip


def _shipment(package: PackageRow, parcel: Parcel | None) -> dict[str, Any]:
    return {
        "fulfillment_order_id": str(package.fulfillment_order_id),
        "tracking_number": package.tracking_number,
        "carrier": package.carrier,
        "service": package.service,
        "lines": json.loads(package.lines),
        "shipped_at": package.shipped_at,
        "status": parcel.status if parcel else "pending",
        "delivered_at": parcel.delivered_at if parcel else None,
    }


def _entry(event: Event | News) -> dict[str, Any]:
    data = json.loads(event.data)
    return {
        "sequence": event.sequence if isinstance(event, Event) else None,
        "type": event.type,
        "at": event.at,
        "actor": data.get("actor", "entrepot"),
        "reason": data.get("reason"),
        "data": data,
    }


def _unfolded(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """Show what an order that was taken over had behind it as steps of its own, at their times."""
    past = entry["data"].pop("history", [])
    steps = [
        {
            "sequence": None,
            "type": step["type"],
            "at": step["at"],
            "actor": entry["actor"],
            "reason": step.get("reason"),
            "data": step,
        }
        for step in past
    ]
    return [*steps, entry]


def _plain(row: object, *left_out: str) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(row, builtin_types=(UUID,))
    return {name: value for name, value in plain.items() if name not in left_out}
