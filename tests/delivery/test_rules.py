"""Where a parcel stands does not depend on the order in which its carrier's words arrive."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.delivery import rules
from entrepot.delivery.model import Parcel, Standing, Status, TrackingEvent

SHIPPED = datetime(2026, 3, 2, 18, tzinfo=UTC)
PENDING = Standing(Status.PENDING, SHIPPED)


def at(hours: float) -> datetime:
    return SHIPPED + timedelta(hours=hours)


def said(status: str, hours: float) -> Standing:
    return Standing(Status(status), at(hours))


def parcel(**values) -> Parcel:
    fields = {"status": "pending", "status_at": SHIPPED, "delivered_at": None} | values
    return Parcel(
        tracking_number="1Z", carrier="acme", fulfillment_order_id=UUID(int=1),
        order_id=UUID(int=2), node_id="LYON", lines="[]", **fields,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "stands"),
    [
        ([], PENDING),
        ([said("unknown", 1), said("pending", 2)], PENDING),
        ([said("picked_up", -1)], said("picked_up", -1)),
        ([said("out_for_delivery", 5), said("in_transit", 3)], said("out_for_delivery", 5)),
        ([said("delivery_failed", 5), said("in_transit", 9)], said("in_transit", 9)),
        ([said("delivered", 5), said("in_transit", 9)], said("delivered", 5)),
        ([said("delivered", 7), said("delivered", 5)], said("delivered", 5)),
        ([said("delivered", 5), said("return_to_sender", 8)], said("return_to_sender", 8)),
        ([said("return_to_sender", 5), said("delivered", 90)], said("return_to_sender", 5)),
        ([said("in_transit", 5), said("out_for_delivery", 5)], said("out_for_delivery", 5)),
    ],
)
def test_the_weightiest_word_stands(words, stands):
    assert rules.standing(PENDING, words) == stands
    assert rules.standing(PENDING, reversed(words)) == stands


WORDS = st.lists(
    st.builds(said, st.sampled_from(list(Status)), st.integers(-3, 6)), min_size=1, max_size=8
)


@settings(max_examples=200, deadline=None)
@given(WORDS, st.randoms(use_true_random=False), st.integers(0, 8))
def test_late_doubled_and_disordered_words_lead_to_the_same_place(words, chance, cut):
    heard = [*words, *chance.sample(words, min(3, len(words)))]
    chance.shuffle(heard)

    all_at_once = rules.standing(PENDING, words)
    one_by_one = PENDING
    for word in heard:
        one_by_one = rules.standing(one_by_one, [word])
    in_two_calls = rules.standing(rules.standing(PENDING, heard[:cut]), heard[cut:])

    assert one_by_one == in_two_calls == all_at_once


@settings(max_examples=200, deadline=None)
@given(WORDS)
def test_a_parcel_is_delivered_exactly_when_its_words_say_so(words):
    it = rules.moved(parcel(), words)
    delivered = [word.at for word in words if word.status is Status.DELIVERED]
    returned = any(word.status is Status.RETURN_TO_SENDER for word in words)
    assert it.delivered_at == (min(delivered) if delivered and not returned else None)
    assert (it.status == "delivered") == (it.delivered_at is not None)


def test_no_two_words_of_different_meaning_weigh_the_same():
    words = [said(status, 1) for status in Status if status not in rules.SILENT]
    assert len({rules.weight(word) for word in words}) == len(words)
    assert set(rules.PROGRESS) | set(rules.FINAL) | rules.SILENT == set(Status)


def test_what_is_no_news_leaves_the_parcel_as_it_is():
    it = parcel(status="delivered", status_at=at(5), delivered_at=at(5))
    assert rules.moved(it, [said("in_transit", 9)]) is it


def test_a_parcel_is_newly_delivered_once():
    before = parcel()
    after = rules.moved(before, [said("delivered", 5)])
    assert rules.newly_delivered(before, after)
    assert rules.newly_delivered(None, after)
    assert not rules.newly_delivered(after, rules.moved(after, [said("delivered", 4)]))
    assert not rules.newly_delivered(before, rules.moved(before, [said("in_transit", 4)]))


def test_words_are_gathered_by_number_and_carrier():
    events = [
        TrackingEvent("1Z", "acme", Status.IN_TRANSIT, at(1)),
        TrackingEvent("1Z", "other", Status.IN_TRANSIT, at(2)),
        TrackingEvent("1Z", "acme", Status.DELIVERED, at(3)),
    ]
    assert rules.said_of(events) == {
        ("1Z", "acme"): [said("in_transit", 1), said("delivered", 3)],
        ("1Z", "other"): [said("in_transit", 2)],
    }
