"""Bodies of master data: what is wrong is named by its field, before anything is asked."""

import msgspec
import pytest

from entrepot.api import kinds
from entrepot.api.problems import Problem

KINDS = {
    kind.noun: kind
    for kind in (kinds.ITEMS, kinds.NODES, kinds.NODE_GROUPS, kinds.CHANNELS, kinds.LANES)
}
NODE = {
    "name": "Dallas",
    "kind": "dc",
    "address": {"country": "US", "postal_code": "75201", "city": "Dallas"},
    "time_zone": "America/Chicago",
    "calendar": {"weekly": {"mon": ["09:00-18:00"]}, "holidays": ["2026-11-26"]},
    "cut_off": "15:30",
    "capacity_per_day": 40,
    "services": ["pickup", "ship"],
    "handling_cost": 90,
    "enabled": True,
}
LANE = {
    "carrier": "ups",
    "service": "air",
    "zone": 3,
    "transit_days": 2,
    "transit_days_min": 1,
    "cost": {"breaks": [{"up_to_g": 500, "cost": 700}], "per_kg_over": 90},
    "enabled": True,
}


@pytest.mark.parametrize(
    ("noun", "body", "pointer"),
    [
        ("items", {}, "/name"),
        ("items", {"name": ""}, "/name"),
        ("items", {"name": "a", "weight_g": -1}, "/weight_g"),
        ("items", {"name": "a", "weight_g": 1.5}, "/weight_g"),
        ("items", {"name": "a", "price": "5"}, "/price"),
        ("items", {"name": "a", "color": "red"}, "/color"),
        ("items", {"name": "a", "attributes": {"n": 10**30}}, "/attributes"),
        (
            "items",
            {"name": "a", "components": [{"sku": "B", "quantity": 0}]},
            "/components/0/quantity",
        ),
        (
            "items",
            {"name": "a", "components": [{"sku": "B", "quantity": 1}] * 2},
            "/components",
        ),
        ("nodes", {**NODE, "kind": "shop"}, "/kind"),
        ("nodes", {**NODE, "time_zone": "Mars/Base"}, "/time_zone"),
        ("nodes", {**NODE, "cut_off": "24:00"}, "/cut_off"),
        ("nodes", {**NODE, "services": ["fly"]}, "/services/0"),
        ("nodes", {**NODE, "capacity_per_day": -1}, "/capacity_per_day"),
        ("nodes", {**NODE, "address": {"country": "us", "postal_code": ""}}, "/address/country"),
        (
            "nodes",
            {**NODE, "address": {"country": "US", "postal_code": "1", "latitude": 91}},
            "/address/latitude",
        ),
        (
            "nodes",
            {**NODE, "address": {"country": "US", "postal_code": "1", "latitude": 9}},
            "/address",
        ),
        ("nodes", {**NODE, "calendar": {"weekly": {"moon": []}}}, "/calendar/weekly/moon"),
        (
            "nodes",
            {**NODE, "calendar": {"weekly": {"mon": ["09:00-12:00", "11:00-13:00"]}}},
            "/calendar/weekly/mon/1",
        ),
        ("nodes", {**NODE, "calendar": {"holidays": ["2026-02-30"]}}, "/calendar/holidays/0"),
        ("node-groups", {}, "/nodes"),
        ("channels", {"connector": "fax"}, "/connector"),
        ("channels", {"buffer": -1}, "/buffer"),
        ("channels", {"secret": ""}, "/secret"),
        ("lanes", {**LANE, "zone": 10}, "/zone"),
        ("lanes", {**LANE, "transit_days_min": 3}, "/transit_days_min"),
        (
            "lanes",
            {**LANE, "cost": {"breaks": [{"up_to_g": 0, "cost": 1}]}},
            "/cost/breaks/0/up_to_g",
        ),
        (
            "lanes",
            {**LANE, "cost": {"breaks": [{"up_to_g": 5, "cost": 1}, {"up_to_g": 5, "cost": 1}]}},
            "/cost/breaks/1/up_to_g",
        ),
        (
            "lanes",
            {**LANE, "cost": {"breaks": [{"up_to_g": 5, "cost": 2}, {"up_to_g": 6, "cost": 1}]}},
            "/cost/breaks/1/cost",
        ),
    ],
)
def test_what_is_wrong_with_a_body_is_named_by_its_field(noun, body, pointer):
    kind = KINDS[noun]
    with pytest.raises(Problem) as refused:
        kinds.entry(kind, {kind.id_field: "A", **body})
    assert [error.pointer for error in refused.value.errors] == [pointer]


@pytest.mark.parametrize("name", [None, "", "x" * 129, "a\nb", 5, ["A"]])
def test_a_row_is_named_by_an_id_people_can_read(name):
    with pytest.raises(Problem) as refused:
        kinds.entry(kinds.NODE_GROUPS, {"group": name, "nodes": []})
    assert [error.pointer for error in refused.value.errors] == ["/group"]


@pytest.mark.parametrize(
    ("noun", "body"),
    [
        (
            "items",
            {"name": "a", "components": [{"sku": "Z", "quantity": 1}, {"sku": "B", "quantity": 2}]},
        ),
        ("nodes", NODE),
        ("lanes", LANE),
    ],
)
def test_what_was_read_reads_the_same_when_it_was_shown(noun, body):
    kind = KINDS[noun]
    _, once = kinds.entry(kind, {kind.id_field: "A", **body})
    shown = msgspec.to_builtins(kind.show(once))
    del shown["version"]
    assert kinds.entry(kind, shown) == ("A", once)


def test_the_order_of_components_does_not_matter():
    parts = [{"sku": "Z", "quantity": 1}, {"sku": "B", "quantity": 2}]
    _, one = kinds.entry(kinds.ITEMS, {"sku": "A", "name": "a", "components": parts})
    _, other = kinds.entry(kinds.ITEMS, {"sku": "A", "name": "a", "components": parts[::-1]})
    assert one == other


def test_a_lane_without_an_earliest_day_takes_as_long_as_it_promises():
    body = {name: value for name, value in LANE.items() if name != "transit_days_min"}
    _, row = kinds.entry(kinds.LANES, {"lane": "A", **body})
    assert (row.transit_days_min, row.transit_days) == (2, 2)
