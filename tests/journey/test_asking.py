"""From an order to a question and back to claims: no unit is lost or invented on the way."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.catalog.model import Made, Part
from entrepot.inventory.model import Claim
from entrepot.journey.asking import (
    asking,
    claims,
    destination,
    difference,
    trimmed,
    wants,
    whole_units,
    without,
)
from entrepot.journey.receipt import UnitShare, shares_of
from entrepot.network.model import Method
from entrepot.orders.model import Address, NewLine, NewOrder
from entrepot.sourcing.model import Plan, Shipment, Want
from entrepot.terms.ids import LineNo, NodeId, OrderId, Sku, uuid7
from entrepot.terms.order_number import EPOCH_MS
from journey.shop import HOME, order

ORDER = OrderId(uuid7(EPOCH_MS, 7))
TEE, CAP, MUG = Sku("TEE"), Sku("CAP"), Sku("MUG")
ITEMS = {
    TEE: Made(180),
    CAP: Made(90),
    Sku("SET"): Made(0, (Part(CAP, 2), Part(TEE, 1))),
    Sku("PAIR"): Made(0, (Part(TEE, 2),)),
}


def asked(*lines: tuple[str, int], **changes):
    return asking(order(*lines, **changes), "standard", ITEMS)


def test_plain_lines_are_needed_as_they_are():
    made = asked(("TEE", 2), ("CAP", 1))
    assert made.needs == ((1, TEE, 2), (2, CAP, 1))
    assert made.ask.wants == (Want(TEE, 2, 180), Want(CAP, 1, 90))
    assert (made.parts, made.unknown) == ((), ())


def test_kits_are_needed_by_their_parts_and_the_same_sku_is_asked_for_once():
    made = asked(("SET", 3), ("TEE", 1), ("PAIR", 1))
    assert made.needs == ((1, CAP, 6), (1, TEE, 3), (2, TEE, 1), (3, TEE, 2))
    assert made.parts == ((1, CAP, 2), (1, TEE, 1), (3, TEE, 2))
    assert made.ask.wants == (Want(CAP, 6, 90), Want(TEE, 6, 180))


def test_unknown_skus_are_named_and_asked_of_nobody():
    made = asked(("JUG", 1), ("TEE", 1), ("POT", 2))
    assert made.unknown == (1, 3)
    assert made.ask.wants == (Want(TEE, 1, 180),)


def test_a_parcel_has_a_destination_and_a_pickup_a_store():
    shipped = asked(("TEE", 1)).ask
    fetched = asked(("TEE", 1), method=Method.PICKUP, pickup_node="DC").ask
    assert (shipped.destination, shipped.pickup_node) == (destination(HOME), None)
    assert (fetched.destination, fetched.pickup_node) == (None, "DC")


def test_a_destination_keeps_the_coordinates_it_was_told_and_finds_those_it_was_not():
    told = Address(postal_code="78701", country="US", latitude=1.0, longitude=2.0)
    found = destination(HOME)
    assert destination(None) is None
    assert (destination(told).latitude, destination(told).longitude) == (1.0, 2.0)
    assert found.time_zone == "America/Chicago"
    assert (round(found.latitude), round(found.longitude)) == (30, -98)


def plan(*shipments: tuple[str, dict[str, int]]) -> Plan:
    made = [
        Shipment(NodeId(node), None, tuple((Sku(s), q) for s, q in items.items()), 0, 0, 0)
        for node, items in shipments
    ]
    return Plan(tuple(made), 0)


def test_a_plan_s_units_go_to_the_lines_in_their_order():
    needs = [(1, TEE, 3), (2, CAP, 1), (3, TEE, 2)]
    assert claims(ORDER, plan(("A", {"TEE": 4}), ("B", {"TEE": 1, "CAP": 1})), needs) == [
        Claim(ORDER, 1, TEE, "A", 3),
        Claim(ORDER, 3, TEE, "A", 1),
        Claim(ORDER, 3, TEE, "B", 1),
        Claim(ORDER, 2, CAP, "B", 1),
    ]


def test_what_is_missing_is_taken_off_the_last_lines():
    needs = [(1, TEE, 3), (2, CAP, 1), (3, TEE, 2)]
    assert without(needs, {TEE: 3}) == [(1, TEE, 2), (2, CAP, 1)]
    assert without(needs, {}) == needs
    assert without(needs, {TEE: 5, CAP: 1}) == []


def test_of_a_kit_as_many_can_be_had_as_its_scarcest_part_allows():
    placed = order(("SET", 4), ("TEE", 2))
    parts = [(1, CAP, 2), (1, TEE, 1)]
    needs = [(1, CAP, 8), (1, TEE, 4), (2, TEE, 2)]
    had = [(1, CAP, 5), (1, TEE, 4), (2, TEE, 1)]
    units = whole_units(placed, parts, needs, had)
    assert units == {1: 2, 2: 1}
    assert trimmed(placed, parts, units) == [(1, CAP, 4), (1, TEE, 2), (2, TEE, 1)]
    assert trimmed(placed, parts, {1: 0, 2: 1}) == [(2, TEE, 1)]


SKUS = st.sampled_from([TEE, CAP, MUG])
LINES = st.lists(st.tuples(SKUS, st.integers(1, 9)), min_size=1, max_size=6)
MISSING = st.dictionaries(SKUS, st.integers(0, 12))


def numbered(lines) -> list[tuple[LineNo, Sku, int]]:
    return [(LineNo(number), sku, units) for number, (sku, units) in enumerate(lines, start=1)]


def by_sku(needs) -> dict[Sku, int]:
    sums: dict[Sku, int] = {}
    for _, sku, units in needs:
        sums[sku] = sums.get(sku, 0) + units
    return sums


@settings(deadline=None)
@given(LINES, MISSING)
def test_what_can_be_had_and_what_cannot_are_what_was_needed(lines, missing):
    needs = numbered(lines)
    had = without(needs, missing)
    rest = difference(needs, had)
    whole = by_sku(needs)
    assert by_sku([*had, *rest]) == whole
    assert by_sku(rest) == {
        sku: short for sku, units in whole.items() if (short := min(units, missing.get(sku, 0)))
    }
    assert sorted(by_line([*had, *rest])) == sorted(by_line(needs))


def by_line(needs) -> list[tuple[LineNo, Sku, int]]:
    sums: dict[tuple[LineNo, Sku], int] = {}
    for line, sku, units in needs:
        sums[line, sku] = sums.get((line, sku), 0) + units
    return [(line, sku, units) for (line, sku), units in sums.items()]


@settings(deadline=None)
@given(LINES, st.data())
def test_claims_add_up_to_the_plan_and_to_the_needs(lines, data):
    needs = numbered(lines)
    whole = by_sku(needs)
    split = {sku: data.draw(st.integers(0, units)) for sku, units in whole.items()}
    nodes = [("A", split), ("B", {sku: units - split[sku] for sku, units in whole.items()})]
    planned = plan(*((node, {s: q for s, q in items.items() if q}) for node, items in nodes))

    made = claims(ORDER, planned, needs)

    assert by_line([(c.line_no, c.sku, c.quantity) for c in made]) == unordered(made, needs)
    for shipment in planned.shipments:
        own = [(c.line_no, c.sku, c.quantity) for c in made if c.node_id == shipment.node_id]
        assert by_sku(own) == dict(shipment.items)
    assert [(w.sku, w.quantity) for w in wants(needs, {})] == list(whole.items())


def unordered(made, needs):
    """Give the needs in the order in which claims first speak of them."""
    wanted = {(line, sku): units for line, sku, units in needs}
    seen = dict.fromkeys((c.line_no, c.sku) for c in made)
    assert set(seen) == set(wanted)
    return [(line, sku, wanted[line, sku]) for line, sku in seen]


KITS = st.lists(
    st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=4
)


@settings(deadline=None)
@given(KITS, MISSING)
def test_whole_units_never_ask_for_more_than_can_be_had(kits, missing):
    placed = NewOrder(
        channel="web", external_id="1", placed_at=order(("TEE", 1)).placed_at, currency="USD",
        lines=[NewLine(sku="KIT", quantity=q, unit_price=1) for q, _, _ in kits],
    )  # fmt: skip
    parts = [
        p for n, (_, tees, caps) in enumerate(kits, 1) for p in ((n, TEE, tees), (n, CAP, caps))
    ]
    needs = [(n, sku, units * kits[n - 1][0]) for n, sku, units in parts]
    had = without(needs, missing)

    units = whole_units(placed, parts, needs, had)
    asked_for = trimmed(placed, parts, units)

    assert all(0 <= units[n] <= kits[n - 1][0] for n in units)
    assert difference(asked_for, had) == []
    more = {n: count + 1 for n, count in units.items()}
    per_unit = {(n, sku): count for n, sku, count in parts}
    got = {(n, sku): q for n, sku, q in by_line(had)}
    for number, count in more.items():
        lacking = [
            sku
            for n, sku in per_unit
            if n == number and got.get((n, sku), 0) < count * per_unit[n, sku]
        ]
        assert lacking, "one more of it could have been had"


@pytest.mark.parametrize(
    ("quantity", "discount", "tax", "shares"),
    [
        (3, 0, 0, [(3, 0, 0)]),
        (3, 6, 9, [(3, 2, 3)]),
        (3, 1, 0, [(1, 1, 0), (2, 0, 0)]),
        (4, 5, 7, [(1, 2, 2), (2, 1, 2), (1, 1, 1)]),
        (1, 5, 7, [(1, 5, 7)]),
    ],
)
def test_the_first_units_bear_the_larger_shares(quantity, discount, tax, shares):
    assert shares_of(quantity, discount, tax) == [UnitShare(*share) for share in shares]


@settings(deadline=None)
@given(st.integers(1, 1000), st.integers(0, 10**9), st.integers(0, 10**9))
def test_shares_add_up_exactly(quantity, discount, tax):
    shares = shares_of(quantity, discount, tax)
    assert sum(each.units for each in shares) == quantity
    assert sum(each.units * each.discount for each in shares) == discount
    assert sum(each.units * each.tax for each in shares) == tax
    assert all(each.units > 0 for each in shares)
    assert len(shares) <= 3


def test_an_orders_volumes_are_those_of_what_is_picked():
    items = {
        TEE: Made(180, volume_cm3=900),
        CAP: Made(90),
        Sku("SET"): Made(0, (Part(CAP, 2), Part(TEE, 1))),
    }
    found = asking(order((TEE, 1), ("SET", 2)), "standard", items)
    assert found.ask.wants == (Want(TEE, 3, 180, 900), Want(CAP, 4, 90))
    assert found.volumes == {TEE: 900}
