"""Orders are captured, planned, reserved and promised in one commit, or nothing is written."""

import asyncio
import json

import msgspec
import pytest

import databases
from entrepot.inventory.model import Free
from entrepot.journey.place import place
from entrepot.journey.placing import Taken
from entrepot.journey.why import why
from entrepot.network.model import Method
from entrepot.orders.model import Backorder
from journey.shop import NEWARK, US, not_taken, order, placing, taken

ALLOW, PARTIAL = {"backorder": Backorder.ALLOW}, {"backorder": Backorder.PARTIAL}


def lines(answer: Taken) -> list[dict]:
    return [line["quantities"] for line in json.loads(answer.document)["lines"]]


async def test_an_order_that_can_be_had_is_promised_planned_and_reserved(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=5)

    (answer,) = await shop.place(placing(order(("TEE", 2))))

    receipt = json.loads(answer.document)
    assert (receipt["id"], receipt["phase"]) == (str(answer.order_id), "confirmed")
    assert [(s["node"], s["lines"]) for s in receipt["plan"]["shipments"]] == [
        ("DC", [{"line": 1, "sku": "TEE", "quantity": 2}])
    ]
    assert receipt["promise"]["earliest"] <= receipt["promise"]["latest"]
    assert await shop.balance("TEE", "DC") == (5, 2, 0)
    await shop.turn()
    assert [e.type for e in await shop.events("order.captured", "sourcing.planned")] == [
        "order.captured", "sourcing.planned",
    ]  # fmt: skip


async def test_a_refusal_writes_nothing_and_its_key_may_be_used_again(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=5)
    before = await shop.everything()

    (answer,) = await shop.place(placing(order(("TEE", 2), ("CAP", 1)), key="k1"))

    assert not_taken(answer) == ("short", ["/lines/1/quantity"])
    assert await shop.everything() == before
    (again,) = await shop.place(placing(order(("TEE", 2)), key="k1"))
    assert isinstance(again, Taken)


async def test_a_batch_is_answered_in_order_first_come_first_served(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=5)
    asked = [placing(order(("TEE", 2), external_id=str(number))) for number in range(4)]

    answers = await shop.place(*asked)

    assert [isinstance(answer, Taken) for answer in answers] == [True, True, False, False]
    assert not_taken(answers[2]) == ("short", ["/lines/0/quantity"])
    assert await shop.balance("TEE", "DC") == (5, 4, 0)


async def test_what_is_believed_to_be_gone_is_read_before_anybody_is_refused(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=1)
    (await shop.world.market(US)).stock.take("TEE", "DC", 1)
    first, second = await shop.place(
        placing(order(("TEE", 1))), placing(order(("TEE", 1), external_id="2"))
    )
    assert isinstance(first, Taken)
    assert not_taken(second) == ("short", ["/lines/0/quantity"])


async def test_who_went_short_of_what_another_loses_after_all_is_asked_again(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=1, CAP=0)
    (await shop.world.market(US)).stock.put([Free("CAP", "DC", 9)])  # there is none
    first, second = await shop.place(
        placing(order(("TEE", 1), ("CAP", 1))), placing(order(("TEE", 1), external_id="2"))
    )
    assert not_taken(first) == ("short", ["/lines/1/quantity"])
    assert isinstance(second, Taken)


async def test_what_the_locked_rows_refuse_is_planned_again_where_it_can_be_had(shop):
    await shop.node("DC")
    await shop.node("NEWARK", NEWARK)
    await shop.count("DC", TEE=1)
    await shop.count("NEWARK", TEE=1)
    await shop.receive("DC", CAP=5)
    market = await shop.world.market(US)
    market.stock.put([Free("TEE", "DC", 9), Free("CAP", "DC", 9)])  # more than there is
    answers = await shop.place(
        *(placing(order(("TEE", 1), ("CAP", 1), external_id=str(n))) for n in range(3))
    )
    assert [isinstance(answer, Taken) for answer in answers] == [True, True, False]
    assert await shop.balance("TEE", "DC") == (1, 1, 0)
    assert await shop.balance("TEE", "NEWARK") == (1, 1, 0)
    assert await shop.balance("CAP", "DC") == (5, 2, 0)


async def test_a_kit_is_reserved_by_its_parts(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=5, CAP=5)
    (two, three) = await shop.place(
        placing(order(("SET", 2))), placing(order(("SET", 1), external_id="2"))
    )
    assert isinstance(two, Taken)
    assert not_taken(three) == ("short", ["/lines/0/quantity"])
    assert await shop.balance("CAP", "DC") == (5, 4, 0)
    assert await shop.balance("TEE", "DC") == (5, 2, 0)


async def test_what_may_wait_waits_and_what_is_there_is_reserved(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    (answer,) = await shop.place(placing(order(("TEE", 5), ("CAP", 1), **ALLOW)))
    assert json.loads(answer.document)["phase"] == "backordered"
    assert [(q["waiting"], q["reserved"]) for q in lines(answer)] == [(3, 2), (1, 0)]
    assert await shop.waiting(taken(answer)) == [
        (1, "TEE", 3, "backorder"), (2, "CAP", 1, "backorder"),
    ]  # fmt: skip
    assert await shop.balance("TEE", "DC") == (2, 2, 0)


async def test_what_others_wait_for_is_not_sold_over_their_heads(shop):
    await shop.node("DC")
    await shop.buy(("TEE", 3), **ALLOW)
    await shop.count("DC", TEE=4)
    first, second = await shop.place(
        placing(order(("TEE", 1), external_id="2")), placing(order(("TEE", 1), external_id="3"))
    )
    assert isinstance(first, Taken)
    assert not_taken(second) == ("short", ["/lines/0/quantity"])


async def test_what_cannot_be_had_is_dropped_in_whole_units(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=9, CAP=5)
    (answer,) = await shop.place(placing(order(("SET", 4), ("TEE", 1), **PARTIAL)))
    assert [(q["canceled"], q["reserved"]) for q in lines(answer)] == [(2, 2), (0, 1)]
    assert await shop.balance("CAP", "DC") == (5, 4, 0)
    assert await shop.balance("TEE", "DC") == (9, 3, 0)


async def test_an_order_of_which_nothing_can_be_had_is_refused_even_in_part(shop):
    await shop.node("DC")
    before = await shop.everything()
    (answer,) = await shop.place(placing(order(("TEE", 1), **PARTIAL)))
    assert not_taken(answer)[0] == "short"
    assert await shop.everything() == before


@pytest.mark.parametrize(
    ("changes", "why", "pointer"),
    [
        ({"channel": "nowhere"}, "invalid", "/channel"),
        ({"service": "teleport"}, "invalid", "/service"),
        ({"method": Method.PICKUP, "pickup_node": "X", "ship_to": None}, "invalid", "/pickup_node"),
        ({"method": Method.PICKUP, "pickup_node": "DC", "ship_to": None}, "not_sourceable",
         "/pickup_node"),
    ],
)  # fmt: skip
async def test_what_the_market_does_not_know_or_cannot_do_is_named(shop, changes, why, pointer):
    await shop.node("DC")
    await shop.count("DC", TEE=5)
    before = await shop.everything()
    (answer,) = await shop.place(placing(order(("TEE", 1), **changes)))
    assert not_taken(answer) == (why, [pointer])
    assert await shop.everything() == before


async def test_every_unknown_sku_of_an_order_is_named(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=5)
    (answer,) = await shop.place(placing(order(("TEE", 1), ("MUG", 1), ("JUG", 1))))
    assert not_taken(answer) == ("invalid", ["/lines/1/sku", "/lines/2/sku"])
    assert await shop.balance("TEE", "DC") == (5, 0, 0)


async def test_the_same_request_under_the_same_key_is_answered_as_before(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=5)
    asked = placing(order(("TEE", 1)), key="k1")
    (first,) = await shop.place(asked)
    before = await shop.everything()
    (again,) = await shop.place(asked)
    assert again == Taken(first.order_id, first.document, replayed=True)
    assert await shop.everything() == before


async def test_another_request_under_the_same_key_is_refused(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=5)
    await shop.place(placing(order(("TEE", 1)), key="k1"))
    (other,) = await shop.place(placing(order(("TEE", 2), external_id="2"), key="k1"))
    assert not_taken(other) == ("key_reused", [])


async def test_the_same_order_under_another_key_is_the_first_order(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=5)
    asked = order(("TEE", 1))
    (first,) = await shop.place(placing(asked, key="k1"))
    before = await shop.everything()
    (again,) = await shop.place(placing(asked, key="k2"))
    assert (taken(again), again.replayed) == (taken(first), True)
    assert await shop.everything() == before


async def test_another_order_under_the_same_external_id_is_a_conflict(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=5)
    await shop.buy(("TEE", 1))
    (other,) = await shop.place(placing(order(("TEE", 2)), key="k2"))
    assert not_taken(other) == ("external_id", ["/external_id"])
    assert await shop.balance("TEE", "DC") == (5, 1, 0)


async def test_twins_in_one_batch_are_answered_by_the_first_of_them(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=9)
    asked, other = order(("TEE", 1)), order(("TEE", 2))
    batch = [
        placing(asked, key="k1"),
        placing(asked, key="k1"),  # the same request
        placing(asked, key="k2"),  # the same order under another key
        placing(order(("TEE", 3), external_id="2"), key="k1"),  # another request under the key
        placing(other, key="k3"),  # another order under the external id
    ]
    first, *rest = await shop.place(*batch)
    assert [isinstance(each, Taken) and each.replayed for each in rest[:2]] == [True, True]
    assert {taken(each) for each in (first, *rest[:2])} == {taken(first)}
    assert not_taken(rest[2])[0] == "key_reused"
    assert not_taken(rest[3])[0] == "external_id"
    assert await shop.balance("TEE", "DC") == (9, 1, 0)


async def test_twins_whose_first_is_refused_are_asked_for_themselves(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=1)
    first, second = await shop.place(
        placing(order(("TEE", 2)), key="k1"), placing(order(("TEE", 1)), key="k1")
    )
    assert not_taken(first)[0] == "short"
    assert isinstance(second, Taken)


async def test_a_fact_is_always_taken_and_says_what_is_in_its_way(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=1)
    sold = order(("TEE", 3), ("MUG", 2))
    (answer,) = await shop.place(placing(sold, fact=True))
    id_ = taken(answer)
    assert json.loads(answer.document)["phase"] == "pending"
    assert await shop.waiting(id_) == [(1, "TEE", 2, "no_stock"), (2, "MUG", 2, "unknown_sku")]
    assert [(x.kind, x.line_no, x.reason) for x in await shop.troubles(id_)] == [
        ("sourcing.unroutable", 1, "no node has the units: 2 of TEE"),
        ("sourcing.unroutable", 2, "the sku is not an item here: 2 of MUG"),
    ]
    assert await shop.balance("TEE", "DC") == (1, 1, 0)
    (again,) = await shop.place(placing(msgspec.structs.replace(sold, note="edited"), fact=True))
    assert (taken(again), again.replayed) == (id_, True)


@pytest.mark.parametrize("changes", [{"channel": "nowhere"}, {"service": "teleport"}])
async def test_a_fact_is_taken_even_where_no_node_could_do_it(shop, changes):
    await shop.node("DC")
    await shop.count("DC", TEE=5)
    (answer,) = await shop.place(placing(order(("TEE", 1), **changes), fact=True))
    assert len(await shop.troubles(taken(answer))) == 1
    assert await shop.balance("TEE", "DC") == (5, 0, 0)


async def test_a_fact_with_a_doubt_is_held_and_its_digital_lines_are_in_no_parcel(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=5)
    asked = placing(
        order(("TEE", 1), ("MUG", 1)), fact=True, holds=(("manual", "odd"),), digital=frozenset({2})
    )
    id_ = taken((await shop.place(asked))[0])
    await shop.turn()
    assert await shop.phase(id_) == "on_hold"
    assert await shop.pieces(id_) == [("DC", "planned", 1)]
    assert (await shop.waiting(id_), await shop.troubles(id_)) == ([], [])


async def test_a_full_day_sends_the_work_elsewhere_and_never_beyond_where_it_can_be_helped(shop):
    await shop.node("DC", capacity_per_day=2)
    await shop.node("NEWARK", NEWARK)
    await shop.count("DC", TEE=9)
    await shop.count("NEWARK", TEE=9)
    asked = [placing(order(("TEE", 1), external_id=str(number))) for number in range(5)]
    for answer in await shop.place(*asked):
        assert isinstance(answer, Taken)
    assert await shop.balance("TEE", "DC") == (9, 2, 0)
    assert await shop.balance("TEE", "NEWARK") == (9, 3, 0)


async def test_an_order_without_a_plan_does_not_pass_for_a_network_that_was_kept(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=1)
    await shop.buy(("CAP", 1), external_id="waits", **ALLOW)
    id_ = await shop.buy(("TEE", 1), external_id="planned")
    async with shop.pool.acquire() as conn:
        (decision,) = await why(conn, US, id_)
    assert decision.reproduced


async def test_concurrent_batches_sell_exactly_what_is_there(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=10, CAP=100)
    batches = [
        [placing(order(("CAP", 1), ("TEE", 1), external_id=f"{b}-{n}")) for n in range(5)]
        for b in range(6)
    ]
    answers = await asyncio.gather(*(shop.place(*batch) for batch in batches))
    found = [answer for batch in answers for answer in batch]
    assert sum(isinstance(answer, Taken) for answer in found) == 10
    assert {not_taken(a)[0] for a in found if not isinstance(a, Taken)} == {"short"}
    assert await shop.balance("TEE", "DC") == (10, 10, 0)
    assert await shop.balance("CAP", "DC") == (100, 10, 0)


KINDS = {
    "plain": {"lines": [("TEE", 1), ("CAP", 1)]},
    "keyed": {"lines": [("TEE", 1)], "keyed": True},
    "kits": {"lines": [("SET", 1)]},
    "waiting": {"lines": [("TEE", 1), ("MUG", 1)], "backorder": Backorder.ALLOW},
    "facts": {"lines": [("TEE", 1), ("JUG", 1)], "fact": True},
    "held": {"lines": [("TEE", 1)], "fact": True, "holds": (("manual", "odd"), ("fraud", "odd"))},
}


@pytest.mark.parametrize("kind", KINDS)
async def test_the_number_of_statements_does_not_depend_on_the_number_of_orders(shop, pool, kind):
    await shop.opens("MUG")
    await shop.node("DC", capacity_per_day=1000)
    await shop.count("DC", TEE=500, CAP=500)
    how = {"keyed": False, "fact": False, "holds": ()} | KINDS[kind]
    counts = []
    async with pool.acquire() as conn:
        one = databases.OneConnection(conn)
        for size in (1, 1, 8, 64):
            batch = [
                placing(
                    order(*how["lines"], external_id=f"{len(counts)}-{n}",
                          backorder=how.get("backorder", Backorder.REFUSE)),
                    key=f"{len(counts)}-{n}" if how["keyed"] else None, fact=how["fact"],
                    holds=how["holds"],
                )
                for n in range(size)
            ]  # fmt: skip
            with databases.statements(conn) as told:
                answers = await place(one, shop.world, US, batch)
                await asyncio.sleep(0)  # the driver tells its listeners at the loop's next turn
            assert all(isinstance(answer, Taken) for answer in answers)
            counts.append(len(told))
    assert counts[1] == counts[2] == counts[3]  # the first call also learned the types
    assert counts[1] <= 16
