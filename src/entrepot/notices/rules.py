"""What is decided of webhooks: whom we call, how it is signed, when again, when no more. Pure."""

import base64
import binascii
import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from entrepot.notices.model import (
    ATTEMPTS_MAX,
    PAUSE_S_FIRST,
    PAUSE_S_MAX,
    SECRET_BYTES_MAX,
    SECRET_BYTES_MIN,
    Claimed,
    DeliveryState,
    Ended,
    Posted,
    Verdict,
    Webhook,
)

PREFIX = "whsec_"
GONE = 410
_SHARED = ipaddress.ip_network("64:ff9b::/96")


def key_of(secret: str) -> bytes:
    """Give the key in a secret, `whsec_` and base64 of 24 to 64 bytes; ValueError for another."""
    try:
        if secret.startswith(PREFIX):
            key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
            if SECRET_BYTES_MIN <= len(key) <= SECRET_BYTES_MAX:
                return key
    except binascii.Error:
        pass
    raise ValueError(f"{PREFIX} and the base64 of {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} bytes")


def signed(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Give the headers of a message, by Standard Webhooks: HMAC-SHA256 over id, time and body."""
    seconds = str(int(at.timestamp()))
    content = f"{message_id}.{seconds}.".encode() + body
    digest = hmac.new(key_of(secret), content, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def is_public(address: str) -> bool:
    """Say whether an IP address belongs to the world: no loopback, no private or special network.

    Addresses of IPv4 in the dress of IPv6 are looked at as what they are.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if inner is None and found in _SHARED:
            inner = ipaddress.IPv4Address(found.packed[-4:])
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast


def wrong_url(url: str, *, anywhere: bool) -> str | None:
    """Say what is wrong with a webhook's address; None: nothing that can be seen without asking.

    `anywhere` allows loopback and private addresses.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is no URL"
    if parts.scheme not in {"http", "https"} or not host:
        return "is no http or https URL"
    if not url.isascii() or not url.isprintable() or " " in url:
        return "has characters that no URL has"
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "has a user, a password or a fragment"
    if not anywhere and not _may_be_public(host):
        return "is no public address"
    return None


def _may_be_public(host: str) -> bool:
    """Say whether a host is one, as far as its name tells; names are looked up at each call."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return "." in name and not name.rpartition(".")[2].isdigit()
    return is_public(name)


def pause(failures: int, dice: UUID) -> timedelta:
    """Say how long to wait after so many failures in a row: doubling, half of it by chance.

    The chance is in `dice`, an id of what is tried again.
    """
    longest = min(PAUSE_S_MAX, PAUSE_S_FIRST * 2 ** min(failures - 1, 30))
    digest = hashlib.blake2b(dice.bytes + bytes([failures % 256]), digest_size=4).digest()
    return timedelta(seconds=longest * (0.5 + int.from_bytes(digest, "big") / 2**33))


def verdict(webhook: Webhook, calls: Sequence[tuple[Claimed, Posted]], *, at: datetime) -> Verdict:
    """Say what a round of calls means.

    One success and the endpoint lives. A delivery that has had all its attempts is given up where
    the endpoint took others meanwhile. An endpoint that took nothing in so many rounds is dead, as
    is one that says it is gone (410): it is disabled, and what waits for it goes on waiting.
    """
    succeeded = any(posted.ok for _, posted in calls)
    failures = 0 if succeeded else webhook.failures + 1
    again = at if succeeded else at + pause(failures, calls[0][0].event_id)
    disable: str | None = None
    ended: list[Ended] = []
    given_up: list[int] = []
    for claimed, posted in calls:
        state, due_at = DeliveryState.WAITING, again
        lives = succeeded or (webhook.succeeded_at or claimed.tried_at) > claimed.tried_at
        if posted.ok:
            state = DeliveryState.DELIVERED
        elif posted.status == GONE:
            disable = "the endpoint says it is gone"
        elif claimed.attempt >= ATTEMPTS_MAX and lives:
            state = DeliveryState.FAILED
            given_up.append(claimed.sequence)
        elif succeeded:
            due_at = at + pause(claimed.attempt, claimed.event_id)
        ended.append(
            Ended(claimed.sequence, claimed.attempt, state, due_at, posted.status, posted.error)
        )
    if failures >= ATTEMPTS_MAX and disable is None:
        disable = f"{failures} calls in a row failed, the last with {_said(calls[-1][1])}"
    return Verdict(ended, failures, again, succeeded, disable, given_up)


def _said(posted: Posted) -> str:
    return f"status {posted.status}" if posted.status is not None else str(posted.error)
