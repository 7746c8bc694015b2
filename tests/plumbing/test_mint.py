"""Ids of one process ascend, and orders of one millisecond have different numbers."""

import time
from uuid import UUID

from entrepot.plumbing.mint import MINT, Mint, now
from entrepot.terms.ids import uuid7_ms
from entrepot.terms.order_number import number_of


def test_ids_ascend_within_a_call_and_from_call_to_call():
    mint = Mint()
    ids = [each for count in (1, 500, 0, 3) for each in mint.ids(count)]
    assert len(ids) == 504
    assert ids == sorted(set(ids))
    assert {(each.version, each.variant) for each in ids} == {(7, "specified in RFC 4122")}


def test_ids_say_when_they_were_made():
    before = time.time_ns() // 1_000_000
    made = MINT.one()
    assert isinstance(made, UUID)
    assert before <= uuid7_ms(made) <= time.time_ns() // 1_000_000 + 1


def test_orders_of_the_same_millisecond_have_numbers_of_their_own():
    ids = Mint().ids(20_000)
    assert len({uuid7_ms(each) for each in ids}) < 20_000
    assert len({number_of(each) for each in ids}) == 20_000


def test_more_ids_than_a_millisecond_holds_go_on_in_the_next():
    mint = Mint()
    ids = mint.ids(360_000)  # some 1.5 * 2^55 apart in 74 bits: 350,000 to the millisecond
    assert ids == sorted(ids)
    assert len({number_of(each) for each in ids[-1000:]}) == 1000


def test_the_clock_is_in_utc():
    assert str(now().tzinfo) == "UTC"
