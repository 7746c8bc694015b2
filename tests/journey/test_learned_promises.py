"""What a market has delivered teaches it what to promise: trained, put in force, made again."""

from datetime import timedelta

import msgspec
import numpy as np
import pytest

from entrepot.journey import learn_promises as learning
from entrepot.journey.history import TakenOver, take_over
from entrepot.journey.promise_past import read_parcels
from entrepot.journey.promising import case_of, improved
from entrepot.journey.quote import Cart, quote
from entrepot.network.model import Method
from entrepot.plumbing import mint
from entrepot.policies.model import Policy, Promising
from entrepot.policies.publish import publish
from entrepot.ports.history import PastLine, PastOrder, Stage
from entrepot.ports.sale import Payment, ShipTo
from entrepot.promise import versions
from entrepot.promise.model import Engine
from entrepot.terms.geo import locate
from entrepot.terms.ids import ChannelId, NodeId, Sku
from entrepot.terms.place import Place
from entrepot.work.promises import due
from journey.shop import HOME, US, order, placing, taken

DAYS, PER_DAY = 100, 4
HOMES = (("78701", "TX", 2.0), ("10001", "NY", 4.0), ("98101", "WA", 6.0))


def past_orders(now, days=DAYS):
    """Draw orders of the last days: handled in half a day, far homes later, noise on top."""
    dice, found = np.random.default_rng(2), []
    for number in range(days * PER_DAY):
        placed = now - timedelta(days=days - number / PER_DAY)
        code, state, takes = HOMES[int(dice.integers(3))]
        left = placed + timedelta(days=float(dice.uniform(0.3, 0.7)))
        came = left + timedelta(days=takes * float(dice.lognormal(0, 0.15)))
        stage = Stage.DELIVERED if came < now else Stage.SHIPPED if left < now else Stage.RELEASED
        found.append(
            PastOrder(
                external_id=f"P{number}", placed_at=placed, currency="USD",
                lines=(PastLine("1", Sku("TEE"), 1, 1999, NodeId("austin")),), stage=stage,
                ship_to=ShipTo("", "", "", code, "US", region=state), shipping=399,
                payment=Payment("card", "", 2398), released_at=placed,
                handed_over_at=left if left < now else None,
                delivered_at=came if came < now else None,
            )
        )  # fmt: skip
    return found


async def moved_in(shop, now, days=DAYS):
    await shop.node("austin")
    await shop.count("austin", TEE=50)
    past = past_orders(now, days)
    for at in range(0, len(past), 200):
        async with shop.pool.acquire() as conn, conn.transaction():
            answers = await take_over(
                conn, US, past[at : at + 200], channel="web", source="old", at=now
            )
        assert all(isinstance(answer, TakenOver) for answer in answers), answers
    return past


@pytest.fixture
async def taught(shop):
    """A shop with a version in force, and its number."""
    now = mint.now()
    await moved_in(shop, now)
    version = await learning.train_version(shop.pool, US, actor="test", at=now, rounds=10)
    async with shop.pool.acquire() as conn, conn.transaction():
        assert await versions.promote(conn, US, version, at=now)
    await shop.world.refresh(US)
    return shop, version


async def quoted(shop):
    market = await shop.world.market(US)
    to = locate(Place("US", "98101", "WA"))
    cart = Cart(ChannelId("web"), to, ((Sku("TEE"), 1),), (Method.SHIP,))
    (answer,) = quote(market, [cart], at=mint.now())
    return answer.options[0].promise


async def test_what_is_read_is_what_happened(shop):
    now = mint.now()
    past = await moved_in(shop, now, days=10)
    market = await shop.world.market(US)
    async with shop.pool.acquire() as conn:
        ids, parcels = await read_parcels(conn, US, market.compiled, at=now)
    assert len(ids) == len(set(ids.tolist())) == len(past)
    took = [(each.delivered_at - each.placed_at) for each in past if each.delivered_at]
    read = parcels.whole[np.isfinite(parcels.whole)]
    assert read == pytest.approx([each.total_seconds() / 86_400 for each in took])
    assert np.isfinite(parcels.handed).sum() == sum(
        each.handed_over_at is not None for each in past
    )
    assert set(parcels.keys["lane"].tolist()) == {f"TX>{state} /standard" for _, state, _ in HOMES}
    assert set(parcels.facts["price"].tolist()) == {19.99}
    assert set(parcels.facts["freight"].tolist()) == {3.99}
    assert parcels.facts["km"].max() == pytest.approx(2_850, abs=60), "Austin to Seattle"


async def test_without_a_version_calendars_and_cards_promise(shop):
    await shop.node("austin")
    await shop.count("austin", TEE=5)
    promise = await quoted(shop)
    assert (promise.engine, promise.version, promise.expected) == (Engine.STATIC, None, None)


async def test_too_little_teaches_nothing(shop):
    now = mint.now()
    await moved_in(shop, now, days=8)
    assert await learning.train_version(shop.pool, US, actor="test", at=now) is None
    async with shop.pool.acquire() as conn:
        assert await versions.listed(conn, US) == []


async def test_a_version_in_force_promises_carts_and_orders(taught):
    shop, version = taught
    promise = await quoted(shop)
    assert promise.version == version
    assert promise.engine in {Engine.RULES, Engine.MODEL}
    assert promise.confidence == 0.9
    days = (promise.expected - mint.now()).total_seconds() / 86_400
    assert 4.5 < days < 8.5, "half a day of handling, and what Seattle takes"
    assert promise.earliest < promise.expected < promise.latest

    (answer,) = await shop.place(placing(order(("TEE", 1))))
    receipt = msgspec.json.decode(answer.document)
    assert receipt["promise"]["version"] == version
    assert receipt["promise"]["expected"]


async def test_a_promise_can_be_made_again_from_what_was_kept(taught):
    """Also after the version has taken in more, and another one is in force."""
    shop, version = taught
    asked = order(("TEE", 1))
    (answer,) = await shop.place(placing(asked))
    told = msgspec.json.decode(answer.document)["promise"]
    taken(answer)
    assert await learning.remember(shop.pool, US, at=mint.now() + timedelta(hours=2)) == version
    upto = msgspec.convert(told["as_of"], type=type(asked.placed_at))
    async with shop.pool.acquire() as conn:
        packed = await learning.packed(conn, US, version, upto=upto)
    assert packed.as_of == upto
    again = learning.unpacked(packed)
    assert again.as_of == pytest.approx(learning.days(upto))


async def test_rules_take_over_when_no_version_is_in_force(taught):
    shop, _ = taught
    async with shop.pool.acquire() as conn, conn.transaction():
        await versions.retire(conn, US, at=mint.now())
    await shop.world.refresh(US)
    assert (await quoted(shop)).engine is Engine.STATIC


@pytest.mark.parametrize(("engine", "found"), [("static", "static"), ("rules", "rules")])
async def test_the_policy_says_who_may_promise_at_most(taught, engine, found):
    shop, _ = taught
    async with shop.pool.acquire() as conn, conn.transaction():
        await publish(conn, US, Policy(promise=Promising(engine=engine)), "test", "", mint.now())
    await shop.world.refresh(US)
    assert (await quoted(shop)).engine == found


async def test_a_challenger_is_judged_beside_the_one_in_force(taught):
    shop, version = taught
    now = mint.now()
    second = await learning.train_version(shop.pool, US, actor="test", at=now, rounds=10)
    judged = await learning.judge(shop.pool, US, second, at=now)
    assert judged.version == second == version + 1
    assert judged.champion is not None
    assert judged.challenger["whole"].judged > 100
    assert await learning.judge(shop.pool, US, 99, at=now) is None
    async with shop.pool.acquire() as conn, conn.transaction():
        assert await versions.promote(conn, US, second, at=now + timedelta(minutes=1))
        assert not await versions.promote(conn, US, 99, at=now)
        standing = [each.standing for each in await versions.listed(conn, US)]
    assert standing == ["in force", "retired"]


async def test_training_and_remembering_are_due_by_policy(taught):
    shop, _ = taught
    now = mint.now()
    async with shop.pool.acquire() as conn:
        assert await due(conn, US, now) == []
        assert await due(conn, US, now + timedelta(minutes=61)) == [(US, "remember")]
        assert await due(conn, US, now + timedelta(days=8)) == [(US, "train")]


async def test_several_cases_are_promised_in_their_order(taught):
    shop, _ = taught
    market = await shop.world.market(US)
    static = await quoted(shop)
    to = {state: locate(Place("US", code, state)) for code, state, _ in HOMES}
    carts = [
        Cart(ChannelId("web"), to[state], ((Sku("TEE"), 1),), (Method.SHIP,))
        for state in ("WA", "TX")
    ]
    far, near = (each.options[0].promise for each in quote(market, carts, at=mint.now()))
    assert near.expected < far.expected
    assert static.version == far.version
    assert improved(market, [], mint.now()) == []
    assert case_of(order(("TEE", 2)), None, None, static).prices == {"TEE": 1999}
    assert HOME.region == "TX"
