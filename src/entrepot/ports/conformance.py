"""What every channel connector must do, checked on deliveries as the channel really sent them.

A connector's tests call `check_channel(connector, recorded)`, or the sentences one by one. Each
raises AssertionError with what was broken. Nothing here knows any channel.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass

from entrepot.ports.channel import (
    AMOUNT_MAX,
    KEY_LENGTH_MAX,
    QUANTITY_MAX,
    ChannelConnector,
    SoldLine,
    SoldOrder,
    Unmapped,
)

GARBAGE = (
    b"",
    b" ",
    b"\x00",
    b"\xff\xfe",
    b'"\xff"',
    b"null",
    b"true",
    b"[]",
    b"{}",
    b"[[[",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"1e999999999",
    b"NaN",
    b"<order/>",
    b'{"id":',
)
"""No channel's order in any encoding: each must come back as Unmapped."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A genuine delivery of something sold: `headers` lower-case, `body` as it came."""

    headers: Mapping[str, str]
    body: bytes
    secret: str


def check_channel(connector: ChannelConnector, recorded: Sequence[Recorded]) -> None:
    """Hold the connector to every sentence of this suite on every recorded delivery."""
    assert recorded, "a connector is proved on at least one recorded delivery"
    for delivery in recorded:
        the_genuine_signature_is_accepted(connector, delivery)
        every_forgery_is_refused(connector, delivery)
        a_delivery_keeps_its_id(connector, delivery)
        the_same_bytes_mean_the_same(connector, delivery)
        amounts_keep_their_limits(connector, delivery)
        totals_reconcile(connector, delivery)
        garbage_is_unmapped(connector, delivery)


def the_genuine_signature_is_accepted(connector: ChannelConnector, delivery: Recorded) -> None:
    assert connector.verify(delivery.headers, delivery.body, delivery.secret)


def every_forgery_is_refused(connector: ChannelConnector, delivery: Recorded) -> None:
    """Flip bits, take headers away, change the signature, change or empty the secret."""
    headers, body, secret = delivery.headers, delivery.body, delivery.secret
    for forged in _flipped(body):
        assert not connector.verify(headers, forged, secret), "a flipped bit was accepted"
    assert not connector.verify(headers, body + b" ", secret), "a longer body was accepted"
    assert not connector.verify(headers, body, secret + "x"), "a wrong secret was accepted"
    assert not connector.verify(headers, body, ""), "an empty secret was accepted"
    assert not connector.verify({}, body, secret), "a delivery without headers was accepted"
    signing = [name for name in headers if not _verifies_without(connector, delivery, name)]
    assert signing, "no header carries the signature"
    for name in signing:
        for value in ("", "\u00e9", headers[name] + "A", headers[name][::-1]):
            forgery = {**headers, name: value}
            assert not connector.verify(forgery, body, secret), f"{name}: {value!r} was accepted"


def a_delivery_keeps_its_id(connector: ChannelConnector, delivery: Recorded) -> None:
    """Ask twice, also where the channel sent no id of its own, or one too long to keep."""
    headers, body = delivery.headers, delivery.body
    for given in (headers, {}, {**headers, **dict.fromkeys(headers, "x" * 10_000)}):
        name = connector.delivery_id(given, body)
        assert name == connector.delivery_id(dict(given), bytes(body)), "the id changed"
        assert 0 < len(name) <= KEY_LENGTH_MAX, "the id is empty or too long"
    assert connector.delivery_id({}, body) != connector.delivery_id({}, body + b" ")


def the_same_bytes_mean_the_same(connector: ChannelConnector, delivery: Recorded) -> None:
    topic = connector.topic(delivery.headers)
    assert connector.read(topic, delivery.body) == connector.read(topic, bytes(delivery.body))


def amounts_keep_their_limits(connector: ChannelConnector, delivery: Recorded) -> None:
    """Check what the core's tables and sums rely on, whatever the channel wrote."""
    order = _sold(connector, delivery)
    assert order.external_id, "a sold order has an id"
    assert order.lines, "a sold order has lines"
    assert re.fullmatch(r"[A-Z]{3}", order.currency), "a currency is three capital letters"
    assert order.placed_at is None or order.placed_at.tzinfo, "times carry their offset"
    assert min(order.shipping, order.shipping_tax) >= 0, "an amount is negative"
    assert len({line.external_id for line in order.lines}) == len(order.lines)
    for line in order.lines:
        _line_keeps_its_limits(line)
    assert (order.method == "ship") == (order.pickup_node is None), "a pickup names its node"
    keys = (order.external_id, order.customer.email, order.pickup_node or "")
    assert max(map(len, keys)) <= KEY_LENGTH_MAX, "a key is too long for an index"
    assert "\x00" not in "".join(_texts(astuple(order))), "no database stores NUL in a text"


def totals_reconcile(connector: ChannelConnector, delivery: Recorded) -> None:
    order = _sold(connector, delivery)
    assert order.channel_total in (None, order.total), (
        f"the channel says {order.channel_total}, the lines say {order.total}"
    )


def garbage_is_unmapped(connector: ChannelConnector, delivery: Recorded) -> None:
    """Garbage, and a genuine body cut short anywhere, is an answer and never an exception."""
    topic, body = connector.topic(delivery.headers), delivery.body
    cuts = [body.rstrip()[: len(body.rstrip()) * eighth // 8] for eighth in range(8)]
    for garbage in (*GARBAGE, *cuts):
        read = connector.read(topic, garbage)
        assert isinstance(read, Unmapped), f"{garbage[:40]!r} gave {read}"
        assert read.reason, f"{garbage[:40]!r} was not understood for no reason"


def _sold(connector: ChannelConnector, delivery: Recorded) -> SoldOrder:
    read = connector.read(connector.topic(delivery.headers), delivery.body)
    assert isinstance(read, SoldOrder), f"a recorded sale gave {read}"
    return read


def _line_keeps_its_limits(line: SoldLine) -> None:
    assert 0 < len(line.external_id) <= KEY_LENGTH_MAX
    assert 0 < len(line.sku) <= KEY_LENGTH_MAX
    assert 1 <= line.quantity <= QUANTITY_MAX
    assert 0 <= line.unit_price <= AMOUNT_MAX
    assert 0 <= line.tax <= AMOUNT_MAX
    worth = line.quantity * line.unit_price
    assert 0 <= line.discount <= worth <= AMOUNT_MAX


def _flipped(body: bytes) -> Iterator[bytes]:
    for place in {0, len(body) // 2, len(body) - 1}:
        for bit in (1, 0x20, 0x80):
            yield body[:place] + bytes([body[place] ^ bit]) + body[place + 1 :]


def _verifies_without(connector: ChannelConnector, delivery: Recorded, name: str) -> bool:
    rest = {header: value for header, value in delivery.headers.items() if header != name}
    return connector.verify(rest, delivery.body, delivery.secret)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _texts(part)
