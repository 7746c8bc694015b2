"""What operations say of a node for a while: orders go elsewhere, and work that stands moves."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from entrepot.fulfillment.accept import accept
from entrepot.journey import days
from entrepot.journey.offer import Offer, available
from entrepot.journey.override import lift, override, pass_time
from entrepot.journey.why import why
from entrepot.network.model import Method, OverrideKind
from entrepot.network.override_rules import Wanted, WhyNotTaken
from entrepot.orders.model import Backorder
from entrepot.plumbing import db, mint
from entrepot.terms.ids import ChannelId, NodeId, Sku
from entrepot.terms.outcome import Done, Refused
from journey.shop import NEWARK, US, not_taken, order, placing

PAUSE, CAP, CLOSE, CUT_OFF = OverrideKind


@pytest.fixture
async def two(shop):
    """Two nodes with five of each; the nearer one is asked first."""
    await shop.node("DC")
    await shop.node("NEWARK", NEWARK)
    await shop.count("DC", TEE=5, CAP=5)
    await shop.count("NEWARK", TEE=5, CAP=5)
    return shop


def today():
    return mint.now().astimezone(ZoneInfo("America/Chicago")).date()


def soon(**after):
    return mint.now() + timedelta(**after)


async def said(shop, kind, node="DC", *, replan=False, **more):
    wanted = Wanted(NodeId(node), kind, "snow", **more)

    async def work(conn: db.Connection):
        return await override(
            conn, shop.world, US, wanted, replan=replan, actor="ann", at=mint.now()
        )

    answer = await db.in_transaction(shop.pool, work)
    await shop.world.refresh(US)
    return answer


async def lifted(shop, row):
    async def work(conn: db.Connection):
        return await lift(conn, US, row.override_id, actor="bo", reason="thaw", at=mint.now())

    answer = await db.in_transaction(shop.pool, work)
    await shop.world.refresh(US)
    return answer


async def nodes(shop, order_id) -> list[str]:
    await shop.turn()
    return [node for node, state, _ in await shop.pieces(order_id) if state == "released"]


async def reproduced(shop, order_id) -> list[tuple[str, bool]]:
    async with shop.pool.acquire() as conn:
        return [(each.kind, each.reproduced) for each in await why(conn, US, order_id)]


async def units(shop, sku="TEE"):
    market = await shop.world.market(US)
    async with shop.pool.acquire() as conn:
        offer = Offer(ChannelId("web"), (Sku(sku),))
        (told,) = await available(conn, market, [offer], at=mint.now())
    return told.totals[sku]


async def day_of(shop, day, node="DC"):
    market = await shop.world.market(US)
    async with shop.pool.acquire() as conn:
        (found,) = await days.page(conn, market, NodeId(node), day, day, at=mint.now())
    return found


async def test_nothing_new_is_planned_on_a_paused_node_and_its_stock_is_not_offered(two):
    before = await two.buy(("TEE", 1), external_id="a")
    made = (await said(two, PAUSE, ends=soon(hours=2))).value
    after = await two.buy(("TEE", 1), external_id="b")

    assert await nodes(two, before) == ["DC"]
    assert await nodes(two, after) == ["NEWARK"]
    assert await units(two) == 4
    (short,) = await two.place(placing(order(("TEE", 5), external_id="c")))
    assert not_taken(short)[0] == "short"

    assert made.row.actor == "ann"
    assert (await lifted(two, made.row)).ended_by == "bo"
    assert await nodes(two, await two.buy(("TEE", 1), external_id="d")) == ["DC"]
    assert await reproduced(two, after) == [("capture", True)]
    told = [each.type for each in await two.events("capacity.overridden", "capacity.restored")]
    assert told == ["capacity.overridden", "capacity.restored"]


async def test_a_pause_ends_by_itself_and_whoever_waits_is_served(shop):
    await shop.node("DC")
    await shop.node("NEWARK", NEWARK)
    await shop.count("DC", TEE=1)
    await said(shop, PAUSE, ends=soon(hours=1))
    waits = await shop.buy(("TEE", 1), backorder=Backorder.ALLOW)
    await shop.turn()
    assert [each[3] for each in await shop.waiting(waits)] == ["backorder"]

    assert await pass_time(shop.pool, US) == 0
    await shop.pool.execute(  # an hour goes by
        "UPDATE network.override SET begins_at = begins_at - interval '2 hours',"
        " ends_at = ends_at - interval '2 hours'"
    )
    assert await pass_time(shop.pool, US) == 1
    assert await nodes(shop, waits) == ["DC"]
    assert await shop.waiting(waits) == []


async def test_a_pause_of_one_service_leaves_the_others(two):
    await two.node("STORE", kind="store", services=["pickup", "ship"])
    await two.count("STORE", TEE=5)
    await said(two, PAUSE, "STORE", method=Method.SHIP, ends=soon(hours=1))
    shown = await day_of(two, today(), "STORE")
    assert (shown.takes_work, len(shown.why)) == (True, 1)
    fetched = await two.buy(
        ("TEE", 1), method=Method.PICKUP, service=None, pickup_node="STORE", external_id="p"
    )
    sent = await two.buy(("TEE", 1), external_id="s")
    assert await nodes(two, fetched) == ["STORE"]
    assert await nodes(two, sent) == ["DC"]
    assert await reproduced(two, sent) == [("capture", True)]


async def test_a_cap_counts_what_is_planned_already_and_the_next_best_node_is_asked(two):
    first = await two.buy(("TEE", 1), external_id="a")
    await two.turn()
    await said(two, CAP, day=today(), limit=2)
    more = [await two.buy(("TEE", 1), external_id=name) for name in "bcd"]

    assert await nodes(two, first) == ["DC"]
    assert [await nodes(two, each) for each in more] == [["DC"], ["NEWARK"], ["NEWARK"]]
    assert [await reproduced(two, each) for each in more] == [[("capture", True)]] * 3
    shown = await day_of(two, today())
    assert [(use.service, use.limit, use.planned, use.left) for use in shown.uses] == [
        ("", 2, 2, 0),
        ("ship", None, 2, None),
    ]
    assert (shown.takes_work, shown.why) == (False, ("full: 2 of 2",))


async def test_services_fill_each_by_itself_within_the_day(shop):
    own = '{"pickup":1,"ship":2}'
    services = ["pickup", "ship"]
    await shop.node(
        "STORE", kind="store", services=services, capacity_per_day=3, capacity_per_service=own
    )
    await shop.node("NEWARK", NEWARK)
    await shop.count("STORE", TEE=9)
    await shop.count("NEWARK", TEE=9)
    fetch = {"method": Method.PICKUP, "service": None, "pickup_node": "STORE"}
    asked = [placing(order(("TEE", 1), external_id=f"s{n}")) for n in range(3)]
    asked += [placing(order(("TEE", 1), external_id=f"p{n}", **fetch)) for n in range(2)]
    ids = [answer.order_id for answer in await shop.place(*asked)]
    await shop.turn()

    works = [(await shop.works(each))[0].head for each in ids]
    assert [head.node_id for head in works] == ["STORE", "STORE", "NEWARK", "STORE", "STORE"]
    first = works[0].day
    assert [head.day == first for head in works if head.node_id == "STORE"] == [
        True, True, True, False,
    ]  # fmt: skip
    assert [await reproduced(shop, each) for each in ids] == [[("capture", True)]] * 5
    shown = await day_of(shop, first, "STORE")
    assert [(use.service, use.limit, use.planned) for use in shown.uses] == [
        ("", 3, 3),
        ("ship", 2, 2),
        ("pickup", 1, 1),
    ]
    assert not shown.takes_work

    await shop.cancel(ids[0])
    await shop.world.refresh(US)
    assert await nodes(shop, await shop.buy(("TEE", 1), external_id="again")) == ["STORE"]


async def test_a_closed_day_moves_what_others_have_and_puts_the_rest_to_the_next_day(two):
    await two.count("NEWARK", TEE=1)
    can = await two.buy(("TEE", 1), external_id="a")
    cannot = await two.buy(("CAP", 3), external_id="b")
    begun = await two.buy(("TEE", 1), external_id="c")
    await two.count("NEWARK", CAP=0)
    await two.turn()
    (work,) = await two.works(begun)
    await two.do(accept, work)
    made = (await said(two, CLOSE, day=work.head.day, replan=True)).value
    assert made.not_begun == 2

    assert await nodes(two, can) == ["NEWARK"]
    assert await nodes(two, cannot) == ["DC"]
    (again,) = await two.works(cannot, "released")
    assert again.head.day == work.head.day + timedelta(days=1)
    assert await two.pieces(begun) == [("DC", "accepted", 1)]
    assert await two.balance("CAP", "DC") == (5, 3, 0)
    assert await reproduced(two, can) == [("capture", True), ("override", True)]
    assert await reproduced(two, cannot) == [("capture", True), ("override", True)]
    shown = await day_of(two, work.head.day)
    assert (shown.open, shown.why[0]) == (False, "closed: snow")


async def test_what_nobody_else_has_stays_on_a_paused_node(two):
    await two.count("NEWARK", TEE=0)
    stays = await two.buy(("TEE", 2))
    await two.turn()
    await said(two, PAUSE, ends=soon(hours=2), replan=True)
    await two.turn()
    assert await two.pieces(stays) == [("DC", "released", 2)]
    assert await two.troubles(stays) == []


async def test_a_cap_moves_the_newest_beyond_it(two):
    ids = [await two.buy(("TEE", 1), external_id=name) for name in "abc"]
    await two.turn()
    await said(two, CAP, day=today(), limit=1, replan=True)
    assert [await nodes(two, each) for each in ids] == [["DC"], ["NEWARK"], ["NEWARK"]]
    shown = await day_of(two, today())
    assert (shown.uses[0].planned, shown.uses[0].limit) == (1, 1)


async def test_another_cut_off_and_an_early_closing_hold_for_their_day_alone(two):
    day = today() + timedelta(days=1)
    await said(two, CUT_OFF, day=day, clock=time(11))
    await said(two, CLOSE, "NEWARK", day=day, clock=time(15))
    cut = [(await day_of(two, day + timedelta(days=n))).cut_off for n in (0, 1)]
    closes = [(await day_of(two, day + timedelta(days=n), "NEWARK")).cut_off for n in (0, 1)]
    here, there = ZoneInfo("America/Chicago"), ZoneInfo("America/Chicago")
    assert [each.astimezone(here).time() for each in cut] == [time(11), time(0)]
    assert [each.astimezone(there).time() for each in closes] == [time(15), time(0)]


@pytest.mark.parametrize(
    ("kind", "more", "field"),
    [
        (PAUSE, {}, "ends"),
        (PAUSE, {"ends": timedelta(hours=-1)}, "ends"),
        (PAUSE, {"ends": timedelta(days=500)}, "ends"),
        (PAUSE, {"ends": timedelta(hours=1), "begins": timedelta(hours=2)}, "ends"),
        (PAUSE, {"ends": timedelta(hours=1), "limit": 3}, "limit"),
        (CAP, {"limit": 3}, "day"),
        (CAP, {"day": 0}, "limit"),
        (CLOSE, {"day": -1}, "day"),
        (CLOSE, {"day": 0, "method": Method.SHIP}, "method"),
        (CUT_OFF, {"day": 0}, "clock"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_changes_nothing(two, kind, more, field):
    if "day" in more:
        more["day"] = today() + timedelta(days=more["day"])
    more = {
        name: mint.now() + value if isinstance(value, timedelta) else value
        for name, value in more.items()
    }
    before = await two.everything()
    refused = await said(two, kind, **more)
    assert isinstance(refused, Refused)
    assert refused.detail.partition(":")[0] == field
    assert await two.everything() == before


async def test_a_node_nobody_knows_has_no_overrides(two):
    refused = await said(two, PAUSE, "MARS", ends=soon(hours=1))
    assert refused == Refused(WhyNotTaken.UNKNOWN_NODE, "node: there is no node MARS")


async def test_one_that_has_ended_cannot_be_lifted(two):
    made = await said(two, PAUSE, ends=soon(hours=1))
    assert isinstance(made, Done)
    assert await lifted(two, made.value.row) is not None
    assert await lifted(two, made.value.row) is None
