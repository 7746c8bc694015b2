"""The suite itself can fail: each kind of bad connector is caught by the sentence meant for it."""

from dataclasses import replace
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as mac

import pytest

from entrepot.ports import conformance
from entrepot.ports.channel import SoldLine, SoldOrder, Unmapped
from entrepot.ports.conformance import Recorded, check_channel

BODY = b"T1 TEAPOT 2 1999"


class Till:
    """The smallest honest channel: one line of text, a hex signature."""

    name = "till"

    def verify(self, headers, body, secret):
        if not secret:
            return False
        given = headers.get("x-till-mac", "").encode()
        return compare_digest(mac(secret.encode(), body, "sha256").hex().encode(), given)

    def delivery_id(self, _headers, body):
        return sha256(body).hexdigest()

    def topic(self, _headers):
        return "sale"

    def read(self, _topic, body):
        words = body.decode("utf-8", "replace").split()
        if len(words) != 4 or not (words[2].isdecimal() and len(words[3]) == 4):
            return Unmapped("not a sale")
        line = SoldLine("1", words[1], int(words[2]), int(words[3]))
        return SoldOrder(words[0], None, "USD", (line,), channel_total=line.total)


RECORDED = Recorded({"x-till-mac": mac(b"bell", BODY, "sha256").hex()}, BODY, "bell")


class Trusting(Till):
    def verify(self, headers, _body, secret):
        return bool(headers and secret)


class EmptySecret(Till):
    def verify(self, headers, body, secret):
        return super().verify(headers, body, secret or "bell")


class Forgetful(Till):
    calls = 0

    def delivery_id(self, _headers, _body):
        self.calls += 1
        return str(self.calls)


class Fragile(Till):
    def read(self, topic, body):
        return super().read(topic, body) if body.strip() else body[0]


class Changed(Till):
    """Changes what it says of the order."""

    def __init__(self, **changes):
        self.changes = changes

    def read(self, topic, body):
        read = super().read(topic, body)
        return read if isinstance(read, Unmapped) else replace(read, **self.changes)


def test_an_honest_connector_passes():
    check_channel(Till(), [RECORDED])


def test_nothing_is_proved_without_a_recorded_delivery():
    with pytest.raises(AssertionError, match="at least one"):
        check_channel(Till(), [])


@pytest.mark.parametrize(
    ("sentence", "connector"),
    [
        (conformance.every_forgery_is_refused, Trusting()),
        (conformance.every_forgery_is_refused, EmptySecret()),
        (conformance.a_delivery_keeps_its_id, Forgetful()),
        (conformance.totals_reconcile, Changed(channel_total=1)),
        (conformance.amounts_keep_their_limits, Changed(currency="usd")),
        (conformance.amounts_keep_their_limits, Changed(lines=())),
        (conformance.amounts_keep_their_limits, Changed(shipping=-1)),
        (conformance.amounts_keep_their_limits, Changed(note="\x00")),
        (conformance.amounts_keep_their_limits, Changed(method="pickup")),
        (conformance.amounts_keep_their_limits, Changed(external_id="x" * 256)),
        (
            conformance.amounts_keep_their_limits,
            Changed(lines=(SoldLine("1", "TEAPOT", 1, 100, discount=101),)),
        ),
        (
            conformance.amounts_keep_their_limits,
            Changed(lines=(SoldLine("1", "TEAPOT", 1, 5), SoldLine("1", "CUP", 1, 5))),
        ),
    ],
)
def test_each_fault_is_caught_by_the_sentence_meant_for_it(sentence, connector):
    with pytest.raises(AssertionError):
        sentence(connector, RECORDED)


def test_an_exception_over_garbage_is_no_answer():
    with pytest.raises(IndexError):
        conformance.garbage_is_unmapped(Fragile(), RECORDED)
