"""The facts of nodes' work: the names and the data of every event, in one place.

Each type has its schema in docs/events/<type>.json.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from entrepot.fulfillment import rules
from entrepot.fulfillment.act import units_json
from entrepot.fulfillment.model import Acted, LineLot, NewFulfillmentOrder, Units, Work
from entrepot.fulfillment.states import State, Verb
from entrepot.plumbing import db
from entrepot.plumbing.outbox import Fact
from entrepot.terms.ids import FulfillmentOrderId, LineNo, Sku
from entrepot.terms.order_number import number_of

PLANNED = "fulfillment.planned"
ARRIVED = "pickup.arrived"

TYPES: Mapping[Verb, str] = {
    Verb.RELEASE: "fulfillment.released",
    Verb.ACCEPT: "fulfillment.accepted",
    Verb.REJECT: "fulfillment.rejected",
    Verb.PICK: "fulfillment.picking",
    Verb.FINISH_PICK: "fulfillment.picked",
    Verb.SHORT: "fulfillment.shorted",
    Verb.PACK: "fulfillment.packed",
    Verb.READY: "fulfillment.ready",
    Verb.COLLECT: "fulfillment.collected",
    Verb.SHIP: "fulfillment.shipped",
    Verb.DELIVER: "fulfillment.delivered",
    Verb.WITHDRAW: "fulfillment.canceled",
    Verb.CANCEL: "fulfillment.canceled",
}
"""What each move is told as. Units taken out of work that goes on are told as canceled too."""


Lots = Mapping[tuple[LineNo, Sku], Sequence[LineLot]]
"""The lots of a piece of work's units, by line and sku, where they were named."""

NO_LOTS: Lots = MappingProxyType({})

NOTHING: Mapping[str, object] = MappingProxyType({})


def facts(
    acted: Iterable[Acted], lots: Lots = NO_LOTS, also: Mapping[str, object] = NOTHING
) -> list[Fact]:
    """Tell what was done: one fact for each move, in order, with the lots of its lines' units.

    `also` is what else is to be told of it, as its schema names it.
    """
    return [_fact(each, verb, lots, also) for each in acted for verb in each.turn.verbs]


def planned(
    ids: Sequence[FulfillmentOrderId], new: Sequence[NewFulfillmentOrder], *, actor: str
) -> list[Fact]:
    """Tell what was opened: one fact for each fulfillment order."""
    return [
        _told(
            PLANNED, id_, each, State.PLANNED, rules.merged(each.lines), actor=actor,
            day=each.day, ship_by=each.ship_by,
        )
        for id_, each in zip(ids, new, strict=True)
    ]  # fmt: skip


def arrived(work: Work, spot: str | None, vehicle: str | None, *, actor: str) -> Fact:
    """Tell that the customer is here for what they fetch, and where they wait."""
    return _told(
        ARRIVED, work.id, work.head, work.state, rules.live(work.lines), actor=actor, spot=spot,
        vehicle=vehicle,
    )  # fmt: skip


def _fact(acted: Acted, verb: Verb, lots: Lots, also: Mapping[str, object]) -> Fact:
    turn, head = acted.turn, acted.after.head
    more: dict[str, Any] = {"reason": acted.reason, **also}
    units = turn.units
    if verb is Verb.RELEASE:
        more |= {"day": head.day, "ship_by": head.ship_by}
    elif verb is Verb.FINISH_PICK:
        units = rules.picked(turn.lines)
    elif verb is Verb.REJECT:
        more["missing"] = units_json(turn.missing)
    elif verb is Verb.SHIP:
        more["packages"] = [
            {
                "tracking_number": each.tracking_number,
                "carrier": each.carrier,
                "service": each.service,
                "lines": units_json(each.units),
            }
            for each in turn.packages
        ]
    return _told(
        TYPES[verb], acted.after.id, head, acted.after.state, units, lots, actor=acted.actor, **more
    )


def _told(
    type_: str,
    id_: FulfillmentOrderId,
    of: Any,  # noqa: ANN401 - a fulfillment order, new or stored: both name the same fields alike
    state: State,
    units: Sequence[Units],
    lots: Lots = NO_LOTS,
    **more: object,
) -> Fact:
    data: dict[str, object] = {
        "order_id": str(of.order_id),
        "order_number": number_of(of.order_id),
        "fulfillment_order_id": str(id_),
        "node": of.node_id,
        "method": of.method,
        "service": of.service,
        "state": state,
        "lines": _with_lots(units, lots) if lots else units_json(units),
    }
    data |= {name: value for name, value in more.items() if value is not None}
    return Fact(type_, f"fulfillment-orders/{id_}", db.json_text(data), of.order_id)


def _with_lots(units: Sequence[Units], lots: Lots) -> list[Mapping[str, object]]:
    return [
        {**told, **lots_json(lots.get((each.line_no, each.sku), ()))}
        for each, told in zip(units, units_json(units), strict=True)
    ]


def lots_json(lots: Sequence[LineLot]) -> Mapping[str, object]:
    """Write a line's lots as documents and facts do: serial numbers are a list of their own."""
    named = [{"lot": each.lot, "quantity": each.quantity} for each in lots if not each.serial]
    serials = [each.lot for each in lots if each.serial]
    return ({"lots": named} if named else {}) | ({"serials": serials} if serials else {})
