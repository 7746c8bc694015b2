"""The history: seven files in, nodes, items and orders out, and what was found wrong with them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from entrepot.ports.history import Effect, Finding, Told
from entrepot_olist import files, rules
from entrepot_olist.files import (
    CUSTOMERS,
    GEOLOCATION,
    ITEMS,
    ORDERS,
    PAYMENTS,
    PRODUCTS,
    SELLERS,
    Layout,
    Row,
)
from entrepot_olist.goods import Weights, item_of, node_of, stand_in
from entrepot_olist.mapper import SOURCE, Bundle, Known, past_order, sku_of
from entrepot_olist.places import Centroids, in_brazil, prefix_of
from entrepot_olist.spool import Record, Spool, parts_for


class Olist:
    """The public Olist layout."""

    name = SOURCE

    @property
    def rules(self) -> Mapping[str, str]:
        """The cleansing rules."""
        return rules.RULES

    def size(self, folder: Path) -> int:
        """Count the orders."""
        return files.count(ORDERS, folder)

    def read(self, folder: Path, scratch: Path) -> Iterator[Told]:
        """Tell sellers, products, then orders, those of a part of the spool by when they came."""
        files.check(folder)
        centroids = Centroids()
        yield from _points(folder, centroids)
        known = Known(set(), set(), centroids)
        for told in _once(SELLERS, "seller_id", folder, known.sellers):
            if isinstance(told, Finding):
                yield told
            else:
                node, found = node_of(told, centroids)
                yield from found
                yield node
        weights = Weights(row for row in files.rows(PRODUCTS, folder) if isinstance(row, Row))
        for told in _once(PRODUCTS, "product_id", folder, known.products):
            if isinstance(told, Finding):
                yield told
            else:
                item, found = item_of(told, weights)
                yield from found
                yield item
        yield from _orders(folder, scratch, known, weights)


def _points(folder: Path, centroids: Centroids) -> Iterator[Told]:
    for row in files.rows(GEOLOCATION, folder):
        if isinstance(row, Finding):
            yield row
            continue
        fields = row.fields
        prefix = prefix_of(fields["geolocation_zip_code_prefix"])
        try:
            latitude = float(fields["geolocation_lat"])
            longitude = float(fields["geolocation_lng"])
            points = int(fields.get("points") or 1)
        except ValueError:
            yield _rejected("row_broken", GEOLOCATION, row, prefix, "its point cannot be read")
            continue
        if prefix and points > 0 and in_brazil(latitude, longitude):
            centroids.add(prefix, latitude, longitude, points)
        else:
            said = f"{latitude}, {longitude}"
            yield _rejected("point_outside_brazil", GEOLOCATION, row, prefix, said)


def _once(layout: Layout, id_: str, folder: Path, seen: set[str]) -> Iterator[Row | Finding]:
    """Give the rows of a file of master data, each id once; `seen` learns the ids."""
    for row in files.rows(layout, folder):
        if isinstance(row, Finding):
            yield row
        elif not row.fields[id_]:
            yield _rejected("row_broken", layout, row, "", f"{id_} is empty")
        elif row.fields[id_] in seen:
            yield _rejected("repeated", layout, row, row.fields[id_])
        else:
            seen.add(row.fields[id_])
            yield row


def _orders(folder: Path, scratch: Path, known: Known, weights: Weights) -> Iterator[Told]:
    parts = parts_for(ORDERS.path(folder).stat().st_size)
    with Spool(scratch, "orders", parts) as spool:
        yield from _spool_orders(folder, scratch, spool, parts)
        for layout in (ITEMS, PAYMENTS):
            for row in files.rows(layout, folder):
                if isinstance(row, Finding):
                    yield row
                else:
                    spool.put(row.fields["order_id"], [layout.name, row.number, row.fields])
        for part in spool.parts():
            yield from _part(part, known, weights)


def _spool_orders(folder: Path, scratch: Path, orders: Spool, parts: int) -> Iterator[Told]:
    """Put the orders, each with its customer."""
    with Spool(scratch, "customers", parts) as spool:
        for layout in (CUSTOMERS, ORDERS):
            for row in files.rows(layout, folder):
                if isinstance(row, Finding):
                    yield row
                else:
                    spool.put(row.fields["customer_id"], [layout.name, row.number, row.fields])
        for part in spool.parts():
            customers: dict[str, Any] = {}
            for file, number, fields in part:
                if file == ORDERS.name:
                    who = customers.get(fields["customer_id"])
                    orders.put(fields["order_id"], [file, number, fields, who])
                elif fields["customer_id"] in customers:
                    row = Row(number, fields)
                    yield _rejected("repeated", CUSTOMERS, row, fields["customer_id"])
                else:
                    customers[fields["customer_id"]] = [number, fields]


def _part(part: list[Record], known: Known, weights: Weights) -> Iterator[Told]:
    orders: dict[str, tuple[Row, Row | None]] = {}
    rows: dict[str, dict[str, list[Row]]] = {ITEMS.name: {}, PAYMENTS.name: {}}
    for file, number, fields, *more in part:
        order_id, row = fields["order_id"], Row(number, fields)
        if file != ORDERS.name:
            rows[file].setdefault(order_id, []).append(row)
        elif order_id in orders or not order_id:
            yield _rejected("repeated" if order_id else "row_broken", ORDERS, row, order_id)
        else:
            orders[order_id] = row, (Row(*more[0]) if more[0] else None)
    for layout in (ITEMS, PAYMENTS):
        for order_id in rows[layout.name].keys() - orders.keys():
            for row in rows[layout.name][order_id]:
                yield _rejected("order_unknown", layout, row, order_id)
    for order_id in sorted(orders, key=lambda each: _placed(orders[each][0])):
        order, customer = orders[order_id]
        items, repeated = _each_once(rows[ITEMS.name].get(order_id, []))
        yield from repeated
        payments = tuple(rows[PAYMENTS.name].get(order_id, ()))
        bundle = Bundle(order, customer, tuple(items), payments)
        yield from _told(bundle, known, weights)


def _told(bundle: Bundle, known: Known, weights: Weights) -> Iterator[Told]:
    order, found = past_order(bundle, known)
    yield from found
    if order is None:
        return
    for row in bundle.items:
        sku = sku_of(row.fields)
        if sku not in known.products:
            known.products.add(sku)
            yield stand_in(sku, weights)
    yield order


def _placed(row: Row) -> tuple[str, int]:
    return row.fields["order_purchase_timestamp"], row.number


def _each_once(items: list[Row]) -> tuple[list[Row], list[Finding]]:
    """Take each item of an order once, in the order of their numbers."""
    taken: dict[str, Row] = {}
    repeated = []
    for row in items:
        id_ = row.fields["order_item_id"]
        if id_ in taken:
            repeated.append(
                _rejected("repeated", ITEMS, row, row.fields["order_id"], f"item {id_}")
            )
        else:
            taken[id_] = row
    return sorted(taken.values(), key=_item_no), repeated


def _item_no(row: Row) -> tuple[int, str]:
    id_ = row.fields["order_item_id"]
    return (int(id_) if id_.isdecimal() and len(id_) < 9 else 0), id_


def _rejected(rule: str, layout: Layout, row: Row, subject: str, detail: str = "") -> Finding:
    return Finding(rule, Effect.REJECTED, layout.name, row.number, subject, detail)
