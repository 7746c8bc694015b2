"""Nothing answers without a key, no key does more than it may, no market sees another."""

import pytest

from scenarios.client import Client
from scenarios.shop import Shop, eventually

CALLS = [
    ("GET", "/v1/orders", "orders:read"),
    ("GET", "/v1/orders/count", "orders:read"),
    ("GET", "/v1/orders.csv", "orders:read"),
    ("GET", "/v1/overview", "orders:read"),
    ("POST", "/v1/orders/bulk/preview", "orders:read"),
    ("POST", "/v1/orders/bulk", "orders:write"),
    ("GET", "/v1/orders/bulk/A", "orders:read"),
    ("POST", "/v1/orders/bulk/A/undo", "orders:write"),
    ("POST", "/v1/orders/bulk/A/stop", "orders:write"),
    ("GET", "/v1/views?screen=orders", "orders:read"),
    ("POST", "/v1/views", "orders:read"),
    ("DELETE", "/v1/views/A", "orders:read"),
    ("POST", "/v1/orders", "orders:write"),
    ("POST", "/v1/reservations", "orders:write"),
    ("GET", "/v1/reservations/A", "orders:read"),
    ("DELETE", "/v1/reservations/A", "orders:write"),
    ("GET", "/v1/availability?sku=A&channel=web", "inventory:read"),
    ("POST", "/v1/inventory/counts", "inventory:write"),
    ("POST", "/v1/inventory/movements", "inventory:write"),
    ("POST", "/v1/inventory/set-asides", "inventory:write"),
    ("GET", "/v1/inventory/positions", "inventory:read"),
    ("GET", "/v1/inventory/grid/axes", "inventory:read"),
    ("GET", "/v1/inventory/grid?sku=A", "inventory:read"),
    ("GET", "/v1/inventory/claims?sku=A&node=B", "inventory:read"),
    ("GET", "/v1/items/A/stock", "inventory:read"),
    ("GET", "/v1/items/A/history", "inventory:read"),
    ("GET", "/v1/network/overview", "network:read"),
    ("GET", "/v1/nodes/A/overview", "network:read"),
    ("POST", "/v1/transfers", "inventory:write"),
    ("POST", "/v1/transfers/A/send", "inventory:write"),
    ("POST", "/v1/transfers/A/receive", "inventory:write"),
    ("POST", "/v1/transfers/A/write-off", "inventory:write"),
    ("POST", "/v1/transfers/A/cancel", "inventory:write"),
    ("GET", "/v1/transfers", "inventory:read"),
    ("GET", "/v1/transfers/A", "inventory:read"),
    ("PUT", "/v1/items/A", "catalog:write"),
    ("GET", "/v1/items/A", "catalog:read"),
    ("PUT", "/v1/nodes/A", "network:write"),
    ("GET", "/v1/nodes/A/capacity", "network:read"),
    ("GET", "/v1/nodes/A/overrides", "network:read"),
    ("POST", "/v1/nodes/A/overrides", "network:write"),
    ("POST", "/v1/nodes/A/overrides/B/lift", "network:write"),
    ("POST", "/v1/nodes/A/overrides/B/replan", "network:write"),
    ("GET", "/v1/offers?node=A", "fulfillment:read"),
    ("POST", "/v1/offers/A/accept", "fulfillment:write"),
    ("POST", "/v1/offers/A/decline", "fulfillment:write"),
    ("GET", "/v1/orders/A/consents", "orders:read"),
    ("POST", "/v1/orders/A/consents/B/answer", "orders:write"),
    ("POST", "/v1/orders/A/cancel/preview", "orders:read"),
    ("GET", "/v1/orders/A/notes", "orders:read"),
    ("POST", "/v1/orders/A/notes", "orders:write"),
    ("PUT", "/v1/orders/A/notes/B", "orders:write"),
    ("DELETE", "/v1/orders/A/notes/B", "orders:write"),
    ("GET", "/v1/exceptions", "exceptions:read"),
    ("GET", "/v1/exceptions/queues", "exceptions:read"),
    ("GET", "/v1/exceptions/A", "exceptions:read"),
    ("POST", "/v1/exceptions/A/assign", "exceptions:write"),
    ("POST", "/v1/exceptions/A/snooze", "exceptions:write"),
    ("POST", "/v1/exceptions/A/resolve", "exceptions:write"),
    ("PUT", "/v1/channels/A", "network:write"),
    ("PUT", "/v1/lanes/A", "network:write"),
    ("PUT", "/v1/customers/A", "customers:write"),
    ("GET", "/v1/customers", "customers:read"),
    ("POST", "/v1/promises", "promises:read"),
    ("GET", "/v1/fulfillment-orders", "fulfillment:read"),
    ("GET", "/v1/nodes/A/work", "fulfillment:read"),
    ("GET", "/v1/nodes/A/work/B", "fulfillment:read"),
    ("GET", "/v1/nodes/A/pickups", "fulfillment:read"),
    ("GET", "/v1/nodes/A/pick-lists", "fulfillment:read"),
    ("POST", "/v1/nodes/A/pick-lists", "fulfillment:write"),
    ("GET", "/v1/pick-lists/A", "fulfillment:read"),
    ("POST", "/v1/pick-lists/A/abandon", "fulfillment:write"),
    ("POST", "/v1/fulfillment-orders/A/arrived", "fulfillment:write"),
    ("GET", "/v1/print/pick-lists/A", "fulfillment:read"),
    ("GET", "/v1/print/fulfillment-orders/A/packing-slip", "fulfillment:read"),
    ("GET", "/v1/print/fulfillment-orders/A/hand-over", "fulfillment:read"),
    ("GET", "/v1/nodes/A/look-up?code=A", "inventory:read"),
    ("GET", "/v1/items/by-barcode/A", "catalog:read"),
    ("POST", "/v1/tracking", "tracking:write"),
    ("GET", "/v1/events", "events:read"),
    ("GET", "/v1/channels/A/availability", "inventory:read"),
    ("POST", "/v1/channels/A/republish", "inventory:write"),
    ("GET", "/v1/users", "users:read"),
    ("GET", "/v1/users/A", "users:read"),
    ("POST", "/v1/users", "users:write"),
    ("PATCH", "/v1/users/A", "users:write"),
    ("GET", "/v1/keys", "keys:read"),
    ("POST", "/v1/keys", "keys:write"),
    ("DELETE", "/v1/keys/A", "keys:write"),
    ("GET", "/v1/webhooks", "webhooks:read"),
    ("GET", "/v1/webhooks/A", "webhooks:read"),
    ("GET", "/v1/webhooks/A/deliveries", "webhooks:read"),
    ("PUT", "/v1/webhooks/A", "webhooks:write"),
    ("POST", "/v1/webhooks/A/replay", "webhooks:write"),
    ("POST", "/v1/webhooks/A/retry", "webhooks:write"),
    ("POST", "/v1/webhooks/A/deliveries/1/retry", "webhooks:write"),
    ("GET", "/v1/replays", "policies:read"),
    ("POST", "/v1/replays/A/cancel", "policies:write"),
    ("GET", "/v1/events/types", "events:read"),
    ("GET", "/v1/jobs", "jobs:read"),
    ("POST", "/v1/jobs/import/A/cancel", "jobs:write"),
    ("GET", "/v1/imports", "jobs:read"),
    ("GET", "/v1/imports/kinds", "jobs:read"),
    ("GET", "/v1/imports/A", "jobs:read"),
    ("GET", "/v1/imports/A/rejects", "jobs:read"),
    ("GET", "/v1/imports/A/rejects.csv", "jobs:read"),
    ("PUT", "/v1/imports/A/mapping", "jobs:write"),
    ("POST", "/v1/imports/A/dry-run", "jobs:write"),
    ("POST", "/v1/imports/A/run", "jobs:write"),
    ("POST", "/v1/imports/A/cancel", "jobs:write"),
    ("DELETE", "/v1/import-mappings/A/A", "jobs:write"),
]


SCOPES = frozenset(scope for _, _, scope in CALLS)


@pytest.fixture(scope="module")
def clients(system, make_keys):
    """For each scope, who has it alone, and who has all others."""
    scopes = sorted(SCOPES)
    alone = make_keys([frozenset({scope}) for scope in scopes])
    others = make_keys([SCOPES - {scope} for scope in scopes])
    made = {
        scope: (Client(system.url, one), Client(system.url, rest))
        for scope, one, rest in zip(scopes, alone, others, strict=True)
    }
    yield made
    for pair in made.values():
        for client in pair:
            client.close()


@pytest.fixture
def nobodies(system):
    """Who has no key, and who has made one up."""
    made = (Client(system.url, ""), Client(system.url, "ent_not_a_key"))
    yield made
    for client in made:
        client.close()


def call(client, method, path):
    return client.get(path) if method == "GET" else client.send(method, path, {})


@pytest.mark.parametrize(("method", "path", "scope"), CALLS)
def test_a_call_needs_a_key_with_its_scope(clients, nobodies, method, path, scope):
    for nobody in nobodies:
        answer = call(nobody, method, path).expect(401)
        assert answer.code == "unauthorized"
        assert answer.headers["www-authenticate"].startswith("Bearer")
    alone, others = clients[scope]
    assert call(others, method, path).expect(403).code == "insufficient-scope"
    assert call(alone, method, path).status not in {401, 403}


def test_health_and_documents_ask_for_no_key(system):
    nobody = Client(system.url, "")
    for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"):
        nobody.get(path).expect(200)
    nobody.close()


def test_a_key_of_another_market_sees_and_touches_nothing(shop, other_market):
    sku, node = shop.stocked(5)
    order = shop.buy([(sku, 2)])
    [work] = shop.released(order)
    other = other_market("elsewhere")

    assert other.get(f"/v1/orders?channel={shop.web}").expect(200).json["items"] == []
    assert other.get(f"/v1/orders?q={order['number']}").expect(200).json["items"] == []
    for path in (
        f"/v1/orders/{order['id']}",
        f"/v1/orders/{order['id']}/decisions",
        f"/v1/fulfillment-orders/{work['id']}",
        f"/v1/items/{sku}",
        f"/v1/nodes/{node}",
        f"/v1/channels/{shop.web}",
    ):
        other.get(path).expect(404)
    for path, body in {
        f"/v1/orders/{order['id']}/cancel": {"reason": "not mine"},
        f"/v1/orders/{order['id']}/hold": {"kind": "manual", "reason": "not mine"},
        f"/v1/fulfillment-orders/{work['id']}/accept": {},
    }.items():
        other.post(path, body).expect(404)
    assert other.get(f"/v1/inventory/positions?sku={sku}").expect(200).json["items"] == []
    counts = {"counts": [{"sku": sku, "node": node, "on_hand": 99}]}
    [row] = other.post("/v1/inventory/counts", counts).expect(200).json["results"]
    assert row["status"] == "unknown_sku"
    assert shop.balance(sku, node) == (5, 2)
    assert order["id"] not in str(other.get("/v1/events").expect(200).json)


def test_the_same_names_and_keys_in_two_markets_are_two_things(shop, other_market):
    twin = Shop(other_market("elsewhere"))
    twin.tag = shop.tag
    for each, units in ((shop, 5), (twin, 3)):
        sku, _ = each.stocked(units)
        body = each.order([(sku, 1)])
        first = each.place(body, key=f"same-{shop.tag}").expect(201)
        assert "idempotency-replayed" not in first.headers
    assert (shop.available(f"TEE-{shop.tag}"), twin.available(f"TEE-{shop.tag}")) == (4, 2)


def test_a_revoked_key_opens_nothing_within_moments(system, make_keys):
    [key] = make_keys([frozenset({"orders:read"})])
    client = Client(system.url, key)
    client.get("/v1/orders").expect(200)

    done = system.command("key", "revoke", key.split("_")[1])

    assert done.returncode == 0, done.stderr
    eventually(lambda: client.get("/v1/orders").status == 401, what="key refused")
    client.close()


def test_no_key_is_ever_logged(system, make_keys):
    [key] = make_keys([frozenset({"orders:write"})])
    client = Client(system.url, key)
    client.send("POST", "/v1/orders", b"not json").expect(400)
    client.close()
    log = system.log.read_text(encoding="utf-8", errors="replace")
    assert key not in log
    assert system.key not in log
