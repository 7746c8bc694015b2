"""Who was to fetch it is asked before it is sent; and what becomes of the rest of an order."""

import pytest

from entrepot.fulfillment.reject import reject
from entrepot.journey.consent import Choice, Said, WhyNotAnswered, answer, expire_due
from entrepot.journey.here import Here
from entrepot.network.model import Method
from entrepot.orders import consents
from entrepot.plumbing import db, mint
from entrepot.terms.ids import NodeId
from entrepot.terms.outcome import Done
from journey.rules import rules
from journey.shop import HOME, NEWARK, US

FETCH = {"method": Method.PICKUP, "service": None, "pickup_node": "STORE", "ship_to": None}


@pytest.fixture
async def store(shop):
    """A store, another one and a warehouse; a policy that has customers asked."""
    await shop.node("STORE", kind="store", services=["pickup", "ship"])
    await shop.node("OTHER", NEWARK, kind="store", services=["pickup"])
    await shop.node("DC", NEWARK)
    for node in ("STORE", "OTHER", "DC"):
        await shop.count(node, TEE=5, CAP=5)
    await rules(shop, pickup_consent={})
    return shop


async def rejected(shop, *lines, **changes):
    order_id = await shop.buy(*lines or (("TEE", 2),), **{**FETCH, **changes})
    await shop.turn()
    (work,) = await shop.works(order_id)
    await shop.do(reject, work, reason="flooded")
    await shop.turn()
    return order_id


async def asked(shop, order_id):
    async with shop.pool.acquire() as conn:
        return await consents.of_order(conn, US, order_id)


async def said(shop, order_id, consent, choice, **more):
    async def work(conn: db.Connection):
        here = Here(conn, US, shop.world, mint.now(), 0)
        chosen = Said(choice, **more)
        return await answer(here, order_id, consent.consent_id, chosen, actor="kim")

    done = await db.in_transaction(shop.pool, work)
    await shop.turn()
    return done


async def works(shop, order_id):
    return [
        (w.head.node_id, w.head.method, w.head.service, w.head.state)
        for w in await shop.works(order_id)
        if w.head.state != "rejected"
    ]


async def test_nothing_is_sent_that_was_to_be_fetched_until_the_customer_says_so(store):
    order_id = await rejected(store)
    (consent,) = await asked(store, order_id)
    assert (consent.state, consent.lines, consent.choices) == (
        "asked", [1], ["ship", "other_store", "cancel"],
    )  # fmt: skip
    assert await works(store, order_id) == []
    assert [each.kind for each in await store.troubles(order_id)] == ["sourcing.unroutable"]

    done = await said(store, order_id, consent, Choice.SHIP, ship_to=HOME)
    assert isinstance(done, Done)
    assert (done.value.state, done.value.choice, done.value.ended_by) == ("answered", "ship", "kim")
    assert await works(store, order_id) == [("DC", "ship", "standard", "released")]
    assert (await store.waiting(order_id), await store.troubles(order_id)) == ([], [])
    again = await said(store, order_id, consent, Choice.CANCEL)
    assert again.why is WhyNotAnswered.ENDED


async def test_what_is_sent_and_rejected_is_sent_from_elsewhere(store):
    await store.node("RENO", NEWARK)
    await store.count("RENO", TEE=5)
    order_id = await rejected(store)
    (consent,) = await asked(store, order_id)
    await said(store, order_id, consent, Choice.SHIP, ship_to=HOME)
    (work,) = await store.works(order_id, "released")
    await store.do(reject, work, reason="lost")
    await store.turn()
    assert await works(store, order_id) == [("RENO", "ship", "standard", "released")]
    assert len(await asked(store, order_id)) == 1


async def test_another_store_has_it(store):
    order_id = await rejected(store)
    (consent,) = await asked(store, order_id)
    await said(store, order_id, consent, Choice.OTHER_STORE, node=NodeId("OTHER"))
    assert await works(store, order_id) == [("OTHER", "pickup", "", "released")]


async def test_the_lines_are_canceled_and_the_others_are_not(store):
    await store.count("STORE", TEE=5)
    order_id = await rejected(store, ("TEE", 2), ("CAP", 1))
    (consent,) = await asked(store, order_id)
    assert consent.lines == [1, 2]
    await said(store, order_id, consent, Choice.CANCEL)
    assert await store.phase(order_id) == "canceled"
    assert await store.balance("TEE", "STORE") == (5, 0, 5)


async def test_nobody_answers_and_the_default_is_done(store):
    await rules(store, pickup_consent={"default": "cancel"})
    order_id = await rejected(store)
    assert await expire_due(store.pool, store.world, US) == 0
    await store.pool.execute("UPDATE orders.consent SET ends_at = asked_at - interval '1 hour'")
    (consent,) = await asked(store, order_id)
    late = await said(store, order_id, consent, Choice.SHIP, ship_to=HOME)
    assert late.why is WhyNotAnswered.ENDED
    assert await store.phase(order_id) == "canceled"
    assert [(c.state, c.choice) for c in await asked(store, order_id)] == [("expired", "cancel")]


async def test_by_default_it_waits_for_a_person(store):
    order_id = await rejected(store)
    await store.pool.execute("UPDATE orders.consent SET ends_at = asked_at - interval '1 hour'")
    await store.turn()
    assert [(c.state, c.choice) for c in await asked(store, order_id)] == [("expired", "wait")]
    assert len(await store.troubles(order_id)) == 1


async def test_who_has_canceled_is_not_asked_any_more(store):
    order_id = await rejected(store)
    await store.cancel(order_id)
    (consent,) = await asked(store, order_id)
    refused = await said(store, order_id, consent, Choice.SHIP, ship_to=HOME)
    assert refused.why is WhyNotAnswered.NOTHING_WAITS
    await store.pool.execute("UPDATE orders.consent SET ends_at = asked_at - interval '1 hour'")
    await store.turn()
    assert [c.state for c in await asked(store, order_id)] == ["withdrawn"]


@pytest.mark.parametrize(
    ("choice", "more", "why"),
    [
        (Choice.SHIP, {}, WhyNotAnswered.NO_ADDRESS),
        (Choice.SHIP, {"ship_to": HOME, "service": "rocket"}, WhyNotAnswered.NO_SERVICE),
        (Choice.OTHER_STORE, {}, WhyNotAnswered.NO_STORE),
        (Choice.OTHER_STORE, {"node": NodeId("DC")}, WhyNotAnswered.NO_STORE),
        (Choice.OTHER_STORE, {"node": NodeId("MARS")}, WhyNotAnswered.NO_STORE),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(store, choice, more, why):
    order_id = await rejected(store)
    (consent,) = await asked(store, order_id)
    before = await store.everything()
    assert (await said(store, order_id, consent, choice, **more)).why is why
    assert await store.everything() == before


async def test_what_the_policy_does_not_offer_cannot_be_chosen(store):
    await rules(store, pickup_consent={"choices": ["cancel"]})
    order_id = await rejected(store)
    (consent,) = await asked(store, order_id)
    refused = await said(store, order_id, consent, Choice.SHIP, ship_to=HOME)
    assert refused.why is WhyNotAnswered.NOT_A_CHOICE


async def split(shop):
    """An order over two nodes, either of which a third could replace whole."""
    await shop.node("A")
    await shop.node("B", NEWARK)
    await shop.node("ALL", '{"country":"US","postal_code":"89501","region":"NV"}')
    await shop.count("A", TEE=5)
    await shop.count("B", CAP=5)
    order_id = await shop.buy(("TEE", 1), ("CAP", 1))
    await shop.count("ALL", TEE=5, CAP=5)
    await shop.turn()
    assert [p[0] for p in await shop.pieces(order_id)] == ["A", "B"]
    return order_id


async def given_up(shop, order_id):
    await shop.do(reject, (await shop.works(order_id, "released"))[0], reason="too_busy")
    await shop.turn()
    return [p for p in await shop.pieces(order_id) if p[1] not in {"rejected", "canceled"}]


async def test_the_rest_stays_where_it_is(shop):
    order_id = await split(shop)
    assert await given_up(shop, order_id) == [("ALL", "released", 1), ("B", "released", 1)]


async def test_the_whole_order_is_planned_again_together(shop):
    order_id = await split(shop)
    await rules(shop, when_given_up="whole")
    assert await given_up(shop, order_id) == [("ALL", "released", 2)]
    assert await shop.balance("CAP", "B") == (5, 0, 0)


async def test_what_was_given_up_is_canceled(shop):
    order_id = await split(shop)
    await rules(shop, when_given_up="cancel")
    assert await given_up(shop, order_id) == [("B", "released", 1)]
    lines = (await shop.standing(order_id)).lines
    assert [(line.line_no, line.canceled) for line in lines] == [(1, 1), (2, 0)]
    assert await shop.balance("TEE", "A") == (5, 0, 0)
