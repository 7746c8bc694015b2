"""Deliveries written by us in the shapes of four generations of Shopify stores."""

import hmac
import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from entrepot.ports.conformance import Recorded

FIXTURES = Path(__file__).parent / "fixtures"
SECRET = "shpss_0f3c"  # noqa: S105 - signs our own fixtures only

Payload = dict[str, Any]


@pytest.fixture
def payload() -> Callable[[str], Payload]:
    """Give a fixture's order, to be changed at will."""

    def read(name: str) -> Payload:
        decoded: Payload = json.loads((FIXTURES / f"{name}.json").read_bytes())
        return decoded

    return read


@pytest.fixture
def recorded() -> list[Recorded]:
    """Give every fixture as the signed delivery it would have been."""
    return [_delivery(path) for path in sorted(FIXTURES.glob("*.json"))]


def _delivery(path: Path) -> Recorded:
    body = path.read_bytes()
    signature = b64encode(hmac.digest(SECRET.encode(), body, "sha256")).decode()
    headers = {
        "content-type": "application/json",
        "x-shopify-topic": "orders/create",
        "x-shopify-hmac-sha256": signature,
        "x-shopify-webhook-id": f"b54557e4-{path.stem}",
        "x-shopify-shop-domain": "example.myshopify.com",
    }
    return Recorded(headers, body, SECRET)
