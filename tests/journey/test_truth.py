"""Store truth in a market: pickers are believed, counts end doubt, the policy discounts."""

import asyncio
from datetime import timedelta

import pytest

from entrepot.fulfillment.accept import accept
from entrepot.fulfillment.model import Named
from entrepot.fulfillment.pick import pick
from entrepot.fulfillment.reject import reject
from entrepot.fulfillment.short import short
from entrepot.inventory import truth_browse
from entrepot.inventory.buckets import AsideReason, SetAside
from entrepot.inventory.learn import learn, learn_rates
from entrepot.inventory.set_aside import set_aside
from entrepot.inventory.truth_model import Counting, Evidence, Sighting, Truth
from entrepot.journey.keep_truth import begin_all, keep_truth
from entrepot.journey.learn import bar_of
from entrepot.journey.safeguard import safeguard
from entrepot.plumbing import mint
from entrepot.policies.model import Policy, StoreTruth, TruthDiscount
from entrepot.policies.publish import publish
from entrepot.terms.ids import LineNo, NodeId, Sku
from entrepot.work.truth import Keeper
from journey.rules import bills, followed, lines, offered, rules, tries
from journey.shop import US

STORE = NodeId("STORE")


@pytest.fixture
async def store(shop):
    """A store with five tees and five caps, in a market whose only place it is."""
    await shop.node("STORE", kind="store")
    await shop.count("STORE", TEE=5, CAP=5)
    return shop


async def did(shop, work, *steps) -> None:
    """Take steps of a node's work, and let everything follow."""
    for verb, told in steps:
        await shop.do(verb, work, **told)
    await shop.turn()


async def work_of(shop, *lines):
    id_ = await shop.buy(*lines, external_id=str(mint.MINT.one()))
    await shop.turn()
    (work,) = await shop.works(id_)
    return work


def some(sku: str, units: int) -> dict:
    """Name some units of the first line."""
    return {"units": (Named(LineNo(1), units, Sku(sku)),)}


async def came_up_short(shop, sku="TEE", asked=2) -> None:
    work = await work_of(shop, (sku, asked))
    await did(shop, work, (accept, {}), (pick, some(sku, 1)), (short, {}))


async def believed(shop, sku="TEE") -> Truth:
    async with shop.pool.acquire() as conn:
        (found,) = await truth_browse.truths(conn, US, [(Sku(sku), STORE)], at=mint.now())
    return found


async def rows(shop) -> list[tuple[str, int, int]]:
    found = await shop.pool.fetch(
        "SELECT sku, shorted, doubtful FROM inventory.belief ORDER BY sku, node_id"
    )
    return [tuple(row) for row in found]


async def publishes(shop, **policy) -> None:
    async with shop.pool.acquire() as conn, conn.transaction():
        await publish(conn, US, Policy(**policy), "ann", "test", mint.now())
    await shop.world.refresh(US, stock=False)


async def list_of(shop, minutes=10):
    async with shop.pool.acquire() as conn:
        return await truth_browse.worth_counting(
            conn, US, STORE, Counting(), minutes=minutes, at=mint.now()
        )


async def test_what_nobody_has_picked_is_believed_as_counted_and_has_no_row(store):
    seen = await believed(store)
    assert seen.at_least == pytest.approx([0.99, 0.99, 0.99, 0.99, 0.98], abs=1e-3)
    assert seen.evidence == ["counted 0 hours ago", "no pick has shown anything of it yet"]
    assert await rows(store) == []


async def test_a_pick_that_finds_makes_the_rest_no_less_sure(store):
    before = (await believed(store)).at_least
    work = await work_of(store, ("TEE", 2))
    await did(store, work, (accept, {}), (pick, {}))
    after = (await believed(store)).at_least
    assert all(late >= early - 1e-4 for early, late in zip(before, after, strict=True))
    assert after[:2] == pytest.approx([1, 1])
    assert await rows(store) == [("TEE", 0, 0)]


async def test_a_short_pick_is_doubt_and_a_count_ends_it(store):
    await came_up_short(store)
    seen = await believed(store)
    assert seen.at_least[0] == pytest.approx(1)  # the one that is in hand
    assert seen.at_least[1] < 0.8
    assert "1 picks since then did not find what was asked for" in seen.evidence

    await store.count("STORE", TEE=1)

    seen = await believed(store)
    assert (seen.book, seen.at_least) == (1, pytest.approx([0.98], abs=1e-3))
    assert await rows(store) == [("TEE", 0, 0)]
    learned = await store.pool.fetchrow("SELECT lost, attempts, misfound FROM inventory.belief")
    assert tuple(learned) == (4, 1, 0)


async def test_a_rejection_for_want_of_time_says_nothing_of_the_shelf(store):
    work = await work_of(store, ("TEE", 2))
    await did(store, work, (accept, {}), (reject, {"reason": "too_busy"}))
    assert await rows(store) == []


async def test_a_rejection_for_want_of_goods_is_doubt(store):
    work = await work_of(store, ("TEE", 5))
    await did(store, work, (accept, {}), (reject, {"reason": "gone"}))
    assert await rows(store) == [("TEE", 1, 0)]
    assert (await believed(store)).at_least[4] < 0.6


async def test_the_list_puts_the_short_pick_first_until_it_is_counted(store):
    work = await work_of(store, ("CAP", 1))
    await did(store, work, (accept, {}), (pick, {}))
    await came_up_short(store)
    first, second = await list_of(store)
    assert (first.sku, first.seconds, second.sku) == ("TEE", 55, "CAP")
    assert first.saves > second.saves > 0
    assert [task.sku for task in await list_of(store, minutes=1)] == ["TEE"]

    await store.count("STORE", TEE=5)

    first, second = await list_of(store)
    assert first.saves < 0.1
    assert (await believed(store)).at_least[1] == pytest.approx(0.99, abs=1e-3)


async def test_a_feed_that_is_no_look_at_the_shelf_ends_no_doubt(store):
    await publishes(store, truth=StoreTruth(count_sources=("crew",)))
    await came_up_short(store)
    await store.count("STORE", TEE=5)
    assert await rows(store) == [("TEE", 1, 0)]


async def test_only_the_kinds_of_nodes_that_the_policy_names_are_learned_of(store):
    await publishes(store, truth=StoreTruth(node_kinds=("dc",)))
    await came_up_short(store)
    assert await rows(store) == []


async def test_the_policy_discounts_what_is_not_sure_and_takes_it_back(store):
    await came_up_short(store)
    assert await rows(store) == [("TEE", 1, 0)]

    await publishes(store, truth_discount=TruthDiscount(at_least_probability=0.9))
    assert await Keeper(store.pool, store.world).run() == 2
    assert await rows(store) == [("CAP", 0, 0), ("TEE", 1, 4)]
    assert (await believed(store)).doubtful == 4

    await store.count("STORE", TEE=5)
    assert await rows(store) == [("CAP", 0, 0), ("TEE", 0, 0)]

    await publishes(store, truth_discount=TruthDiscount(at_least_probability=0.985))
    assert await Keeper(store.pool, store.world).run() == 2
    assert await rows(store) == [("CAP", 0, 1), ("TEE", 0, 1)]

    await publishes(store)
    await Keeper(store.pool, store.world).run()
    assert await rows(store) == [("CAP", 0, 0), ("TEE", 0, 0)]


async def test_time_passes_for_what_nobody_asks_about(store):
    await publishes(store, truth_discount=TruthDiscount(at_least_probability=0.9))
    at = mint.now()
    async with store.pool.acquire() as conn, conn.transaction():
        assert await begin_all(conn, store.world, US, at=at) == 2
        assert await keep_truth(conn, store.world, US, at=at + timedelta(hours=11)) == 0
        assert await keep_truth(conn, store.world, US, at=at + timedelta(days=30)) == 2
        assert await keep_truth(conn, store.world, US, at=at + timedelta(days=30)) == 0
    assert [doubtful for _, _, doubtful in await rows(store)] == [1, 1]


async def test_a_node_is_learned_from_all_its_positions(store):
    await came_up_short(store)
    await store.count("STORE", TEE=1)
    async with store.pool.acquire() as conn, conn.transaction():
        assert await learn_rates(conn, US, at=mint.now()) == 1
    losses, misfind = await store.pool.fetchrow(
        "SELECT losses_a_day, misfind FROM inventory.shrinkage"
    )
    assert losses > 0.012
    assert 0 < misfind < 0.02


async def kept(shop) -> None:
    """Let beliefs begin, and follow the policy."""
    async with shop.pool.acquire() as conn, conn.transaction():
        await begin_all(conn, shop.world, US, at=mint.now())
        await keep_truth(conn, shop.world, US, at=mint.now())


async def test_what_is_doubted_is_not_sold_and_is_on_the_bill(store):
    await publishes(store, truth_discount=TruthDiscount(at_least_probability=0.985))
    await kept(store)
    await followed(store)
    assert await rows(store) == [("CAP", 0, 1), ("TEE", 0, 1)]
    ((tee,),) = [await bills(store, "TEE")]
    assert lines(tee.bills[0])["STORE"] == [("doubtful", 1)]
    assert {i.rule for n in tee.bills[0].nodes for i in n.less} == {"/truth_discount"}
    assert await offered(store, "TEE") == [4]
    assert not await tries(store, "TEE", 5)
    assert await tries(store, "TEE", 4)

    await publishes(store)
    await kept(store)
    await followed(store)
    assert await offered(store, "TEE", "CAP") == [1, 5]


async def test_units_set_aside_for_doubt_are_not_doubted_twice(store):
    await came_up_short(store)  # one is in hand, and the others are set aside
    await publishes(store, truth_discount=TruthDiscount(at_least_probability=0.9))
    await Keeper(store.pool, store.world).run()
    await followed(store)
    assert (await rows(store))[1] == ("TEE", 1, 4)
    ((tee,),) = [await bills(store, "TEE")]
    assert lines(tee.bills[0])["STORE"] == [("reserved", 1), ("unavailable", 4)]

    async with store.pool.acquire() as conn, conn.transaction():
        found = SetAside(Sku("TEE"), STORE, AsideReason.DOUBT, -3)
        await set_aside(conn, US, [found], at=mint.now())
    await followed(store)
    ((tee,),) = [await bills(store, "TEE")]
    assert lines(tee.bills[0])["STORE"] == [("reserved", 1), ("unavailable", 1), ("doubtful", 3)]


async def test_what_is_learned_while_the_sweep_asks_is_not_lost(store):
    """The sweeper waits for who learns, and asks again once it holds the position."""
    await publishes(store, truth_discount=TruthDiscount(at_least_probability=0.9))
    await kept(store)
    await followed(store)
    async with store.pool.acquire() as conn:
        learner = conn.transaction()
        await learner.start()
        seen = Sighting(Sku("CAP"), STORE, Evidence.EMPTY, 1, 0, mint.now())
        await learn(conn, US, [seen], bar=bar_of(await store.world.market(US)), at=mint.now())
        await store.pool.execute(
            "UPDATE inventory.position SET unsecured = FALSE WHERE sku = 'TEE'"
        )
        await rules(store, keep=[{"units": 1}], truth_discount={"at_least_probability": 0.9})
        sweeping = asyncio.create_task(safeguard(store.pool, store.world, US, at=mint.now()))
        await asyncio.sleep(0.2)
        assert not sweeping.done()
        await learner.commit()
        await sweeping
    await followed(store)
    assert await offered(store, "CAP") == [0]
