from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.network.compiled import Compiled
from entrepot.network.model import Costs, Lane, Method, Network, Node, NodeKind
from entrepot.promise.model import Promise
from entrepot.promise.rules import promised
from entrepot.terms.calendar import calendar_of
from entrepot.terms.ids import LaneId, MarketId, NodeId
from entrepot.terms.place import Place

MON_TO_FRI = {day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
WEEKDAYS = calendar_of({"weekly": MON_TO_FRI, "holidays": ["2026-11-26"]})
MON_TO_SAT = calendar_of({"weekly": MON_TO_FRI | {"sat": ["10:00-12:00", "13:00-16:00"]}})
NIGHTS = calendar_of({"weekly": {"sat": ["22:00-24:00"], "sun": ["00:00-04:00", "10:00-12:00"]}})
EASTERN, PACIFIC, ARIZONA = "America/New_York", "America/Los_Angeles", "America/Phoenix"
HOLIDAYS = frozenset({date(2026, 11, 26), date(2026, 12, 25)})


@dataclass(frozen=True, slots=True)
class Question:
    method: Method = Method.SHIP
    destination: Place | None = None


PICKUP = Question(Method.PICKUP)


def to(zone: str) -> Question:
    return Question(destination=Place("US", "", time_zone=zone))


def node(name: str, calendar=WEEKDAYS, zone: str = EASTERN, cut_off: time | None = None) -> Node:
    here, services = Place("US", ""), frozenset(Method)
    return Node(NodeId(name), name, NodeKind.STORE, here, zone, services, calendar, cut_off)


def network(*nodes: Node, lead: int = 120) -> Compiled:
    lanes = tuple(
        Lane(LaneId(f"{least}-{most}"), "ups", "ground", 1, most, (), transit_days_min=least)
        for most in range(9)
        for least in range(most + 1)
    )
    costs = Costs(pickup_lead_minutes=lead, carrier_holidays=HOLIDAYS)
    return Compiled(Network(MarketId("m"), 1, nodes, lanes, (), costs))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def shipped(compiled: Compiled, at: str, lane: str, ask: Question | None = None) -> Promise:
    found = promised([(NodeId("A"), LaneId(lane))], ask or to(EASTERN), compiled, utc(at))
    assert found is not None
    return found


def collected(compiled: Compiled, at: str, **more) -> Promise:
    found = promised([(NodeId("A"), None)], PICKUP, compiled, utc(at), **more)
    assert found is not None
    assert found.earliest == found.latest == found.ship_by
    return found


DC = network(node("A", cut_off=time(14)))


def test_a_promise_is_cut_off_and_carrier_days_and_a_delivery_window():
    assert shipped(DC, "2026-11-16T10:00-05:00", "1-3") == Promise(
        earliest=utc("2026-11-17T08:00-05:00"),
        latest=utc("2026-11-19T20:00-05:00"),
        order_by=utc("2026-11-16T14:00-05:00"),
        ship_by=utc("2026-11-16T14:00-05:00"),
        confidence=None,
    )


@pytest.mark.parametrize(
    ("at", "lane", "latest"),
    [
        ("2026-11-16T13:59:59-05:00", "1-2", "2026-11-18"),  # Monday, before the cut-off
        ("2026-11-16T14:00:00-05:00", "1-2", "2026-11-19"),  # at it
        ("2026-11-20T13:59:59-05:00", "1-1", "2026-11-23"),  # Friday: the carrier rests
        ("2026-11-20T14:00:00-05:00", "1-1", "2026-11-24"),
        ("2026-11-21T10:00:00-05:00", "1-1", "2026-11-24"),  # Saturday: the node rests too
        ("2026-11-25T13:59:59-05:00", "1-1", "2026-11-27"),  # over Thanksgiving
        ("2026-11-25T14:00:00-05:00", "1-1", "2026-11-30"),
        ("2026-12-23T10:00:00-05:00", "1-2", "2026-12-28"),  # over Christmas, a carrier's holiday
        ("2026-11-16T10:00:00-05:00", "0-0", "2026-11-16"),  # the same day
        ("2026-12-31T15:00:00-05:00", "1-1", "2027-01-04"),  # over the year's end
    ],
)
def test_the_delivery_day_counts_open_days_and_carrier_days(at, lane, latest):
    assert shipped(DC, at, lane).latest == utc(f"{latest}T20:00-05:00")


def test_the_worked_example_of_the_documentation():
    dc = network(node("A", MON_TO_SAT, cut_off=time(14)))
    assert shipped(dc, "2026-10-31T15:10-04:00", "2-4", to(ARIZONA)) == Promise(
        earliest=utc("2026-11-04T15:00+00:00"),
        latest=utc("2026-11-07T03:00+00:00"),
        order_by=utc("2026-11-02T19:00+00:00"),
        ship_by=utc("2026-11-02T19:00+00:00"),
    )


@pytest.mark.parametrize("ask", [Question(), Question(destination=Place("US", ""))])
def test_without_the_destinations_time_zone_the_nodes_is_used(ask):
    pacific = network(node("A", zone=PACIFIC))
    assert shipped(pacific, "2026-11-16T10:00-08:00", "1-1", ask).latest == utc(
        "2026-11-17T20:00-08:00"
    )


def test_the_cut_off_is_in_the_nodes_time_zone():
    pacific = network(node("A", zone=PACIFIC, cut_off=time(14)))
    assert shipped(pacific, "2026-11-16T16:59-05:00", "1-1").latest == utc("2026-11-17T20:00-05:00")
    assert shipped(pacific, "2026-11-16T17:00-05:00", "1-1").latest == utc("2026-11-18T20:00-05:00")


@pytest.mark.parametrize(
    ("zone", "at", "ship_by", "latest"),
    [
        # clocks spring forward on Sunday, 8 March 2026, in New York and Los Angeles
        (EASTERN, "2026-03-06T10:00-05:00", "2026-03-06T19:00+00:00", "2026-03-10T00:00+00:00"),
        (PACIFIC, "2026-03-06T10:00-08:00", "2026-03-06T22:00+00:00", "2026-03-10T03:00+00:00"),
        (ARIZONA, "2026-03-06T10:00-07:00", "2026-03-06T21:00+00:00", "2026-03-10T03:00+00:00"),
        # and fall back on Sunday, 1 November 2026
        (EASTERN, "2026-10-30T10:00-04:00", "2026-10-30T18:00+00:00", "2026-11-03T01:00+00:00"),
        (PACIFIC, "2026-10-30T10:00-07:00", "2026-10-30T21:00+00:00", "2026-11-03T04:00+00:00"),
        (ARIZONA, "2026-10-30T10:00-07:00", "2026-10-30T21:00+00:00", "2026-11-03T03:00+00:00"),
    ],
)
def test_eight_in_the_evening_stays_eight_when_clocks_change(zone, at, ship_by, latest):
    compiled = network(node("A", zone=zone, cut_off=time(14)))
    found = shipped(compiled, at, "1-1", to(zone))
    assert (found.ship_by, found.latest) == (utc(ship_by), utc(latest))


def test_a_carrier_that_states_no_earliest_day_is_held_to_the_promised_one():
    found = shipped(DC, "2026-11-16T10:00-05:00", "0-3")
    assert found.earliest == utc("2026-11-19T08:00-05:00")


def test_a_same_day_parcel_arrives_after_it_has_left():
    found = shipped(DC, "2026-11-16T10:00-05:00", "0-0")
    assert found.earliest == found.ship_by == utc("2026-11-16T14:00-05:00")


def test_a_parcel_handed_over_when_the_window_is_past_comes_the_next_carrier_day():
    late = network(node("A", calendar_of(None)))
    found = shipped(late, "2026-11-20T23:00-05:00", "0-0")
    assert found.ship_by == utc("2026-11-21T00:00-05:00")
    assert found.earliest == utc("2026-11-23T08:00-05:00")
    assert found.latest == utc("2026-11-23T20:00-05:00")


def test_a_destination_far_to_the_east_gets_a_day_that_is_still_to_come():
    hawaii = network(node("A", zone="Pacific/Honolulu"))
    found = shipped(hawaii, "2026-11-16T09:00-10:00", "1-1", to("Pacific/Kiritimati"))
    assert found.ship_by == utc("2026-11-17T18:00+14:00")
    assert found.earliest == found.ship_by
    assert found.latest == utc("2026-11-17T20:00+14:00")


def test_an_order_is_promised_by_its_latest_parcel():
    both = network(node("A", cut_off=time(14)), node("B", zone=PACIFIC, cut_off=time(15)))
    found = promised(
        [(NodeId("A"), LaneId("1-4")), (NodeId("B"), LaneId("2-2"))],
        to(EASTERN),
        both,
        utc("2026-11-16T10:00-05:00"),
    )
    assert found == Promise(
        earliest=utc("2026-11-18T08:00-05:00"),
        latest=utc("2026-11-20T20:00-05:00"),
        order_by=utc("2026-11-16T14:00-05:00"),
        ship_by=utc("2026-11-16T15:00-08:00"),
    )


def test_a_cut_off_missed_without_harm_is_no_order_by():
    saturdays = network(node("A", MON_TO_SAT))
    found = shipped(saturdays, "2026-11-20T10:00-05:00", "1-1")  # Friday and Saturday: Monday
    assert found.latest == utc("2026-11-23T20:00-05:00")
    assert found.ship_by == utc("2026-11-20T18:00-05:00")
    assert found.order_by == utc("2026-11-21T16:00-05:00")


def test_the_faster_parcels_cut_off_is_no_order_by_until_it_matters():
    both = network(node("A", cut_off=time(10)), node("B", cut_off=time(17)))
    found = promised(
        [(NodeId("A"), LaneId("1-1")), (NodeId("B"), LaneId("3-3"))],
        to(EASTERN),
        both,
        utc("2026-11-16T09:00-05:00"),
    )
    assert found is not None
    assert found.order_by == utc("2026-11-16T17:00-05:00")


def test_a_node_whose_day_is_full_works_on_the_given_day():
    full = {NodeId("A"): date(2026, 11, 17)}
    found = promised(
        [(NodeId("A"), LaneId("1-1"))], to(EASTERN), DC, utc("2026-11-16T10:00-05:00"), full
    )
    assert found == Promise(
        earliest=utc("2026-11-18T08:00-05:00"),
        latest=utc("2026-11-18T20:00-05:00"),
        order_by=utc("2026-11-17T14:00-05:00"),
        ship_by=utc("2026-11-17T14:00-05:00"),
    )


@pytest.mark.parametrize(
    ("given_day", "ship_by"),
    [
        (date(2026, 11, 19), "2026-11-20T14:00-05:00"),  # before the calendar's own day: ignored
        (date(2026, 11, 26), "2026-11-27T14:00-05:00"),  # a holiday: the next open day
    ],
)
def test_a_given_day_never_overrules_the_calendar(given_day, ship_by):
    shipments, at = [(NodeId("A"), LaneId("1-1"))], utc("2026-11-19T15:00-05:00")
    found = promised(shipments, to(EASTERN), DC, at, {NodeId("A"): given_day})
    assert found is not None
    assert found.ship_by == utc(ship_by)


def test_what_cannot_be_promised_is_not():
    never = network(node("A", calendar_of({"weekly": {}})))
    at = utc("2026-11-16T10:00-05:00")
    assert promised([], to(EASTERN), DC, at) is None
    assert promised([(NodeId("A"), None)], to(EASTERN), DC, at) is None
    assert promised([(NodeId("A"), LaneId("1-1"))], to(EASTERN), never, at) is None
    assert promised([(NodeId("A"), None)], PICKUP, never, at) is None


@pytest.mark.parametrize(
    ("at", "ready", "order_by"),
    [
        ("2026-11-16T10:00-05:00", "2026-11-16T12:00-05:00", "2026-11-16T16:00-05:00"),
        ("2026-11-16T10:01-05:00", "2026-11-16T12:15-05:00", "2026-11-16T16:00-05:00"),
        ("2026-11-16T06:00-05:00", "2026-11-16T11:00-05:00", "2026-11-16T16:00-05:00"),
        ("2026-11-16T15:50-05:00", "2026-11-16T17:50-05:00", "2026-11-16T16:00-05:00"),  # 10 to 6
        ("2026-11-16T16:00-05:00", "2026-11-17T09:00-05:00", "2026-11-17T16:00-05:00"),
        ("2026-11-16T17:00-05:00", "2026-11-17T10:00-05:00", "2026-11-17T16:00-05:00"),
        ("2026-11-20T17:00-05:00", "2026-11-23T10:00-05:00", "2026-11-23T16:00-05:00"),
        ("2026-11-25T17:30-05:00", "2026-11-27T10:30-05:00", "2026-11-27T16:00-05:00"),
    ],
)
def test_a_pickup_is_ready_after_its_lead_time_in_opening_hours(at, ready, order_by):
    found = collected(network(node("A")), at)
    assert (found.latest, found.order_by) == (utc(ready), utc(order_by))


@pytest.mark.parametrize(("at", "ready"), [("09:00", "13:00"), ("10:30", "13:30")])
def test_a_pickups_lead_time_rests_over_the_lunch_break(at, ready):
    found = collected(network(node("A", MON_TO_SAT)), f"2026-11-21T{at}-05:00")
    assert found.latest == utc(f"2026-11-21T{ready}-05:00")
    assert found.order_by == utc("2026-11-21T14:00-05:00")


def test_a_pickups_cut_off_is_its_stores_closing_not_the_carriers():
    found = collected(network(node("A", cut_off=time(10))), "2026-11-16T11:00-05:00")
    assert found.latest == utc("2026-11-16T13:00-05:00")


def test_a_store_open_around_the_clock_works_through_midnight():
    found = collected(network(node("A", calendar_of(None))), "2026-11-16T22:50-05:00")
    assert found.latest == utc("2026-11-17T01:00-05:00")
    assert found.order_by == utc("2026-11-17T22:00-05:00")


def test_a_time_before_midnight_is_not_rounded_into_the_next_day():
    found = collected(network(node("A", calendar_of(None))), "2026-11-16T21:50-05:00")
    assert found.latest == utc("2026-11-16T23:50-05:00")
    assert found.order_by == utc("2026-11-16T22:00-05:00")


@pytest.mark.parametrize(
    ("zone", "at", "ready"),
    [
        # open Saturday 22:00 to Sunday 04:00: an hour is missing, or comes twice
        (EASTERN, "2026-03-07T23:30-05:00", "2026-03-08T01:30-05:00"),
        (EASTERN, "2026-03-08T00:45-05:00", "2026-03-08T03:45-04:00"),
        (EASTERN, "2026-10-31T23:30-04:00", "2026-11-01T01:30-04:00"),
        (EASTERN, "2026-11-01T00:45-04:00", "2026-11-01T01:45-05:00"),
        (PACIFIC, "2026-03-08T00:45-08:00", "2026-03-08T03:45-07:00"),
        (PACIFIC, "2026-11-01T00:45-07:00", "2026-11-01T01:45-08:00"),
        (ARIZONA, "2026-03-08T00:45-07:00", "2026-03-08T02:45-07:00"),
        (ARIZONA, "2026-11-01T00:45-07:00", "2026-11-01T02:45-07:00"),
    ],
)
def test_two_hours_of_work_are_two_hours_when_clocks_change(zone, at, ready):
    assert utc(ready) - utc(at) == timedelta(hours=2)
    assert collected(network(node("A", NIGHTS, zone)), at).latest == utc(ready)


def test_a_lead_time_longer_than_a_day_carries_over_days():
    found = collected(network(node("A"), lead=1200), "2026-11-24T15:00-05:00")  # 3 + 9 + 8 hours
    assert found.latest == utc("2026-11-27T17:00-05:00")
    assert found.order_by == utc("2026-11-24T16:00-05:00")


def test_without_a_lead_time_a_pickup_is_ready_when_the_store_is_open():
    store = network(node("A"), lead=0)
    assert collected(store, "2026-11-16T10:05-05:00").latest == utc("2026-11-16T10:15-05:00")
    closed = collected(store, "2026-11-16T18:00-05:00")
    assert closed.latest == utc("2026-11-17T09:00-05:00")
    assert closed.order_by == utc("2026-11-17T18:00-05:00")


def test_a_store_whose_day_is_full_begins_on_the_given_day():
    full = {NodeId("A"): date(2026, 11, 18)}
    found = collected(network(node("A")), "2026-11-16T10:00-05:00", work_days=full)
    assert found.latest == utc("2026-11-18T11:00-05:00")
    assert found.order_by == utc("2026-11-18T16:00-05:00")


def test_curbside_is_promised_like_pickup():
    order = [(NodeId("A"), None)], Question(Method.CURBSIDE), network(node("A"))
    found = promised(*order, utc("2026-11-16T10:00-05:00"))
    assert found == collected(network(node("A")), "2026-11-16T10:00-05:00")


seconds = st.integers(1_767_225_600, 1_798_761_600)  # of 2026
zones = st.sampled_from([EASTERN, PACIFIC, ARIZONA, "Asia/Kolkata", "Pacific/Apia"])
calendars = st.sampled_from([WEEKDAYS, MON_TO_SAT, NIGHTS, calendar_of(None)])
nodes = st.builds(
    node, st.just("A"), calendars, zones, st.sampled_from([None, time(2, 30), time(14)])
)
lanes = st.sampled_from(["0-0", "0-1", "1-1", "1-3", "4-8"]).map(LaneId)
asks = st.one_of(st.just(PICKUP), zones.map(to))


def orders(draw_node: Node, lane: LaneId) -> tuple[Compiled, list[tuple[NodeId, LaneId]]]:
    second = node("B", MON_TO_SAT, PACIFIC)
    shipments = [(NodeId("A"), lane), (NodeId("B"), LaneId("1-2"))]
    return network(draw_node, second, lead=95), shipments


@settings(max_examples=150, deadline=None)
@given(nodes, lanes, asks, seconds)
def test_a_promise_is_never_in_the_past_nor_before_the_goods_leave(place, lane, ask, second):
    compiled, shipments = orders(place, lane)
    at = datetime.fromtimestamp(second, UTC)
    found = promised(shipments, ask, compiled, at)
    assert found is not None
    assert at < found.order_by
    assert at < found.earliest <= found.latest
    assert at < found.ship_by <= found.latest


@settings(max_examples=150, deadline=None)
@given(nodes, lanes, asks, seconds, st.integers(1, 400_000))
def test_who_orders_later_is_never_promised_earlier(place, lane, ask, second, later):
    compiled, shipments = orders(place, lane)
    at = datetime.fromtimestamp(second, UTC)
    first = promised(shipments, ask, compiled, at)
    then = promised(shipments, ask, compiled, at + timedelta(seconds=later))
    assert first
    assert then
    assert first.earliest <= then.earliest
    assert first.latest <= then.latest
    assert first.ship_by <= then.ship_by
    assert first.order_by <= then.order_by


@settings(max_examples=150, deadline=None)
@given(nodes, lanes, zones.map(to), seconds)
def test_a_delivery_promise_holds_until_its_order_by_and_no_longer(place, lane, ask, second):
    compiled, shipments = orders(place, lane)

    def seen(at: datetime) -> tuple[Promise, tuple[datetime, datetime]]:
        found = promised(shipments, ask, compiled, at)
        assert found is not None
        return found, (found.earliest, found.latest)

    found, window = seen(datetime.fromtimestamp(second, UTC))
    assert seen(found.order_by - timedelta(microseconds=1))[1] == window
    assert seen(found.order_by)[1] != window


@settings(max_examples=150, deadline=None)
@given(nodes, seconds)
def test_a_pickup_promise_keeps_its_day_until_its_order_by_and_no_longer(place, second):
    compiled = network(place, lead=95)

    def seen(at: datetime) -> tuple[Promise, date]:
        found = promised([(NodeId("A"), None)], PICKUP, compiled, at)
        assert found is not None
        return found, found.latest.astimezone(compiled.zone_info(0)).date()

    found, day = seen(datetime.fromtimestamp(second, UTC))
    assert seen(found.order_by - timedelta(microseconds=1))[1] == day
    assert seen(found.order_by)[1] > day
