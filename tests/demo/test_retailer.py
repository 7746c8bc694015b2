"""The sample retailer: whole, plausible, and the same for the same seed."""

from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from entrepot.demo import retailer as sample
from entrepot.demo.places import cities, seats, zip_codes
from entrepot.demo.sites import channels, groups, holidays
from entrepot.terms.calendar import calendar_of


@pytest.fixture(scope="module")
def small() -> sample.Retailer:
    return sample.found(seed=1, scale=0.05)


def bodies(retailer: sample.Retailer) -> bytes:
    """Everything that is sent to the API before the first order."""
    return msgspec.json.encode(
        [
            list(sample.items(retailer)),
            list(sample.nodes(retailer)),
            retailer.groups,
            retailer.channels,
            list(sample.count_chunks(retailer)),
        ]
    )


def test_the_same_seed_gives_the_same_retailer_byte_for_byte(small):
    assert bodies(sample.found(seed=1, scale=0.05)) == bodies(small)


def test_another_seed_gives_another_retailer(small):
    assert bodies(sample.found(seed=2, scale=0.05)) != bodies(small)


def test_full_scale_is_the_retailer_that_was_asked_for():
    full = sample.found(seed=1)
    assert len(full.items) == 20_000
    assert sum(bool(item.components) for item in full.items) == 200
    assert Counter(site.kind for site in full.sites) == {"store": 200, "dc": 5}
    assert list(full.channels) == ["web", "app", "marketplace", "pos", "call_center", "b2b"]
    assert len({site.node for site in full.sites}) == 205
    assert len({item.sku for item in full.items}) == 20_000
    assert len({site.place.city for site in full.sites if site.kind == "store"}) == 133
    assert 600_000 <= len(full.stock.item) <= 1_200_000
    stores = full.stock.node >= 5
    assert np.bincount(full.stock.node)[:5].tolist() == [19_800] * 5
    assert round(stores.sum() / (200 * 19_800), 2) == 0.24


def test_scale_shrinks_the_range_and_the_stores_but_not_the_centers(small):
    assert len(small.items) == 1000
    assert sum(bool(item.components) for item in small.items) == 10
    assert Counter(site.kind for site in small.sites) == {"store": 10, "dc": 5}
    tiny = sample.found(seed=1, scale=0)
    assert (len(tiny.items), len(tiny.sites)) == (40, 10)


def test_the_long_tail_is_long(small):
    full = sorted((item.demand for item in sample.found(seed=1).items), reverse=True)
    assert round(full[0] / sum(full), 3) == 0.020
    assert round(sum(full[:2000]) / sum(full), 2) == 0.65
    assert sorted(item.rank for item in small.items) == list(range(1, 1001))


def test_every_kit_is_two_or_three_plain_items_that_come_before_it(small):
    places = {sku: place for place, (sku, _) in enumerate(sample.items(small))}
    kits = [(sku, body) for sku, body in sample.items(small) if "components" in body]
    assert len(kits) == 10
    for sku, body in kits:
        skus = [part["sku"] for part in body["components"]]
        assert len(set(skus)) == len(skus)
        assert len(skus) in {2, 3}
        assert all(places[part] < places[sku] for part in skus)
        assert not any(part.startswith("SET-") for part in skus)


def test_a_kit_weighs_what_its_parts_weigh_and_costs_a_tenth_less(small):
    for item in small.items:
        if item.components:
            parts = [(small.items[place], quantity) for place, quantity in item.components]
            assert item.weight_g == sum(part.weight_g * quantity for part, quantity in parts)
            assert item.price == sum(part.price * quantity for part, quantity in parts) * 90 // 100


def test_every_item_has_a_name_a_category_a_weight_and_a_price(small):
    for _, body in sample.items(small):
        assert body["name"]
        assert body["category"]
        assert 20 <= body["weight_g"] <= 30_000
        assert 499 <= body["price"] <= 100_000


def test_every_position_is_of_a_plain_item_at_a_known_node_and_counted_once(small):
    rows = [row for chunk in sample.count_chunks(small, rows=1000) for row in chunk]
    plain = {item.sku for item in small.items if not item.components}
    nodes = {node for node, _ in sample.nodes(small)}
    assert {row["sku"] for row in rows} == plain
    assert {row["node"] for row in rows} == nodes
    assert len({(row["sku"], row["node"]) for row in rows}) == len(rows)
    assert all(row["on_hand"] >= 2 for row in rows)


def test_counts_come_in_chunks_by_sku_then_node(small):
    chunks = list(sample.count_chunks(small, rows=1000))
    assert [len(chunk) for chunk in chunks[:-1]] == [1000] * (len(chunks) - 1)
    assert 0 < len(chunks[-1]) <= 1000
    order = {item.sku: place for place, item in enumerate(small.items)}
    sites = {site.node: place for place, site in enumerate(small.sites)}
    keys = [(order[row["sku"]], sites[row["node"]]) for chunk in chunks for row in chunk]
    assert keys == sorted(keys)


def test_the_tail_lies_in_the_centers_only_and_centers_are_deep(small):
    tail = {place for place, item in enumerate(small.items) if item.rank > 600}
    in_stores = small.stock.node >= 5
    assert not tail & set(small.stock.item[in_stores].tolist())
    assert small.stock.on_hand[~in_stores].min() == 24
    assert small.stock.on_hand[~in_stores].mean() > 3 * small.stock.on_hand[in_stores].mean()


def test_every_store_picks_up_four_in_five_ship_and_seven_in_ten_come_to_the_car():
    stores = [site for site in sample.found(seed=1).sites if site.kind == "store"]
    assert Counter(service for site in stores for service in site.services) == {
        "pickup": 200,
        "ship": 160,
        "curbside": 140,
    }


def test_nodes_carry_what_planning_needs(small):
    for _, body in sample.nodes(small):
        ZoneInfo(body["time_zone"])
        calendar_of(body["calendar"])
        assert body["address"]["country"] == "US"
        assert 18 < body["address"]["latitude"] < 72
        assert -180 < body["address"]["longitude"] < -66
        assert body["capacity_per_day"] > 0
        assert body["cut_off"] in {"14:00", "15:00", "16:00", "17:00"}


def test_groups_and_channels_name_only_what_exists(small):
    nodes = {node for node, _ in sample.nodes(small)}
    for group in groups(small.sites).values():
        assert group["nodes"]
        assert set(group["nodes"]) <= nodes
    for channel in channels().values():
        assert set(channel["node_groups"]) <= set(small.groups)
    assert {body["buffer"] for body in channels().values()} == {0, 1, 3, 5}


def test_holidays_fall_on_the_days_people_know():
    closed = [date.fromisoformat(day) for day in holidays("dc") if day.startswith("2026")]
    assert closed == [
        date(2026, 1, 1),
        date(2026, 5, 25),
        date(2026, 7, 4),
        date(2026, 9, 7),
        date(2026, 11, 26),
        date(2026, 12, 25),
    ]
    assert [day for day in holidays("store") if day.startswith("2027")] == [
        "2027-01-01",
        "2027-11-25",
        "2027-12-25",
    ]


def test_stores_go_where_the_zip_codes_are():
    given = seats(200)
    assert sum(given.values()) == 200
    assert given["TX", "Houston"] == given["NY", "New York"] == 5
    assert given["IL", "Chicago"] == 3
    least = min(len(cities()[key]) for key in given)
    assert least >= 8
    missed = [len(codes) for key, codes in cities().items() if key not in given]
    assert max(missed) <= least + 1


def test_customers_live_in_every_state_and_more_of_them_where_it_is_dense():
    regions = {code.region for code in zip_codes()}
    assert len(regions) == 51
    weight = {code.postal_code: code.weight for code in zip_codes()}
    assert weight["10001"] > 5 * weight["59001"]  # Manhattan, and a village in Montana
