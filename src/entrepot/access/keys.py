"""How a key is written: `ent_<key id>_<secret>_<checksum>`, in lower-case base32 (RFC 4648).

The prefix and the CRC-32 let scanners of source code find a key that leaked without asking us. The
text itself is never stored, only its SHA-256: 256 random bits need no salt and no slow hash.
"""

from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from zlib import crc32

from entrepot.access.model import Scope
from entrepot.terms.ids import KeyId

PREFIX = "ent"
ID_BYTES = 8
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is made. `text` is shown once and then forgotten."""

    key_id: KeyId
    text: str
    digest: bytes


def make(dice: bytes) -> NewKey:
    """Make a key of 40 random bytes: 8 for its id, 32 for its secret."""
    if len(dice) != ID_BYTES + SECRET_BYTES:
        raise ValueError(f"a key is made of {ID_BYTES + SECRET_BYTES} bytes, not {len(dice)}")
    key_id, secret = _base32(dice[:ID_BYTES]), _base32(dice[ID_BYTES:])
    body = f"{PREFIX}_{key_id}_{secret}"
    text = f"{body}_{_checksum(body)}"
    return NewKey(KeyId(key_id), text, digest(text))


def digest(text: str) -> bytes:
    """Give what is stored of a key and looked up: the SHA-256 of its text, 32 bytes.

    Whoever looks up by digest learns nothing from how long it takes: what an attacker can vary is
    the text, and a digest's bytes do not follow it.
    """
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def key_id_of(text: str) -> KeyId | None:
    """Read the id out of a key of ours; None for any other text, also one with a letter wrong."""
    body, _, checksum = text.rpartition("_")
    parts = body.split("_")
    if len(parts) != 3 or parts[0] != PREFIX or checksum != _checksum(body):
        return None
    return KeyId(parts[1])


def scopes_of(words: Iterable[str]) -> frozenset[Scope]:
    """Read scopes as people write them; ValueError names the word that is none."""
    known = {scope.value: scope for scope in Scope}
    given = [word.strip() for word in words]
    for word in given:
        if word not in known:
            raise ValueError(f"{word!r} is no scope; there are {', '.join(known)}")
    if not given:
        raise ValueError("a key without a scope opens nothing")
    return frozenset(known[word] for word in given)


def _checksum(body: str) -> str:
    return _base32(crc32(body.encode("utf-8", "surrogatepass")).to_bytes(4, "big"))


def _base32(data: bytes) -> str:
    return b32encode(data).decode("ascii").rstrip("=").lower()
