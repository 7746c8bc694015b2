"""What is kept back stays, whoever asks; what is answered is what an order can take."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrepot.journey.place import place
from entrepot.journey.placing import Taken
from entrepot.journey.quote import Cart, quote
from entrepot.journey.world import World
from entrepot.network.model import Method
from entrepot.orders.model import Backorder, Customer
from entrepot.plumbing import mint
from entrepot.terms.geo import located
from entrepot.terms.ids import ChannelId, Sku
from journey.rules import bills, channel, followed, lines, offered, rules, tries
from journey.shop import NEWARK, US, order, placing, taken

LAUNCH = {"segment": "launch", "channels": ["app"], "protect": [{"units": 3}]}
FROM_WEB = {"channels": ["web"]}


@pytest.fixture
async def two(shop):
    """Ten tees in a DC, six in a store, sold by web and app."""
    await shop.node("DC")
    await shop.node("STORE", NEWARK, kind="store")
    await channel(shop, "app")
    await shop.count("DC", TEE=10, CAP=4)
    await shop.count("STORE", TEE=6)
    return shop


async def test_an_order_takes_exactly_what_is_answered_and_not_one_more(two):
    await rules(
        two,
        keep=[
            {"match": FROM_WEB | {"nodes": ["STORE"]}, "units": 4},
            {"match": {"node_kinds": ["store"]}, "units": 1},
        ],
        segments=[LAUNCH],
    )
    await followed(two)
    assert await offered(two, "TEE") == [7 + 0]
    assert await offered(two, "TEE", channel="app") == [10 + 5]

    assert not await tries(two, "TEE", 8)
    assert await tries(two, "TEE", 7)
    assert not await tries(two, "TEE", 1)
    assert not await tries(two, "TEE", 9, "app")
    assert await tries(two, "TEE", 8, "app")
    assert not await tries(two, "TEE", 1, "app")
    assert await two.balance("TEE", "DC") == (10, 10, 0)
    assert await two.balance("TEE", "STORE") == (6, 5, 0)


async def test_a_bill_names_everything_that_is_taken_off(two):
    await rules(
        two,
        keep=[
            {"match": FROM_WEB | {"nodes": ["STORE"]}, "units": 4, "note": "for walk-ins"},
            {"match": {"node_kinds": ["store"]}, "units": 1},
        ],
        segments=[LAUNCH],
    )
    await followed(two)
    await two.buy(("TEE", 2))
    await channel(two, "web", nodes=["DC", "STORE"])
    await two.node("CLOSED", enabled=False)
    await two.count("CLOSED", TEE=5)

    (tee,) = await bills(two, "TEE")

    assert tee.available == 5
    (bill,) = tee.bills
    assert lines(bill) == {
        "CLOSED": [("protected", 3), ("not_eligible", 2)],
        "DC": [("reserved", 2), ("protected", 3)],
        "STORE": [("safety", 1), ("kept_back", 4), ("protected", 1)],
    }
    items = {i.what.value: i for n in bill.nodes if n.node == "STORE" for i in n.less}
    assert (items["safety"].rule, items["safety"].policy_version) == ("/keep/1", 1)
    assert (items["kept_back"].rule, items["kept_back"].note) == ("/keep/0", "for walk-ins")
    assert (items["protected"].why, items["protected"].asked) == ("launch", 3)
    closed = [i for n in bill.nodes if n.node == "CLOSED" for i in n.less]
    assert closed[-1].why == "disabled"


async def test_a_channel_may_not_sell_from_a_node_that_is_not_its_own(two):
    await channel(two, "app", nodes=["STORE"])
    assert await offered(two, "TEE", channel="app") == [6]
    (tee,) = await bills(two, "TEE", channel="app")
    assert lines(tee.bills[0])["DC"] == [("not_eligible", 10)]
    assert not await tries(two, "TEE", 7, "app")
    assert await tries(two, "TEE", 6, "app")


async def test_what_is_owed_to_who_waits_is_on_the_bill(two):
    await rules(two, keep=[{"match": FROM_WEB, "units": 1}])
    assert await tries(two, "CAP", 9, "app", backorder=Backorder.ALLOW)
    assert await offered(two, "CAP") == [0]
    await two.receive("DC", CAP=7)
    (cap,) = await bills(two, "CAP")
    (bill,) = cap.bills
    assert (bill.owed_in_all, bill.owed, cap.available) == (5, 4, 2)
    assert await offered(two, "CAP") == [2]
    assert not await tries(two, "CAP", 3)
    assert await tries(two, "CAP", 2)


GOLD = {"segment": "gold", "customer_classes": ["gold"], "protect": [{"units": 5}]}


async def test_units_for_a_class_of_customers_are_theirs_through_any_channel(two):
    await rules(two, segments=[GOLD])
    assert await offered(two, "TEE") == [5 + 1]
    assert await offered(two, "TEE", channel="app", customer_class="gold") == [16]
    (tee,) = await bills(two, "TEE", customer_class="silver")
    assert lines(tee.bills[0]) == {"DC": [("protected", 5)], "STORE": [("protected", 5)]}
    (tee,) = await bills(two, "TEE", customer_class="gold")
    assert tee.available == 16

    gold, silver = (Customer(customer_class=name) for name in ("gold", "silver"))
    assert not await tries(two, "TEE", 7, customer=silver)
    assert await tries(two, "TEE", 6, customer=silver)
    assert not await tries(two, "TEE", 1)
    assert await tries(two, "TEE", 10, "app", customer=gold)
    assert await two.balance("TEE", "DC") == (10, 10, 0)


async def test_a_gold_customers_promise_and_waiting_order_count_on_their_protection(two):
    await rules(two, segments=[GOLD])
    market = await two.world.market(US)
    cart = Cart(ChannelId("web"), located("US", "78701", "TX"), ((Sku("TEE"), 7),), (Method.SHIP,))
    others, golds = quote(market, [cart, replace(cart, customer_class="gold")], at=mint.now())
    assert not others.options
    assert golds.options

    waits = {"backorder": Backorder.ALLOW, "customer": Customer(customer_class="gold")}
    assert await tries(two, "TEE", 20, **waits)
    await two.receive("DC", TEE=4)
    await two.turn()
    assert await two.balance("TEE", "DC") == (14, 14, 0)
    assert await two.balance("TEE", "STORE") == (6, 6, 0)


async def test_who_is_in_two_segments_draws_on_the_first_and_is_held_back_by_none(two):
    await rules(two, segments=[LAUNCH | {"protect": [{"units": 8}]}, GOLD])
    gold = Customer(customer_class="gold")
    assert await tries(two, "TEE", 9, "app", customer=gold)
    assert await offered(two, "TEE", channel="app") == [1]
    assert await offered(two, "TEE", customer_class="gold") == [1]


async def test_what_a_segment_does_not_get_back_is_everybodys(two):
    await rules(two, segments=[LAUNCH | {"give_back": False, "protect": [{"units": 8}]}])
    assert await offered(two, "TEE") == [2]
    bought = await two.buy(("TEE", 4), channel="app")
    assert await offered(two, "TEE") == [2]
    await two.cancel(bought)
    assert await offered(two, "TEE") == [2 + 4]
    assert await tries(two, "TEE", 6)
    assert not await tries(two, "TEE", 1)


async def test_what_a_segments_order_gives_back_is_protected_again(two):
    await rules(two, segments=[LAUNCH])
    own = await two.buy(("CAP", 3), channel="app", external_id="own")
    assert await offered(two, "CAP") == [1]
    await two.cancel(own)
    assert await offered(two, "CAP") == [1]
    assert not await tries(two, "CAP", 2)
    assert await tries(two, "CAP", 1)
    assert await tries(two, "CAP", 3, "app")


async def test_a_protection_that_has_ended_is_everybodys(two):
    ended = {"until": (mint.now() - timedelta(seconds=1)).isoformat()}
    await rules(two, segments=[LAUNCH | ended])
    assert await offered(two, "CAP") == [4]
    assert await tries(two, "CAP", 4)


async def test_borrowed_units_are_repaid_by_the_next_supply(two):
    await rules(two, segments=[LAUNCH | {"borrow": {"leave": 1}}])
    assert await tries(two, "CAP", 3)
    assert not await tries(two, "CAP", 1)
    await rules(two, segments=[LAUNCH])
    await two.receive("DC", CAP=2)
    assert await offered(two, "CAP", channel="app") == [3]
    assert not await tries(two, "CAP", 1)
    assert await tries(two, "CAP", 3, "app")


async def test_a_share_is_not_worn_away_by_sales_nor_by_shipping(two):
    await rules(two, segments=[LAUNCH | {"protect": [{"share": 20}]}])
    assert await offered(two, "TEE") == [8 + 4]
    order_id = await two.buy(("TEE", 5))
    assert await offered(two, "TEE") == [12 - 5]
    await two.turn()
    await two.ship((await two.works(order_id))[0])
    await two.turn()
    await two.world.refresh(US)
    assert await offered(two, "TEE") == [12 - 5]
    assert await tries(two, "TEE", 7)
    assert not await tries(two, "TEE", 1)
    assert await tries(two, "TEE", 4, "app")


async def test_promises_see_what_orders_see(two):
    await rules(two, segments=[LAUNCH], keep=[{"match": FROM_WEB, "units": 2}])
    market = await two.world.market(US)
    home = located("US", "78701", "TX", None, None)
    for name, most in (("web", 5 + 1), ("app", 16)):
        carts = [
            Cart(ChannelId(name), home, ((Sku("TEE"), units),), (Method.SHIP,))
            for units in (most, most + 1)
        ]
        missing = [
            [dict(no.missing) for _, _, no in each.refusals]
            for each in quote(market, carts, at=mint.now())
        ]
        assert missing == [[], [{"TEE": 1}] * 3]  # by each of three services


async def test_lines_that_share_a_component_are_judged_together(shop):
    """A set is a tee and two caps: of four caps a set and two caps can be had, not three."""
    await shop.node("DC")
    await shop.count("DC", TEE=9, CAP=7)
    await rules(shop, keep=[{"match": FROM_WEB | {"skus": ["CAP"]}, "units": 3}])
    assert await offered(shop, "SET", "CAP") == [2, 4]
    (a_set,) = await bills(shop, "SET")
    assert [(b.sku, b.per_unit, b.available) for b in a_set.bills] == [("CAP", 2, 4), ("TEE", 1, 9)]
    assert a_set.available == 2

    (none,) = await shop.place(placing(order(("SET", 1), ("CAP", 3))))
    assert not isinstance(none, Taken)
    market = await shop.world.market(US)
    home = located("US", "78701", "TX", None, None)
    lines_ = ((Sku("SET"), 1), (Sku("CAP"), 3))
    (quoted,) = quote(market, [Cart(ChannelId("web"), home, lines_, (Method.SHIP,))], at=mint.now())
    assert quoted.options == ()

    taken((await shop.place(placing(order(("SET", 1), ("CAP", 2), external_id="2"))))[0])
    assert await shop.balance("CAP", "DC") == (7, 4, 0)


async def test_two_channels_racing_never_eat_what_the_other_is_protected(two):
    """Each has three of the ten protected; they buy from two processes, all at once."""
    mirror = {"segment": "web first", "channels": ["web"], "protect": [{"units": 3}]}
    await rules(two, segments=[LAUNCH, mirror])
    other = World(two.pool, mint.now)
    await other.market(US)
    await other.refresh(US)

    async def buys(world: World, name: str, number: int) -> bool:
        asked = order(("CAP", 1), external_id=f"{name}{number}", channel=name)
        (answer,) = await place(two.pool, world, US, [placing(asked)])
        return isinstance(answer, Taken)

    await two.receive("DC", CAP=6)
    await asyncio.gather(two.world.refresh(US), other.refresh(US))
    web = [buys(two.world if n % 2 else other, "web", n) for n in range(20)]
    assert sum(await asyncio.gather(*web)) == 7
    app = [buys(two.world if n % 2 else other, "app", n) for n in range(20)]
    assert sum(await asyncio.gather(*app)) == 3
    assert await two.balance("CAP", "DC") == (10, 10, 0)


async def test_a_mixed_race_sells_all_and_leaves_each_its_own(two):
    mirror = {"segment": "web first", "channels": ["web"], "protect": [{"units": 2}]}
    await rules(two, segments=[LAUNCH, mirror])
    await two.receive("DC", CAP=6)
    other = World(two.pool, mint.now)
    await other.market(US)

    async def buys(world: World, name: str, number: int) -> str:
        asked = order(("CAP", 1), external_id=f"{name}{number}", channel=name)
        (answer,) = await place(two.pool, world, US, [placing(asked)])
        return name if isinstance(answer, Taken) else ""

    asks = [(two.world if n % 3 else other, "web" if n % 2 else "app", n) for n in range(30)]
    won = await asyncio.gather(*[buys(*ask) for ask in asks])
    assert won.count("web") + won.count("app") == 10
    assert won.count("app") >= 3
    assert won.count("web") >= 2


UNITS = st.integers(0, 6)
POLICIES = st.fixed_dictionaries(
    {
        "web": UNITS,
        "safety": st.integers(0, 3),
        "protect": st.one_of(
            st.builds(lambda n: {"units": n}, UNITS),
            st.builds(lambda n: {"share": n}, st.integers(0, 60)),
        ),
        "sold": st.lists(st.tuples(st.sampled_from(["web", "app"]), st.integers(1, 3)), max_size=4),
        "stock": st.tuples(st.integers(0, 9), st.integers(0, 9)),
    }
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(case=POLICIES)
async def test_the_maximum_can_be_placed_and_one_more_cannot(two, case):
    await rules(
        two,
        keep=[
            {"match": FROM_WEB | {"nodes": ["DC"]}, "units": case["web"]},
            {"match": {"node_kinds": ["store"]}, "units": case["safety"]},
        ],
        segments=[LAUNCH | {"protect": [case["protect"]], "segment": mint.MINT.one().hex}],
    )
    await two.count("DC", TEE=case["stock"][0] + (await two.balance("TEE", "DC"))[1])
    await two.count("STORE", TEE=case["stock"][1] + (await two.balance("TEE", "STORE"))[1])
    await followed(two)
    for name, units in case["sold"]:
        await tries(two, "TEE", units, name)
    for name in ("web", "app"):
        (most,) = await offered(two, "TEE", channel=name)
        ((tee,),) = [await bills(two, "TEE", channel=name)]
        assert tee.available == most
        assert not await tries(two, "TEE", most + 1, name)
        assert not most or await tries(two, "TEE", most, name)
        assert await offered(two, "TEE", channel=name) == [0]
