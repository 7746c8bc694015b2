"""Work is offered to several nodes; the first that accepts has it, and nothing is sold twice."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from entrepot.fulfillment import offers
from entrepot.fulfillment.offers import WhyNotClaimed
from entrepot.fulfillment.states import OfferState
from entrepot.journey.claim import accept, decline, end_due
from entrepot.journey.claiming_rules import ends_at
from entrepot.journey.here import Here
from entrepot.network.model import ChannelRow
from entrepot.network.upsert import upsert_channels
from entrepot.orders.hold import hold
from entrepot.orders.model import HoldKind
from entrepot.plumbing import db, mint
from entrepot.policies.claims import Claiming
from entrepot.terms.ids import ChannelId, NodeId
from entrepot.terms.outcome import Done, Refused
from journey.rules import rules
from journey.shop import NEWARK, US

RENO = '{"country":"US","postal_code":"89501","region":"NV"}'


async def publish(shop, **rule):
    await rules(shop, claiming=[{"minutes": 5, "may_be_late": True, **rule}])


@pytest.fixture
async def three(shop):
    """Three stores with five of each, the nearer cheaper, and a policy that lets them claim."""
    for name, address in (("AUSTIN", '{"country":"US","postal_code":"78701","region":"TX"}'),
                          ("NEWARK", NEWARK), ("RENO", RENO)):  # fmt: skip
        await shop.node(name, address, kind="store", capacity_per_day=50)
        await shop.count(name, TEE=5, CAP=5)
    await publish(shop)
    return shop


async def open_to(shop, node):
    async with shop.pool.acquire() as conn:
        return await offers.to_node(
            conn, US, NodeId(node), state=OfferState.OPEN, after=UUID(int=0), most=10
        )


async def answered(shop, verb, offer_id, node, **said):
    async def work(conn: db.Connection):
        here = Here(conn, US, shop.world, mint.now(), 0)
        return await verb(here, offer_id, NodeId(node), actor=node.lower(), **said)

    return await db.in_transaction(shop.pool, work)


async def offered(shop, order_id):
    async with shop.pool.acquire() as conn:
        rows = await offers.of_orders(conn, US, [order_id])
        nodes = await offers.offered(conn, US, [row.offer_id for row in rows])
    return [
        (row.state, row.attempt, [(n.node_id, n.answer) for n in nodes[row.offer_id]])
        for row in rows
    ]


async def bought(shop, *lines, **changes):
    order_id = await shop.buy(*lines or (("TEE", 2),), **changes)
    await shop.turn()
    return order_id


async def lapsed(shop):
    """Let the time of all open offers be over."""
    await shop.pool.execute(
        "UPDATE fulfillment.offer SET ends_at = made_at - interval '1 hour' WHERE state = 'open'"
    )
    assert await end_due(shop.pool, US)


async def test_work_waits_for_the_stores_it_is_offered_to_and_moves_to_the_first(three):
    order_id = await bought(three)
    assert await three.pieces(order_id) == [("AUSTIN", "planned", 2)]
    assert await offered(three, order_id) == [
        ("open", 1, [("AUSTIN", None), ("NEWARK", None), ("RENO", None)])
    ]
    (offer,) = await open_to(three, "RENO")
    done = await answered(three, accept, offer.offer_id, "RENO")

    assert isinstance(done, Done)
    assert await three.pieces(order_id) == [("AUSTIN", "canceled", 0), ("RENO", "accepted", 2)]
    assert await three.balance("TEE", "AUSTIN") == (5, 0, 0)
    assert await three.balance("TEE", "RENO") == (5, 2, 0)
    for late in ("AUSTIN", "NEWARK"):
        refused = await answered(three, accept, offer.offer_id, late)
        assert refused == Refused(WhyNotClaimed.ENDED, "the offer was accepted by RENO")
    assert await open_to(three, "NEWARK") == []
    await three.turn()
    assert await three.pieces(order_id) == [("AUSTIN", "canceled", 0), ("RENO", "accepted", 2)]
    (fact,) = await three.events("offer.accepted")
    assert b'"withdrawn_from":["AUSTIN","NEWARK"]' in fact.data.encode()
    planned = await three.pool.fetch(
        "SELECT node_id, planned FROM sourcing.node_day WHERE planned > 0"
    )
    assert [tuple(row) for row in planned] == [("RENO", 1)]


async def test_the_planned_store_may_accept_too(three):
    order_id = await bought(three)
    (offer,) = await open_to(three, "AUSTIN")
    await answered(three, accept, offer.offer_id, "AUSTIN")
    assert await three.pieces(order_id) == [("AUSTIN", "accepted", 2)]
    assert await three.balance("TEE", "AUSTIN") == (5, 2, 0)


async def test_of_twenty_that_accept_at_once_exactly_one_has_it(shop):
    for number in range(20):
        await shop.node(f"S{number:02}", kind="store")
        await shop.count(f"S{number:02}", TEE=3)
    await publish(shop, offered_max=20)
    order_id = await bought(shop, ("TEE", 3))
    ((_, _, nodes),) = await offered(shop, order_id)
    (offer,) = await open_to(shop, "S07")
    answers = await asyncio.gather(
        *(answered(shop, accept, offer.offer_id, node) for node, _ in nodes)
    )

    won = [node for (node, _), a in zip(nodes, answers, strict=True) if isinstance(a, Done)]
    assert (len(nodes), len(won)) == (20, 1)
    assert {a.why for a in answers if isinstance(a, Refused)} == {WhyNotClaimed.ENDED}
    live = [piece for piece in await shop.pieces(order_id) if piece[1] != "canceled"]
    assert live == [(won[0], "accepted", 3)]
    held = await shop.pool.fetch(
        "SELECT node_id, reserved FROM inventory.position WHERE reserved > 0"
    )
    assert [tuple(row) for row in held] == [(won[0], 3)]
    assert len(await shop.events("offer.accepted")) == 0
    await shop.turn()
    assert len(await shop.events("offer.accepted")) == 1


async def test_whose_units_are_gone_cannot_accept_and_the_offer_stands(three):
    order_id = await bought(three)
    (offer,) = await open_to(three, "RENO")
    await three.count("RENO", TEE=1)
    before = await three.everything()
    refused = await answered(three, accept, offer.offer_id, "RENO")
    assert refused == Refused(WhyNotClaimed.NOT_THERE, "RENO has not got the units any more")
    assert await three.everything() == before
    assert isinstance(await answered(three, accept, offer.offer_id, "NEWARK"), Done)
    assert ("NEWARK", "accepted", 2) in await three.pieces(order_id)


async def test_when_time_is_over_the_planned_store_has_it(three):
    order_id = await bought(three)
    (offer,) = await open_to(three, "RENO")
    assert await end_due(three.pool, US) == 0
    await lapsed(three)
    refused = await answered(three, accept, offer.offer_id, "RENO")
    assert refused == Refused(WhyNotClaimed.ENDED, "the offer was expired")
    await three.turn()
    assert await three.pieces(order_id) == [("AUSTIN", "released", 2)]
    assert await offered(three, order_id) == [
        ("expired", 1, [("AUSTIN", None), ("NEWARK", None), ("RENO", None)])
    ]


async def test_who_declines_is_not_asked_again_and_is_not_given_it(three):
    await publish(three, attempts_max=2, tell_a_person=True)
    order_id = await bought(three)
    (offer,) = await open_to(three, "AUSTIN")
    said = {"reason": "no staff"}
    assert await answered(three, decline, offer.offer_id, "AUSTIN", **said) == Done(2)
    again = await answered(three, decline, offer.offer_id, "AUSTIN", **said)
    assert again == Refused(WhyNotClaimed.ANSWERED, "AUSTIN has declined it")
    await lapsed(three)
    await three.turn()
    assert (await offered(three, order_id))[1] == ("open", 2, [("NEWARK", None), ("RENO", None)])
    (second,) = await open_to(three, "NEWARK")
    assert await answered(three, decline, second.offer_id, "NEWARK", **said) == Done(1)
    await lapsed(three)
    await three.turn()

    assert await three.pieces(order_id) == [("AUSTIN", "rejected", 0), ("RENO", "released", 2)]
    assert await three.balance("TEE", "AUSTIN") == (5, 0, 0)
    assert [each.kind for each in await three.troubles(order_id)] == ["offer.unclaimed"]


async def test_when_all_decline_the_offer_ends_at_once(three):
    order_id = await bought(three)
    (offer,) = await open_to(three, "RENO")
    lefts = [
        (await answered(three, decline, offer.offer_id, node, reason="full")).value
        for node in ("AUSTIN", "NEWARK", "RENO")
    ]
    assert lefts == [2, 1, 0]
    await three.turn()
    assert (await offered(three, order_id))[0][0] == "declined"
    assert await three.waiting(order_id) == [(1, "TEE", 2, "short")]


async def test_only_what_the_rule_names_is_offered(three):
    async with three.pool.acquire() as conn, conn.transaction():
        row = ChannelRow(ChannelId("app"), "App", None, None, None, None, 0)
        await upsert_channels(conn, US, [row])
    await publish(three, channels=["app"])
    assert await three.pieces(await bought(three)) == [("AUSTIN", "released", 2)]


async def test_what_only_the_planned_store_has_is_not_offered(three):
    await three.count("NEWARK", TEE=0)
    await three.count("RENO", TEE=0)
    order_id = await bought(three)
    assert await offered(three, order_id) == []
    assert await three.pieces(order_id) == [("AUSTIN", "released", 2)]


async def test_a_canceled_order_is_offered_to_nobody(three):
    order_id = await bought(three)
    (offer,) = await open_to(three, "RENO")
    await three.cancel(order_id)
    refused = await answered(three, accept, offer.offer_id, "RENO")
    assert refused == Refused(WhyNotClaimed.ENDED, "the offer has ended")
    assert await end_due(three.pool, US) == 1
    assert (await offered(three, order_id))[0][0] == "withdrawn"
    assert await three.balance("TEE", "AUSTIN") == (5, 0, 0)


async def test_what_is_canceled_of_it_does_not_move(three):
    order_id = await bought(three, ("TEE", 3))
    (offer,) = await open_to(three, "RENO")
    await three.cancel(order_id, (1, 2))
    await answered(three, accept, offer.offer_id, "RENO")
    assert await three.pieces(order_id) == [("AUSTIN", "canceled", 0), ("RENO", "accepted", 1)]
    assert await three.balance("TEE", "RENO") == (5, 1, 0)


async def test_an_order_on_hold_is_not_claimed(three):
    order_id = await bought(three)
    (offer,) = await open_to(three, "RENO")

    async def work(conn: db.Connection):
        until = mint.now() + timedelta(hours=1)
        return await hold(
            conn, US, order_id, kind=HoldKind.FRAUD, reason="look", actor="ann", until=until,
            at=mint.now(),
        )  # fmt: skip

    await db.in_transaction(three.pool, work)
    before = await three.everything()
    refused = await answered(three, accept, offer.offer_id, "RENO")
    assert refused.why is WhyNotClaimed.ON_HOLD
    assert await three.everything() == before


async def test_who_was_not_asked_has_nothing_to_say(three):
    await bought(three)
    (offer,) = await open_to(three, "RENO")
    assert (await answered(three, accept, offer.offer_id, "MARS")).why is WhyNotClaimed.NOT_OFFERED
    unknown = await answered(three, accept, mint.MINT.one(), "RENO")
    assert unknown.why is WhyNotClaimed.UNKNOWN_OFFER


async def test_an_offer_is_made_to_those_alone_who_make_the_promised_day(three):
    await publish(three, may_be_late=False)
    order_id = await bought(three)
    assert await offered(three, order_id) == [], "the others are days away"
    await three.node(
        "ROUND ROCK", '{"country":"US","postal_code":"78702","region":"TX"}',
        kind="store", capacity_per_day=50,
    )  # fmt: skip
    await three.count("ROUND ROCK", TEE=5)
    second = await bought(three, ("TEE", 1), external_id="2")
    assert await offered(three, second) == [("open", 1, [("AUSTIN", None), ("ROUND ROCK", None)])]


def test_an_offer_ends_while_the_planned_node_can_still_make_it():
    now = datetime(2026, 11, 2, 12, tzinfo=UTC)
    rule, minute = Claiming(minutes=30), timedelta(minutes=1)
    assert ends_at(now, rule, None) == now + 30 * minute
    assert ends_at(now, rule, now + 90 * minute) == now + 30 * minute
    assert ends_at(now, rule, now + 25 * minute) == now + 15 * minute
    assert ends_at(now, rule, now + 11 * minute) is None
    assert ends_at(now, rule, now - minute) is None
