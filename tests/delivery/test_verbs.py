"""Carriers' words in the database: kept once, and each parcel where they say it is."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import databases
from delivery.world import event, hours, shipped
from entrepot.delivery import browse, tell
from entrepot.delivery.expect import expect
from entrepot.delivery.model import Arrived, News, Result, Status, Tracked
from entrepot.delivery.track import track
from entrepot.plumbing import db
from entrepot.terms.order_number import number_of
from fulfillment.world import NOON, US, order_id

SCHEMAS = Path(__file__).parents[2] / "docs" / "events"
NEW, DUPLICATE, UNKNOWN = Result.NEW, Result.DUPLICATE, Result.UNKNOWN_PARCEL


async def expected(conn, *numbers: str, order: int = 1):
    id_ = await shipped(conn, *numbers, order=order)
    assert await expect(conn, US, [id_], at=NOON) == News([], [])
    return id_


async def stands(conn, id_) -> list[tuple]:
    parcels = await browse.parcels_of(conn, US, [id_])
    return [(p.tracking_number, p.status, p.status_at, p.delivered_at) for p in parcels]


async def test_a_parcel_is_pending_from_when_it_was_shipped(house):
    id_ = await expected(house, "1", "2")
    assert await stands(house, id_) == [
        ("1", "pending", NOON, None),
        ("2", "pending", NOON, None),
    ]
    (parcel, _) = await browse.parcels_of(house, US, [id_])
    assert (parcel.order_id, parcel.node_id, parcel.carrier) == (order_id(1), "LYON", "acme")


async def test_a_parcel_goes_where_its_scans_say_whatever_their_order(house):
    id_ = await expected(house, "1")

    first = await track(
        house, US, [event("out_for_delivery", 9), event("in_transit", 3)], at=hours(10)
    )
    assert first.results == [NEW, NEW]
    assert first.news.delivered == []
    assert await stands(house, id_) == [("1", "out_for_delivery", hours(9), None)]

    second = await track(house, US, [event("delivered", 11), event("in_transit", 3)], at=hours(12))
    assert second.results == [NEW, DUPLICATE]
    assert [p.delivered_at for p in second.news.delivered] == [hours(11)]
    assert [s.event.status for s in second.news.scanned] == [Status.DELIVERED]
    assert await stands(house, id_) == [("1", "delivered", hours(11), hours(11))]

    third = await track(house, US, [event("in_transit", 20), event("delivered", 10)], at=hours(21))
    assert third.news.delivered == []
    assert await stands(house, id_) == [("1", "delivered", hours(10), hours(10))]

    await track(house, US, [event("return_to_sender", 30)], at=hours(31))
    assert await stands(house, id_) == [("1", "return_to_sender", hours(30), None)]


async def test_an_event_twice_in_one_call_is_taken_once(house):
    await expected(house, "1")
    said = replace(event("in_transit", 1), location="Lyon", description="on the road")

    tracked = await track(house, US, [said, replace(said, location="Nice")], at=hours(2))

    assert tracked.results == [NEW, DUPLICATE]
    (scan,) = await browse.scans_of(house, US, [("1", "acme")])
    assert json.loads(scan.detail) == {"location": "Lyon", "description": "on the road"}
    assert (scan.occurred_at, scan.received_at) == (hours(1), hours(2))


async def test_words_about_an_unknown_parcel_count_once_it_is_expected(house):
    early = await track(house, US, [event("in_transit", 1), event("delivered", 5)], at=hours(6))
    assert early == Tracked([UNKNOWN, UNKNOWN], News([], []))
    assert (await track(house, US, [event("delivered", 5)], at=hours(6))).results == [DUPLICATE]

    id_ = await shipped(house, "1")
    news = await expect(house, US, [id_], at=hours(7))

    assert [s.event.status for s in news.scanned] == [Status.IN_TRANSIT, Status.DELIVERED]
    assert [p.delivered_at for p in news.delivered] == [hours(5)]
    assert await stands(house, id_) == [("1", "delivered", hours(5), hours(5))]


async def test_expecting_again_changes_nothing(house):
    id_ = await expected(house, "1")
    await track(house, US, [event("delivered", 5)], at=hours(6))
    assert await expect(house, US, [id_], at=hours(7)) == News([], [])
    assert await stands(house, id_) == [("1", "delivered", hours(5), hours(5))]


async def test_a_number_on_two_packages_moves_both_and_another_carrier_s_moves_none(house):
    one, two = await expected(house, "1"), await expected(house, "1", order=2)

    tracked = await track(
        house, US, [event("delivered", 5), event("in_transit", 6, carrier="other")], at=hours(6)
    )

    assert tracked.results == [NEW, UNKNOWN]
    assert [p.fulfillment_order_id for p in tracked.news.delivered] == [one, two]
    assert await stands(house, one) == await stands(house, two)


async def test_work_has_arrived_with_its_last_parcel(house):
    id_ = await expected(house, "1", "2")
    await track(house, US, [event("delivered", 5)], at=hours(6))
    assert await browse.all_delivered(house, US, [id_]) == []
    await track(house, US, [event("delivered", 4, "2")], at=hours(6))
    assert await browse.all_delivered(house, US, [id_]) == [Arrived(id_, hours(5))]


async def test_work_that_is_not_expected_yet_has_not_arrived(house):
    assert await browse.all_delivered(house, US, [await shipped(house, "1")]) == []


async def test_nothing_said_is_nothing_new(house):
    assert await track(house, US, [], at=NOON) == Tracked([], News([], []))
    assert await expect(house, US, [], at=NOON) == News([], [])


async def test_another_market_hears_nothing(house):
    id_ = await expected(house, "1")
    assert (await track(house, "BR", [event("delivered", 5)], at=hours(6))).results == [UNKNOWN]
    assert await stands(house, id_) == [("1", "pending", NOON, None)]


WORDS = st.lists(
    st.builds(
        event, st.sampled_from(list(Status)), st.integers(-1, 3), st.sampled_from(["1", "2"])
    ),
    min_size=1,
    max_size=6,
)


async def test_the_invariant_agrees_with_the_rule_on_anything_a_carrier_may_say(conn):
    from entrepot.bootstrap import invariants

    checks = {k: q for k, q in invariants().items() if k.startswith("delivery.")}
    id_ = await expected(conn, "1", "2")
    cases: list[list] = []

    @settings(max_examples=60, deadline=None, database=None)
    @given(WORDS)
    def collect(words):
        cases.append(words)

    collect()
    for words in cases:
        transaction = conn.transaction()
        await transaction.start()
        await track(conn, US, words[:2], at=hours(9))
        await track(conn, US, words[2:], at=hours(9))
        broken = {name: await conn.fetch(query.text) for name, query in checks.items()}
        assert {name: rows for name, rows in broken.items() if rows} == {}, words
        await transaction.rollback()
    assert len(await browse.parcels_of(conn, US, [id_])) == 2


def data(fact) -> dict:
    schema = json.loads((SCHEMAS / f"{fact.type}.json").read_text("utf-8"))
    value = json.loads(fact.data)
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(value)
    return value


async def test_what_is_new_is_told_with_all_that_is_known(house):
    id_ = await expected(house, "1")
    said = replace(event("delivered", 5), location="Nice", description="left with a neighbor")
    tracked = await track(house, US, [said, said], at=hours(6))

    scanned, delivered = tell.facts(tracked.news, actor="acme-hook")

    known = {
        "order_id": str(order_id(1)),
        "order_number": number_of(order_id(1)),
        "fulfillment_order_id": str(id_),
        "node": "LYON",
        "lines": [{"line": 1, "sku": "GLOVE", "quantity": 2}],
        "actor": "acme-hook",
        "tracking_number": "1",
        "carrier": "acme",
    }
    assert (scanned.type, delivered.type) == ("delivery.scanned", "delivery.delivered")
    assert (scanned.subject, scanned.order_id) == (f"fulfillment-orders/{id_}", order_id(1))
    assert data(scanned) == known | {
        "status": "delivered",
        "occurred_at": "2026-03-02T17:00:00Z",
        "parcel_status": "delivered",
        "location": "Nice",
        "reason": "left with a neighbor",
    }
    assert data(delivered) == known | {"delivered_at": "2026-03-02T17:00:00Z"}


@pytest.mark.parametrize("count", [1, 60])
async def test_the_number_of_statements_does_not_depend_on_the_number_of_events(house, count):
    for order in range(count):
        await expected(house, str(order), order=order)
    with databases.statements(house) as told:
        events = [event("delivered", 5, str(order)) for order in range(count)]
        tracked = await track(house, US, events, at=hours(6))

        await asyncio.sleep(0)  # the driver tells its listeners at the loop's next turn
        assert len(tracked.news.delivered) == count
        assert len(told) == 5


AWAY = (
    "DELETE FROM delivery.parcel WHERE fulfillment_order_id = $1",
    "DELETE FROM fulfillment.package WHERE fulfillment_order_id = $1",
    "DELETE FROM fulfillment.move WHERE fulfillment_order_id = $1",
    "DELETE FROM fulfillment.line WHERE fulfillment_order_id = $1",
    "DELETE FROM fulfillment.fulfillment_order WHERE fulfillment_order_id = $1",
    "DELETE FROM delivery.scan WHERE tracking_number = 'RACE' AND $1::uuid IS NOT NULL",
)


async def test_a_scan_and_its_parcel_do_not_pass_each_other_unseen(dsn):
    carrier, node = await db.connect(dsn), await db.connect(dsn)
    try:
        id_ = await shipped(node, "RACE")
        said = [event("delivered", 5, "RACE")]
        async with node.transaction():
            await expect(node, US, [id_], at=NOON)
            scanning = asyncio.create_task(scan_in_a_transaction(carrier, said))
            await asyncio.sleep(0.05)
            assert not scanning.done(), "it waits for the commit that expects the parcel"
        tracked = await scanning
        assert tracked.results == [NEW]
        assert await stands(node, id_) == [("RACE", "delivered", hours(5), hours(5))]
    finally:
        for statement in AWAY:
            await node.execute(statement, id_)
        await carrier.close()
        await node.close()


async def scan_in_a_transaction(conn, events) -> Tracked:
    async with conn.transaction():
        return await track(conn, US, events, at=hours(6))
