"""The seven files of the public layout: their names, their columns, their rows with numbers.

Columns may stand in any order and others beside them are not looked at, so that an extract with
its points averaged already (a column `points`) reads like the public set.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from entrepot.ports.history import Effect, Finding, HistoryUnreadable

Fields = dict[str, str]
"""A row's cells by column, stripped; one that is empty is "". """

CELL_CHARS_MAX = 1 << 16


@dataclass(frozen=True, slots=True)
class Layout:
    """A file: its short name, which findings use, and the columns that must be there."""

    name: str
    columns: tuple[str, ...]

    def path(self, folder: Path) -> Path:
        """Say where it lies in a folder."""
        return folder / f"olist_{self.name}_dataset.csv"


ORDERS = Layout(
    "orders",
    (
        "order_id", "customer_id", "order_status", "order_purchase_timestamp", "order_approved_at",
        "order_delivered_carrier_date", "order_delivered_customer_date",
        "order_estimated_delivery_date",
    ),
)  # fmt: skip
ITEMS = Layout(
    "order_items",
    (
        "order_id", "order_item_id", "product_id", "seller_id", "shipping_limit_date", "price",
        "freight_value",
    ),
)  # fmt: skip
PAYMENTS = Layout("order_payments", ("order_id", "payment_type", "payment_value"))
CUSTOMERS = Layout(
    "customers",
    (
        "customer_id", "customer_unique_id", "customer_zip_code_prefix", "customer_city",
        "customer_state",
    ),
)  # fmt: skip
SELLERS = Layout("sellers", ("seller_id", "seller_zip_code_prefix", "seller_city", "seller_state"))
PRODUCTS = Layout(
    "products",
    (
        "product_id", "product_category_name", "product_weight_g", "product_length_cm",
        "product_height_cm", "product_width_cm",
    ),
)  # fmt: skip
GEOLOCATION = Layout(
    "geolocation", ("geolocation_zip_code_prefix", "geolocation_lat", "geolocation_lng")
)

ALL = (ORDERS, ITEMS, PAYMENTS, CUSTOMERS, SELLERS, PRODUCTS, GEOLOCATION)


@dataclass(frozen=True, slots=True)
class Row:
    """A row and its number in a spreadsheet: the header is row 1."""

    number: int
    fields: Fields


def check(folder: Path) -> None:
    """Look at every file's header; raises HistoryUnreadable, naming what is not there."""
    for layout in ALL:
        for _ in rows(layout, folder):
            break


def rows(layout: Layout, folder: Path) -> Iterator[Row | Finding]:
    """Read a file; what has not as many cells as the header is given as a finding."""
    path = layout.path(folder)
    csv.field_size_limit(CELL_CHARS_MAX)
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            yield from _rows(layout, csv.reader(file), path.name)
    except OSError as wrong:
        raise HistoryUnreadable(f"{path.name}: {wrong.strerror}") from None


def count(layout: Layout, folder: Path) -> int:
    """Count a file's rows, roughly: its lines less one."""
    try:
        with layout.path(folder).open("rb") as file:
            return max(0, sum(1 for _ in file) - 1)
    except OSError as wrong:
        raise HistoryUnreadable(f"{layout.path(folder).name}: {wrong.strerror}") from None


def _rows(layout: Layout, reader: Iterator[list[str]], name: str) -> Iterator[Row | Finding]:
    header = [column.strip() for column in next(reader, [])]
    missing = [column for column in layout.columns if column not in header]
    if missing:
        raise HistoryUnreadable(f"{name}: there is no column {', '.join(missing)}")
    number = 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as wrong:
            yield _broken(layout, number, str(wrong))
            continue
        if len(cells) == len(header):
            said = (cell.replace("\0", "").strip() for cell in cells)
            yield Row(number, dict(zip(header, said, strict=True)))
        elif any(cells):
            yield _broken(layout, number, f"{len(cells)} cells, the header has {len(header)}")


def _broken(layout: Layout, number: int, why: str) -> Finding:
    return Finding("row_broken", Effect.REJECTED, layout.name, number, "", why)
