"""Guess which column is which field: by its name, by words that others use for it, by its cells.

Each guess says how sure it is, from 0 to 1; below `SURE_MIN` none is made. Pure.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher

import msgspec

from entrepot.imports.fields import Field, FieldSort, is_field
from entrepot.imports.model import Preview

SURE_MIN = 0.55
SAME, LEAF, SYNONYM, LIKE = 1.0, 0.95, 0.9, 0.85
UNLIKE_CELLS = 0.4
"""What is left of a guess whose column holds something else than the field."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_WHOLE = re.compile(r"[+-]?\d+(\.0+)?")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")
_YES_NO = frozenset({"true", "false", "yes", "no", "0", "1"})

SYNONYMS: Mapping[str, str] = {
    "sku": "item, item code, item number, item no, item id, article, article number, article no,"
    " product code,"
    " product id, product, variant sku, style, material, part number, stock code",
    "name": "title, item name, product name, description, label, display name, full name,"
    " store name, node name, customer name, product title",
    "price": "unit price, list price, retail price, sales price, variant price",
    "weight_g": "weight, grams, weight grams, variant grams, unit weight, weight in grams",
    "volume_cm3": "volume, volume ccm",
    "category": "department, product type, product category, class, group, merchandise group",
    "node": "store, location, location id, warehouse, warehouse code, site, plant, store number,"
    " store id, branch, node id, dc, location code",
    "on_hand": "quantity, qty, stock, on hand quantity, quantity on hand, qoh, soh,"
    " stock on hand, available, inventory, count, units, stock level, inventory quantity",
    "counted_at": "date, timestamp, updated at, counted, as of, snapshot time, count date",
    "sequence": "seq, message number, version, message no",
    "source": "system, origin, sender",
    "kind": "type, node type, location type",
    "time_zone": "timezone, tz",
    "cut_off": "cutoff, cut off time, order cut off",
    "capacity_per_day": "capacity, daily capacity, max orders, orders per day",
    "services": "service, methods, fulfillment methods",
    "postal_code": "zip, zip code, zipcode, postcode, post code, plz, postal",
    "country": "country code, country iso, land",
    "region": "state, province, state code, state province",
    "city": "town, locality",
    "line1": "street, address, address 1, address line 1, street address, addr",
    "line2": "address 2, address line 2, apartment",
    "latitude": "lat",
    "longitude": "lon, lng, long",
    "customer": "customer id, customer number, customer no, account, account number",
    "email": "e mail, mail, email address, customer email",
    "phone": "telephone, mobile, phone number, tel",
    "class": "customer class, tier, segment, loyalty tier",
    "external_id": "order, order id, order number, order no, order name, reference",
    "channel": "sales channel, source name, shop, storefront",
    "placed_at": "created at, order date, ordered at, date, placed, order time",
    "currency": "currency code",
    "line.sku": "lineitem sku, line item sku, sku, item",
    "line.quantity": "lineitem quantity, line item quantity, quantity, qty",
    "line.unit_price": "lineitem price, line item price, price, unit price",
    "line.external_id": "line, line number, line no, line id",
    "order": "order id, order number, order no, external id, order external id",
    "tracking_number": "tracking, tracking no, tracking id, awb, waybill",
    "carrier": "shipping company, courier, carrier name, tracking company",
    "shipped_at": "ship date, shipped, dispatched at, dispatch date, fulfilled at",
    "delivered_at": "delivery date, delivered, arrived at",
    "lane": "lane id, rate, rate id",
    "zone": "shipping zone, distance zone",
    "transit_days": "transit, days, transit time",
    "enabled": "active, is active, open",
    "group": "group id, node group, cluster",
    "nodes": "members, stores, locations",
}


class Guess(msgspec.Struct, frozen=True):
    """A column is this field, and how sure that is, from 0 to 1."""

    column: str
    field: str
    sure: float


def guess(preview: Preview, fields: Sequence[Field]) -> list[Guess]:
    """Guess the fields of columns, each field once, the surest first taken; in columns' order."""
    found: list[Guess] = []
    for place, column in enumerate(preview.columns):
        cells = [row[place] for row in preview.cells if place < len(row) and row[place]]
        if is_field(column, fields):
            found.append(Guess(column, column, SAME))
            continue
        for field in fields:
            sure = _alike(column, field.name) * (1.0 if _fits(field, cells) else UNLIKE_CELLS)
            if sure >= SURE_MIN:
                found.append(Guess(column, field.name, round(sure, 2)))
    return _each_once(found, preview.columns)


def _each_once(found: Sequence[Guess], columns: Sequence[str]) -> list[Guess]:
    taken: dict[str, Guess] = {}
    fields: set[str] = set()
    for each in sorted(found, key=lambda g: -g.sure):
        if each.column not in taken and each.field not in fields:
            taken[each.column] = each
            fields.add(each.field)
    return [taken[column] for column in columns if column in taken]


def _alike(column: str, name: str) -> float:
    said, leaf = _words(column), name.rpartition(".")[2]
    if said == _words(name):
        return SAME
    if said == _words(leaf):
        return LEAF
    if " ".join(said) in _SYNONYMS.get(name, ()) or " ".join(said) in _SYNONYMS.get(leaf, ()):
        return SYNONYM
    whole, part = set(_words(name)), set(said)
    shared = len(whole & part) / len(whole | part)
    like = SequenceMatcher(None, "".join(said), "".join(_words(leaf))).ratio()
    return LIKE * max(shared, like if like > 0.8 else 0.0)


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(text)]


_SYNONYMS = {
    name: frozenset(" ".join(_words(each)) for each in text.split(","))
    for name, text in SYNONYMS.items()
}


def _fits(field: Field, cells: Sequence[str]) -> bool:
    """Say whether most of a column's cells could stand in a field."""
    if not cells:
        return True
    good = sum(_may_be(field, cell) for cell in cells)
    return good * 2 > len(cells)


def _may_be(field: Field, cell: str) -> bool:
    if field.sort is FieldSort.CHOICE:
        return cell in field.choices
    looks = _LOOKS.get(field.sort)
    return looks is None or looks(cell)


_LOOKS: Mapping[FieldSort, Callable[[str], bool]] = {
    FieldSort.WHOLE: lambda cell: bool(_WHOLE.fullmatch(cell)),
    FieldSort.NUMBER: lambda cell: bool(_NUMBER.fullmatch(cell)),
    FieldSort.YES_NO: lambda cell: cell.lower() in _YES_NO,
    FieldSort.TIME: lambda cell: bool(_TIME.fullmatch(cell)),
    FieldSort.DATE: lambda cell: bool(_DATE.fullmatch(cell)),
    FieldSort.OBJECT: lambda cell: cell.startswith("{"),
}
"""What a cell looks like that may stand in a field; anything may in the others."""
