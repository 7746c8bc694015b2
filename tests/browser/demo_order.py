"""An order of the sample retailer's shoppers, placed now."""

from datetime import UTC, datetime
from typing import Any

from entrepot.demo.shoppers import Shoppers

_SHOPPERS: dict[int, Shoppers] = {}


def placed(client: Any, sample: Any) -> dict[str, Any]:
    """Place the next one that is taken."""
    known = _SHOPPERS.setdefault(
        id(sample), Shoppers(sample.retailer, seed=99, run=f"orders-{id(sample)}")
    )
    while True:
        visit = known.next_visit(datetime.now(UTC))  # noqa: TID251 - a test is a shell
        answer = client.post("/v1/orders", visit.order).expect(201, 409)
        if answer.status == 201:
            order: dict[str, Any] = answer.json
            return order
