"""The stock view hears of what was committed, and of nothing that was rolled back."""

import json
from contextlib import asynccontextmanager

import pytest

from entrepot.plumbing import mint

NODE = {
    "name": "Dallas",
    "kind": "dc",
    "address": {"country": "US", "postal_code": "75201"},
    "time_zone": "America/Chicago",
    "services": ["ship"],
}
COUNT = {"counts": [{"sku": "TEE", "node": "D", "on_hand": 9}]}
RECEIPT = {"movements": [{"kind": "receipt", "sku": "TEE", "node": "D", "quantity": 4}]}


async def free(call) -> int:
    """What the view believes is free of the one sku at the one node."""
    _, units = (await call.app.world.market(call.market)).stock.of(["TEE"])["TEE"]
    return int(units.sum())


@asynccontextmanager
async def no_answer_can_be_kept(call):
    """Let every keyed call of this market fault in its last statement, when all else is done."""
    await call.app.pool.execute(
        "ALTER TABLE plumbing.idempotency ADD CONSTRAINT broken"
        f" CHECK (market <> '{call.market}' OR answer IS NULL) NOT VALID"
    )
    yield
    await call.app.pool.execute("ALTER TABLE plumbing.idempotency DROP CONSTRAINT broken")


@pytest.fixture
async def stocked(call) -> str:
    """Five units at a node, two of them claimed by an order; answers the order's path."""
    await call.ok("PUT", "/v1/items/TEE", {"name": "Tee"})
    await call.ok("PUT", "/v1/nodes/D", NODE)
    await call.ok("PUT", "/v1/channels/web", {"name": "Web"})
    counts = {"counts": [{"sku": "TEE", "node": "D", "on_hand": 5}]}
    await call.ok("POST", "/v1/inventory/counts", counts)
    order = {
        "channel": "web",
        "external_id": "1",
        "placed_at": mint.now().isoformat(),
        "currency": "USD",
        "ship_to": {"country": "US", "postal_code": "78701"},
        "lines": [{"sku": "TEE", "quantity": 2, "unit_price": 1999}],
    }
    answer = await call("POST", "/v1/orders", order)
    assert answer.status == 201, answer.body
    assert await free(call) == 3
    return f"/v1/orders/{json.loads(answer.body)['id']}/cancel"


@pytest.mark.parametrize(
    ("path", "body", "after"),
    [
        ("/v1/inventory/counts", COUNT, 7),
        ("/v1/inventory/movements", RECEIPT, 7),
        ("cancel", {"reason": "changed my mind"}, 5),
    ],
)
async def test_the_view_follows_the_commit_and_not_the_attempt(call, stocked, path, body, after):
    path = stocked if path == "cancel" else path
    async with no_answer_can_be_kept(call):
        assert (await call("POST", path, body, idempotency_key="k")).status == 500
    assert await free(call) == 3

    await call.ok("POST", path, body, idempotency_key="k")
    assert await free(call) == after

    again = await call("POST", path, body, idempotency_key="k")
    assert ("idempotency-replayed", "true") in again.headers
    assert await free(call) == after
