"""Order numbers people can say: twelve letters and digits, computed from the order's id.

A number is the id's first 41 significant time bits and its next 19 random bits, written in
Crockford's base 32 (no I, L, O, U). It needs no column, no sequence and no index: a number leads
back to the narrow range of ids it may have come from, and says nothing of how many orders exist.
"""

from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
EPOCH_MS = 946_684_800_000  # 2000-01-01T00:00:00Z: 41 bits from here last until 2069
LENGTH = 12
_PAIRS = [high + low for high in ALPHABET for low in ALPHABET]
_LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", "-": "", " ": ""})


def number_of(order_id: UUID) -> str:
    """Give the order's number, as `XXXX-XXXX-XXXX`."""
    value = order_id.int
    ms, rand_a, rand_b = value >> 80, value >> 64 & 0xFFF, value >> 55 & 0x7F
    packed = (ms - EPOCH_MS & (1 << 41) - 1) << 19 | rand_a << 7 | rand_b
    a, b, c = packed >> 40, packed >> 20 & 0xFFFFF, packed & 0xFFFFF
    return (
        f"{_PAIRS[a >> 10]}{_PAIRS[a & 1023]}-{_PAIRS[b >> 10]}{_PAIRS[b & 1023]}"
        f"-{_PAIRS[c >> 10]}{_PAIRS[c & 1023]}"
    )


def id_range(number: str) -> tuple[UUID, UUID] | None:
    """Give the first and the last id that could have this number; None when it is no number."""
    letters = number.upper().translate(_LOOKALIKES)
    return id_span(number) if len(letters) == LENGTH else None


def id_span(beginning: str) -> tuple[UUID, UUID] | None:
    """The same for the first letters of a number: what may follow them may be anything."""
    letters = beginning.upper().translate(_LOOKALIKES)
    if not 0 < len(letters) <= LENGTH or any(letter not in ALPHABET for letter in letters):
        return None
    low = _least_id(letters.ljust(LENGTH, ALPHABET[0]))
    high = _least_id(letters.ljust(LENGTH, ALPHABET[-1]))
    return UUID(int=low), UUID(int=high | (1 << 55) - 1)


def _least_id(letters: str) -> int:
    packed = 0
    for letter in letters:
        packed = packed << 5 | ALPHABET.index(letter)
    ms, rand_a, rand_b = (packed >> 19) + EPOCH_MS, packed >> 7 & 0xFFF, packed & 0x7F
    return ms << 80 | 7 << 76 | rand_a << 64 | 2 << 62 | rand_b << 55
