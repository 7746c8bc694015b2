"""A small Olist history of our own: three sellers' rows, to be changed at will."""

import csv
import sys
from pathlib import Path
from types import ModuleType

import pytest

Table = list[dict[str, str]]

ANA, BIA = "a" * 32, "b" * 32
LAMP, MUG = "1" * 32, "2" * 32


def order(order_id: str = "o1", status: str = "delivered", **changes: str) -> dict[str, str]:
    return {
        "order_id": order_id,
        "customer_id": f"c-{order_id}",
        "order_status": status,
        "order_purchase_timestamp": "2025-03-01 10:00:00",
        "order_approved_at": "2025-03-01 11:00:00",
        "order_delivered_carrier_date": "2025-03-03 09:30:00",
        "order_delivered_customer_date": "2025-03-09 18:00:00",
        "order_estimated_delivery_date": "2025-03-20 00:00:00",
    } | changes


def item(order_id: str = "o1", number: int = 1, **changes: str) -> dict[str, str]:
    return {
        "order_id": order_id,
        "order_item_id": str(number),
        "product_id": LAMP,
        "seller_id": ANA,
        "shipping_limit_date": "2025-03-05 11:00:00",
        "price": "144.0",
        "freight_value": "8.77",
    } | changes


def payment(order_id: str = "o1", value: str = "152.77", **changes: str) -> dict[str, str]:
    return {
        "order_id": order_id,
        "payment_sequential": "1",
        "payment_type": "credit_card",
        "payment_installments": "2",
        "payment_value": value,
    } | changes


def customer(order_id: str = "o1", **changes: str) -> dict[str, str]:
    return {
        "customer_id": f"c-{order_id}",
        "customer_unique_id": "u1",
        "customer_zip_code_prefix": "1037",
        "customer_city": "sao paulo",
        "customer_state": "SP",
    } | changes


def product(product_id: str = LAMP, weight: str = "225.0", **changes: str) -> dict[str, str]:
    return {
        "product_id": product_id,
        "product_category_name": "casa",
        "product_name_lenght": "40",
        "product_description_lenght": "287",
        "product_photos_qty": "1",
        "product_weight_g": weight,
        "product_length_cm": "16.0",
        "product_height_cm": "",
        "product_width_cm": "14",
    } | changes


def seller(seller_id: str = ANA, **changes: str) -> dict[str, str]:
    return {
        "seller_id": seller_id,
        "seller_zip_code_prefix": "13023",
        "seller_city": "campinas",
        "seller_state": "SP",
    } | changes


def point(prefix: str, latitude: str, longitude: str) -> dict[str, str]:
    """As the public set has it: one row a point, with city and state."""
    return {
        "geolocation_zip_code_prefix": prefix,
        "geolocation_lat": latitude,
        "geolocation_lng": longitude,
        "geolocation_city": "x",
        "geolocation_state": "SP",
    }


def tables(**changes: Table) -> dict[str, Table]:
    """All seven files of one delivered order; name those that are to be other ones."""
    return {
        "orders": [order()],
        "order_items": [item()],
        "order_payments": [payment()],
        "customers": [customer()],
        "sellers": [seller(), seller(BIA, seller_state="AM")],
        "products": [product(), product(MUG, "400")],
        "geolocation": [
            point("01037", "-23.50", "-46.60"),
            point("01037", "-23.60", "-46.70"),
            point("13023", "-22.9", "-47.05"),
        ],
    } | changes


def write(folder: Path, **changes: Table) -> Path:
    """Write the seven files into a folder."""
    for name, rows in tables(**changes).items():
        with (folder / f"olist_{name}_dataset.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows(rows)
    return folder


@pytest.fixture
def shop() -> ModuleType:
    """Give the makers of rows and files above."""
    return sys.modules[__name__]
