"""After the order: its date moves when it must, its work is watched, late work goes elsewhere."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from entrepot.plumbing import db
from scenarios.client import Client
from scenarios.shop import PATIENCE_S, eventually

WEEK = timedelta(days=7)

PROMISED_AGO = """
UPDATE orders."order" SET
    promised_earliest = promised_earliest - $2::interval,
    promised_latest = promised_latest - $2::interval
WHERE order_id = $1::uuid
"""
PLANNED_AGO = """
UPDATE fulfillment.fulfillment_order SET
    day = (day - $2::interval)::date,
    ship_by = ship_by - $2::interval
WHERE order_id = $1::uuid
"""
DUE_AGO = """
UPDATE promise.milestone SET
    watch_at = release_by - $2::interval,
    release_by = release_by - $2::interval,
    accept_by = accept_by - $2::interval
WHERE order_id = $1::uuid
"""
MOVED_AGO = """
UPDATE fulfillment.fulfillment_order SET moved_at = moved_at - $2::interval
WHERE order_id = $1::uuid
"""

LOOKED_AT = """
SELECT NOT EXISTS (SELECT FROM plumbing.outbox) AND EXISTS (
    SELECT FROM plumbing.cursor AS c
    INNER JOIN plumbing.feed AS f ON c.market = f.market
    WHERE c.market = 'default' AND c.step = 'promise.revise' AND c.sequence >= f.last_sequence
)
"""
"""Whether what has happened so far was looked at: time passes for it afterwards."""

Pass = Callable[[dict, timedelta], None]


def passing(system, *changes: str) -> Pass:
    """Make what lets time pass for one order: nobody waits a week for a story."""

    async def run(order: dict, span: timedelta) -> None:
        conn = await db.connect(system.database_url)
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not await conn.fetchval(LOOKED_AT):  # noqa: ASYNC110 - nothing tells of it
                    await asyncio.sleep(0.05)
            async with conn.transaction():
                for change in changes:
                    await conn.execute(change, order["id"], span)
        finally:
            await conn.close()

    return lambda order, span: asyncio.run(run(order, span))


@pytest.fixture
def aged(system) -> Pass:
    """Let an order have been promised and planned so long before."""
    return passing(system, PROMISED_AGO, PLANNED_AGO)


@pytest.fixture
def idle(system) -> Pass:
    """Let an order's work have lain so long with a node that has not taken it on."""
    return passing(system, DUE_AGO, MOVED_AGO)


def latest(order: dict) -> datetime:
    return datetime.fromisoformat(order["promise"]["latest"])


def alarmed(shop, **filters: object) -> list[str]:
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    answer = shop.client.get(f"/v1/fulfillment-orders?limit=200&{query}").expect(200)
    return [each["id"] for each in answer.json["items"]]


def test_a_late_hand_over_moves_the_date_once_with_its_reason(shop, aged):
    sku, node = shop.stocked(5)
    order = shop.buy([(sku, 1)])
    first = latest(order)
    [work] = shop.released(order)
    aged(order, WEEK)
    number = shop.ship(work)
    [fact] = shop.told(order, "promise.revised")
    told = fact["data"]
    assert datetime.fromisoformat(told["from"]) == first - WEEK
    assert datetime.fromisoformat(told["to"]) == first
    assert (told["why"], told["cause"], told["maker"]) == ("later", "hand_over", "rules")
    assert told["reason"].startswith(f"{node.removesuffix(f'-{shop.tag}')} handed it over on ")

    shop.scan((number, "in_transit", "2026-11-21T08:00:00Z"))
    shop.told(order, "delivery.scanned")
    seen = shop.read(order)
    assert latest(seen) == first
    assert [each["cause"] for each in seen["promises"]] == ["captured", "hand_over"]
    assert seen["promises"][1]["maker"] == "rules"
    assert "promise.revised" in [each["type"] for each in seen["timeline"]]
    shop.scan((number, "delivered", "2026-11-21T10:00:00Z"))
    shop.becomes(order, "closed")
    assert shop.events(order).count("promise.revised") == 1


def test_an_hours_move_is_told_to_nobody(shop, system):
    change = (
        'UPDATE orders."order" SET promised_latest = promised_latest - $2::interval'
        " WHERE order_id = $1::uuid"
    )
    sku, _ = shop.stocked(5)
    order = shop.buy([(sku, 1)])
    [work] = shop.released(order)
    passing(system, change)(order, timedelta(hours=1))
    number = shop.ship(work)
    shop.scan((number, "delivery_delayed", "2026-11-20T08:00:00Z"))  # it is looked at again
    shop.told(order, "delivery.scanned")
    shop.scan((number, "delivered", "2026-11-21T10:00:00Z"))
    shop.becomes(order, "closed")
    assert [each["data"] for each in shop.facts(order) if each["type"] == "promise.revised"] == []


def test_milestones_are_shown_with_the_work(shop):
    sku, node = shop.stocked(5)
    order = shop.buy([(sku, 1)])
    [work] = shop.released(order)
    shown = shop.client.get(f"/v1/fulfillment-orders/{work['id']}").expect(200).json["milestones"]
    times = [shown[f"{each}_by"] for each in ("release", "accept", "pick", "ship", "deliver")]
    assert [datetime.fromisoformat(each) for each in times] == sorted(
        datetime.fromisoformat(each) for each in times
    )
    assert datetime.fromisoformat(shown["deliver_by"]) == latest(order)
    assert (shown["alarm"], shown["missed"], shown["cause"]) == (None, False, None)
    listed = shop.client.get(f"/v1/fulfillment-orders?node={node}").expect(200).json["items"]
    assert [each["milestones"] for each in listed] == [shown]
    assert shop.works(order)[0]["milestones"]["ship_by"] == shown["ship_by"]
    assert alarmed(shop, node=node, at_risk="true") == []


def test_a_silent_store_loses_the_work_before_the_promise_breaks(shop, idle):
    sku = shop.item()
    silent, other = shop.store("SILENT"), shop.store("TAKES-IT", handling_cost=1)
    for node in (silent, other):
        shop.stock(sku, node, 5)
    order = shop.buy([(sku, 1)])
    [work] = shop.released(order)
    assert work["node"] == silent
    idle(order, timedelta(days=9))

    [fact] = shop.told(order, "milestone.missed")
    assert (fact["data"]["milestone"], fact["data"]["node"]) == ("accept", silent)

    def moved() -> dict:
        works = shop.works(order, "released")
        assert [each["node"] for each in works] == [other], works
        return works[0]

    eventually(moved, what="the other store has it")
    seen = shop.read(order)
    assert [each["state"] for each in seen["fulfillment_orders"] if each["node"] == silent] == [
        "canceled"
    ]
    assert latest(seen) == latest(order)
    reasons = {each["type"]: each["reason"] for each in seen["timeline"]}
    assert reasons["fulfillment.canceled"] == "its node does not do it in time"
    assert "it should have been accepted by" in reasons["milestone.missed"]
    eventually(lambda: not shop.exceptions(order), what="nobody need look")
    assert shop.balance(sku, silent) == (5, 0)
    assert "promise.revised" not in shop.events(order)


def test_where_nobody_else_makes_the_date_one_alert_is_raised_and_ends_with_the_work(shop, idle):
    sku, node = shop.stocked(5)
    order = shop.buy([(sku, 1)])
    [work] = shop.released(order)
    idle(order, timedelta(days=9))
    trouble = shop.stuck(order)
    assert (trouble["kind"], trouble["detail"]["node"]) == ("promise.at_risk", node)
    assert alarmed(shop, node=node, at_risk="true") == [work["id"]]
    assert alarmed(shop, node=node, late_by=60) == [work["id"]]
    assert alarmed(shop, node=node, late_by=366 * 1440) == []
    assert alarmed(shop, node=node, late_by=60, state="packed") == []

    idle(order, timedelta(0))  # it is looked at again
    shop.pack(work)
    idle(order, timedelta(0))
    eventually(lambda: not shop.exceptions(order), what="the alert has ended")
    assert shop.events(order).count("milestone.missed") == 1
    assert alarmed(shop, node=node, at_risk="true") == []


def test_outcomes_become_figures(shop):
    sku, node = shop.stocked(5)
    order = shop.buy([(sku, 1)])
    number = shop.ship(shop.released(order)[0])
    shop.scan((number, "delivered", "2026-11-29T10:00:00Z"))
    shop.becomes(order, "closed")

    def figures() -> list[dict]:
        path = f"/v1/performance/carriers?node={node}&by=carrier&by=node&by=area"
        items = shop.client.get(path + "&from=2026-01-01&to=2027-12-31").expect(200).json["items"]
        assert items, "not counted yet"
        return items

    [figure] = eventually(figures, what="counted")
    assert (figure["carrier"], figure["node"], figure["area"]) == ("acme", node, "US-TX")
    assert (figure["parcels"], figure["promised"]) == (1, 1)
    assert figure["on_time_rate"] in {0.0, 1.0}
    [mine] = shop.client.get(f"/v1/performance/nodes?node={node}").expect(200).json["items"]
    assert (mine["works"], mine["rejected"], mine["rejection_rate"]) == (1, 0, 0.0)
    assert mine["handling_minutes_median"] == mine["handling_minutes_p90"] == 5
    assert mine["on_time_rate"] == 1.0


def test_figures_come_in_pages(shop):
    for name in ("A", "B", "C"):
        sku = shop.item(name)
        shop.stock(sku, shop.node(name), 5)
    orders = [shop.buy([(f"{name}-{shop.tag}", 1)]) for name in ("A", "B", "C")]
    for order in orders:
        shop.ship(shop.released(order)[0])
    wanted = dict.fromkeys(shop.nodes, 1)

    def all_counted() -> dict[str, int]:
        seen, path = {}, "/v1/performance/nodes?limit=1&by=service"
        while path:
            page = shop.client.get(path).expect(200)
            seen |= {each["node"]: each["works"] for each in page.json["items"]}
            link = page.headers.get("link", "")
            path = link[1 : link.index(">")] if link else ""
        found = {node: seen.get(node) for node in wanted}
        assert found == wanted
        return found

    eventually(all_counted, what="every page")


@pytest.mark.parametrize(
    "query",
    [
        "fulfillment-orders?late_by=-1", "fulfillment-orders?late_by=x",
        "fulfillment-orders?late_by=9999999", "fulfillment-orders?at_risk=maybe",
        "fulfillment-orders?at_risk=1&at_risk=0",
        "performance/carriers?from=yesterday", "performance/carriers?from=2026-13-01",
        "performance/carriers?from=2026-02-01&to=2026-01-01",
        "performance/carriers?from=1900-01-01&to=2026-01-01",
        "performance/carriers?by=moon", "performance/carriers?limit=0",
        "performance/carriers?cursor=x", "performance/carriers?cursor=WzFd",
        "performance/carriers?cursor=W251bGwsMSwyLDMsIngiXQ",
        "performance/carriers?area=x", "performance/carriers?surprise=1",
        "performance/nodes?by=carrier", "performance/nodes?cursor=bnVsbA",
        "performance/nodes?to=0001-01-01&from=9999-12-31",
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_refused(client, query):
    answer = client.get(f"/v1/{query}").expect(422)
    assert answer.json["errors"]


def test_a_span_may_end_with_the_calendar(client):
    client.get("/v1/performance/nodes?to=0001-01-01").expect(200)
    client.get("/v1/performance/carriers?from=9999-12-30&to=9999-12-31").expect(200)


def test_who_may_not_read_work_sees_no_figures(make_keys, system):
    [key] = make_keys([frozenset({"orders:read"})])
    other = Client(system.url, key)
    other.get("/v1/performance/nodes").expect(403)
    other.get("/v1/performance/carriers").expect(403)
    other.close()
