"""Where a parcel is says when it comes: by plan, hand-over, and what its carrier tells."""

from datetime import date, datetime

import pytest

from entrepot.promise.after_model import Cause, Told, Way
from entrepot.promise.estimate import expected, expected_each
from entrepot.terms.ids import FulfillmentOrderId, LaneId, NodeId, OrderId
from promise.test_rules import EASTERN, PACIFIC, WEEKDAYS, network, node, utc

TOLD = Told(
    OrderId("o"), None, None, 0, utc("2026-11-04T08:00-05:00"), utc("2026-11-06T20:00-05:00")
)


def way(**changes) -> Way:
    """Planned at A for Monday, 2 November 2026, with two to four days to go."""
    some = {
        "order_id": OrderId("o"), "fulfillment_order_id": FulfillmentOrderId("f"),
        "node_id": NodeId("A"), "lane_id": LaneId("2-4"), "method": "ship", "state": "released",
        "day": date(2026, 11, 2), "shipped_at": None, "carrier": None, "status": None,
        "status_at": None, "delivered_at": None,
    }  # fmt: skip
    return Way(**some | changes)


def sent(status: str | None = None, at: str | None = None, on: str = "2026-11-02T16:00-05:00"):
    return way(
        state="shipped", shipped_at=utc(on), carrier="ups", status=status,
        status_at=utc(at) if at else None,
    )  # fmt: skip


def latest(*ways: Way, at: str = "2026-11-02T17:00-05:00", zone: str = EASTERN):
    found = expected(ways, TOLD, zone, network(node("A", WEEKDAYS), node("B", WEEKDAYS)), utc(at))
    return found and (found.latest.astimezone(TOLD.latest.tzinfo), found.cause)


def by(text: str, cause: Cause) -> tuple[datetime, Cause]:
    return utc(f"{text}T20:00-05:00"), cause


def test_before_it_leaves_it_is_as_planned():
    assert latest(way()) == by("2026-11-06", Cause.PLAN)


def test_once_its_cut_off_has_passed_it_leaves_on_the_next_day():
    assert latest(way(), at="2026-11-02T18:00-05:00") == by("2026-11-09", Cause.LATE_WORK)
    assert latest(way(), at="2026-11-07T10:00-05:00") == by("2026-11-13", Cause.LATE_WORK)


def test_beyond_what_its_node_holds_it_leaves_a_day_later():
    assert latest(way(crowded=True)) == by("2026-11-09", Cause.BACKLOG)
    assert latest(way(crowded=True, state="picking")) == by("2026-11-06", Cause.PLAN)


def test_each_part_that_is_to_come_is_said():
    ways = (sent(), way(fulfillment_order_id=FulfillmentOrderId("g"), state="canceled"))
    compiled = network(node("A", WEEKDAYS))
    found = expected_each(ways, TOLD, EASTERN, compiled, utc("2026-11-02T17:00-05:00"))
    assert [(id_, each.cause) for id_, each in found.items()] == [("f", Cause.HAND_OVER)]


def test_by_hand_over():
    assert latest(sent()) == by("2026-11-06", Cause.HAND_OVER)
    tuesday = sent(on="2026-11-03T08:00-05:00")
    assert latest(tuesday, at="2026-11-03T09:00-05:00") == by("2026-11-09", Cause.HAND_OVER)


@pytest.mark.parametrize(
    ("status", "at", "ends", "cause"),
    [
        ("in_transit", "2026-11-03T10:00-05:00", "2026-11-06", Cause.HAND_OVER),
        ("picked_up", "2026-11-03T10:00-05:00", "2026-11-09", Cause.SCAN),
        ("out_for_delivery", "2026-11-04T08:00-05:00", "2026-11-04", Cause.SCAN),
        ("out_for_delivery", "2026-11-07T08:00-05:00", "2026-11-07", Cause.SCAN),  # a Saturday
        ("delivery_failed", "2026-11-06T15:00-05:00", "2026-11-09", Cause.SCAN),
        ("delivery_delayed", "2026-11-04T15:00-05:00", "2026-11-06", Cause.HAND_OVER),
        ("delivery_delayed", "2026-11-06T15:00-05:00", "2026-11-09", Cause.SCAN),
        ("on_hold", "2026-11-09T15:00-05:00", "2026-11-10", Cause.SCAN),
    ],
)
def test_by_what_its_carrier_says(status, at, ends, cause):
    assert latest(sent(status, at), at=at) == by(ends, cause)


def test_a_day_that_passed_without_it_gives_way_to_the_next():
    assert latest(sent("in_transit", "2026-11-05T10:00-05:00"), at="2026-11-06T21:00-05:00") == by(
        "2026-11-09", Cause.OVERDUE
    )
    assert latest(sent(), at="2026-11-10T10:00-05:00") == by("2026-11-10", Cause.OVERDUE)


def test_what_goes_back_to_its_sender_is_expected_nowhere():
    assert latest(sent("return_to_sender", "2026-11-05T10:00-05:00")) is None


def test_the_last_parcel_counts_and_what_ended_does_not():
    other = sent(on="2026-11-03T08:00-05:00")
    assert latest(sent(), other, at="2026-11-03T09:00-05:00") == by("2026-11-09", Cause.HAND_OVER)
    gone = way(state="canceled", day=date(2026, 11, 20))
    assert latest(sent(), gone) == by("2026-11-06", Cause.HAND_OVER)
    assert latest(gone) is None


def test_a_day_ends_where_it_is_delivered():
    found = latest(sent(), zone=PACIFIC)
    assert found == (utc("2026-11-06T20:00-08:00"), Cause.HAND_OVER)


def test_a_node_or_lane_that_is_gone_says_nothing():
    assert latest(way(node_id=NodeId("Z"))) is None
    assert latest(way(lane_id=None)) is None


def test_a_pickup_that_is_not_ready_in_time_is_promised_again():
    fetched = way(method="pickup", lane_id=None)
    assert latest(fetched) == by("2026-11-06", Cause.PLAN)
    found = latest(fetched, at="2026-11-09T10:00-05:00")
    assert found == (utc("2026-11-09T12:00-05:00"), Cause.LATE_WORK)
    ready = way(method="pickup", lane_id=None, state="ready_for_pickup")
    assert latest(ready, at="2026-11-09T10:00-05:00") == by("2026-11-06", Cause.PLAN)
