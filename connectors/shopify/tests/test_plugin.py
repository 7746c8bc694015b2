import tomllib
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import pytest

from entrepot.ports.channel import ChannelConnector, Ignored, SoldOrder, Unmapped
from entrepot.ports.conformance import Recorded, check_channel
from entrepot_shopify.plugin import Shopify

SIGNATURE = "x-shopify-hmac-sha256"

VECTORS = [  # made with `openssl dgst -sha256 -hmac SECRET -binary | base64`
    ("hush", b'{"id":1}', "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY="),
    ("hush", b"", "Knm8rWjeSXNIt2H0AOMT7DQ8/YSy8sQi/pEjbuUmGMs="),
    ("cl\u00e9", b"\xc3\xa9", "N5rtPqmtZDXRioev/2xYNvNONerQvAoBTCUBSg8Ai1s="),
]


def test_the_connector_passes_the_suite_of_its_port(recorded: list[Recorded]) -> None:
    assert len(recorded) == 4
    check_channel(Shopify(), recorded)


@pytest.mark.parametrize(("secret", "body", "signature"), VECTORS)
def test_the_signature_is_base64_of_hmac_sha256_over_the_raw_body(
    secret: str, body: bytes, signature: str
) -> None:
    assert Shopify().verify({SIGNATURE: signature}, body, secret)
    assert not Shopify().verify({SIGNATURE: signature}, body + b"\n", secret)
    assert not Shopify().verify({SIGNATURE: signature.rstrip("=")}, body, secret)


def test_an_empty_secret_signs_nothing_even_where_the_mac_is_right() -> None:
    empty_key = "thNnmggU2ex3L5XXeMNfxf8Wl8STcVZTxscSFEKSxa0="  # openssl, empty key and body
    assert not Shopify().verify({SIGNATURE: empty_key}, b"", "")


@pytest.mark.parametrize("signature", ["", "=", "\u00e9", "\udcff", "VnKU", "x" * 10_000])
def test_a_strange_signature_is_refused_without_an_exception(signature: str) -> None:
    assert not Shopify().verify({SIGNATURE: signature}, b'{"id":1}', "hush")


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({"x-shopify-webhook-id": "w-1", "x-shopify-event-id": "e-1"}, "w-1"),
        ({"x-shopify-webhook-id": "  ", "x-shopify-event-id": "e-1"}, "e-1"),
        ({"x-shopify-webhook-id": "w" * 256}, sha256(b"{}").hexdigest()),
        ({}, sha256(b"{}").hexdigest()),
    ],
)
def test_a_delivery_is_named_by_shopify_or_by_its_body(headers: dict[str, str], name: str) -> None:
    assert Shopify().delivery_id(headers, b"{}") == name


def test_a_topic_is_read_in_lower_case_and_may_be_missing() -> None:
    assert Shopify().topic({"x-shopify-topic": "Orders/Create "}) == "orders/create"
    assert Shopify().topic({}) == ""


@pytest.mark.parametrize("topic", ["orders/updated", "draft_orders/create", "app/uninstalled", ""])
def test_other_topics_are_ignored_with_their_name(topic: str, recorded: list[Recorded]) -> None:
    answer = Shopify().read(topic, recorded[0].body)
    assert answer == Ignored(f"the topic {topic or '(none)'} is not followed")


def test_an_order_is_read_bare_or_as_the_rest_api_wraps_it(recorded: list[Recorded]) -> None:
    for delivery in recorded:
        bare = Shopify().read("orders/create", delivery.body)
        wrapped = Shopify().read("orders/create", b'{"order":' + delivery.body + b"}")
        assert isinstance(bare, SoldOrder)
        assert wrapped == bare


def test_a_pointer_leads_into_the_wrapping_too() -> None:
    answer = Shopify().read("orders/create", b'{"order":{"id":1,"line_items":{}}}')
    assert isinstance(answer, Unmapped)
    assert answer.pointer.startswith("/order/")


def test_the_entry_point_leads_to_the_connector_and_bears_its_name() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())
    announced = project["project"]["entry-points"]["entrepot.channels"]
    assert announced == {"shopify": "entrepot_shopify.plugin:Shopify"}
    module, _, attribute = announced["shopify"].partition(":")
    connector: ChannelConnector = getattr(import_module(module), attribute)()
    assert connector.name == "shopify"
