"""Work is found by its node, its order and its parcel."""

import re
from uuid import UUID

import pytest

from entrepot.fulfillment import browse
from entrepot.fulfillment.model import FulfillmentOrder
from entrepot.fulfillment.release import release
from entrepot.fulfillment.states import State
from entrepot.plumbing import db
from fulfillment.world import NOON, TO_SHIPPED, US, bring, new, opened, order_id


def literal(value) -> str:
    return f"'{{{value[0]}}}'" if isinstance(value, list) else f"'{value}'"


async def ids(conn, *, after=browse.BEFORE_ALL, most=10, **filters):
    wanted = {"node_id": None, "states": None, "method": None} | filters
    page = await browse.listed(conn, US, after=after, most=most, **wanted)
    return [work.id for work in page]


async def test_lists_are_filtered_and_paged_by_id(house):
    a, b, c, d = await opened(
        house, new(), new(node="NICE"), new(method="pickup"), new((1, "A", 1), (2, "B", 1))
    )
    await bring(house, a, release)
    await bring(house, c, release)

    assert await ids(house) == [a, b, c, d]
    assert await ids(house, most=2) == [a, b]
    assert await ids(house, after=b, most=2) == [c, d]
    assert await ids(house, node_id="LYON") == [a, c, d]
    assert await ids(house, node_id="LYON", states=[State.RELEASED]) == [a, c]
    assert await ids(house, node_id="LYON", states=[State.RELEASED], method="pickup") == [c]
    assert await ids(house, states=[State.PLANNED]) == [b, d]
    assert await ids(house, node_id="LYON", states=[State.RELEASED, State.PLANNED]) == [a, c, d]


@pytest.mark.parametrize(
    ("statement", "indexes"),
    [
        ("work_list", {"fulfillment_order_of_node"}),
        ("unfinished", {"fulfillment_order_of_node", "fulfillment_order_due"}),
    ],
)
async def test_what_waits_is_found_without_walking_past_all_that_left(conn, statement, indexes):
    await conn.execute(
        "INSERT INTO fulfillment.fulfillment_order (market, fulfillment_order_id, order_id,"
        " node_id, method, service, state, day, release_at, made_at, moved_at)"
        " SELECT 'US', lpad(to_hex(n), 32, '0')::uuid, lpad('', 32, '0')::uuid, 'N' || n % 20,"
        " 'ship', 'standard', CASE WHEN n > 4900 THEN 'released' ELSE 'delivered' END,"
        " '2026-03-02', $1, $1, $1 FROM generate_series(1, 5000) AS n",
        NOON,
    )
    await conn.execute("ANALYZE fulfillment.fulfillment_order")
    query = browse.V[statement]

    await conn.execute(f"PREPARE page AS {query.text}")
    values = {"market": US, "node_id": "N1", "states": ["released"], "after": UUID(int=0),
              "method": "ship", "most": 10}  # fmt: skip
    given = ", ".join(literal(value) for value in query.places(values))
    plan = await conn.fetch(f"EXPLAIN EXECUTE page ({given})")
    await conn.execute("DEALLOCATE page")

    text = "\n".join(row[0] for row in plan)
    assert set(re.findall(r"fulfillment_order_\w+(?= on )", text)) == indexes
    rows = await db.fetch(
        conn, query, FulfillmentOrder,
        market=US, node_id="N1", states=["released"], after=browse.BEFORE_ALL, method=None, most=4,
    )  # fmt: skip
    assert [row.fulfillment_order_id.int for row in rows] == [4901, 4921, 4941, 4961]


async def test_an_order_shows_all_its_work_with_its_lines(house):
    first, second = await opened(house, new((2, "HAT", 1), (1, "GLOVE", 2)), new(node="NICE"))
    await opened(house, new(order=2))

    works = await browse.of_orders(house, US, [order_id(1)])

    assert [work.id for work in works] == [first, second]
    assert [(x.line_no, x.sku, x.quantity) for x in works[0].lines] == [
        (1, "GLOVE", 2),
        (2, "HAT", 1),
    ]


async def test_a_parcel_leads_to_its_work(house):
    first, second = await opened(house, new(), new(order=2))
    await bring(house, first, *TO_SHIPPED)
    await bring(house, second, *TO_SHIPPED)

    found = await browse.by_tracking(house, US, "1Z999", "acme")

    assert [p.fulfillment_order_id for p in found] == [first, second]
    assert await browse.by_tracking(house, US, "1Z999", "other") == []
    assert len(await browse.by_tracking(house, US, "1Z999")) == 2
