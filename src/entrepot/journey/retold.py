"""A past order retold: its receipt, and the one fact of its coming here. Pure."""

from datetime import UTC

import msgspec

from entrepot.journey import told as facts
from entrepot.journey.happened import PHASES, Story, nodes, parcel
from entrepot.journey.receipt import PlannedLine, PlannedShipment, PlanView, Quantities, receipt
from entrepot.orders.rules import total
from entrepot.plumbing.outbox import Fact
from entrepot.ports.history import Stage
from entrepot.promise.model import Promise
from entrepot.terms.order_number import number_of

IMPORTED = "order.imported"

_json = msgspec.json.Encoder()


def document(story: Story) -> str:
    """Write the receipt the order would have had, as JSON text.

    Its plan is what was done, at a cost nobody told (0), and not known to have been the best.
    """
    past = story.past
    promise = None
    if past.promised_by is not None:
        placed, by = story.order.placed_at, past.promised_by.astimezone(UTC)
        promise = Promise(placed, by, placed, ship_by=by)
    made = receipt(
        story.order_id,
        story.order,
        service=past.service,
        total=total(story.order),
        phase=PHASES[past.stage],
        quantities=[_quantities(line.quantity, past.stage) for line in past.lines],
        plan=None,
        allotted={},
        promise=promise,
        at=story.order.placed_at,
    )
    return _json.encode(msgspec.structs.replace(made, plan=_plan(story))).decode()


def imported(story: Story) -> Fact:
    """Tell that the order was taken over, and all that had become of it before."""
    past = story.past
    data = {
        "order_id": story.order_id,
        "order_number": number_of(story.order_id),
        "channel": story.order.channel,
        "external_id": past.external_id,
        "source": story.source,
        "status": past.status,
        "stage": past.stage,
        "placed_at": story.order.placed_at,
        "currency": past.currency,
        "total": total(story.order),
        "lines": [
            {"line": number, "sku": line.sku, "quantity": line.quantity}
            | ({"node": line.node_id} if line.node_id else {})
            for number, line in enumerate(past.lines, start=1)
        ],
        "history": history(story),
        "actor": story.source,
    }
    return facts.fact(IMPORTED, story.order_id, data)


def history(story: Story) -> list[dict[str, object]]:
    """List what happened, in order, by the names that facts have here."""
    past = story.past
    said: list[dict[str, object]] = [{"type": "order.captured", "at": past.placed_at}]
    if past.stage is Stage.UNPAID:
        said.append({"type": "order.held", "at": past.placed_at, "reason": past.reason})
    if story.came_to(Stage.RELEASED):
        said += _of_nodes(story, "fulfillment.released", story.released_at)
    if story.came_to(Stage.SHIPPED):
        said += _of_nodes(story, "fulfillment.shipped", past.handed_over_at, parcels=True)
    if story.came_to(Stage.DELIVERED):
        said += _of_nodes(story, "delivery.delivered", past.delivered_at, parcels=True)
    if past.stage is Stage.CANCELED:
        said.append({"type": "order.canceled", "at": story.ended_at, "reason": past.reason})
    if past.stage in {Stage.CANCELED, Stage.DELIVERED}:
        said.append({"type": "order.closed", "at": story.ended_at})
    return said


def _of_nodes(
    story: Story, type_: str, at: object, *, parcels: bool = False
) -> list[dict[str, object]]:
    told: list[dict[str, object]] = []
    for node in nodes(story):
        said: dict[str, object] = {"type": type_, "at": at, "node": node}
        if parcels:
            left = parcel(story, node)
            said |= {"carrier": left.carrier, "tracking_number": left.tracking_number}
        told.append(said)
    return told


def _plan(story: Story) -> PlanView | None:
    if story.past.stage in {Stage.CANCELED, Stage.MISSING}:
        return None
    shipments = [
        PlannedShipment(
            node, None,
            [PlannedLine(n, sku, units) for n, sku, units, at in story.units if at == node], 0, 0,
        )
        for node in nodes(story)
    ]  # fmt: skip
    return PlanView(cost=0, extra=0, exact=False, shipments=shipments)


def _quantities(ordered: int, stage: Stage) -> Quantities:
    match stage:
        case Stage.CANCELED:
            return Quantities(ordered, canceled=ordered)
        case Stage.MISSING:
            return Quantities(ordered, waiting=ordered)
        case Stage.SHIPPED:
            return Quantities(ordered, shipped=ordered)
        case Stage.DELIVERED:
            return Quantities(ordered, shipped=ordered, delivered=ordered)
        case Stage.RELEASED | Stage.ACCEPTED | Stage.PACKED:
            return Quantities(ordered, reserved=ordered, released=ordered)
        case _:
            return Quantities(ordered, reserved=ordered)
