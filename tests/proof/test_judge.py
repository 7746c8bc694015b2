"""The judge sees: every way to be wrong, planted into a world that is right, is found."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proof.judge import (
    Content,
    Finding,
    Order,
    Position,
    Told,
    World,
    Wrong,
    content,
    digest,
    reconcile,
    reconcile_feed,
    reconcile_work,
)
from proof.ledger import Ack, Entry, Intent, Ledger, read

CAPTURED = "order.captured"


def body(buyer: str, *, quantity: int = 2) -> str:
    return json.dumps(
        {
            "channel": "web",
            "external_id": f"x-{buyer}",
            "currency": "USD",
            "customer": {"email": buyer},
            "lines": [{"sku": "A", "quantity": quantity, "unit_price": 1999}],
        }
    )


def order(buyer: str) -> Order:
    wish = Content("web", f"x-{buyer}", "USD", (("A", 2, 1999),))
    return Order(f"o-{buyer}", buyer, wish, digest(body(buyer)), (("A", 2),), (("A", 2),))


def shelf(units: int) -> Position:
    return Position("A", "N", on_hand=100, reserved=units, claimed=units)


def confirmed(buyer: str) -> list[Entry]:
    ack = Ack(buyer, f"k-{buyer}", 201, f"o-{buyer}", digest(body(buyer)))
    return [Intent(buyer, f"k-{buyer}", body(buyer)), ack]


def refused(buyer: str) -> list[Entry]:
    return [Intent(buyer, f"k-{buyer}", body(buyer)), Ack(buyer, f"k-{buyer}", 409)]


def unknown(buyer: str) -> list[Entry]:
    return [Intent(buyer, f"k-{buyer}", body(buyer))]


BOOK = [*confirmed("ann"), *refused("bob"), *unknown("cat"), *confirmed("dan")]
WORLD = World((order("ann"), order("dan")), (shelf(4),), frozenset({"k-ann", "k-dan"}))
FEED = [Told(1, "e1", CAPTURED, "o-ann"), Told(2, "e2", "x", ""), Told(3, "e3", CAPTURED, "o-dan")]


def test_a_world_that_is_as_it_was_told_is_right():
    assert reconcile(BOOK, WORLD) == []
    assert reconcile_feed(FEED, WORLD, captured=CAPTURED) == []
    assert reconcile_work(WORLD) == []


@pytest.mark.parametrize("work", [(), (("A", 1),), (("A", 4),), (("A", 2), ("B", 1))])
def test_work_that_was_forgotten_or_asked_for_twice_is_found(work):
    world = replace(WORLD, orders=(replace(order("ann"), work=work), order("dan")))
    assert reconcile_work(world) == [Finding(Wrong.IDLE, "o-ann")]


def test_an_unknown_outcome_may_have_taken_effect_once():
    world = replace(
        WORLD,
        orders=(*WORLD.orders, order("cat")),
        positions=(shelf(6),),
        keys=WORLD.keys | {"k-cat"},
    )
    assert reconcile(BOOK, world) == []


def test_the_same_answer_again_is_no_contradiction():
    assert reconcile([*BOOK, *confirmed("ann")], WORLD) == []


def test_a_lost_order_is_found():
    world = replace(WORLD, orders=(order("dan"),), positions=(shelf(2),))
    assert reconcile(BOOK, world) == [Finding(Wrong.LOST, "o-ann")]


def test_a_doubled_order_is_found():
    twin = replace(order("ann"), order_id="o-other")
    world = replace(WORLD, orders=(*WORLD.orders, twin), positions=(shelf(6),))
    assert reconcile(BOOK, world) == [Finding(Wrong.TWICE, "ann")]


def test_an_order_under_another_id_than_confirmed_is_lost():
    world = replace(WORLD, orders=(replace(order("ann"), order_id="o-other"), order("dan")))
    assert reconcile(BOOK, world) == [Finding(Wrong.LOST, "o-ann")]


@pytest.mark.parametrize(
    "wish",
    [
        Content("app", "x-ann", "USD", (("A", 2, 1999),)),
        Content("web", "x-eve", "USD", (("A", 2, 1999),)),
        Content("web", "x-ann", "EUR", (("A", 2, 1999),)),
        Content("web", "x-ann", "USD", (("A", 2, 1998),)),
    ],
)
def test_an_altered_order_is_found(wish):
    world = replace(WORLD, orders=(replace(order("ann"), content=wish), order("dan")))
    assert reconcile(BOOK, world) == [Finding(Wrong.ALTERED, "o-ann")]


def test_an_altered_quantity_is_found_though_its_claim_fits():
    wish = Content("web", "x-ann", "USD", (("A", 1, 1999),))
    less = replace(order("ann"), content=wish, claims=(("A", 1),))
    world = replace(WORLD, orders=(less, order("dan")), positions=(shelf(3),))
    assert reconcile(BOOK, world) == [Finding(Wrong.ALTERED, "o-ann")]


def test_an_altered_answer_is_found():
    world = replace(WORLD, orders=(replace(order("ann"), digest="other"), order("dan")))
    assert reconcile(BOOK, world) == [Finding(Wrong.ANSWER_ALTERED, "o-ann")]


def test_an_order_nobody_meant_to_have_is_found():
    world = replace(WORLD, orders=(*WORLD.orders, order("eve")), positions=(shelf(6),))
    assert reconcile(BOOK, world) == [Finding(Wrong.UNASKED, "o-eve")]


def test_a_refusal_that_left_an_order_is_found():
    world = replace(WORLD, orders=(*WORLD.orders, order("bob")), positions=(shelf(6),))
    assert reconcile(BOOK, world) == [Finding(Wrong.EFFECT, "k-bob")]


def test_a_refusal_that_kept_its_key_is_found():
    world = replace(WORLD, keys=WORLD.keys | {"k-bob"})
    assert reconcile(BOOK, world) == [Finding(Wrong.EFFECT, "k-bob")]


@pytest.mark.parametrize(
    "second",
    [
        Ack("ann", "k-ann", 409),
        Ack("ann", "k-ann", 201, "o-other", digest(body("ann"))),
        Ack("ann", "k-ann", 201, "o-ann", "other"),
    ],
)
def test_two_answers_under_one_key_are_found(second):
    assert reconcile([*BOOK, second], WORLD) == [Finding(Wrong.CONTRADICTION, "k-ann")]


@pytest.mark.parametrize("claims", [(), (("A", 1),), (("A", 3),), (("A", 2), ("B", 1))])
def test_half_an_order_is_found(claims):
    world = replace(WORLD, orders=(replace(order("ann"), claims=claims), order("dan")))
    assert reconcile(BOOK, world) == [Finding(Wrong.HALF, "o-ann")]


def test_an_oversold_position_is_found():
    world = replace(WORLD, positions=(Position("A", "N", on_hand=3, reserved=4, claimed=4),))
    assert reconcile(BOOK, world) == [Finding(Wrong.OVERSOLD, "A at N")]


@pytest.mark.parametrize("claimed", [3, 5])
def test_reserved_units_that_no_order_claims_are_found(claimed):
    world = replace(WORLD, positions=(Position("A", "N", 100, reserved=4, claimed=claimed),))
    assert reconcile(BOOK, world) == [Finding(Wrong.UNBACKED, "A at N")]


@pytest.mark.parametrize(
    ("feed", "finding"),
    [
        ([FEED[0], replace(FEED[2], sequence=4)], Finding(Wrong.GAP, "4 in place 2")),
        ([FEED[0], FEED[2], replace(FEED[1], sequence=3)], Finding(Wrong.GAP, "3 in place 2")),
        ([*FEED, replace(FEED[1], sequence=4)], Finding(Wrong.EVENT_TWICE, "e2")),
        (FEED[:2], Finding(Wrong.UNTOLD, "o-dan")),
        ([*FEED, Told(4, "e4", CAPTURED, "o-dan")], Finding(Wrong.UNTOLD, "o-dan")),
        ([*FEED, Told(4, "e4", CAPTURED, "o-eve")], Finding(Wrong.INVENTED, "o-eve")),
    ],
    ids=["left out", "out of order", "repeated", "untold", "told twice", "invented"],
)
def test_a_feed_that_is_wrong_is_found(feed, finding):
    assert finding in reconcile_feed(feed, WORLD, captured=CAPTURED)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.text("abcdefgh", min_size=1, max_size=3),
        st.sampled_from([confirmed, refused, unknown]),
        min_size=1,
        max_size=12,
    ),
    st.data(),
)
def test_in_any_book_any_one_confirmed_order_that_is_missing_is_found(buyers, data):
    book = [entry for buyer, became in buyers.items() for entry in became(buyer)]
    sold = [buyer for buyer, became in buyers.items() if became is confirmed]
    lost = data.draw(st.sets(st.sampled_from(sold))) if sold else set()
    orders = tuple(order(buyer) for buyer in sold if buyer not in lost)
    world = World(orders, (shelf(2 * len(orders)),), frozenset(f"k-{buyer}" for buyer in sold))
    assert {finding.subject for finding in reconcile(book, world)} == {f"o-{b}" for b in lost}


def test_content_and_digest_do_not_depend_on_the_order_of_keys():
    turned = json.dumps(dict(reversed(json.loads(body("ann")).items())))
    assert content(turned) == content(body("ann")) == order("ann").content
    assert digest(turned) == digest(body("ann"))
    assert digest(body("ann", quantity=1)) != digest(body("ann"))


async def test_the_book_is_on_the_disk_when_it_says_so(tmp_path):
    with Ledger(tmp_path / "book") as ledger:
        for number, entry in enumerate(BOOK, start=1):
            await ledger.write(entry)
            assert read(ledger.path) == BOOK[:number]
