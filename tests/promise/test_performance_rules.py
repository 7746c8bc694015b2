"""What an outcome counts as, and what many of them say of a lane."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.promise.performance_model import (
    MINUTES_MAX,
    Arrived,
    Handled,
    LaneDays,
    LearnedLane,
    Tally,
)
from entrepot.promise.performance_rules import (
    carrier_days,
    handled,
    handling_of,
    learned,
    learned_days,
    span,
    tallied,
    transit_of,
)
from entrepot.terms.calendar import business_days_after
from entrepot.terms.ids import FulfillmentOrderId, LaneId, NodeId, OrderId
from promise.test_rules import HOLIDAYS, PACIFIC, network, node, utc

FRIDAY = date(2026, 11, 20)
NETWORK = network(node("A"))


@pytest.mark.parametrize(
    ("came", "days"),
    [
        (FRIDAY, 0),
        (date(2026, 11, 21), 1),  # on a Saturday: as good as on Monday
        (date(2026, 11, 23), 1),
        (date(2026, 11, 25), 3),
        (date(2026, 11, 26), 4),  # a holiday, as good as the day after
        (date(2026, 11, 27), 4),
        (date(2026, 11, 19), 0),
    ],
)
def test_carrier_days_are_counted_as_they_are_promised(came, days):
    assert carrier_days(FRIDAY, came, HOLIDAYS) == days


@given(start=st.dates(date(2026, 1, 1), date(2026, 12, 31)), count=st.integers(1, 30))
def test_a_parcel_that_keeps_its_promise_counts_the_days_promised(start, count):
    assert carrier_days(start, business_days_after(start, count, HOLIDAYS), HOLIDAYS) == count


def arrived(**changes) -> Arrived:
    some = {
        "fulfillment_order_id": FulfillmentOrderId("f"), "order_id": OrderId("o"),
        "node_id": NodeId("A"), "lane_id": LaneId("2-4"), "planned_carrier": "ups",
        "carrier": "ups", "service": "ground", "shipped_at": utc("2026-11-20T22:00-05:00"),
        "delivered_at": utc("2026-11-24T19:00-08:00"), "promised_latest": None, "ship_to": None,
    }  # fmt: skip
    return Arrived(**some | changes)


def test_days_are_local_where_it_left_and_where_it_came():
    found = transit_of(arrived(), "US-CA", PACIFIC, NETWORK)
    assert (found.weekday, found.days, found.lane_id) == (5, 2, "2-4")
    assert found.day == date(2026, 11, 25)  # in UTC
    assert transit_of(arrived(), "US-CA", "", NETWORK).days == 2


def test_a_lane_is_not_blamed_for_what_another_carrier_took():
    assert transit_of(arrived(carrier="dhl"), "US-CA", PACIFIC, NETWORK).lane_id == ""
    assert transit_of(arrived(lane_id=None), "US-CA", PACIFIC, NETWORK).lane_id == ""


def work(verb: str, minutes: int = 70, **changes) -> Handled:
    ended = utc("2026-11-20T12:00-05:00")
    begun = utc("2026-11-20T10:50-05:00") if minutes else None
    some = {
        "fulfillment_order_id": FulfillmentOrderId("f"), "node_id": NodeId("A"),
        "service": "ground", "ship_by": utc("2026-11-20T14:00-05:00"), "accepted_at": begun,
        "ended_at": ended, "verb": verb,
    }  # fmt: skip
    return Handled(**some | changes)


def test_work_counts_by_how_it_ended():
    shipped = handling_of(work("ship"), NETWORK)
    assert (shipped.outcome, shipped.minutes, shipped.weekday) == ("shipped", 75, 5)
    assert handling_of(work("reject"), NETWORK).minutes == 0
    assert handling_of(work("ready"), NETWORK).outcome == "ready"


def test_tallies_add_up():
    late = work("ship", ended_at=utc("2026-11-20T15:00-05:00"))
    rows = [work("ship"), late, work("ship"), work("reject")]
    counts = handled([(row, handling_of(row, NETWORK)) for row in rows])
    assert sorted((t.count, t.dated, t.on_time) for t in counts.values()) == [
        (1, 0, 0), (1, 1, 0), (2, 2, 2),
    ]  # fmt: skip
    key = transit_of(arrived(), "US-CA", PACIFIC, NETWORK)
    assert tallied([(key, True, True), (key, True, False), (key, False, False)]) == {
        key: Tally(3, 2, 1)
    }


@given(minutes=st.floats(0, 10**6))
def test_a_time_lies_in_its_span(minutes):
    found = span(minutes)
    assert found >= min(minutes, MINUTES_MAX)
    assert found <= max(minutes * 2, 5)
    assert span(found) == found


LANE = {2: 60, 3: 30, 5: 10}


@pytest.mark.parametrize(
    ("seen", "card", "weight", "days"),
    [
        ({}, 4, 20, 4),  # nothing was seen: the card
        ({}, 4, 0, 4),
        (LANE, 4, 0, 3),  # nine of ten came within three days
        (LANE, 4, 20, 3),  # (100 x 3 + 20 x 4) / 120 = 3.17
        (LANE, 4, 150, 4),  # (300 + 600) / 250 = 3.6
        ({2: 1000}, 4, 20, 2),
        ({7: 3}, 4, 20, 4),  # three late parcels prove little: (21 + 80) / 23 = 4.39
        ({7: 30}, 4, 20, 6),  # (210 + 80) / 50 = 5.8
        ({7: 300}, 4, 20, 7),
        ({5: 20}, 4, 20, 5),  # 4.5
    ],
)
def test_what_was_seen_is_shrunk_to_the_card(seen, card, weight, days):
    assert learned_days(seen, card, share=0.9, card_weight=weight) == days


@given(
    seen=st.dictionaries(st.integers(0, 20), st.integers(1, 500), max_size=6),
    card=st.integers(0, 20),
    weight=st.integers(0, 1000),
    share=st.floats(0.5, 0.99),
)
def test_it_is_between_the_card_and_what_was_seen(seen, card, weight, share):
    found = learned_days(seen, card, share=share, card_weight=weight)
    assert min([*seen, card]) <= found <= max([*seen, card])
    more = learned_days(seen, card, share=share, card_weight=10**9)
    assert more == card


def test_lanes_that_say_what_their_card_says_are_left_out():
    lane = LaneId("2-4")
    seen = [LaneDays(NodeId("A"), lane, 6, 500), LaneDays(NodeId("A"), LaneId("2-5"), 5, 500)]
    seen += [LaneDays(NodeId("GONE"), lane, 6, 500), LaneDays(NodeId("A"), LaneId("gone"), 6, 500)]
    assert learned(seen, NETWORK, share=0.9, card_weight=20) == [
        LearnedLane(NodeId("A"), lane, 6, 500)
    ]
