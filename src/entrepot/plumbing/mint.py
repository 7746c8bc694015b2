"""The shell's clock and ids: the only place that asks what time it is or throws dice."""

import os
import time
from array import array
from datetime import UTC, datetime
from uuid import UUID

from asyncpg.pgproto import pgproto

_new = pgproto.UUID  # a subclass of uuid.UUID, made in C
_STRIDE_MIN = 1 << 55
"""Ids made in the same millisecond differ in the bits an order number shows."""


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the shell


_OVER = (1 << 64) - (1 << 62)


class Mint:
    """Makes version 7 ids (RFC 9562) that ascend within the process, also within a millisecond.

    The ids are the driver's own UUID type, a subclass of `uuid.UUID` made in C.
    """

    def __init__(self) -> None:
        self._ms = 0
        self._low = 0

    def ids(self, count: int) -> list[UUID]:
        """Make `count` ids, ascending."""
        ms, low = time.time_ns() // 1_000_000, self._low
        if ms > self._ms:
            self._ms = ms
            low = int.from_bytes(os.urandom(9), "big") << 1
        dice = array("Q", os.urandom(8 * count))
        ids: list[UUID] = []
        first = self._first()
        for die in dice:
            low += _STRIDE_MIN | die >> 8
            if low >> 74:
                self._ms, low = self._ms + 1, low & (1 << 73) - 1
                first = self._first()
            # Of the 74 low bits the upper 12 stand above the two that name the variant.
            ids.append(_new((first + low + (low >> 62) * _OVER).to_bytes(16, "big")))
        self._low = low
        return ids

    def _first(self) -> int:
        """Give the id of this millisecond that has no low bits."""
        return (self._ms << 16 | 0x7000) << 64 | 2 << 62

    def one(self) -> UUID:
        """Make one id."""
        return self.ids(1)[0]


MINT = Mint()

WRITER = int(os.environ.get("ENTREPOT_WRITER") or int.from_bytes(os.urandom(4), "big") >> 1)
"""Tells this process apart from the others that write the same ledger; a child that tells its
parent of all it writes is given the parent's."""


def dice(count: int) -> bytes:
    """Throw so many bytes that nobody can foresee."""
    return os.urandom(count)
