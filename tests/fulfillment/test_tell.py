"""Every move is told once, with data that its schema allows."""

import json
from pathlib import Path

import jsonschema_rs
import pytest

from entrepot.fulfillment import tell
from entrepot.fulfillment.accept import accept
from entrepot.fulfillment.act import done
from entrepot.fulfillment.model import Ask, Named, Withdrawal
from entrepot.fulfillment.pick import pick
from entrepot.fulfillment.reject import reject
from entrepot.fulfillment.release import release
from entrepot.fulfillment.short import short
from entrepot.fulfillment.states import Verb
from entrepot.fulfillment.withdraw import withdraw
from entrepot.terms.order_number import number_of
from fulfillment.world import (
    KIM,
    LATER,
    TO_COLLECTED,
    TO_DELIVERED,
    TO_SHIPPED,
    US,
    bring,
    new,
    opened,
    order_id,
)

SCHEMAS = Path(__file__).parents[2] / "docs" / "events"
GLOVES = [{"line": 1, "sku": "GLOVE", "quantity": 2}]


def data(fact) -> dict:
    """Check a fact's data against its schema and give it."""
    schema = json.loads((SCHEMAS / f"{fact.type}.json").read_text("utf-8"))
    value = json.loads(fact.data)
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(value)
    return value


def told(acted) -> list[tuple[str, dict]]:
    return [(fact.type, data(fact)) for fact in tell.facts(acted)]


async def test_what_is_planned_is_told_with_all_a_node_needs_to_know(house):
    work = new((1, "GLOVE", 1), (1, "GLOVE", 1))
    ids = await opened(house, work)

    (fact,) = tell.planned(ids, [work], actor="sourcing")

    assert fact.type == "fulfillment.planned"
    assert (fact.subject, fact.order_id) == (f"fulfillment-orders/{ids[0]}", order_id(1))
    assert data(fact) == {
        "order_id": str(order_id(1)),
        "order_number": number_of(order_id(1)),
        "fulfillment_order_id": str(ids[0]),
        "node": "LYON",
        "method": "ship",
        "service": "standard",
        "state": "planned",
        "lines": GLOVES,
        "actor": "sourcing",
        "day": "2026-03-02",
        "ship_by": "2026-03-02T13:00:00Z",
    }


@pytest.mark.parametrize(
    ("method", "verbs", "type_", "state"),
    [
        ("ship", TO_DELIVERED[:1], "fulfillment.released", "released"),
        ("ship", TO_DELIVERED[:2], "fulfillment.accepted", "accepted"),
        ("ship", TO_DELIVERED[:3], "fulfillment.picked", "picked"),
        ("ship", TO_DELIVERED[:4], "fulfillment.packed", "packed"),
        ("ship", TO_DELIVERED, "fulfillment.delivered", "delivered"),
        ("pickup", TO_COLLECTED[:4], "fulfillment.ready", "ready_for_pickup"),
        ("curbside", TO_COLLECTED, "fulfillment.collected", "collected"),
        ("ship", (release, accept, reject), "fulfillment.rejected", "rejected"),
    ],
)
async def test_each_step_is_told_by_its_name(house, method, verbs, type_, state):
    (id_,) = await opened(house, new(method=method))
    acted = await bring(house, id_, *verbs)

    ((kind, value),) = told([acted])

    assert kind == type_
    assert (value["state"], value["lines"], value["actor"]) == (state, GLOVES, KIM)


async def test_what_left_is_told_with_its_packages(house):
    (id_,) = await opened(house)
    acted = await bring(house, id_, *TO_SHIPPED)

    ((kind, value),) = told([acted])

    assert kind == "fulfillment.shipped"
    assert value["packages"] == [
        {"tracking_number": "1Z999", "carrier": "acme", "service": "standard", "lines": GLOVES}
    ]


async def test_a_rejection_tells_what_goes_back_and_what_was_missing(house):
    (id_,) = await opened(house, new((1, "GLOVE", 2), (2, "HAT", 1)))
    await bring(house, id_, release)
    asked = Ask(id_, KIM, "moths", units=(Named(2, 1),))

    ((_, value),) = told(done(await reject(house, US, [asked], at=LATER)))

    assert value["lines"] == [*GLOVES, {"line": 2, "sku": "HAT", "quantity": 1}]
    assert value["missing"] == [{"line": 2, "sku": "HAT", "quantity": 1}]
    assert value["reason"] == "moths"


async def test_the_last_unit_picked_short_tells_what_is_missing_and_what_was_picked(house):
    (id_,) = await opened(house, new((1, "GLOVE", 3)))
    await bring(house, id_, release, accept)
    some = await pick(house, US, [Ask(id_, KIM, units=(Named(1, 2),))], at=LATER)
    rest = await short(house, US, [Ask(id_, KIM, "torn")], at=LATER)

    events = told([*done(some), *done(rest)])

    assert [(kind, value["state"], value["lines"]) for kind, value in events] == [
        ("fulfillment.picking", "picking", GLOVES),
        ("fulfillment.shorted", "picked", [{"line": 1, "sku": "GLOVE", "quantity": 1}]),
        ("fulfillment.picked", "picked", GLOVES),
    ]


async def test_units_withdrawn_are_told_as_canceled_whether_or_not_work_goes_on(house):
    await opened(house, new((1, "GLOVE", 3)), new((1, "GLOVE", 1)))
    wanted = [Withdrawal(order_id(1), 1, "GLOVE", 3)]

    taken = await withdraw(house, US, wanted, actor=KIM, reason="no more", at=LATER)

    events = [(k, v["state"], v["lines"][0]["quantity"], v["reason"]) for k, v in told(taken.acted)]
    assert events == [
        ("fulfillment.canceled", "canceled", 1, "no more"),
        ("fulfillment.canceled", "planned", 2, "no more"),
    ]


def test_every_verb_has_a_name_and_every_name_a_schema():
    assert set(tell.TYPES) == set(Verb)
    names = {*tell.TYPES.values(), tell.PLANNED}
    assert names == {file.stem for file in SCHEMAS.glob("fulfillment.*.json")}
