"""Rules decide the next order: strategies in turn, fences, ratings, and what if nothing fits."""

import msgspec
import pytest

from entrepot.fulfillment.reject import reject
from entrepot.journey.enact import NOT_ACTIVATED, enact_due
from entrepot.journey.place import place
from entrepot.journey.placing import Taken
from entrepot.journey.quote import Cart, quote
from entrepot.journey.why import why
from entrepot.journey.world import World
from entrepot.network.model import GroupId, GroupRow, Method
from entrepot.network.open import hold
from entrepot.network.upsert import upsert_node_groups
from entrepot.orders.model import Address, Backorder, Customer
from entrepot.plumbing import clock, db, mint
from entrepot.policies import browse
from entrepot.policies.model import Policy
from entrepot.policies.move import draft, move
from entrepot.policies.publish import publish
from entrepot.policies.states import PolicyVerb
from entrepot.terms.ids import ChannelId, Sku
from entrepot.terms.place import Place
from journey.rules import rules
from journey.shop import US, not_taken, order, placing, taken

ADDRESS = '{"country":"US","postal_code":"%s","region":"%s","latitude":%s,"longitude":%s}'
AUSTIN_AT = ADDRESS % ("78701", "TX", 30.27, -97.74)
RENO_AT = ADDRESS % ("89501", "NV", 39.53, -119.81)
HOME_AT = Address(
    postal_code="78701", country="US", region="TX", latitude=30.3, longitude=-97.7
)  # fmt: skip
DCS = {"strategy": "DCs", "fences": [{"node_kinds": ["dc"]}]}
STORES = {"strategy": "stores", "fences": [{"node": "node.kind == 'store'"}]}


def profiles(*strategies, **said):
    """Write a policy of one profile."""
    return {"sourcing": {"profiles": [{"profile": "all", "strategies": strategies, **said}]}}


@pytest.fixture
async def chain(shop):
    """A store next door with all of it, and a distribution center far away with caps only."""
    await shop.node("AUSTIN", AUSTIN_AT, kind="store")
    await shop.node("RENO", RENO_AT)
    await shop.count("AUSTIN", TEE=5, CAP=5)
    await shop.count("RENO", CAP=5)
    return shop


async def nodes(shop, order_id) -> list[str]:
    return [work.head.node_id for work in await shop.works(order_id)]


async def reasons(shop, order_id):
    """Explain an order's decisions; each says the same when it is run again."""
    async with shop.pool.acquire() as conn:
        decisions = await why(conn, US, order_id)
    assert all(each.reproduced for each in decisions)
    return [each.explanation for each in decisions]


async def bought(shop, *lines, **changes):
    """Buy; give from where it is sent and by which strategy."""
    id_ = await shop.buy(*lines, external_id=mint.MINT.one().hex, ship_to=HOME_AT, **changes)
    await shop.turn()
    found = (await reasons(shop, id_))[-1]
    return await nodes(shop, id_), found.strategy


async def test_without_profiles_the_cheapest_node_sends_it(chain):
    assert await bought(chain, ("CAP", 1)) == (["AUSTIN"], None)


async def test_strategies_are_tried_in_turn_and_the_record_names_the_one_that_served(chain):
    await rules(chain, **profiles(DCS, STORES))
    assert await bought(chain, ("CAP", 1)) == (["RENO"], "DCs")
    assert await bought(chain, ("TEE", 1)) == (["AUSTIN"], "stores")
    id_ = await chain.buy(("CAP", 1), external_id="x", ship_to=HOME_AT)
    (found,) = await reasons(chain, id_)
    assert (found.policy_version, found.profile, found.strategy) == (1, "all", "DCs")
    assert found.words[-1] == "By strategy DCs of profile all in policy 1."
    assert {n.node: n.eliminated for n in found.nodes} == {"AUSTIN": "fenced", "RENO": None}


async def test_in_one_batch_only_those_that_found_nothing_are_planned_again(chain):
    await rules(chain, **profiles(DCS, STORES))
    asked = [order((sku, 1), external_id=sku, ship_to=HOME_AT) for sku in ("TEE", "CAP")]
    asked.append(order(("CAP", 5), external_id="many", ship_to=HOME_AT))
    ids = [taken(each) for each in await chain.place(*map(placing, asked))]
    await chain.turn()
    assert [await nodes(chain, id_) for id_ in ids] == [["AUSTIN"], ["RENO"], ["AUSTIN"]]
    assert [(await reasons(chain, id_))[0].strategy for id_ in ids] == ["stores", "DCs", "stores"]


async def test_conditions_choose_the_profile_and_pass_strategies_over(chain):
    document = {
        "sourcing": {
            "profiles": [
                {
                    "profile": "gold", "when": "customer.class == 'gold'",
                    "strategies": [{"strategy": "near", "limits": {"distance_km_max": 100}}],
                },
                {
                    "profile": "others", "when": "order.country == 'US'",
                    "strategies": [
                        {**DCS, "when": "lines.exists(l, l.sku == 'CAP') && order.units < 2"},
                        STORES,
                    ],
                },
            ]
        }
    }  # fmt: skip
    await rules(chain, **document)
    gold = {"customer": Customer(customer_class="gold")}
    assert await bought(chain, ("CAP", 1), **gold) == (["AUSTIN"], "near")
    assert await bought(chain, ("CAP", 1)) == (["RENO"], "DCs")
    assert await bought(chain, ("CAP", 2)) == (["AUSTIN"], "stores")


async def test_a_rating_is_weighed_with_what_it_costs(chain):
    await rules(chain, **profiles({"strategy": "rated", "ratings": [{"by_kind": {"store": 1}}]}))
    assert (await bought(chain, ("CAP", 1)))[0] == ["AUSTIN"]
    rated = [{"node": "node.kind == 'store' ? 5000 : 0"}]
    await rules(chain, **profiles({"strategy": "rated", "ratings": rated}))
    assert (await bought(chain, ("CAP", 1)))[0] == ["RENO"]
    assert (await bought(chain, ("TEE", 1)))[0] == ["AUSTIN"]  # dear, and the only one


async def test_limits_bound_shipments_distance_and_groups(chain):
    await chain.count("AUSTIN", TEE=5, CAP=0)
    one = {"strategy": "whole", "limits": {"shipments_max": 1}}
    await rules(chain, **profiles(one))
    asked = order(("TEE", 1), ("CAP", 1), ship_to=HOME_AT)
    assert not_taken((await chain.place(placing(asked)))[0])[0] == "short"
    await rules(chain, **profiles(one, {"strategy": "split"}))
    assert await bought(chain, ("TEE", 1), ("CAP", 1)) == (["AUSTIN", "RENO"], "split")
    async with chain.pool.acquire() as conn, conn.transaction():
        await upsert_node_groups(conn, US, [GroupRow(GroupId("west"), "West", ["RENO"])])
    await rules(chain, **profiles({"strategy": "west", "limits": {"node_groups": ["west"]}}))
    assert await bought(chain, ("CAP", 1)) == (["RENO"], "west")
    near = {"strategy": "near", "fences": [{"node": "node.distance_km < 100.0"}]}
    await rules(chain, **profiles(near))
    asked = order(("CAP", 1), external_id="far", ship_to=HOME_AT)
    assert not_taken((await chain.place(placing(asked)))[0])[0] == "short"


@pytest.mark.parametrize(
    ("otherwise", "backorder", "ends"),
    [
        ("order", "refuse", "short"),
        ("order", "allow", "backordered"),
        ("refuse", "allow", "short"),
        ("wait", "refuse", "backordered"),
        ("exception", "refuse", "pending"),
        ("exception", "allow", "pending"),
        ("ignore_fences", "refuse", "AUSTIN"),
    ],
)
async def test_the_profile_says_what_becomes_of_what_nothing_finds(
    chain, otherwise, backorder, ends
):
    await rules(chain, **profiles(DCS, otherwise=otherwise))
    asked = order(("TEE", 2), ship_to=HOME_AT, backorder=Backorder(backorder))
    (answer,) = await chain.place(placing(asked))
    if ends == "short":
        assert not_taken(answer) == ("short", ["/lines/0/quantity"])
        return
    id_ = taken(answer)
    if ends == "AUSTIN":
        await chain.turn()
        assert await nodes(chain, id_) == ["AUSTIN"]
        return
    assert await chain.phase(id_) == ends
    waits = "backorder" if ends == "backordered" else "no_strategy"
    assert await chain.waiting(id_) == [(1, "TEE", 2, waits)]
    troubles = [(each.kind, each.reason) for each in await chain.troubles(id_)]
    told = "no node that the policy's strategies allow has the units: 2 of TEE"
    assert troubles == ([("sourcing.unroutable", told)] if ends == "pending" else [])


async def test_of_a_lenient_order_the_strategy_that_lacks_least_serves_what_it_can(chain):
    await rules(chain, **profiles(STORES, DCS))
    asked = order(
        ("TEE", 2), ("CAP", 9), ship_to=HOME_AT, backorder=Backorder.ALLOW, external_id="1"
    )
    id_ = taken((await chain.place(placing(asked)))[0])
    assert await chain.waiting(id_) == [(2, "CAP", 4, "backorder")]
    await chain.turn()  # who begins to wait looks once more, by the next strategy too
    assert [each.strategy for each in await reasons(chain, id_)] == ["stores", "DCs"]
    assert await nodes(chain, id_) == ["AUSTIN", "RENO"]
    assert await chain.waiting(id_) == []


async def test_a_rejected_order_is_planned_again_by_the_rules(chain):
    await rules(chain, **profiles(DCS, STORES))
    id_ = await chain.buy(("CAP", 1), ship_to=HOME_AT)
    await chain.turn()
    (work,) = await chain.works(id_)
    await chain.do(reject, work, reason="cannot find it")
    await chain.turn()
    assert await chain.pieces(id_) == [("AUSTIN", "released", 1), ("RENO", "rejected", 0)]
    assert [each.strategy for each in await reasons(chain, id_)] == ["DCs", "stores"]


async def test_who_waits_is_served_where_the_rules_allow_and_by_nobody_else(chain):
    await rules(chain, **profiles(DCS, otherwise="wait"))
    id_ = await chain.buy(("TEE", 2), ship_to=HOME_AT)
    await chain.turn()
    assert await chain.phase(id_) == "backordered"
    await chain.receive("AUSTIN", TEE=1)
    await chain.turn()
    assert await chain.phase(id_) == "backordered"
    await chain.receive("RENO", TEE=2)
    await chain.turn()
    assert await chain.pieces(id_) == [("RENO", "released", 2)]
    assert [each.strategy for each in await reasons(chain, id_)] == ["DCs"]


async def test_a_full_node_leads_to_the_next_strategy_and_only_then_beyond_its_capacity(chain):
    await chain.node("RENO", RENO_AT, capacity_per_day=1)
    await rules(chain, **profiles(DCS, STORES))
    assert await bought(chain, ("CAP", 1)) == (["RENO"], "DCs")
    assert await bought(chain, ("CAP", 1)) == (["AUSTIN"], "stores")
    await chain.count("AUSTIN", CAP=0)
    assert await bought(chain, ("CAP", 1)) == (["RENO"], "DCs")
    await rules(chain, **profiles(DCS))
    assert await bought(chain, ("CAP", 1)) == (["RENO"], "DCs")


async def test_a_quote_shows_what_the_order_gets(chain):
    await rules(chain, **profiles(DCS, STORES))
    market = await chain.world.market(US)
    home = Place("US", "78701", "TX", 30.3, -97.7, "America/Chicago")
    carts = [
        Cart(ChannelId("web"), home, ((Sku(sku), 1),), (Method.SHIP,)) for sku in ("CAP", "TEE")
    ]
    async with chain.pool.acquire() as conn:
        await market.catalog.fetch_missing(conn, ["CAP", "TEE"])
    found = quote(market, carts, at=mint.now())
    served = [{s.node_id for o in each.options for s in o.plan.shipments} for each in found]
    assert served == [{"RENO"}, {"AUSTIN"}]


async def test_who_collects_has_chosen_the_store(chain):
    await chain.node("AUSTIN", AUSTIN_AT, kind="store", services=["pickup", "ship"])
    await rules(chain, **profiles(DCS))
    id_ = await chain.buy(("TEE", 1), method=Method.PICKUP, pickup_node="AUSTIN", ship_to=None)
    await chain.turn()
    assert await nodes(chain, id_) == ["AUSTIN"]
    assert (await reasons(chain, id_))[0].strategy is None


async def test_a_process_that_has_not_heard_of_a_new_policy_decides_nothing_by_the_old_one(chain):
    other = World(chain.pool, mint.now)
    await other.market(US)
    await rules(chain, **profiles(DCS, STORES))
    (answer,) = await place(chain.pool, other, US, [placing(order(("CAP", 1), ship_to=HOME_AT))])
    assert isinstance(answer, Taken)
    await chain.turn()
    assert await nodes(chain, answer.order_id) == ["RENO"]
    (found,) = await reasons(chain, answer.order_id)
    assert (found.policy_version, found.strategy) == (1, "DCs")


async def test_nor_does_it_refuse_by_the_old_one(chain):
    await rules(chain, **profiles(DCS))
    other = World(chain.pool, mint.now)
    await other.market(US)
    await rules(chain, **profiles(STORES))
    (answer,) = await place(chain.pool, other, US, [placing(order(("TEE", 1), ship_to=HOME_AT))])
    assert isinstance(answer, Taken)


async def scheduled(shop, policy):
    """Schedule a policy for the moment that has just passed; give its number."""

    async def work(conn: db.Connection) -> int:
        await hold(conn, US)
        at = await clock.read(conn)
        made = await draft(conn, US, policy, "kim", "peak", at)
        await move(
            conn, US, made.version, PolicyVerb.SCHEDULE, actor="kim", reason=None, at=at,
            effective_at=at,
        )  # fmt: skip
        return made.version

    return await db.in_transaction(shop.pool, work)


async def test_a_scheduled_policy_comes_into_force_by_itself_and_decides_the_next_order(chain):
    assert await enact_due(chain.pool, US) is None
    number = await scheduled(chain, msgspec.convert(profiles(DCS, STORES), Policy))
    assert await bought(chain, ("CAP", 1)) == (["AUSTIN"], None)
    assert await enact_due(chain.pool, US) == number
    assert await enact_due(chain.pool, US) is None
    assert await bought(chain, ("CAP", 1)) == (["RENO"], "DCs")


async def test_a_scheduled_policy_that_names_what_is_gone_waits_for_a_person(chain):
    gone = profiles({"strategy": "gone", "limits": {"nodes": ["NOWHERE"]}})
    await publish_first(chain)
    number = await scheduled(chain, msgspec.convert(gone, Policy))
    assert await enact_due(chain.pool, US) == number
    async with chain.pool.acquire() as conn:
        assert (await browse.version(conn, US, number)).state == "draft"
        assert (await browse.current(conn, US))[0] == 1
    (told,) = await opened(chain)
    assert told["kind"] == NOT_ACTIVATED
    assert "there is no node NOWHERE" in told["reason"]
    assert await enact_due(chain.pool, US) is None


async def publish_first(shop):
    async with shop.pool.acquire() as conn, conn.transaction():
        await publish(conn, US, Policy(), "kim", "first", mint.now())


async def opened(shop):
    await shop.turn()
    return [msgspec.json.decode(each.data) for each in await shop.events("exception.opened")]
