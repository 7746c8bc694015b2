from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.network.compiled import NO_COST, Compiled, default_rate_card
from entrepot.network.model import (
    ZONE_MAX,
    Channel,
    Lane,
    Method,
    Network,
    Node,
    NodeKind,
    WeightBreak,
)
from entrepot.terms.calendar import ALWAYS_OPEN, calendar_of
from entrepot.terms.ids import ChannelId, LaneId, MarketId, NodeId
from entrepot.terms.place import Place

WEEKDAYS = calendar_of(
    {
        "weekly": {day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
        "holidays": ["2026-11-26"],
    }
)
SHORT_SATURDAYS = calendar_of({"weekly": {"fri": ["09:00-18:00"], "sat": ["09:00-12:00"]}})
AUSTIN = Place("US", "78701", "TX", 30.2713, -97.7426)


def node(name: str, place: Place = AUSTIN, **more) -> Node:
    fields = {"time_zone": "America/New_York", "services": frozenset({Method.SHIP})} | more
    return Node(NodeId(name), name, NodeKind.STORE, place, **fields)


def lane(name: str, zone: int = 1, days: int = 3, **more) -> Lane:
    fields = {"breaks": (WeightBreak(1000, 500), WeightBreak(5000, 900))} | more
    return Lane(LaneId(name), "ups", "ground", zone, days, **fields)


def network(*nodes: Node, lanes=(), channels=()) -> Compiled:
    return Compiled(Network(MarketId("m"), 1, nodes, tuple(lanes), tuple(channels)))


def days(compiled: Compiled, at: str) -> list[str]:
    found = compiled.days(datetime.fromisoformat(at)).work_day
    return [date.fromordinal(int(day)).isoformat() if day >= 0 else "never" for day in found]


def test_nodes_are_arrays_in_the_networks_order():
    both = frozenset({Method.SHIP, Method.PICKUP})
    compiled = network(
        node("A", handling_cost=45),
        node("B", services=both, enabled=False),
        channels=[Channel(ChannelId("web"), "Web")],
    )
    assert compiled.index == {"A": 0, "B": 1}
    assert compiled.handling.tolist() == [45, 0]
    assert compiled.handling.dtype == np.int64
    assert compiled.enabled.tolist() == [True, False]
    assert compiled.offers[Method.SHIP].tolist() == [True, True]
    assert compiled.offers[Method.PICKUP].tolist() == [False, True]
    assert compiled.offers[Method.CURBSIDE].tolist() == [False, False]


def test_a_channel_sells_from_all_nodes_or_from_its_own():
    compiled = network(
        node("A"),
        node("B"),
        channels=[
            Channel(ChannelId("web"), buffer=2),
            Channel(ChannelId("till"), node_ids=frozenset({NodeId("B")})),
        ],
    )
    assert compiled.channel_mask(ChannelId("web")).tolist() == [True, True]
    assert compiled.channel_mask(ChannelId("till")).tolist() == [False, True]
    assert compiled.channel_mask(ChannelId("fax")) is None
    assert compiled.buffer(ChannelId("web")) == 2
    assert compiled.buffer(ChannelId("till")) == 0


def test_what_is_shared_cannot_be_written():
    compiled = network(node("A"))
    with pytest.raises(ValueError, match="read-only"):
        compiled.zones(AUSTIN)[0] = 9
    with pytest.raises(ValueError, match="read-only"):
        compiled.enabled[0] = False


@pytest.mark.parametrize(
    ("km", "zone"),
    [
        (0, 1),
        (79.9, 1),
        (80.1, 2),
        (239.9, 2),
        (240.1, 3),
        (480.1, 4),
        (965.1, 5),
        (1600.1, 6),
        (2250.1, 7),
        (2899.9, 7),
        (2900.1, 8),
        (8000, 8),
    ],
)
def test_zones_are_rings_of_distance(km, zone):
    north = 30.2713 + km / 111.19508  # km per degree of latitude on a sphere of 6,371.0088 km
    there = Place("US", "", "", north, -97.7426)
    assert network(node("A")).zones(there).tolist() == [zone]


@pytest.mark.parametrize(
    ("destination", "zone"),
    [
        (Place("US", "78 701", "TX"), 1),
        (Place("US", "78702", "TX"), 3),
        (Place("US", "10001", "NY"), 5),
        (Place("US", ""), 5),
        (Place("CA", "78701", "TX"), 9),
        (Place("MX", "", "", 30.2713, -97.7426), 9),
    ],
)
def test_without_a_distance_the_address_gives_the_zone(destination, zone):
    assert network(node("A")).zones(destination).tolist() == [zone]


def test_a_node_without_coordinates_does_not_disturb_its_neighbors():
    blind = Place("US", "78701", "TX")
    zones = network(node("A", blind), node("B"), node("C", Place("CA", "V6B"))).zones(
        Place("US", "10001", "NY", 40.7484, -73.9967)
    )
    assert zones.tolist() == [5, 7, 9]
    assert zones.dtype == np.uint8


def test_the_price_steps_at_each_weight_break_and_runs_on_by_the_kilogram():
    compiled = network(node("A"), lanes=[lane("L", per_kg_over=200)])
    cost, lane_ix = compiled.lane_costs("ground", [0, 1000, 1001, 5000, 5001, 6000, 6001])
    assert cost[:, 1].tolist() == [500, 500, 900, 900, 1100, 1100, 1300]
    assert lane_ix[:, 1].tolist() == [0] * 7
    assert (cost.shape, cost.dtype, lane_ix.dtype) == ((7, ZONE_MAX + 1), np.int64, np.int32)


def test_where_no_lane_goes_there_is_no_cost():
    compiled = network(node("A"), lanes=[lane("L", zone=2), lane("M", zone=3, enabled=False)])
    cost, lane_ix = compiled.lane_costs("ground", [100])
    assert cost.tolist() == [[NO_COST, NO_COST, 500] + [NO_COST] * 7]
    assert lane_ix.tolist() == [[-1, -1, 0] + [-1] * 7]
    assert compiled.lane_costs("rocket", [100])[1].max() == -1


def test_the_cheapest_lane_wins_weight_by_weight():
    light = lane("light", breaks=(WeightBreak(1000, 400), WeightBreak(5000, 2000)))
    compiled = network(node("A"), lanes=[light, lane("even")])
    cost, lane_ix = compiled.lane_costs("ground", [800, 3000])
    assert cost[:, 1].tolist() == [400, 900]
    assert [compiled.lane(ix).lane_id for ix in lane_ix[:, 1]] == ["light", "even"]


def test_ties_go_to_the_faster_lane_and_then_to_the_lower_id():
    other_breaks = (WeightBreak(2000, 500), WeightBreak(5000, 900))
    lanes = [
        lane("z", zone=1, days=1),
        lane("c", zone=2, days=2),
        lane("b", zone=2, days=2, breaks=other_breaks),
        lane("a", zone=2, days=3),
        lane("d", zone=1, days=5, breaks=other_breaks),
    ]
    compiled = network(node("A"), lanes=lanes)
    _, lane_ix = compiled.lane_costs("ground", [700])
    assert [compiled.lane(ix).lane_id for ix in lane_ix[0, 1:3]] == ["z", "b"]


def test_a_lane_without_breaks_is_priced_by_the_kilogram():
    compiled = network(node("A"), lanes=[lane("L", breaks=(), per_kg_over=300)])
    assert compiled.lane_costs("ground", [0, 1, 1000, 1001])[0][:, 1].tolist() == [0, 300, 300, 600]


def test_services_are_those_that_some_enabled_lane_offers():
    air = Lane(LaneId("X"), "ups", "air", 1, 1, (), enabled=False)
    assert network(node("A"), lanes=[lane("L"), air]).services == ("ground",)


def test_a_market_starts_with_a_card_of_three_services():
    card = default_rate_card()
    compiled = network(node("A"), lanes=card)
    assert compiled.services == ("expedited", "next_day", "standard")
    assert len(card) == len({each.lane_id for each in card}) == 26
    assert [each.transit_days for each in card if each.service == "standard"] == [
        1, 2, 2, 3, 4, 4, 5, 6, 7,
    ]  # fmt: skip
    assert compiled.lane_costs("standard", [900])[0][0, 1:].tolist() == [
        565, 595, 635, 680, 740, 810, 885, 970, 3300,
    ]  # fmt: skip
    assert compiled.lane_costs("next_day", [900])[0][0, 9] == NO_COST
    assert compiled.lane_costs("standard", [30_001])[0][0, 1] == 520 + 30 * 45 + 45


grams = st.integers(1, 60_000)


@settings(max_examples=200, deadline=None)
@given(grams, grams)
def test_two_parcels_never_cost_less_than_the_one_they_would_make(first, second):
    compiled = network(node("A"), lanes=default_rate_card())
    for service in compiled.services:
        cost, _ = compiled.lane_costs(service, [first, second, first + second])
        assert (cost[2] <= cost[0] + cost[1]).all()
        assert (cost[2] >= np.maximum(cost[0], cost[1])).all()


@settings(max_examples=50, deadline=None)
@given(st.lists(grams, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_lanes_are_chosen_as_one_by_one_comparison_would(weights, chance):
    lanes = []
    for number in range(12):
        edges = sorted(chance.sample(range(100, 20_000, 100), chance.randint(0, 2)))
        prices = sorted(chance.choices((300, 400, 500), k=len(edges)))
        breaks = tuple(map(WeightBreak, edges, prices))
        zone, days_ = chance.randint(1, 3), chance.randint(1, 2)
        lanes.append(lane(f"{number}", zone, days_, breaks=breaks, per_kg_over=100))
    cost, lane_ix = network(node("A"), lanes=lanes).lane_costs("ground", weights)

    def price(each: Lane, grams_: int) -> int:
        for step in each.breaks:
            if grams_ <= step.up_to_g:
                return step.cost
        last = each.breaks[-1] if each.breaks else WeightBreak(0, 0)
        return last.cost + -(-(grams_ - last.up_to_g) // 1000) * each.per_kg_over

    for row, weight in enumerate(weights):
        for zone in (1, 2, 3):
            here = [
                (price(each, weight), each.transit_days, each.lane_id, ix)
                for ix, each in enumerate(lanes)
                if each.zone == zone
            ]
            best = min(here, default=(NO_COST, 0, "", -1))
            assert (cost[row, zone], lane_ix[row, zone]) == (best[0], best[3])


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-11-20T13:59:59-05:00", "2026-11-20"),  # Friday, a second before the cut-off
        ("2026-11-20T14:00:00-05:00", "2026-11-23"),  # at it
        ("2026-11-21T10:00:00-05:00", "2026-11-23"),  # Saturday
        ("2026-11-25T15:00:00-05:00", "2026-11-27"),  # over Thanksgiving
        ("2026-11-20T23:30:00-08:00", "2026-11-23"),  # it is Saturday there
        ("2026-11-23T00:30:00+09:00", "2026-11-23"),  # it is Sunday there
    ],
)
def test_work_is_done_today_before_the_cut_off_and_else_on_the_next_open_day(at, day):
    compiled = network(node("A", calendar=WEEKDAYS, cut_off=time(14)))
    assert days(compiled, at) == [day]


def test_without_a_cut_off_the_day_ends_with_the_last_closing():
    compiled = network(node("A", calendar=WEEKDAYS), node("B"))
    assert days(compiled, "2026-11-20T17:59-05:00") == ["2026-11-20", "2026-11-20"]
    assert days(compiled, "2026-11-20T18:00-05:00") == ["2026-11-23", "2026-11-20"]
    assert days(compiled, "2026-11-21T00:00-05:00") == ["2026-11-23", "2026-11-21"]


def test_a_cut_off_after_closing_does_not_keep_the_doors_open():
    compiled = network(node("A", calendar=SHORT_SATURDAYS, cut_off=time(15)))
    assert days(compiled, "2026-11-21T11:59-05:00") == ["2026-11-21"]
    assert days(compiled, "2026-11-21T12:00-05:00") == ["2026-11-27"]


def test_a_node_closed_for_longer_than_thirty_days_does_no_work():
    away = frozenset(date(2026, 11, 20) + timedelta(days=n) for n in range(31))
    back = frozenset(date(2026, 11, 20) + timedelta(days=n) for n in range(30))
    compiled = network(
        node("A", calendar=calendar_of({"holidays": sorted(away)})),
        node("B", calendar=calendar_of({"holidays": sorted(back)})),
    )
    assert days(compiled, "2026-11-20T10:00-05:00") == ["never", "2026-12-20"]
    assert days(compiled, "2026-11-21T10:00-05:00") == ["2026-12-21", "2026-12-20"]


def test_the_days_are_true_until_the_first_cut_off():
    compiled = network(
        node("A", calendar=WEEKDAYS, cut_off=time(14)),
        node("B", calendar=WEEKDAYS, cut_off=time(14), time_zone="America/Los_Angeles"),
    )
    at = datetime(2026, 11, 20, 15, tzinfo=UTC)
    found = compiled.days(at)
    assert found.valid_until == datetime(2026, 11, 20, 19, tzinfo=UTC)
    assert compiled.days(found.valid_until - timedelta(microseconds=1)) is found
    assert compiled.days(found.valid_until).valid_until == datetime(2026, 11, 20, 22, tzinfo=UTC)
    assert days(compiled, "2026-11-20T19:00Z") == ["2026-11-23", "2026-11-20"]


@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        # 02:30 does not exist on this Sunday: the cut-off is at 03:30, which is 07:30 UTC
        ("America/New_York", "2026-03-08T07:29:59+00:00", "2026-03-08"),
        ("America/New_York", "2026-03-08T07:30:00+00:00", "2026-03-09"),
        ("America/Los_Angeles", "2026-03-08T10:29:59+00:00", "2026-03-08"),
        ("America/Los_Angeles", "2026-03-08T10:30:00+00:00", "2026-03-09"),
        ("America/Phoenix", "2026-03-08T09:29:59+00:00", "2026-03-08"),
        ("America/Phoenix", "2026-03-08T09:30:00+00:00", "2026-03-09"),
    ],
)
def test_a_cut_off_in_the_hour_that_is_skipped_moves_forward(zone, at, day):
    assert days(network(node("A", cut_off=time(2, 30), time_zone=zone)), at) == [day]


def test_a_cut_off_in_the_hour_that_comes_twice_is_the_first():
    compiled = network(node("A", cut_off=time(1, 30)))
    assert days(compiled, "2026-11-01T05:29:59+00:00") == ["2026-11-01"]
    assert days(compiled, "2026-11-01T05:30:00+00:00") == ["2026-11-02"]
    assert days(compiled, "2026-11-01T06:15:00+00:00") == ["2026-11-02"]


instants = st.integers(1_767_225_600, 1_798_761_600).map(  # the seconds of 2026
    lambda second: datetime.fromtimestamp(second, UTC)
)


@settings(max_examples=100, deadline=None)
@given(st.lists(instants, min_size=1, max_size=5))
def test_remembered_days_are_what_a_fresh_network_would_say(moments):
    nodes = (
        node("A", calendar=WEEKDAYS, cut_off=time(14)),
        node("B", calendar=SHORT_SATURDAYS, time_zone="Asia/Tokyo"),
        node("C", calendar=ALWAYS_OPEN, time_zone="America/Phoenix"),
        node("D", calendar=calendar_of({"weekly": {}})),
    )
    remembering = network(*nodes)
    for at in moments:
        fresh = network(*nodes).days(at)
        found = remembering.days(at)
        assert found.work_day.tolist() == fresh.work_day.tolist()
        assert found.valid_until == fresh.valid_until > at


def test_an_empty_network_answers():
    empty = network()
    assert empty.zones(AUSTIN).tolist() == []
    assert empty.days(datetime(2026, 1, 1, tzinfo=UTC)).work_day.tolist() == []
    assert empty.services == ()
