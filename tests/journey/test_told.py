"""Every fact of the journey is told with data that its schema allows."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import jsonschema_rs
import pytest

from entrepot.catalog.model import Made, Part
from entrepot.inventory.model import Claim
from entrepot.journey import told
from entrepot.journey.asking import asking
from entrepot.journey.placing import Placing
from entrepot.journey.plan import Draft
from entrepot.network.model import Method, Network
from entrepot.orders.model import Cancellation, Hold, HoldKind, NewLine, NewOrder
from entrepot.plumbing.model import Closed
from entrepot.sourcing.model import Plan, Shipment
from entrepot.terms.ids import LaneId, LineNo, MarketId, NodeId, OrderId, Sku
from entrepot.terms.order_number import number_of

SCHEMAS = Path(__file__).parents[2] / "docs" / "events"
ORDER = OrderId(UUID("019aa000-0000-7000-8000-000000000001"))
OF_ORDER = {"order_id": str(ORDER), "order_number": number_of(ORDER)}
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LYON, PARIS = NodeId("LYON"), NodeId("PARIS")
GLOVE, HAT, SET = Sku("GLOVE"), Sku("HAT"), Sku("SET")
ITEMS = {
    GLOVE: Made(80),
    HAT: Made(120),
    SET: Made(200, (Part(GLOVE, 2), Part(HAT, 1))),
}
TWO_NODES = Plan(
    (
        Shipment(LYON, LaneId("ground"), ((GLOVE, 2),), 160, 700, 20),
        Shipment(PARIS, LaneId("ground"), ((HAT, 1),), 120, 650, 10),
    ),
    cost=1680,
    extra=300,
)
CLAIMS = [
    Claim(ORDER, LineNo(1), GLOVE, LYON, 2),
    Claim(ORDER, LineNo(1), HAT, PARIS, 1),
]
HELD = Hold(
    ORDER, UUID(int=7), HoldKind.FRAUD, "the card is from elsewhere", "kim", AT, None,
    None, None, None,
)  # fmt: skip
LIFTED = Hold(
    ORDER, UUID(int=7), HoldKind.FRAUD, "the card is from elsewhere", "kim", AT, None,
    AT, "lee", "she called",
)  # fmt: skip


def data(fact, type_: str) -> dict:
    """Check a fact's data against its schema and give it."""
    assert fact.type == type_
    schema = json.loads((SCHEMAS / f"{type_}.json").read_text("utf-8"))
    value = json.loads(fact.data)
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(value)
    return value


def draft(method: Method = Method.SHIP) -> Draft:
    order = NewOrder(
        channel="web",
        external_id="100045",
        placed_at=AT,
        currency="EUR",
        method=method,
        shipping=599,
        lines=[
            NewLine(sku=SET, quantity=1, unit_price=4000, discount=400, tax=720),
            NewLine(sku=HAT, quantity=2, unit_price=1500),
        ],
    )
    question = asking(order, "standard", ITEMS)
    placing = Placing(order, b"fingerprint", "kim")
    network = Network(MarketId("default"), 1, (), (), ())
    return Draft(ORDER, placing, "standard", question, list(question.needs), TWO_NODES, network)


def test_a_capture_tells_what_was_ordered_a_kit_as_one_line():
    fact = told.captured(draft())

    assert (fact.subject, fact.order_id) == (f"orders/{ORDER}", ORDER)
    assert data(fact, "order.captured") == OF_ORDER | {
        "channel": "web",
        "external_id": "100045",
        "currency": "EUR",
        "total": 4000 - 400 + 720 + 3000 + 599,
        "method": "ship",
        "lines": [
            {"line": 1, "sku": "SET", "quantity": 1},
            {"line": 2, "sku": "HAT", "quantity": 2},
        ],
        "actor": "kim",
    }


@pytest.mark.parametrize("method", Method)
def test_a_capture_by_any_method_fits_its_schema(method):
    assert data(told.captured(draft(method)), "order.captured")["method"] == method


def test_a_plan_tells_each_nodes_units_by_line_and_its_working_day():
    days = {LYON: date(2026, 3, 2), PARIS: date(2026, 3, 3)}

    fact = told.planned(ORDER, TWO_NODES, CLAIMS, days)

    assert data(fact, "sourcing.planned") == OF_ORDER | {
        "cost": 1680,
        "shipments": [
            {
                "node": "LYON",
                "lane": "ground",
                "day": "2026-03-02",
                "lines": [{"line": 1, "sku": "GLOVE", "quantity": 2}],
            },
            {
                "node": "PARIS",
                "lane": "ground",
                "day": "2026-03-03",
                "lines": [{"line": 1, "sku": "HAT", "quantity": 1}],
            },
        ],
    }


def test_a_plan_for_pickup_has_no_lane():
    plan = Plan((Shipment(LYON, None, ((GLOVE, 2),), 160, 0, 20),), cost=20)

    fact = told.planned(ORDER, plan, CLAIMS[:1], {LYON: date(2026, 3, 2)})

    (shipment,) = data(fact, "sourcing.planned")["shipments"]
    assert shipment["lane"] is None


@pytest.mark.parametrize(
    ("until", "shown"), [(None, None), (datetime(2026, 3, 4, tzinfo=UTC), "2026-03-04T00:00:00Z")]
)
def test_a_hold_tells_who_why_and_until_when(until, shown):
    hold = Hold(ORDER, UUID(int=7), HoldKind.FRAUD, HELD.reason, "kim", AT, until, None, None, None)

    assert data(told.held(hold), "order.held") == OF_ORDER | {
        "kind": "fraud",
        "reason": "the card is from elsewhere",
        "actor": "kim",
        "until": shown,
    }


@pytest.mark.parametrize("kind", HoldKind)
def test_a_hold_of_any_kind_fits_its_schema(kind):
    hold = Hold(ORDER, UUID(int=7), kind, "why not", "kim", AT, None, None, None, None)
    assert data(told.held(hold), "order.held")["kind"] == kind


def test_a_hold_that_is_lifted_tells_who_lifted_it_and_why():
    assert data(told.unheld(LIFTED), "order.unheld") == OF_ORDER | {
        "kind": "fraud",
        "reason": "she called",
        "actor": "lee",
    }


def test_a_hold_that_still_stands_cannot_be_told_as_lifted():
    with pytest.raises(jsonschema_rs.ValidationError):
        data(told.unheld(HELD), "order.unheld")


def test_a_cancellation_tells_units_of_lines():
    units = [Cancellation(ORDER, LineNo(2), 1, "too small", "kim")]

    fact = told.canceled(ORDER, units, actor="kim", reason="too small")

    assert data(fact, "order.canceled") == OF_ORDER | {
        "lines": [{"line": 2, "quantity": 1}],
        "actor": "kim",
        "reason": "too small",
    }


def test_a_closed_order_tells_no_more_than_which_it_is():
    assert data(told.closed(ORDER), "order.closed") == OF_ORDER


def test_supply_is_a_fact_of_its_market_and_of_no_order():
    fact = told.supplied(MarketId("default"), [GLOVE, HAT])

    assert (fact.subject, fact.order_id) == ("markets/default", None)
    assert data(fact, "inventory.supplied") == {"skus": ["GLOVE", "HAT"]}


@pytest.mark.parametrize("line", [None, 3])
def test_an_exception_tells_its_kind_its_reason_and_its_line(line):
    fact = told.stuck(ORDER, "sourcing.unroutable", "no node has the units", line)

    assert data(fact, "exception.opened") == OF_ORDER | {
        "kind": "sourcing.unroutable",
        "reason": "no node has the units",
        "line": line,
    }


def test_an_exception_that_ended_tells_who_ended_it():
    closed = Closed(UUID(int=9), "sourcing.unroutable", f"orders/{ORDER}", ORDER, 3)

    fact = told.unstuck(closed, actor="kim", reason="sent another one")

    assert (fact.subject, fact.order_id) == (f"orders/{ORDER}", ORDER)
    assert data(fact, "exception.closed") == OF_ORDER | {
        "kind": "sourcing.unroutable",
        "line": 3,
        "actor": "kim",
        "reason": "sent another one",
    }


def test_an_exception_of_no_order_is_told_of_its_subject():
    closed = Closed(UUID(int=9), "journey.poison", "events/17", None, None)

    fact = told.unstuck(closed, actor="kim", reason="looked at it")

    assert (fact.subject, fact.order_id) == ("events/17", None)
    assert data(fact, "exception.closed") == {
        "kind": "journey.poison",
        "line": None,
        "actor": "kim",
        "reason": "looked at it",
    }
