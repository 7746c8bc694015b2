"""The shoppers: plausible as a crowd, right to the cent as single orders, the same for a seed."""

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.demo import retailer as sample
from entrepot.demo.places import zip_codes
from entrepot.demo.shoppers import Shoppers, Visit, Wheel

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
CROWD = 4000

# What the seed gives; the plan of 60/22/10/5/3 % lines, 12 % pickup and so on is met within a few.
LINES = {1: 2370, 2: 888, 3: 425, 4: 201, 5: 116}
METHODS = {"ship": 3412, "pickup": 467, "curbside": 121}
CHANNELS = {
    "app": 1099,
    "web": 1888,
    "marketplace": 496,
    "call_center": 150,
    "pos": 200,
    "b2b": 167,
}
SERVICES = {"standard": 2744, None: 588, "expedited": 509, "next_day": 159}
ASK, TWICE, KITS = 179, 76, 75
REASONS = {
    None: 3925,
    "found it cheaper": 15,
    "ordered twice": 19,
    "needed it sooner": 25,
    "changed my mind": 16,
}


class Fixed:
    """Chance that always says the same."""

    def __init__(self, value: float) -> None:
        self._value = value

    def random(self) -> float:
        return self._value


@pytest.fixture(scope="module")
def small() -> sample.Retailer:
    return sample.found(seed=1, scale=0.05)


@pytest.fixture(scope="module")
def crowd(small) -> list[Visit]:
    shoppers = Shoppers(small, seed=1, run="t")
    return [shoppers.next_visit(AT) for _ in range(CROWD)]


def test_the_same_seed_brings_the_same_shoppers_byte_for_byte(small, crowd):
    again = Shoppers(small, seed=1, run="t")
    visits = [again.next_visit(AT) for _ in range(500)]
    assert msgspec.json.encode(visits) == msgspec.json.encode(crowd[:500])


def test_another_seed_brings_other_shoppers(small, crowd):
    other = Shoppers(small, seed=2, run="t")
    visits = [other.next_visit(AT) for _ in range(20)]
    assert [v.order["lines"] for v in visits] != [v.order["lines"] for v in crowd[:20]]


def test_the_hour_changes_nothing_but_the_time_of_placing(small):
    early, late = Shoppers(small, seed=1, run="t"), Shoppers(small, seed=1, run="t")
    later = datetime(2027, 1, 1, tzinfo=UTC)
    for _ in range(50):
        one, two = early.next_visit(AT).order, late.next_visit(later).order
        assert one.pop("placed_at") == "2026-11-20T10:00:00+00:00"
        assert two.pop("placed_at") == "2027-01-01T00:00:00+00:00"
        assert one == two


def test_external_ids_are_unique_and_begin_with_the_run(crowd):
    ids = [visit.order["external_id"] for visit in crowd]
    assert ids[0] == "t-0000001"
    assert len(set(ids)) == CROWD
    assert all(before < after for before, after in pairwise(ids))


def test_the_crowd_is_mixed_as_planned(crowd):
    assert Counter(len(visit.order["lines"]) for visit in crowd) == LINES
    assert Counter(visit.order["method"] for visit in crowd) == METHODS
    assert Counter(visit.order["channel"] for visit in crowd) == CHANNELS
    assert Counter(visit.order.get("service") for visit in crowd) == SERVICES


def test_some_ask_some_send_twice_some_cancel_for_a_reason(crowd):
    assert sum(visit.asks is not None for visit in crowd) == ASK
    assert sum(visit.sends_twice for visit in crowd) == TWICE
    assert Counter(visit.cancels for visit in crowd) == REASONS


def test_what_is_asked_first_is_what_is_ordered_then(crowd):
    asking = [visit for visit in crowd if visit.asks is not None]
    for visit in asking:
        wanted = [{"sku": x["sku"], "quantity": x["quantity"]} for x in visit.order["lines"]]
        assert visit.asks["lines"] == wanted
        assert visit.asks["channel"] == visit.order["channel"]
        assert visit.asks["destination"]["postal_code"] == visit.order["ship_to"]["postal_code"]


def test_every_order_names_only_what_exists(small, crowd):
    skus = {item.sku for item in small.items}
    sites = {site.node: site for site in small.sites}
    homes = {(code.postal_code, code.city, code.region) for code in zip_codes()}
    for visit in crowd:
        order, to = visit.order, visit.order["ship_to"]
        assert order["channel"] in small.channels
        assert {line["sku"] for line in order["lines"]} <= skus
        assert len({line["sku"] for line in order["lines"]}) == len(order["lines"])
        assert (to["postal_code"], to["city"], to["region"]) in homes
        if order["method"] == "ship":
            assert order["pickup_node"] is None
        else:
            assert order["method"] in sites[order["pickup_node"]].services
            assert order["channel"] in {"web", "app", "call_center"}
            assert "service" not in order


def test_who_collects_chooses_what_the_store_carries(small, crowd):
    places = {item.sku: place for place, item in enumerate(small.items)}
    shelf = {
        site.node: set(small.stock.at(place).tolist()) for place, site in enumerate(small.sites)
    }
    collecting = [visit.order for visit in crowd if visit.order["method"] != "ship"]
    assert len(collecting) > 400
    for order in collecting:
        for line in order["lines"]:
            item = small.items[places[line["sku"]]]
            parts = [place for place, _ in item.components] or [places[line["sku"]]]
            assert set(parts) <= shelf[order["pickup_node"]]


def test_who_collects_lives_near_the_store(small, crowd):
    at = {site.node: site.place for site in small.sites}
    home = {code.postal_code: code for code in zip_codes()}
    for visit in crowd:
        if visit.order["method"] != "ship":
            store = at[visit.order["pickup_node"]]
            shopper = home[visit.order["ship_to"]["postal_code"]]
            assert abs(store.latitude - shopper.latitude) < 0.37  # 40 km are 0.36 degrees


def test_the_money_adds_up_to_the_cent(small, crowd):
    price = {item.sku: item.price for item in small.items}
    for visit in crowd:
        order, total = visit.order, visit.order["shipping"] + visit.order["shipping_tax"]
        for line in order["lines"]:
            gross = line["quantity"] * line["unit_price"]
            assert line["unit_price"] == price[line["sku"]]
            assert 0 <= line["discount"] < gross
            assert 0 <= line["tax"] <= (gross - line["discount"]) // 10
            total += gross - line["discount"] + line["tax"]
        assert order["payment"]["authorized"] == total


def test_standard_shipping_is_free_from_fifty_dollars_and_collecting_always(crowd):
    for visit in crowd:
        order = visit.order
        goods = sum(x["quantity"] * x["unit_price"] - x["discount"] for x in order["lines"])
        if order["method"] != "ship":
            assert order["shipping"] == 0
        elif order["service"] == "standard":
            assert order["shipping"] == (0 if goods >= 5000 else 599)
        else:
            assert order["shipping"] == {"expedited": 1299, "next_day": 2499}[order["service"]]


def test_businesses_buy_more_pay_less_and_no_tax(crowd):
    for visit in crowd:
        if visit.order["channel"] == "b2b":
            for line in visit.order["lines"]:
                assert 4 <= line["quantity"] <= 15
                assert line["discount"] == line["quantity"] * line["unit_price"] * 15 // 100
                assert line["tax"] == 0


def test_best_sellers_sell_best_and_kits_sell_too(small, crowd):
    rank = {item.sku: item.rank for item in small.items}
    sold = [line["sku"] for visit in crowd for line in visit.order["lines"]]
    assert round(sum(rank[sku] <= 100 for sku in sold) / len(sold), 2) == 0.56
    assert sum(sku.startswith("SET-") for sku in sold) == KITS


@given(st.lists(st.integers(0, 9), min_size=1, max_size=9), st.floats(0, 1, exclude_max=True))
def test_a_wheel_stops_only_where_there_is_weight(weights, chance):
    weights[0] += 1
    place = Wheel(weights).spin(Fixed(chance))
    assert weights[place] > 0
    before = sum(weights[:place])
    assert before <= chance * sum(weights) < before + weights[place]
