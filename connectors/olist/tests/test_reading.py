"""Seven files in: nodes, items and orders out, and a finding for every row that is not taken."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.ports.histories import histories, history
from entrepot.ports.history import (
    Effect,
    Finding,
    HistoryUnreadable,
    PastItem,
    PastNode,
    PastOrder,
)
from entrepot_olist.places import in_brazil, median, prefix_of, zone_of
from entrepot_olist.plugin import Olist
from entrepot_olist.rules import RULES
from entrepot_olist.spool import Spool, parts_for

LAMP, MUG, ANA = "1" * 32, "2" * 32, "a" * 32


@pytest.fixture
def read(shop, tmp_path):
    def run(**changes):
        folder, scratch = tmp_path / "files", tmp_path / "scratch"
        for each in (folder, scratch):
            each.mkdir(exist_ok=True)
        told = list(Olist().read(shop.write(folder, **changes), scratch))
        assert list(scratch.iterdir()) == []
        return told

    return run


def of(kind, told):
    return [each for each in told if isinstance(each, kind)]


def found(told):
    findings = of(Finding, told)
    assert {each.rule for each in findings} <= RULES.keys()
    return [(each.rule, each.effect.value, each.file, each.row) for each in findings]


def test_it_is_found_by_its_name():
    assert "olist" in histories()
    assert isinstance(history("olist"), Olist)
    assert history("no-such") is None


def test_sellers_are_suppliers_where_their_postal_prefix_is(read):
    nodes = of(PastNode, read())
    assert [(n.node_id[0], n.kind, n.postal_code, n.time_zone, n.latitude) for n in nodes] == [
        ("a", "supplier", "13023", "America/Sao_Paulo", -22.9),
        ("b", "supplier", "13023", "America/Manaus", -22.9),
    ]
    assert nodes[0].name == f"Campinas {ANA[:8]}"


def test_products_are_items_with_their_weight_and_sizes(read):
    lamp, mug = of(PastItem, read())
    assert (lamp.sku, lamp.weight_g, lamp.category) == (LAMP, 225, "casa")
    assert lamp.attributes == {"length_cm": 16, "width_cm": 14}
    assert mug.name == f"casa {MUG[:8]}"


def test_points_are_averaged_and_those_outside_brazil_do_not_count(shop, read):
    rows = [
        shop.point("01037", "-23.50", "-46.60"),
        shop.point("1037", "-23.60", "-46.70"),
        shop.point("01037", "45.06", "9.33"),
        shop.point("01037", "north", "9.33"),
    ]
    told = read(geolocation=rows)
    order = of(PastOrder, told)[0]
    assert (order.ship_to.latitude, order.ship_to.longitude) == (-23.55, -46.65)
    assert found(told)[:2] == [
        ("point_outside_brazil", "rejected", "geolocation", 4),
        ("row_broken", "rejected", "geolocation", 5),
    ]


def test_a_prefix_without_points_takes_those_of_its_first_three_digits(shop, read):
    told = read(sellers=[shop.seller(seller_zip_code_prefix="13099")])
    assert of(PastNode, told)[0].latitude == -22.9
    assert ("postal_code_unknown", "repaired", "sellers", 2) in found(told)


def test_a_missing_weight_is_the_median_of_its_category(shop, read):
    products = [
        shop.product("p1", "100"),
        shop.product("p2", "300"),
        shop.product("p3", "900"),
        shop.product("p4", ""),
        shop.product("p5", "0", product_category_name="rare"),
        shop.product("p6", "5000", product_category_name=""),
    ]
    told = read(products=products)
    assert [item.weight_g for item in of(PastItem, told)][:6] == [100, 300, 900, 300, 300, 5000]
    assert found(told)[:3] == [
        ("weight_missing", "repaired", "products", 5),
        ("weight_missing", "repaired", "products", 6),
        ("category_missing", "noted", "products", 7),
    ]


def test_an_unknown_product_has_a_stand_in_before_the_order_that_names_it(shop, read):
    items = [shop.item(), shop.item(number=2, product_id="gone")]
    told = read(order_items=items)
    kinds = [(type(each), getattr(each, "sku", "")) for each in told[-2:]]
    assert kinds == [(PastItem, "gone"), (PastOrder, "")]


def test_what_comes_twice_is_taken_once(shop, read):
    told = read(
        orders=[shop.order(), shop.order(status="canceled")],
        order_items=[shop.item(), shop.item()],
        customers=[shop.customer(), shop.customer(customer_city="x")],
        sellers=[shop.seller(), shop.seller()],
        products=[shop.product(), shop.product()],
    )
    assert sorted(found(told)) == [
        ("repeated", "rejected", name, 3)
        for name in ("customers", "order_items", "orders", "products", "sellers")
    ]
    assert [order.status for order in of(PastOrder, told)] == ["delivered"]
    assert of(PastOrder, told)[0].lines[0].quantity == 1


def test_items_and_payments_of_no_order_are_left_out(shop, read):
    told = read(
        order_items=[shop.item(), shop.item("o2")],
        order_payments=[shop.payment(), shop.payment("o3")],
    )
    assert sorted(found(told)) == [
        ("order_unknown", "rejected", "order_items", 3),
        ("order_unknown", "rejected", "order_payments", 3),
    ]


def test_a_broken_row_is_left_out_and_reading_goes_on(shop, tmp_path):
    folder = shop.write(tmp_path)
    with (folder / "olist_orders_dataset.csv").open("a", encoding="utf-8") as file:
        file.write("o2,too,few\n\n")
    told = list(Olist().read(folder, tmp_path))
    assert found(told) == [("row_broken", "rejected", "orders", 3)]
    assert len(of(PastOrder, told)) == 1


def test_a_file_that_is_missing_or_has_other_columns_is_named(shop, tmp_path):
    folder = shop.write(tmp_path)
    sellers = folder / "olist_sellers_dataset.csv"
    sellers.write_text("seller_id,seller_city\n", encoding="utf-8")
    with pytest.raises(HistoryUnreadable, match=r"sellers_dataset\.csv: there is no column"):
        list(Olist().read(folder, tmp_path))
    sellers.unlink()
    with pytest.raises(HistoryUnreadable, match=r"sellers_dataset\.csv: No such file"):
        list(Olist().read(folder, tmp_path))
    with pytest.raises(HistoryUnreadable, match=r"orders_dataset\.csv: No such file"):
        Olist().size(folder / "nowhere")


def test_whatever_order_the_files_are_in_the_same_is_told(shop, read):
    ids = [f"o{n}" for n in range(40)]
    rows = {
        "orders": [shop.order(each, order_purchase_timestamp=f"2025-03-01 0{n % 10}:00:00")
                   for n, each in enumerate(ids)],
        "order_items": [shop.item(each) for each in ids],
        "order_payments": [shop.payment(each) for each in ids],
        "customers": [shop.customer(each) for each in ids],
    }  # fmt: skip
    straight = of(PastOrder, read(**rows))
    shuffler = random.Random(7)  # noqa: S311 - a shuffle, not a secret
    shuffled = of(PastOrder, read(**{n: shuffler.sample(r, len(r)) for n, r in rows.items()}))
    assert len(straight) == 40
    assert {order.external_id: order for order in straight} == {
        order.external_id: order for order in shuffled
    }


@given(st.lists(st.tuples(st.text(), st.integers()), max_size=60), st.integers(1, 9))
def test_a_spool_brings_what_has_one_key_together_and_loses_nothing(tmp_path_factory, pairs, parts):
    folder = tmp_path_factory.mktemp("spool")
    with Spool(folder, "x", parts) as spool:
        for key, value in pairs:
            spool.put(key, [key, value])
        told = list(spool.parts())
    assert len(told) == parts
    assert Counter(tuple(record) for part in told for record in part) == Counter(pairs)
    homes: dict[str, set[int]] = {}
    for number, part in enumerate(told):
        for key, _ in part:
            homes.setdefault(key, set()).add(number)
    assert all(len(each) == 1 for each in homes.values())
    assert list(folder.iterdir()) == []


def test_a_part_is_as_large_for_many_orders_as_for_few():
    assert [parts_for(size) for size in (0, 1_700_000, 17_600_000, 10**10)] == [1, 6, 67, 256]


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("1037", "01037"),
        ("13023", "13023"),
        ("1037.0", "01037"),
        ("", ""),
        ("130231", ""),
        ("x", ""),
    ],
)
def test_a_prefix_has_its_leading_zeros_back(text, prefix):
    assert prefix_of(text) == prefix


def test_states_keep_their_time():
    assert [zone_of(state) for state in ("SP", "AM", "AC", "PE", "??", "")] == [
        "America/Sao_Paulo", "America/Manaus", "America/Rio_Branco", "America/Recife",
        "America/Sao_Paulo", "America/Sao_Paulo",
    ]  # fmt: skip


def test_brazil_ends_where_it_ends():
    assert in_brazil(-23.5, -46.6)
    assert in_brazil(-3.85, -32.42)
    assert not in_brazil(45.06, 9.33)
    assert not in_brazil(-23.5, -121.1)


def test_a_median_is_a_value_that_was_there():
    assert [median(each) for each in ([], [5], [1, 9], [3, 1, 2])] == [0, 5, 1, 2]


def test_every_rule_says_what_is_done_in_a_sentence():
    assert [rule for rule, says in RULES.items() if not says.endswith(".")] == []
    assert {effect.value for effect in Effect} == {"noted", "repaired", "rejected"}
