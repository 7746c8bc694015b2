"""What lists know of an order: its phase, its stage, its dates, all it can be found by. Pure."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from entrepot.journey.model import Stage, Summary
from entrepot.journey.progress import Standing
from entrepot.journey.terms import TARDY, digits_of, lowered, signed, words_of
from entrepot.orders.phase import Phase
from entrepot.orders.rules import AHEAD_MAX
from entrepot.terms.ids import FulfillmentOrderId

OPEN_STAGES = tuple(stage for stage in Stage if stage is not Stage.DONE)

_REACHED = {
    "planned": Stage.PLANNED,
    "released": Stage.RELEASED,
    "accepted": Stage.ACCEPTED,
    "picking": Stage.ACCEPTED,
    "picked": Stage.PICKED,
    "packed": Stage.PACKED,
    "ready_for_pickup": Stage.READY,
    "shipped": Stage.SHIPPED,
}
_ORDER = {stage: place for place, stage in enumerate(Stage)}
_SENT = frozenset({"shipped", "collected", "delivered"})


class Person(msgspec.Struct, frozen=True):
    name: str | None = None
    phone: str | None = None


class Said(msgspec.Struct, frozen=True):
    """Of what was said at capture, whom it names."""

    customer: Person | None = None
    ship_to: Person | None = None


_said = msgspec.json.Decoder(Said)


def said_in(document: str) -> Said:
    """Read whom an order's document names."""
    return _said.decode(document)


def stage_of(standing: Standing) -> Stage:
    """Say where the part that is furthest behind stands; done: nothing is still to come.

    Units that no node works on yet stand where the order was captured.
    """
    progress = standing.progress
    if standing.closed or progress.left == 0:
        return Stage.DONE
    behind = [_REACHED[work.state] for work in progress.works if work.state in _REACHED]
    there = sum(work.units for work in progress.works)
    if there < progress.left:
        return Stage.CAPTURED
    return min(behind, key=_ORDER.__getitem__, default=Stage.DONE)


def identity_of(standing: Standing, said: Said) -> list[str]:
    """Give the terms that an order has from its capture and never loses."""
    head = standing.head
    people = [each for each in (said.customer, said.ship_to) if each is not None]
    tardy = head.captured_at - head.placed_at > AHEAD_MAX
    return [
        *([TARDY] if tardy else []),
        *signed("c", [head.channel]),
        *signed("m", [head.method]),
        *signed("v", [head.service]),
        *signed("x", [lowered(head.external_id)]),
        *signed("e", [head.email] if head.email else []),
        *signed("w", words_of(person.name for person in people)),
        *signed("p", [digits for person in people for digits in digits_of(person.phone)]),
    ]


def summary_of(
    standing: Standing,
    identity: Iterable[str],
    *,
    tracking: Iterable[str],
    told: datetime | None,
    closed_at: datetime | None,
) -> Summary:
    """What lists need to know of an order. `told` is the date told last, if not the first."""
    nodes = {each.node_id for each in standing.reservations if each.open or each.consumed}
    skus = {line.sku for line in standing.lines} | {each.sku for each in standing.reservations}
    terms = {
        *identity,
        *signed("n", nodes),
        *signed("s", map(lowered, skus)),
        *signed("t", map(lowered, tracking)),
    }
    phase = standing.phase
    return Summary(
        standing.head.order_id,
        phase,
        stage_of(standing),
        standing.head.placed_at,
        told or standing.head.promised_latest,
        closed_at if phase is Phase.CLOSED else None,
        sorted(terms),
    )


def is_identity(term: str) -> bool:
    """Say whether a term is of those an order never loses."""
    return term[0] in "cmvxewpl"


def has_sent(standing: Standing) -> list[FulfillmentOrderId]:
    """Name the work of an order that has left its node."""
    return [work.id for work in standing.works if work.head.state in _SENT]
