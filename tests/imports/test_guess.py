"""Which column is which field: by its name, by others' words for it, by its cells."""

import pytest

from entrepot.api.importable import KINDS
from entrepot.imports.fields import is_field, missing
from entrepot.imports.guess import guess
from entrepot.imports.model import Preview


def guessed(kind: str, columns: list[str], *rows: list[str]) -> dict[str, str]:
    found = guess(Preview(columns, list(rows)), KINDS[kind].fields)
    return {each.column: each.field for each in found}


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        ("items", {"SKU": "sku", "Product Name": "name", "List Price": "price"}),
        ("items", {"itemCode": "sku", "Title": "name", "Weight (grams)": "weight_g"}),
        ("inventory", {"Article No": "sku", "Warehouse": "node", "Qty": "on_hand"}),
        ("nodes", {"Store ID": "node", "ZIP": "address.postal_code", "TZ": "time_zone"}),
        ("customers", {"Customer Number": "customer", "E-Mail": "email", "Tel": "phone"}),
        (
            "orders",
            {"Order No": "external_id", "Ordered at": "placed_at", "Lineitem sku": "line.sku",
             "Lineitem quantity": "line.quantity", "Sales Channel": "channel"},
        ),
        ("shipments", {"Order Number": "order", "AWB": "tracking_number", "Courier": "carrier"}),
    ],
)  # fmt: skip
def test_columns_of_other_systems_are_known(kind, columns):
    assert guessed(kind, list(columns)) == columns


def test_our_own_names_are_sure_and_stay_what_they_are():
    columns = ["sku", "name", "attributes.color"]
    found = guess(Preview(columns, []), KINDS["items"].fields)
    assert [(g.column, g.field, g.sure) for g in found] == [(c, c, 1.0) for c in columns]


def test_a_column_of_text_is_no_number_whatever_its_name():
    assert guessed("items", ["price"], ["a lot"]) == {"price": "price"}, "its own name is meant"
    assert guessed("items", ["unit price"], ["a lot"], ["some"]) == {}
    assert guessed("items", ["unit price"], ["5"], ["7"]) == {"unit price": "price"}


def test_a_field_is_guessed_once_for_the_surest_column():
    assert guessed("items", ["title", "name"]) == {"name": "name"}


def test_what_is_like_nothing_is_not_guessed():
    assert guessed("items", ["Zzyzx", "Color of box"]) == {}


def test_what_every_row_needs_is_missing_until_something_gives_it():
    fields = KINDS["orders"].fields
    own = ["channel", "external_id", "placed_at", "currency"]
    assert missing(own, fields) == ["line.sku", "line.quantity", "line.unit_price"]
    assert missing([*own, "lines"], fields) == []
    assert missing([*own, "line.sku"], fields) == ["line.quantity", "line.unit_price"]


def test_open_fields_have_any_names_below_them():
    fields = KINDS["items"].fields
    assert is_field("attributes.color", fields)
    assert not is_field("attributes", [])
    assert not is_field("category.color", fields)
