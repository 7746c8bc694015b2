"""Orders that have happened elsewhere stand here as they ended, each step at its own time."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import jsonschema_rs
import pytest

from entrepot.catalog.model import Item, Part
from entrepot.catalog.upsert import upsert
from entrepot.fulfillment import browse as fulfillment
from entrepot.fulfillment.release import release_due
from entrepot.inventory import browse as inventory
from entrepot.inventory import ledger
from entrepot.inventory.model import Delta, MovementKind
from entrepot.inventory.move import move
from entrepot.journey import happened
from entrepot.journey.happened import WhyNotTakenOver
from entrepot.journey.history import TakenOver, take_over
from entrepot.journey.progress import standings
from entrepot.journey.read import read_orders
from entrepot.journey.table import rows
from entrepot.network.model import NodeRow
from entrepot.network.open import open_market
from entrepot.network.upsert import upsert_nodes
from entrepot.orders.hold import unhold
from entrepot.orders.model import HoldKind
from entrepot.ports.history import PastLine, PastOrder, PastParcel, Stage
from entrepot.ports.sale import Payment, ShipTo
from entrepot.terms.ids import MarketId, NodeId, Sku, uuid7_ms
from entrepot.terms.outcome import Refused

EVENTS = Path(__file__).parents[2] / "docs" / "events"
MARKET = MarketId("moving-in")
BRT = timezone(timedelta(hours=-3))
PLACED = datetime(2025, 3, 1, 10, 0, tzinfo=BRT)
RELEASED, LEFT, ARRIVED = (PLACED + timedelta(days=d) for d in (1, 3, 9))
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANA, BIA = NodeId("ana"), NodeId("bia")


def line(number: int, sku: str, quantity: int, node: NodeId | None, price: int = 1000) -> PastLine:
    return PastLine(str(number), Sku(sku), quantity, price, node)


TWO_SELLERS = PastOrder(
    external_id="77",
    placed_at=PLACED,
    currency="BRL",
    lines=(line(1, "LAMP", 2, ANA), line(2, "MUG", 1, BIA, 550)),
    stage=Stage.DELIVERED,
    status="delivered",
    ship_to=ShipTo("", "", "recife", "50010", "BR", region="PE"),
    shipping=399,
    payment=Payment("boleto", "", 2949),
    released_at=RELEASED,
    handed_over_at=LEFT,
    delivered_at=ARRIVED,
    promised_by=PLACED + timedelta(days=14),
    parcels=(PastParcel(ANA, "correios", "BR1"),),
)


@pytest.fixture
async def conn(house):
    await open_market(house, MARKET)
    nodes = [
        NodeRow(
            name, name, "supplier", '{"country":"BR","postal_code":"50010"}', "America/Recife",
            None, None, None, ["ship"], 0, enabled=True,
        )
        for name in (ANA, BIA)
    ]  # fmt: skip
    await upsert_nodes(house, MARKET, nodes)
    items = [
        Item(Sku("LAMP"), "Lamp"),
        Item(Sku("MUG"), "Mug"),
        Item(Sku("SET"), "Set", components=(Part(Sku("LAMP"), 1), Part(Sku("MUG"), 2))),
    ]
    await upsert(house, MARKET, items, at=NOW)
    return house


async def took(conn, *past: PastOrder):
    return await take_over(conn, MARKET, past, channel="old", source="old-shop", at=NOW)


async def one(conn, past: PastOrder):
    """Take one order over and read it as it stands."""
    answer = (await took(conn, past))[0]
    assert isinstance(answer, TakenOver), answer
    return (await read_orders(conn, MARKET, [answer.order_id]))[0]


async def balances(conn):
    found = await inventory.positions(
        conn, MARKET, skus=None, node_id=None, after=("", ""), most=99
    )
    return {(p.sku, p.node_id): (p.on_hand, p.reserved) for p in found}


async def test_a_delivered_order_is_closed_with_every_time_its_own(conn):
    order = await one(conn, TWO_SELLERS)
    assert order["phase"] == "closed"
    assert order["total"] == 2 * 1000 + 550 + 399
    assert order["placed_at"] == order["captured_at"] == "2025-03-01T13:00:00Z"
    assert order["promise"]["latest"] == "2025-03-15T13:00:00Z"
    assert [line["quantities"]["delivered"] for line in order["lines"]] == [2, 1]
    assert [n["node"] for n in order["plan"]["nodes"]] == [ANA, BIA]
    assert [
        (s["carrier"], s["tracking_number"], s["status"], s["shipped_at"], s["delivered_at"])
        for s in order["shipments"]
    ] == [
        ("correios", "BR1", "delivered", LEFT, ARRIVED),
        ("old-shop", "77-2", "delivered", LEFT, ARRIVED),
    ]
    closed = await conn.fetchval("SELECT at FROM orders.closing WHERE market = $1", MARKET)
    captured = await conn.fetchval('SELECT captured_at FROM orders."order" LIMIT 1')
    assert (captured, closed) == (PLACED, ARRIVED)


async def test_its_nodes_made_every_move_at_the_time_known_of_it(conn):
    answer = (await took(conn, TWO_SELLERS))[0]
    works = await fulfillment.of_orders(conn, MARKET, [answer.order_id])
    moves = await fulfillment.moves_of(conn, MARKET, [works[0].id])
    assert [(move.verb, move.at) for move in moves] == [
        ("release", RELEASED),
        ("accept", RELEASED),
        ("finish_pick", LEFT),
        ("pack", LEFT),
        ("ship", LEFT),
        ("deliver", ARRIVED),
    ]
    assert {move.actor for move in moves} == {"old-shop"}
    assert (works[0].head.made_at, works[0].head.day) == (PLACED, LEFT.date())


async def entries(conn, sku):
    """Read what the ledger says of a sku at Ana's, newest first."""
    return await ledger.movements(
        conn, MARKET, Sku(sku), node_id=ANA, since=None, until=None, most=9
    )


async def test_the_ledger_tells_of_units_that_came_were_claimed_and_left(conn):
    answer = (await took(conn, TWO_SELLERS))[0]
    told = await entries(conn, "LAMP")
    assert [(e.kind, e.on_hand_delta, e.reserved_delta, e.at) for e in reversed(told)] == [
        ("receipt", 2, 0, PLACED),
        ("reserve", 0, 2, PLACED),
        ("ship", -2, -2, LEFT),
    ]
    assert told[-1].reference == "history:old-shop:77"
    assert {e.order_id for e in told[:-1]} == {answer.order_id}
    assert await balances(conn) == {("LAMP", ANA): (0, 0), ("MUG", BIA): (0, 0)}


async def test_stock_that_is_here_already_stays_free(conn):
    there = Delta(MovementKind.RECEIPT, Sku("LAMP"), ANA, 5)
    await move(conn, MARKET, [there], at=NOW)
    await took(conn, TWO_SELLERS, replace(TWO_SELLERS, external_id="78", stage=Stage.PLANNED))
    assert await balances(conn) == {("LAMP", ANA): (7, 2), ("MUG", BIA): (1, 1)}


@pytest.mark.parametrize("stage", list(Stage))
async def test_each_stage_leads_to_its_phase(conn, stage):
    answer = (await took(conn, replace(TWO_SELLERS, stage=stage)))[0]
    standing = await standings(conn, MARKET, [answer.order_id])
    assert standing[answer.order_id].phase is happened.PHASES[stage]


async def test_again_changes_nothing(conn):
    movements = "SELECT count(*) FROM inventory.movement WHERE market = $1"
    facts = "SELECT count(*) FROM plumbing.outbox WHERE market = $1"
    first = await took(conn, TWO_SELLERS)
    before = await conn.fetchval(movements, MARKET)
    changed = replace(TWO_SELLERS, stage=Stage.CANCELED)
    again = await took(conn, TWO_SELLERS, changed)
    assert again == [TakenOver(first[0].order_id, known=True)] * 2
    assert await conn.fetchval(movements, MARKET) == before == 6
    assert await conn.fetchval(facts, MARKET) == 1


async def test_of_two_of_one_external_id_the_first_is_taken(conn):
    later = replace(TWO_SELLERS, stage=Stage.CANCELED)
    answers = await took(conn, TWO_SELLERS, later)
    assert [answer.known for answer in answers] == [False, True]
    standing = await standings(conn, MARKET, [answers[0].order_id])
    assert standing[answers[0].order_id].phase == "closed"


async def test_many_orders_are_as_many_statements_as_one(conn):
    counts = []
    await took(conn, TWO_SELLERS)  # the driver asks for the types it meets once
    for many in (1, 30):
        past = [replace(TWO_SELLERS, external_id=f"{many}-{n}") for n in range(many)]
        said: list[str] = []
        with conn.query_logger(lambda record, said=said: said.append(record.query)):
            await took(conn, *past)
        counts.append(len(said))
    assert counts[0] == counts[1] > 20


async def test_the_id_is_of_the_time_of_the_order_and_the_same_everywhere(conn):
    answer = (await took(conn, TWO_SELLERS))[0]
    assert uuid7_ms(answer.order_id) == int(PLACED.timestamp() * 1000)
    assert answer.order_id.version == 7
    assert answer.order_id == happened.id_of(TWO_SELLERS, "old")
    assert answer.order_id != happened.id_of(TWO_SELLERS, "older")


async def test_one_fact_tells_all_of_it_and_only_counting_and_the_summary_follow_it(conn):
    answer = (await took(conn, TWO_SELLERS))[0]
    facts = await conn.fetch("SELECT type, order_id, data FROM plumbing.outbox")
    assert [(fact["type"], fact["order_id"]) for fact in facts] == [
        ("order.imported", answer.order_id)
    ]
    data = json.loads(facts[0]["data"])
    assert [(each["type"], each.get("node")) for each in data["history"]] == [
        ("order.captured", None),
        ("fulfillment.released", "ana"),
        ("fulfillment.released", "bia"),
        ("fulfillment.shipped", "ana"),
        ("fulfillment.shipped", "bia"),
        ("delivery.delivered", "ana"),
        ("delivery.delivered", "bia"),
        ("order.closed", None),
    ]
    followers = [row.do for row in rows() if not row.types or "order.imported" in row.types]
    assert followers == ["promise.observe", "orders.summarize"]


@pytest.mark.parametrize("stage", list(Stage))
async def test_the_fact_fits_its_schema(conn, stage):
    schema = json.loads((EVENTS / "order.imported.json").read_text("utf-8"))
    await took(conn, replace(TWO_SELLERS, stage=stage))
    data = json.loads(await conn.fetchval("SELECT data FROM plumbing.outbox"))
    jsonschema_rs.validate(schema, data)
    assert data["stage"] == stage


async def test_planned_work_that_is_taken_over_is_released_by_no_timer(conn):
    await took(conn, replace(TWO_SELLERS, stage=Stage.PLANNED, handed_over_at=None))
    assert await release_due(conn, MARKET, actor="timer", at=NOW + timedelta(days=9999)) == []


async def test_an_unpaid_order_is_held_for_its_payment_and_claims_its_units(conn):
    order = await one(conn, replace(TWO_SELLERS, stage=Stage.UNPAID, reason="boleto not paid"))
    assert [(h["kind"], h["reason"]) for h in order["holds"]] == [("payment", "boleto not paid")]
    assert await balances(conn) == {("LAMP", ANA): (2, 2), ("MUG", BIA): (1, 1)}


async def test_an_unpaid_order_goes_to_its_nodes_once_its_hold_is_lifted(conn):
    answer = (await took(conn, replace(TWO_SELLERS, stage=Stage.UNPAID)))[0]
    assert await release_due(conn, MARKET, actor="timer", at=NOW) == []
    await unhold(
        conn, MARKET, answer.order_id, kind=HoldKind.PAYMENT, reason="paid", actor="ana", at=NOW
    )
    released = await release_due(conn, MARKET, actor="timer", at=NOW)
    assert [acted.after.head.node_id for acted in released] == [ANA, BIA]


async def test_planned_work_goes_to_its_node_when_its_history_says_so(conn):
    due = NOW + timedelta(hours=1)
    await took(conn, replace(TWO_SELLERS, stage=Stage.PLANNED, release_at=due))
    assert await release_due(conn, MARKET, actor="timer", at=NOW) == []
    assert len(await release_due(conn, MARKET, actor="timer", at=due)) == 2


async def test_units_that_could_not_be_had_wait_and_a_person_is_told(conn):
    order = await one(conn, replace(TWO_SELLERS, stage=Stage.MISSING, reason="unavailable"))
    assert [line["quantities"]["waiting"] for line in order["lines"]] == [2, 1]
    assert [(x["kind"], x["line"], x["reason"]) for x in order["exceptions"]] == [
        ("sourcing.unroutable", 1, "unavailable"),
        ("sourcing.unroutable", 2, "unavailable"),
    ]
    assert await balances(conn) == {}


async def test_a_canceled_order_holds_nothing_and_says_why(conn):
    when = PLACED + timedelta(hours=5)
    past = replace(TWO_SELLERS, stage=Stage.CANCELED, reason="customer", canceled_at=when)
    order = await one(conn, past)
    assert (order["phase"], order["plan"]) == ("canceled", None)
    assert await balances(conn) == {}
    told = await conn.fetch(
        "SELECT line_no, quantity, reason, actor, at FROM orders.cancellation ORDER BY line_no"
    )
    assert [tuple(row) for row in told] == [
        (1, 2, "customer", "old-shop", when),
        (2, 1, "customer", "old-shop", when),
    ]


async def test_a_kit_left_as_its_parts(conn):
    past = replace(TWO_SELLERS, lines=(line(1, "SET", 3, ANA),), stage=Stage.SHIPPED)
    order = await one(conn, past)
    assert order["phase"] == "shipped"
    assert order["lines"][0]["quantities"]["shipped"] == 3
    told = await entries(conn, "MUG")
    assert [e.on_hand_delta for e in reversed(told)] == [6, 0, -6]


@pytest.mark.parametrize(
    ("change", "why", "detail"),
    [
        ({"currency": "QQQ"}, WhyNotTakenOver.INVALID, "/currency QQQ is not a currency we know"),
        (
            {"lines": ()},
            WhyNotTakenOver.INVALID,
            "Expected `array` of length >= 1 - at `$.lines`",
        ),
        (
            {"handed_over_at": None},
            WhyNotTakenOver.TIMES,
            "handed_over_at is needed of an order that is delivered",
        ),
        (
            {"delivered_at": LEFT - timedelta(minutes=1)},
            WhyNotTakenOver.TIMES,
            "delivered_at lies before handed_over_at",
        ),
        (
            {"delivered_at": NOW + timedelta(days=2)},
            WhyNotTakenOver.TIMES,
            "delivered_at has not come yet",
        ),
        (
            {"lines": (line(1, "VASE", 1, ANA),)},
            WhyNotTakenOver.UNKNOWN_SKU,
            "there is no item VASE",
        ),
        (
            {"lines": (line(1, "MUG", 1, NodeId("eva")),)},
            WhyNotTakenOver.UNKNOWN_NODE,
            "line 1: there is no node eva",
        ),
        (
            {"lines": (line(1, "MUG", 1, None),)},
            WhyNotTakenOver.UNKNOWN_NODE,
            "line 1: there is no node (none named)",
        ),
    ],
)
async def test_what_cannot_have_happened_is_refused_and_nothing_of_it_written(
    conn, change, why, detail
):
    good = replace(TWO_SELLERS, external_id="78")
    answers = await took(conn, replace(TWO_SELLERS, **change), good)
    assert answers[0] == Refused(why, detail)
    assert answers[1] == TakenOver(happened.id_of(good, "old"))
    found = await conn.fetch('SELECT external_id FROM orders."order" WHERE market = $1', MARKET)
    assert [row["external_id"] for row in found] == ["78"]
