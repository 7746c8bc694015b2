"""An order whole, as its page shows it: timeline, stages, money, nodes' names, what may be done.

What a face draws is worked out here, so that none has to know how orders go.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from entrepot.catalog import browse as catalog
from entrepot.delivery import browse as delivery
from entrepot.journey.cancel import cancelable
from entrepot.journey.money import money
from entrepot.journey.progress import Standing
from entrepot.journey.stages import stages
from entrepot.journey.timeline import Entry, read_through
from entrepot.journey.world import Market
from entrepot.orders import notes
from entrepot.orders.model import HoldKind
from entrepot.orders.phase import Phase
from entrepot.plumbing import db
from entrepot.sourcing import browse as sourcing

_OVER = frozenset({Phase.CANCELED, Phase.CLOSED})


async def show_whole(
    conn: db.Connection,
    market: Market,
    order: dict[str, Any],
    standing: Standing,
    told: Sequence[Entry],
) -> None:
    """Put to an order's document what its page shows. `told` are its facts, in order."""
    order_id = standing.head.order_id
    said = await notes.of_order(conn, market.id, order_id)
    made = await sourcing.decisions_made(conn, market.id, order_id)
    order["timeline"] = read_through(told, said, {each.at: each.decision_id for each in made})
    order["stages"] = stages(standing, order["timeline"])
    order["money"] = money(order, standing.lines)
    names = await catalog.names_of(conn, market.id, sorted({n.sku for n in standing.lines}))
    for shown, line in zip(order["lines"], standing.lines, strict=True):
        shown["cancelable"] = cancelable(standing, line)
        shown["name"] = shown.get("name") or names.get(line.sku)
    order["can"] = _can(order, standing)
    _show_costs(order)
    await _show_scans(conn, market, order)
    order["nodes"] = _nodes(market, order)


def _can(order: Mapping[str, Any], standing: Standing) -> dict[str, Any]:
    """Say what may be done with it now: which holds put and lifted, whether units canceled."""
    over = standing.closed or standing.phase in _OVER
    held = sorted({hold.kind for hold in standing.holds if hold.lifted_at is None})
    return {
        "hold": [] if over else [kind for kind in HoldKind if kind not in held],
        "unhold": held,
        "cancel": any(line["cancelable"] for line in order["lines"]),
    }


def _show_costs(order: dict[str, Any]) -> None:
    """Put to each node's work what it costs, where its plan says so of the node alone."""
    plan = order.get("plan") or {}
    costs: dict[str, int | None] = {
        each["node"]: each["shipping"] + each["handling"] for each in plan.get("shipments", ())
    }
    plans = [e["data"] for e in order["timeline"] if e["type"] == "sourcing.planned"]
    for again in plans[1:] if costs else plans:
        alone = len(again["shipments"]) == 1
        costs |= {each["node"]: again["cost"] if alone else None for each in again["shipments"]}
    for work in order["fulfillment_orders"]:
        work["cost"] = costs.get(work["node"])


async def _show_scans(conn: db.Connection, market: Market, order: dict[str, Any]) -> None:
    """Put to each parcel what its carrier has said of it, the oldest first."""
    numbers = {(each["tracking_number"], each["carrier"]) for each in order["shipments"]}
    scans = await delivery.scans_of(conn, market.id, sorted(numbers)) if numbers else []
    told: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for scan in scans:
        if scan.status == "pending":
            continue
        detail = msgspec.json.decode(scan.detail)
        told.setdefault((scan.tracking_number, scan.carrier), []).append(
            {
                "status": scan.status,
                "at": scan.occurred_at,
                "location": detail.get("location"),
                "description": detail.get("description"),
            }
        )
    for each in order["shipments"]:
        each["scans"] = told.get((each["tracking_number"], each["carrier"]), [])


def _nodes(market: Market, order: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Name the nodes that the order speaks of: their names, kinds and time zones."""
    named = {work["node"] for work in order["fulfillment_orders"]}
    named |= {order.get("pickup_node")}
    for entry in order["timeline"]:
        data = entry["data"]
        named |= {data.get("node")} | {each["node"] for each in data.get("shipments", ())}
    found = {}
    for node_id in sorted(each for each in named if each):
        at = market.compiled.index.get(node_id)
        if at is not None:
            node = market.network.nodes[at]
            found[node_id] = {"name": node.name, "kind": node.kind, "time_zone": node.time_zone}
    return found
