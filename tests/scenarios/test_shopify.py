"""A Shopify store's webhooks: signed, delivered at least once, about sales that are facts."""

import base64
import hashlib
import hmac
import json
import secrets

import pytest

from scenarios.client import Client
from scenarios.shop import at_once, eventually


@pytest.fixture
def store(shop, system):
    """A channel that Shopify speaks for, and who signs and sends its webhooks."""
    sku, node = shop.stocked(10)
    secret = secrets.token_hex(16)
    channel = shop.channel("shopify", connector="shopify", secret=secret)
    sender = Client(system.url, "")  # Shopify has no key of ours: it signs
    yield Store(shop, sender, channel, secret), sku, node
    sender.close()


class Store:
    """Shopify's side."""

    def __init__(self, shop, sender, channel, secret):
        self.shop, self.sender, self.channel, self.secret = shop, sender, channel, secret

    def payload(self, lines, **more):
        items = [
            {
                "id": 1000 + number, "variant_id": 500 + number, "sku": sku, "name": "Tee",
                "quantity": quantity, "current_quantity": quantity, "price": "19.99",
                "requires_shipping": True, "discount_allocations": [], "tax_lines": [],
            }
            for number, (sku, quantity) in enumerate(lines)
        ]  # fmt: skip
        total = sum(1999 * quantity for _, quantity in lines)
        return {
            "id": secrets.randbits(40), "name": "#1001", "email": "kim@example.com",
            "created_at": "2026-11-20T10:00:00-06:00", "currency": "USD", "taxes_included": False,
            "financial_status": "paid", "total_price": f"{total // 100}.{total % 100:02d}",
            "current_total_price": f"{total // 100}.{total % 100:02d}",
            "shipping_address": {
                "name": "Kim Doe", "address1": "1 Main St", "city": "Austin", "province_code": "TX",
                "zip": "78701", "country_code": "US",
            },
            "line_items": items, "shipping_lines": [], **more,
        }  # fmt: skip

    def send(self, payload, *, secret=None, delivery=None, topic="orders/create", signature=None):
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        digest = hmac.digest((secret or self.secret).encode(), body, hashlib.sha256)
        headers = {
            "x-shopify-topic": topic,
            "x-shopify-webhook-id": delivery or secrets.token_hex(8),
            "x-shopify-hmac-sha256": base64.b64encode(digest).decode(),
        }
        if signature is not None:
            headers["x-shopify-hmac-sha256"] = signature
        path = f"/v1/hooks/{self.channel}"
        return self.sender.send("POST", path, body, key="", headers=headers)

    def orders(self):
        """The channel's orders, as they are now."""
        found = self.shop.client.get(f"/v1/orders?channel={self.channel}").expect(200).json
        return [self.shop.read(each) for each in found["items"]]

    def order(self):
        """The channel's only order."""
        [order] = eventually(self.orders, what="order")
        return order


def test_a_signed_sale_is_an_order(store):
    shopify, sku, node = store
    payload = shopify.payload([(sku, 2)])

    shopify.send(payload).expect(200, 201, 202)

    order = shopify.order()
    assert order["external_id"] == str(payload["id"])
    assert (order["currency"], order["total"]) == ("USD", 3998)
    assert order["customer"]["email"] == "kim@example.com"
    assert (order["lines"][0]["sku"], order["lines"][0]["quantity"]) == (sku, 2)
    assert order["placed_at"].startswith("2026-11-20T16:00:00")
    assert shopify.shop.balance(sku, node) == (10, 2)
    shopify.shop.released(order)


def test_a_wrong_signature_is_refused_and_nothing_is_written(store):
    shopify, sku, node = store
    payload = shopify.payload([(sku, 2)])
    for wrong in ("", "AAAA", "x" * 44, base64.b64encode(bytes(32)).decode()):
        answer = shopify.send(payload, signature=wrong).expect(401)
        assert answer.code == "invalid-signature"
    shopify.send(payload, secret=shopify.secret[:-1]).expect(401)
    changed = json.dumps(payload).encode()
    digest = hmac.digest(shopify.secret.encode(), changed, hashlib.sha256)
    signature = base64.b64encode(digest).decode()
    shopify.send(changed + b" ", signature=signature).expect(401)
    assert shopify.orders() == []
    assert shopify.shop.balance(sku, node) == (10, 0)


def test_a_channel_without_a_secret_or_connector_takes_no_hooks(store, shop):
    shopify, sku, _ = store
    payload = shopify.payload([(sku, 1)])
    for name, body in {"plain": {}, "mute": {"connector": "shopify"}}.items():
        shopify.channel = shop.channel(name, **body)
        assert 400 <= shopify.send(payload).status < 500
    shopify.channel = f"none-{shop.tag}"
    assert 400 <= shopify.send(payload).status < 500


def test_delivered_twice_it_is_one_order(store):
    shopify, sku, node = store
    payload = shopify.payload([(sku, 2)])
    shopify.send(payload, delivery="d-1").expect(200, 201, 202)
    shopify.send(payload, delivery="d-1").expect(200, 201, 202)
    shopify.send(payload, delivery="d-2").expect(200, 201, 202)
    shopify.send({**payload, "note": "changed since"}, delivery="d-3").expect(200, 201, 202)
    shopify.order()
    assert shopify.shop.balance(sku, node) == (10, 2)


def test_delivered_many_times_at_once_it_is_one_order(store):
    shopify, sku, node = store
    payload = shopify.payload([(sku, 1)])
    for answer in at_once([lambda: shopify.send(payload)] * 16):
        answer.expect(200, 201, 202)
    shopify.order()
    assert shopify.shop.balance(sku, node) == (10, 1)


def test_an_unknown_sku_is_taken_in_and_waits_for_a_person(store, shop):
    shopify, sku, node = store
    unknown = f"UNKNOWN-{shop.tag}"

    shopify.send(shopify.payload([(sku, 1), (unknown, 2)])).expect(200, 201, 202)

    order = shopify.order()
    assert [line["sku"] for line in order["lines"]] == [sku, unknown]
    stuck = shop.stuck(order)
    assert stuck["line"] == 2
    assert unknown in stuck["reason"]
    assert order["lines"][1]["quantities"]["waiting"] == 2
    assert shop.balance(sku, node) == (10, 1)


def test_what_was_sold_without_stock_is_taken_in_and_counts_against_supply(store, shop):
    shopify, sku, node = store

    shopify.send(shopify.payload([(sku, 13)])).expect(200, 201, 202)

    order = shopify.order()
    quantities = order["lines"][0]["quantities"]
    assert (quantities["reserved"], quantities["waiting"]) == (10, 3)
    assert shop.stuck(order)["reason"]
    shop.move("receipt", sku, node, 2)
    assert shop.available(sku) == 0
    shop.move("receipt", sku, node, 2)
    eventually(lambda: shop.balance(sku, node) == (14, 13), what="reserved for the sale")
    assert shop.available(sku) == 1


def test_other_topics_and_unreadable_payloads_are_told_apart(store):
    shopify, sku, _ = store
    payload = shopify.payload([(sku, 1)])
    shopify.send(payload, topic="orders/updated").expect(200, 202)
    for body in (b"", b"{}", b"not json", b'{"id": 1}', b"[]"):
        answer = shopify.send(body)
        assert answer.status in {200, 202, 422}, answer.body
    assert shopify.orders() == []


def test_a_sale_without_an_address_is_taken_in_and_waits_for_a_person(store, shop):
    shopify, sku, _ = store
    shopify.send(shopify.payload([(sku, 1)], shipping_address=None)).expect(200, 201, 202)
    order = shopify.order()
    assert order["ship_to"] is None
    assert shop.stuck(order)["reason"]
    assert shop.works(order, "released") == []


def test_the_secret_is_never_given_back(store, shop):
    shopify, _, _ = store
    answer = shop.client.get(f"/v1/channels/{shopify.channel}").expect(200)
    assert shopify.secret.encode() not in answer.body
