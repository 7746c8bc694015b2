"""Stock and room are priced from what was ordered, and the next order is planned by the prices."""

from datetime import date

import numpy as np
import pytest

from entrepot.journey.here import Here
from entrepot.journey.model import UnitsOrdered
from entrepot.journey.outlook import outlook, rates_of
from entrepot.journey.why import why
from entrepot.orders.model import Address
from entrepot.plumbing import mint
from entrepot.policies.ahead import LookAhead, Overstock, Waves
from entrepot.policies.model import Policy
from entrepot.policies.publish import publish
from entrepot.sourcing import price_rows
from entrepot.sourcing.model import Prices
from entrepot.sourcing.price_table import pack, unpack
from entrepot.terms.ids import Sku
from entrepot.work import prices
from entrepot.work.journey import Runner
from journey.shop import US

RULES = LookAhead(days=3)
ALAMO = Address(postal_code="78205", country="US", region="TX")
SAN_ANTONIO = '{"country":"US","postal_code":"78205","region":"TX"}'
DALLAS = '{"country":"US","postal_code":"75201","region":"TX"}'


@pytest.fixture
async def texas(shop):
    """Few tees in San Antonio, whose own people buy most of them; more in Dallas.

    A customer in Austin is a zone nearer to San Antonio; its own people are two.
    """
    async with shop.pool.acquire() as conn, conn.transaction():
        await publish(conn, US, Policy(look_ahead=RULES), "ann", "look ahead", mint.now())
    await shop.node("SA", SAN_ANTONIO)
    await shop.node("DALLAS", DALLAS)
    await shop.count("SA", TEE=35)
    await shop.count("DALLAS", TEE=200)
    for n in range(20):
        await shop.buy(("TEE", 1), external_id=f"sa-{n}", ship_to=ALAMO)
    for n in range(5):
        await shop.buy(("TEE", 1), external_id=f"austin-{n}")
    assert await shop.balance("TEE", "SA") == (35, 25, 0)
    return shop


async def test_the_last_units_near_those_who_want_them_most_are_left_to_them(texas):
    row = await prices.make(texas.pool, texas.world, US, RULES, "asked")
    assert (row.version, row.why, row.skus) == (1, "asked", 1)
    assert row.dearest > 25
    await texas.world.refresh(US)

    austin = await texas.buy(("TEE", 1), external_id="austin")
    await texas.turn()

    assert await texas.pieces(austin) == [("DALLAS", "released", 1)]
    async with texas.pool.acquire() as conn:
        (decided,) = await why(conn, US, austin)
    assert decided.reproduced


async def test_prices_are_due_once(texas):
    assert await prices.make_due(texas.pool, texas.world, US, RULES)
    assert not await prices.make_due(texas.pool, texas.world, US, RULES)
    async with texas.pool.acquire() as conn:
        version, made_at = await price_rows.newest(conn, US)
        assert (version, await price_rows.read(conn, US, 2)) == (1, None)
        assert made_at is not None
        assert [each.version for each in await price_rows.listed(conn, US, before=9, most=5)] == [1]


async def test_without_a_policy_for_it_prices_steer_nothing(texas):
    await prices.make(texas.pool, texas.world, US, RULES, "asked")
    async with texas.pool.acquire() as conn, conn.transaction():
        await publish(conn, US, Policy(), "ann", "no more", mint.now())
    await texas.world.refresh(US)
    austin = await texas.buy(("TEE", 1), external_id="austin")
    await texas.turn()
    assert await texas.pieces(austin) == [("SA", "released", 1)]


async def test_what_lies_too_long_in_a_store_is_sent_from_there(texas):
    rules = LookAhead(days=3, overstock=Overstock(days=1, units_worth=500))
    await prices.make(texas.pool, texas.world, US, rules, "asked")
    market = await texas.world.market(US)
    async with texas.pool.acquire() as conn:
        made = unpack(await price_rows.read(conn, US, 1), 1, market.compiled)
    # No day has been counted yet, so that all of it seems to lie: both are marked down alike.
    worth = made.stock["TEE"]
    assert worth.min() == 0
    assert worth[market.compiled.index["SA"]] > worth[market.compiled.index["DALLAS"]]


async def test_orders_that_a_wave_may_move_are_known_and_what_they_hold_is_there_for_all(texas):
    texas.runner = Runner(texas.pool, texas.world, 3600)
    await texas.turn()
    for waves, known in ((None, 0), (Waves(), 25)):
        await follow(texas, Policy(look_ahead=RULES, waves=waves))
        async with texas.pool.acquire() as conn, conn.transaction():
            here = Here(conn, US, texas.world, mint.now(), 0)
            market = await texas.world.fresh(conn, US)
            found = await outlook(here, market, RULES)
        assert len(found.known) == known
        at = market.compiled.index["SA"]
        assert found.stock[:, at].tolist() == [10 + known]
        assert all(ask.due.hard for ask in found.known), "a promise is kept"


async def follow(shop, policy):
    async with shop.pool.acquire() as conn, conn.transaction():
        await publish(conn, US, policy, "ann", "look ahead", mint.now())
    await shop.world.refresh(US)


def test_what_sold_lately_corrects_the_rates():
    rows = [
        UnitsOrdered(Sku("even"), 400, 100), UnitsOrdered(Sku("more"), 500, 200),
        UnitsOrdered(Sku("new"), 40, 40), UnitsOrdered(Sku("rare"), 3, 0),
    ]  # fmt: skip
    even, more, new, rare = rates_of(rows, 40.0).tolist()
    assert even == pytest.approx(10.0)
    assert 18 < more < 20, "many units say much"
    assert new == pytest.approx(1.0), "nothing is known of it but what it sold"
    assert 0.08 < rare < 0.1, "no sale of what hardly sells says little"


async def test_room_is_priced_for_each_day(texas):
    market = await texas.world.market(US)
    rooms = np.array([[0, 30], [40, 7], [0, 0]])
    made = Prices(2, {}, rooms[0], rooms, date(2026, 11, 2))
    read = unpack(pack(made, market.compiled), 2, market.compiled)
    assert [read.on(date(2026, 11, day)).nodes is None for day in (1, 2, 3, 4, 9)] == [
        False, False, False, True, True,
    ]  # fmt: skip
    assert read.on(date(2026, 11, 3)).nodes.tolist() == [40, 7]
    assert read.on(date(2026, 11, 1)).nodes.tolist() == [0, 30]


async def test_prices_outlive_a_network_by_their_nodes_names(texas):
    market = await texas.world.market(US)
    old = market.compiled
    worth = np.zeros(2, np.int64)
    worth[old.index["SA"]], worth[old.index["DALLAS"]] = 40, 7
    packed = pack(Prices(3, {"TEE": worth}, worth), old)
    await texas.node("AUSTIN")
    new = (await texas.world.market(US)).compiled
    read = unpack(packed, 3, new)
    assert read.version == 3
    for found in (read.stock["TEE"], read.nodes):
        assert found[new.index["SA"]] == 40
        assert found[new.index["DALLAS"]] == 7
        assert found[new.index["AUSTIN"]] == 0


async def test_nothing_ordered_is_nothing_to_price(shop):
    assert await prices.make(shop.pool, shop.world, US, RULES, "asked") is None
