"""What is sold out is refused cheaply, truly, and for no longer than it is sold out."""

import asyncio
from datetime import timedelta

import pytest

import databases
from entrepot.journey.place import place
from entrepot.journey.placing import NotTaken, Taken
from entrepot.journey.turn_away import AGAIN_WITHIN
from entrepot.journey.world import World
from entrepot.network.model import Method
from entrepot.orders.model import Address, Backorder
from entrepot.plumbing import mint
from entrepot.terms.ids import Sku
from journey.cart_shop import Carts
from journey.rules import channel
from journey.shop import US, not_taken, order, placing, taken

SHORT = ("short", ["/lines/0/quantity"])


@pytest.fixture
async def sold_out(shop):
    """The only tee is sold; somebody has just been refused."""
    await shop.node("DC")
    await shop.count("DC", TEE=1, CAP=9)
    await shop.buy(("TEE", 1), external_id="first")
    (answer,) = await shop.place(placing(order(("TEE", 1), external_id="late")))
    assert not_taken(answer) == SHORT
    return shop


async def said(shop, *placings, remembered: bool = True):
    """Place a batch; give the answers, and the statements it took.

    `remembered`: what was found short has been found just now, however slow the test is.
    """
    stock = (await shop.world.market(US)).stock
    if remembered:
        stock.scarce = dict.fromkeys(stock.scarce, mint.now() + AGAIN_WITHIN)
    async with shop.pool.acquire() as conn:
        with databases.statements(conn) as told:
            answers = await place(databases.OneConnection(conn), shop.world, US, placings)
    return answers, told


def asks(number: int, *lines, **changes):
    wanted = order(*(lines or (("TEE", 1),)), external_id=f"x{number}", **changes)
    return placing(wanted, key=f"k{number}")


async def test_a_crowd_is_refused_by_reading_alone(sold_out):
    before = await sold_out.everything()
    answers, told = await said(sold_out, *[asks(number) for number in range(50)])
    assert {not_taken(answer)[0] for answer in answers} == {"short"}
    assert [each.lstrip()[:6] for each in told] == ["SELECT"] * 3
    assert await sold_out.everything() == before


PICKUP = {"method": Method.PICKUP, "ship_to": None, "pickup_node": "DC"}
ABROAD = Address(postal_code="75001", country="FR")


@pytest.mark.parametrize(
    ("lines", "changes"),
    [
        ([("TEE", 3)], {}),
        ([("CAP", 1), ("TEE", 3)], {}),
        ([("TEE", 1), ("TEE", 2)], {}),
        ([("SET", 2)], {}),
        ([("SET", 1), ("TEE", 1), ("CAP", 20)], {}),
        ([("TEE", 1)], {"channel": "nowhere"}),
        ([("TEE", 1)], {"service": "pigeon"}),
        ([("TEE", 1)], {"service": "expedited"}),
        ([("TEE", 1)], {"ship_to": ABROAD}),
        ([("TEE", 1)], PICKUP),
        ([("TEE", 1)], PICKUP | {"pickup_node": "ELSEWHERE"}),
        ([("TEE", 1), ("NOTHING", 1)], {}),
    ],
)
async def test_it_is_refused_with_the_words_of_the_whole_way(sold_out, lines, changes):
    (early,), _ = await said(sold_out, asks(1, *lines, **changes))
    (await sold_out.world.market(US)).stock.scarce.clear()
    (whole,), told = await said(sold_out, asks(1, *lines, **changes))
    assert any("INSERT INTO plumbing.idempotency" in each for each in told)
    assert isinstance(early, NotTaken)
    assert early == whole


async def test_a_kit_of_what_is_sold_out_is_refused_as_early(sold_out):
    (answer,), told = await said(sold_out, asks(1, ("SET", 1)))
    assert not_taken(answer) == SHORT
    assert [each.lstrip()[:6] for each in told] == ["SELECT"] * 4


async def test_who_was_answered_before_is_answered_so_again(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=1)
    (first,) = await shop.place(asks(1))
    (late,) = await shop.place(asks(2))
    assert not_taken(late) == SHORT

    (again, other_key, reused, twin, refused), _ = await said(
        shop,
        asks(1),
        placing(asks(1).order, key="another"),
        placing(order(("TEE", 2), external_id="x9"), key="k1"),
        placing(order(("TEE", 2), external_id="x1"), key="k9"),
        asks(3),
    )
    assert (taken(again), taken(other_key)) == (first.order_id, first.order_id)
    assert again.replayed
    assert other_key.replayed
    assert reused.why.value == "key_reused"
    assert twin.why.value == "external_id"
    assert not_taken(refused) == SHORT


async def test_only_orders_that_refuse_missing_units_are_turned_away(sold_out):
    carts = Carts(sold_out)
    cart = await carts.held(("CAP", 1))
    answers, _ = await said(
        sold_out,
        asks(1, backorder=Backorder.ALLOW),
        asks(2, ("TEE", 1), ("CAP", 1), backorder=Backorder.PARTIAL),
        placing(order(("TEE", 1), external_id="fact"), fact=True),
        asks(3, ("CAP", 1), reservation=cart),
    )
    assert all(isinstance(answer, Taken) for answer in answers), answers
    assert await carts.state(cart) == "committed"


async def test_a_unit_that_is_canceled_is_sold_at_once(sold_out):
    assert Sku("TEE") in (await sold_out.world.market(US)).stock.scarce
    first = await sold_out.pool.fetchval('SELECT order_id FROM orders."order"')
    await sold_out.cancel(first)
    assert Sku("TEE") not in (await sold_out.world.market(US)).stock.scarce
    (answer,) = await sold_out.place(asks(1))
    assert isinstance(answer, Taken)


async def test_a_unit_that_another_process_frees_is_sold_at_once(sold_out):
    other = World(sold_out.pool, mint.now)
    await other.market(US)
    (late,) = await place(sold_out.pool, other, US, [asks(1)])
    assert not_taken(late) == SHORT
    first = await sold_out.pool.fetchval('SELECT order_id FROM orders."order"')
    await sold_out.cancel(first)

    (answer,) = await place(sold_out.pool, other, US, [asks(2)])  # it has heard of nothing
    assert isinstance(answer, Taken)


async def test_units_that_come_in_are_sold_at_once(sold_out):
    await sold_out.receive("DC", TEE=1)
    answers = await sold_out.place(asks(1), asks(2))
    assert [isinstance(answer, Taken) for answer in answers] == [True, False]


async def test_who_wants_less_gets_what_is_left(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    (many,) = await shop.place(asks(1, ("TEE", 3)))
    assert not_taken(many) == SHORT
    answers, _ = await said(shop, asks(2, ("TEE", 3)), asks(3, ("TEE", 2)), asks(4, ("TEE", 3)))
    assert [isinstance(answer, Taken) for answer in answers] == [False, True, False]


async def test_a_channel_that_leaves_a_buffer_does_not_hide_the_last_units_from_another(shop):
    await shop.node("DC")
    await channel(shop, "shy", buffer=2)
    await shop.count("DC", TEE=2)
    (shy,) = await shop.place(asks(1, channel="shy"))
    assert not_taken(shy) == SHORT
    answers, _ = await said(shop, asks(2, channel="shy"), asks(3), asks(4, channel="shy"))
    assert [isinstance(answer, Taken) for answer in answers] == [False, True, False]


async def test_a_twin_of_whoever_is_taking_the_last_unit_waits_for_its_answer(shop):
    """Two processes have the same request: the unit is taken and not committed when the twin asks.

    The row still shows it, so that the twin is not refused, and is answered with the order.
    """
    await shop.node("DC")
    await shop.count("DC", TEE=1)
    await shop.buy(("TEE", 1), external_id="first")
    other = World(shop.pool, mint.now)
    (late,) = await place(shop.pool, other, US, [asks(7)])
    assert not_taken(late) == SHORT
    await shop.receive("DC", TEE=1)  # the other process has not heard of it
    async with shop.pool.acquire() as conn:
        hold = conn.transaction()
        await hold.start()
        (mine,) = await place(_Inside(conn), shop.world, US, [asks(1)])
        twin = asyncio.create_task(place(shop.pool, other, US, [asks(1)]))
        await databases.somebody_waits(shop.pool)
        await hold.commit()
    (theirs,) = await twin
    assert taken(theirs) == taken(mine)


class _Inside(databases.OneConnection):
    """A pool whose transactions are parts of one that is open: nothing is committed yet."""


async def test_what_is_found_short_is_remembered_for_a_moment_only(sold_out):
    market = await sold_out.world.market(US)
    (until,) = market.stock.scarce.values()
    assert timedelta(0) < until - mint.now() <= AGAIN_WITHIN
    market.stock.scarce = {Sku("TEE"): mint.now() - timedelta(seconds=1)}
    _, told = await said(sold_out, asks(1), remembered=False)
    assert any("INSERT INTO plumbing.idempotency" in each for each in told)


async def test_an_order_of_other_skus_pays_for_nothing(sold_out):
    (answer,), told = await said(sold_out, asks(1, ("CAP", 1)))
    assert isinstance(answer, Taken)
    assert "INSERT INTO plumbing.idempotency" in told[1] or "INSERT" in told[1]
