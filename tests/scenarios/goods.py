"""What the stories of lots and serial numbers share: tracked items, receipts, and looking."""

from datetime import date, timedelta
from typing import Any

from entrepot.plumbing import mint
from scenarios.shop import Body, Shop


def day(number: int) -> str:
    """Give the day so many days from today, as the wire has it."""
    return (today() + timedelta(days=number)).isoformat()


def today() -> date:
    """Say what day it is in UTC."""
    return mint.now().date()


def lot(name: str, quantity: int, expires_on: str | None = None) -> Body:
    """Name units of a lot."""
    told: Body = {"lot": name, "quantity": quantity}
    return told if expires_on is None else {**told, "expires_on": expires_on}


def moved(shop: Shop, sku: str, node: str, quantity: int, **more: Any) -> str:
    """Report a receipt or an adjustment; give its status."""
    kind = "receipt" if quantity > 0 else "adjustment"
    row = {"kind": kind, "sku": sku, "node": node, "quantity": quantity, **more}
    told = shop.client.post("/v1/inventory/movements", {"movements": [row]}).expect(200)
    return str(told.json["results"][0]["status"])


def received(shop: Shop, sku: str, node: str, *lots: Body) -> None:
    """Receive lots."""
    assert moved(shop, sku, node, sum(x["quantity"] for x in lots), lots=list(lots)) == "applied"


def lots(shop: Shop, sku: str, **where: str) -> dict[tuple[str, str], int]:
    """Read what nodes have of an item's lots, by node and lot."""
    path = f"/v1/inventory/lots?sku={sku}&" + "&".join(f"{k}={v}" for k, v in where.items())
    return {
        (row["node"], row["lot"]): row["on_hand"]
        for row in shop.client.get(path).expect(200).json["items"]
    }


def unit(shop: Shop, sku: str, serial: str) -> Body:
    """Read a unit by its serial number."""
    path = f"/v1/inventory/serials/{serial}?sku={sku}"
    return dict(shop.client.get(path).expect(200).json["unit"])


def state(shop: Shop, sku: str, serial: str) -> str:
    """Say where a unit is."""
    return str(unit(shop, sku, serial)["state"])
