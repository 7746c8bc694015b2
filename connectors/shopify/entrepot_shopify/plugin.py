"""The connector the entry point `shopify` announces: signature, delivery id, topic, translation."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest

from entrepot.ports.channel import KEY_LENGTH_MAX, Ignored, SoldOrder, Unmapped
from entrepot_shopify.mapper import read_order

SIGNATURE = "x-shopify-hmac-sha256"
TOPIC = "x-shopify-topic"
DELIVERY = ("x-shopify-webhook-id", "x-shopify-event-id")
ORDER_CREATED = "orders/create"


class Shopify:
    """Implements `entrepot.ports.channel.ChannelConnector`; holds nothing."""

    @property
    def name(self) -> str:
        return "shopify"

    def verify(self, headers: Mapping[str, str], body: bytes, secret: str) -> bool:
        """Compare the signature, base64 of HMAC-SHA256 over the raw body, in constant time."""
        if not secret:
            return False
        key = secret.encode("utf-8", "surrogatepass")
        expected = b64encode(hmac_digest(key, body, "sha256"))
        given = headers.get(SIGNATURE, "").encode("utf-8", "surrogatepass")
        return compare_digest(expected, given)

    def delivery_id(self, headers: Mapping[str, str], body: bytes) -> str:
        """Give Shopify's id of the delivery, else of the event, else the body's SHA-256.

        The ids stand in headers, which the signature does not cover: they save work on honest
        repetitions. What keeps an order from being taken in twice is its own id.
        """
        for name in DELIVERY:
            told = headers.get(name, "").replace("\x00", "").strip()
            if 0 < len(told) <= KEY_LENGTH_MAX:
                return told
        return sha256(body).hexdigest()

    def topic(self, headers: Mapping[str, str]) -> str:
        return headers.get(TOPIC, "").strip().lower()

    def read(self, topic: str, body: bytes) -> SoldOrder | Ignored | Unmapped:
        """Translate `orders/create`; every other topic is Ignored."""
        if topic != ORDER_CREATED:
            return Ignored(f"the topic {topic[:100] or '(none)'} is not followed")
        return read_order(body)
