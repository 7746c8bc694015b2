"""Whom we call, how it is signed, when again, and when no more."""

import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.notices import rules
from entrepot.notices.model import (
    ATTEMPTS_MAX,
    PAUSE_S_MAX,
    Claimed,
    DeliveryState,
    Posted,
    Webhook,
)
from notices.world import SECRET

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
ID = UUID(int=7)
HOOK = Webhook("erp", "https://x.example", SECRET, [], None, True, 1, 9, 0, AT, None, None)  # noqa: FBT003 - a row


def claimed(sequence: int, attempt: int = 1) -> Claimed:
    return Claimed(sequence, "order.closed", UUID(int=sequence), None, "s", AT, "{}", attempt, AT)


def test_the_example_of_the_standard_is_signed_as_it_says():
    at = datetime.fromtimestamp(1614265330, UTC)
    said = rules.signed(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert said == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(st.binary(min_size=24, max_size=64), st.binary(max_size=200))
def test_a_signature_is_that_of_its_key_and_body(key, body):
    secret = "whsec_" + base64.b64encode(key).decode()
    said = rules.signed(secret, "m", AT, body)
    content = f"m.{int(AT.timestamp())}.".encode() + body
    wanted = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    assert said["webhook-signature"] == f"v1,{wanted}"


@pytest.mark.parametrize(
    "secret", ["", "x", "whsec_", "whsec_@@@", "whsec_" + "QUJD" * 3, SECRET[6:]]
)
def test_what_is_no_secret_is_refused(secret):
    with pytest.raises(ValueError, match="24 to 64 bytes"):
        rules.key_of(secret)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("127.8.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - not bound
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("example.com", False),
    ],
)
def test_public_addresses_are_told_from_others(address, public):
    assert rules.is_public(address) is public


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example.com/hook?x=1",
        "http://shop.example.com:8080",
        "https://93.184.216.34/",
    ],
)
def test_a_public_url_is_taken(url):
    assert rules.wrong_url(url, anywhere=False) is None


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "ftp://example.com", "file:///etc/passwd", "https://", "https://a b.example.com",
        "https://kim@example.com", "https://kim:x@example.com", "https://example.com/#a",
        "https://example.com:99999", "https://[::1", "https://exämple.com",
        "https://example.com/\nx",
    ],
)  # fmt: skip
def test_what_is_no_url_is_refused_everywhere(url):
    assert rules.wrong_url(url, anywhere=True) is not None


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:80/", "http://a.localhost", "http://127.0.0.1", "http://[::1]/",
        "http://10.0.0.1", "http://printer.local", "http://db", "http://2130706433",
        "http://0x7f.1", "http://metadata.google.internal", "http://localhost.",
    ],
)  # fmt: skip
def test_what_is_not_public_is_refused_unless_a_setting_allows_it(url):
    assert rules.wrong_url(url, anywhere=False) == "is no public address"
    assert rules.wrong_url(url, anywhere=True) is None


@given(st.integers(1, 10**6), st.uuids())
def test_a_pause_doubles_within_its_bounds(failures, dice):
    longest = min(PAUSE_S_MAX, 5.0 * 2 ** min(failures - 1, 30))
    pause = rules.pause(failures, dice)
    assert timedelta(seconds=longest / 2) <= pause <= timedelta(seconds=longest)
    assert rules.pause(failures, dice) == pause


def test_pauses_differ_between_deliveries():
    assert len({rules.pause(5, UUID(int=n)) for n in range(100)}) > 90


def test_a_secret_is_in_no_text_of_a_webhook():
    assert SECRET not in f"{HOOK} {HOOK!r}"


def test_a_success_ends_the_failures():
    said = rules.verdict(replace(HOOK, failures=3), [(claimed(1), Posted(204))], at=AT)
    assert [(each.state, each.status) for each in said.ended] == [(DeliveryState.DELIVERED, 204)]
    assert (said.failures, said.due_at, said.succeeded, said.disable) == (0, AT, True, None)


@pytest.mark.parametrize("posted", [Posted(500, "x"), Posted(302), Posted(None, "ConnectError")])
def test_a_failure_pauses_the_whole_endpoint(posted):
    said = rules.verdict(replace(HOOK, failures=3), [(claimed(1, 4), posted)], at=AT)
    (ended,) = said.ended
    assert (ended.state, ended.status, ended.error) == (
        DeliveryState.WAITING,
        posted.status,
        posted.error,
    )
    assert (said.failures, said.disable, said.succeeded) == (4, None, False)
    assert ended.due_at == said.due_at == AT + rules.pause(4, UUID(int=1))


def test_one_refused_message_of_an_endpoint_that_lives_pauses_alone():
    calls = [(claimed(1, 3), Posted(422)), (claimed(2), Posted(200))]
    said = rules.verdict(HOOK, calls, at=AT)
    assert [each.state for each in said.ended] == [DeliveryState.WAITING, DeliveryState.DELIVERED]
    assert said.ended[0].due_at == AT + rules.pause(3, UUID(int=1))
    assert (said.due_at, said.failures) == (AT, 0)


def test_a_message_that_a_living_endpoint_never_takes_is_given_up():
    lives = replace(HOOK, succeeded_at=AT + timedelta(hours=1))
    said = rules.verdict(lives, [(claimed(5, ATTEMPTS_MAX), Posted(422))], at=AT)
    assert (said.given_up, said.disable) == ([5], None)
    assert said.ended[0].state is DeliveryState.FAILED


def test_an_endpoint_that_takes_nothing_is_disabled_and_its_messages_wait():
    failing = replace(HOOK, failures=ATTEMPTS_MAX - 1, succeeded_at=AT - timedelta(days=1))
    said = rules.verdict(failing, [(claimed(5, ATTEMPTS_MAX), Posted(503))], at=AT)
    assert said.disable == "16 calls in a row failed, the last with status 503"
    assert (said.given_up, said.ended[0].state) == ([], DeliveryState.WAITING)


def test_an_endpoint_that_says_it_is_gone_is_disabled_at_once():
    said = rules.verdict(HOOK, [(claimed(5), Posted(410))], at=AT)
    assert (said.disable, said.ended[0].state) == (
        "the endpoint says it is gone",
        DeliveryState.WAITING,
    )
