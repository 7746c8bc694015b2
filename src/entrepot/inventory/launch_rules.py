"""Whose turn it is, and whether a ticket is ours. Pure: the same launch and time, the same answer.

Who is admitted follows from the time alone, so that every process says the same without asking.
"""

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta

from entrepot.inventory.launch_model import Launch, Line
from entrepot.terms.ids import MarketId

_SECOND = 1_000_000
_TAG_BYTES = 18
"""144 bits of the signature: 24 characters, and no padding."""

_TICK = timedelta(microseconds=1)


def admitted(line: Line, opens_at: datetime, at: datetime) -> int:
    """Give how many tickets are admitted at a moment: those up to this number."""
    if at < opens_at:
        return 0
    return line.first + line.per_s * ((at - opens_at) // _TICK) // _SECOND


def turn_at(line: Line, opens_at: datetime, number: int) -> datetime:
    """Give the first moment at which a ticket is admitted."""
    later = max(0, number - line.first)
    return opens_at + _TICK * -(-later * _SECOND // line.per_s)


def ahead(line: Line, opens_at: datetime, number: int, at: datetime) -> int:
    """Give how many before a ticket are not admitted yet."""
    return max(0, number - 1 - admitted(line, opens_at, at))


def wait_s(until: datetime, at: datetime) -> int:
    """Give the whole seconds from a moment to another one; at least one."""
    return max(1, -(-(until - at) // timedelta(seconds=1)))


def token(launch: Launch, market: MarketId, number: int) -> str:
    """Sign a ticket's number: what its holder shows."""
    return f"{number}.{urlsafe_b64encode(_tag(launch, market, number)).decode()}"


def number_of(launch: Launch, market: MarketId, shown: str) -> int | None:
    """Give a ticket's number; None for a token that is not of this launch."""
    digits, _, said = shown.partition(".")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 9 or not said.isascii():
        return None
    try:
        tag = urlsafe_b64decode(said)
    except (binascii.Error, ValueError):
        return None
    number = int(digits)
    same = hmac.compare_digest(tag, _tag(launch, market, number))
    return number if same and token(launch, market, number) == shown else None


def _tag(launch: Launch, market: MarketId, number: int) -> bytes:
    said = f"{market}\0{launch.launch_id}\0{number}".encode()
    return hmac.digest(launch.secret, said, "sha256")[:_TAG_BYTES]
