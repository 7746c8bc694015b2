"""Nothing of a launch sells before it opens, at any node, by any process; then all of it does."""

import asyncio
from datetime import timedelta

import pytest

from entrepot.inventory import browse
from entrepot.inventory.launch_model import NOT_ON_SALE
from entrepot.inventory.states import LaunchVerb, TransferVerb
from entrepot.inventory.supply_model import Terms
from entrepot.inventory.transit import NewTransfer, TripAsk
from entrepot.journey import procure, transfer
from entrepot.journey.place import place
from entrepot.journey.placing import NotTaken, Taken
from entrepot.journey.safeguard import unsafe_positions
from entrepot.journey.world import World
from entrepot.orders.model import Backorder
from entrepot.plumbing import mint
from entrepot.terms.ids import LaunchId, NodeId, Sku, TransferId
from entrepot.terms.outcome import Done, Refused
from entrepot.work.launches import open_launches
from journey.cart_shop import wish
from journey.launches import SOON
from journey.rules import bills, followed, lines, offered, rules, safeties
from journey.shop import NEWARK, US, not_taken, order, placing, taken

SHUT = ("not_on_sale", ["/lines/0/sku"])


@pytest.fixture
async def two(shop):
    """Nine tees and caps in a DC and in Newark."""
    await shop.node("DC")
    await shop.node("NEWARK", NEWARK)
    for node in ("DC", "NEWARK"):
        await shop.count(node, TEE=9, CAP=9)
    await followed(shop)
    return shop


async def stands(shop, sku: str = "TEE") -> dict[str, int]:
    async with shop.pool.acquire() as conn:
        rows = await browse.positions(
            conn, US, skus=[Sku(sku)], node_id=None, after=("", ""), most=100
        )
    return {node: safety for (_, node), safety in safeties(rows).items()}


async def test_nothing_of_it_sells_before_it_opens_and_then_all_of_it_does(two, drop):
    await drop.planned("TEE")
    assert await stands(two) == {"DC": NOT_ON_SALE, "NEWARK": NOT_ON_SALE}
    assert await offered(two, "TEE", "CAP", "SET") == [0, 18, 0]
    answer = await drop.tries("TEE")
    assert not_taken(answer) == SHUT
    assert isinstance(answer, NotTaken)
    assert SOON.seconds - 60 < answer.retry_after_s <= SOON.seconds
    assert not_taken(await drop.tries("SET")) == SHUT
    assert isinstance(await drop.tries("CAP"), Taken)

    assert await open_launches(two.pool, two.world) == 0
    await drop.opens()
    assert (await drop.state(), await stands(two)) == ("open", {"DC": 0, "NEWARK": 0})
    assert await offered(two, "TEE") == [18]
    answers = [await drop.tries("TEE") for _ in range(19)]
    assert [isinstance(answer, Taken) for answer in answers] == [True] * 18 + [False]
    assert not_taken(answers[-1]) == ("short", ["/lines/0/quantity"])


async def test_a_process_that_has_heard_of_nothing_sells_nothing(two, drop):
    old = World(two.pool, mint.now)
    assert not (await old.market(US)).launches
    await drop.planned("TEE")
    (answer,) = await place(two.pool, old, US, [placing(order(("TEE", 1)))])
    assert not_taken(answer)[0] == "short"
    assert await two.balance("TEE", "DC") == (9, 0, 0)
    await old.refresh(US)
    (answer,) = await place(two.pool, old, US, [placing(order(("TEE", 1)))])
    assert not_taken(answer) == SHUT


async def test_a_position_that_is_made_later_is_kept_from_its_first_moment(two, drop):
    await two.opens("MUG")
    await drop.planned("MUG")
    await two.count("DC", MUG=5)
    assert await stands(two, "MUG") == {"DC": NOT_ON_SALE}
    assert not_taken(await drop.tries("MUG")) == SHUT
    await drop.opens()
    assert await offered(two, "MUG") == [5]


async def test_rules_and_their_audit_leave_it_alone(two, drop):
    await drop.planned("TEE")
    await rules(two, keep=[{"units": 2}])
    await followed(two)
    assert await stands(two) == {"DC": NOT_ON_SALE, "NEWARK": NOT_ON_SALE}
    assert await stands(two, "CAP") == {"DC": 2, "NEWARK": 2}
    await drop.opens()
    assert await stands(two) == {"DC": 2, "NEWARK": 2}
    async with two.pool.acquire() as conn:
        assert await unsafe_positions(conn, US) == []


async def test_the_bill_says_why_and_until_when(two, drop):
    launch = await drop.planned("TEE")
    await two.count("NEWARK", TEE=0)
    (found,) = await bills(two, "TEE")
    assert lines(found.bills[0]) == {"DC": [("not_on_sale", 9)], "NEWARK": []}
    (said,) = found.bills[0].nodes[0].less
    assert (said.why, said.until, said.asked) == ("drop", launch.opens_at, None)
    await drop.opens()
    (found,) = await bills(two, "TEE")
    assert lines(found.bills[0]) == {"DC": [], "NEWARK": []}


async def test_goods_may_travel_before_they_are_on_sale(two, drop):
    await drop.planned("TEE")
    market = await two.world.market(US)
    new = NewTransfer(TransferId("T"), NodeId("DC"), NodeId("NEWARK"), None, ((Sku("TEE"), 9),))
    async with two.pool.acquire() as conn, conn.transaction():
        await transfer.plan_transfer(conn, market, new, actor="ann", at=mint.now())
        for verb in (TransferVerb.SEND, TransferVerb.RECEIVE):
            ask = TripAsk(TransferId("T"), verb, "ann")
            done = await transfer.carry(conn, market, [ask], at=mint.now())
            assert isinstance(done.answers[0], Done), done.answers
    assert await two.balance("TEE", "NEWARK") == (18, 0, 0)
    assert not_taken(await drop.tries("TEE")) == SHUT


async def test_nobody_may_wait_for_it_but_who_may_preorder(two, drop):
    await drop.planned("TEE", "CAP")
    allow = {"backorder": Backorder.ALLOW}
    assert not_taken(await drop.tries("TEE", **allow)) == SHUT
    terms = Terms(Sku("CAP"), None, 1, mint.now() + SOON, 0, 0)
    market = await two.world.market(US)
    async with two.pool.acquire() as conn, conn.transaction():
        await procure.set_terms(conn, market, terms, actor="kim", at=mint.now())
    early = await drop.tries("CAP", **allow)
    assert await two.waiting(taken(early)) == [(1, "CAP", 1, "backorder")]
    assert not_taken(await drop.tries("CAP", **allow)) == SHUT  # one may wait, one does
    await two.turn()
    assert await two.waiting(taken(early)) == [(1, "CAP", 1, "backorder")]

    await drop.opens()
    await two.turn()
    assert await two.waiting(taken(early)) == []
    assert len(await two.events("inventory.supplied")) == 1


async def test_what_a_channel_has_sold_is_taken_in_and_waits(two, drop):
    await drop.planned("TEE")
    (fact,) = await two.place(placing(order(("TEE", 1)), fact=True))
    assert await two.waiting(taken(fact)) == [(1, "TEE", 1, "no_stock")]


async def test_carts_are_held_to_it_too(two, drop, carts):
    before = await carts.held(("TEE", 1))
    await drop.planned("TEE")
    (refused,) = await carts.hold(wish(("TEE", 1)))
    assert not_taken(refused) == SHUT
    (kept,) = await two.place(placing(order(("TEE", 1), reservation=before)))
    assert isinstance(kept, Taken)  # what was kept before it was planned is kept
    await drop.opens()
    assert await carts.held(("TEE", 1))


async def test_a_sku_is_in_one_launch_that_has_not_ended(two, drop):
    await drop.planned("TEE")
    refused = await drop.plan("CAP", "TEE", name="other")
    assert isinstance(refused, Refused)
    assert (refused.why.value, refused.detail) == ("taken", "TEE is in the launch drop")
    assert await stands(two, "CAP") == {"DC": 0, "NEWARK": 0}
    await drop.step(LaunchVerb.CANCEL)
    await drop.planned("CAP", "TEE", name="other")
    assert await stands(two, "CAP") == {"DC": NOT_ON_SALE, "NEWARK": NOT_ON_SALE}


@pytest.mark.usefixtures("two")
async def test_two_launches_of_one_sku_at_the_same_moment_are_one(drop):
    done = await asyncio.gather(*(drop.plan("TEE", name=f"d{n}") for n in range(4)))
    assert sorted(isinstance(each, Done) for each in done) == [False] * 3 + [True]


async def test_a_plan_may_be_made_anew_until_it_opens(two, drop):
    first = await drop.planned("TEE")
    assert (await drop.planned("TEE", opens_at=first.opens_at)).version == 1
    assert (await drop.planned("CAP", line=(1, 1))).version == 2
    assert await stands(two) == {"DC": 0, "NEWARK": 0}
    assert await stands(two, "CAP") == {"DC": NOT_ON_SALE, "NEWARK": NOT_ON_SALE}
    await drop.opens()
    refused = await drop.plan("TEE")
    assert isinstance(refused, Refused)
    assert refused.why.value == "transition"


async def test_it_is_canceled_before_it_opens_and_ended_after(two, drop):
    await drop.planned("TEE")
    early = await drop.step(LaunchVerb.END)
    assert isinstance(early, Refused)
    await drop.step(LaunchVerb.CANCEL)
    assert (await drop.state(), await stands(two)) == ("canceled", {"DC": 0, "NEWARK": 0})
    assert isinstance(await drop.tries("TEE"), Taken)

    await drop.planned("CAP", name="caps")
    await drop.opens("caps")
    late = await drop.step(LaunchVerb.CANCEL, "caps")
    assert isinstance(late, Refused)
    await drop.step(LaunchVerb.END, "caps")
    assert await drop.state("caps") == "ended"
    await two.turn()
    told = await two.events("launch.planned", "launch.opened", "launch.ended", "launch.canceled")
    assert [(each.type, each.subject) for each in told] == [
        ("launch.planned", "launches/drop"), ("launch.canceled", "launches/drop"),
        ("launch.planned", "launches/caps"), ("launch.opened", "launches/caps"),
        ("launch.ended", "launches/caps"),
    ]  # fmt: skip


async def test_a_server_opens_by_its_own_clock_too(two, drop):
    """The worker's clock is ahead by an hour: its servers still sell nothing."""
    await drop.planned("TEE", opens_at=mint.now() + timedelta(seconds=2))
    await two.pool.execute("UPDATE inventory.launch SET state = 'open'")
    await two.pool.execute("UPDATE inventory.position SET safety = 0 WHERE sku = 'TEE'")
    await two.world.refresh(US)
    (await two.world.market(US)).stock.put(())
    assert not_taken(await drop.tries("TEE")) == SHUT


async def test_it_is_opened_once_by_however_many_workers(two, drop):
    await drop.planned("TEE")
    await drop.comes()
    opened = await asyncio.gather(*(open_launches(two.pool, two.world) for _ in range(4)))
    assert sum(opened) == 1
    await two.turn()
    assert len(await two.events("launch.opened")) == 1


async def test_before_the_background_has_opened_it_nothing_sells(two, drop):
    await drop.planned("TEE")
    await drop.comes()
    answer = await drop.tries("TEE")
    assert not_taken(answer) == SHUT
    assert isinstance(answer, NotTaken)
    assert answer.retry_after_s == 1
    assert LaunchId("drop") not in (await two.world.market(US)).lines
