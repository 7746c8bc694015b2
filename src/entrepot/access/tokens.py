"""A session's token: `<market>.<secret>`, both base64url; what is stored of it, and shown with it.

The market stands in it so that its row is found by the key of its table. The secret is 256 random
bits, which need no salt and no slow hash. The CSRF token is derived from the token itself: whoever
cannot read the cookie cannot make it, and nothing more is stored.
"""

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

from entrepot.terms.ids import MarketId

SECRET_BYTES = 32
CHARS_MAX = 512
"""Beyond it is no token of ours: a market's name has 128 letters at most."""


def make(market: MarketId, dice: bytes) -> str:
    """Make a token of 32 random bytes."""
    if len(dice) != SECRET_BYTES:
        raise ValueError(f"a token is made of {SECRET_BYTES} bytes, not {len(dice)}")
    return f"{_text(market.encode())}.{_text(dice)}"


def digest(token: str) -> bytes:
    """Give what is stored of a token and looked up: its SHA-256, 32 bytes."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


def market_of(token: str) -> MarketId | None:
    """Read whose market's token it is; None for what is no token of ours."""
    market, dot, secret = token.partition(".")
    if not dot or len(token) > CHARS_MAX:
        return None
    try:
        if len(_bytes(secret)) != SECRET_BYTES:
            return None
        name = _bytes(market).decode()
    except (binascii.Error, ValueError):
        return None
    if not name or not name.isprintable() or _text(name.encode()) != market:
        return None
    return MarketId(name)


def csrf(token: str) -> str:
    """Derive what an unsafe call has to show beside the cookie."""
    return _text(hmac.digest(token.encode(), b"entrepot csrf 1", "sha256"))


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _bytes(text: str) -> bytes:
    if not text.isascii():
        raise ValueError("base64 is ASCII")
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
