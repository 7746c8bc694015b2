"""The shell's clock and ids: the only place that asks what time it is or throws dice."""

import os
import time
from datetime import UTC, datetime
from uuid import UUID

from asyncpg.pgproto import pgproto

_new = pgproto.UUID  # a subclass of uuid.UUID, made in C
_STRIDE_MIN = 1 << 55
"""Ids made in the same millisecond differ in the bits an order number shows."""


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the shell


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
        dice = os.urandom(7 * count)
        ids: list[UUID] = []
        for at in range(0, 7 * count, 7):
            low += _STRIDE_MIN | int.from_bytes(dice[at : at + 7], "big")
            if low >> 74:
                self._ms, low = self._ms + 1, low & (1 << 73) - 1
            high = self._ms << 16 | 0x7000 | low >> 62
            ids.append(_new((high << 64 | 2 << 62 | low & (1 << 62) - 1).to_bytes(16, "big")))
        self._low = low
        return ids

    def one(self) -> UUID:
        """Make one id."""
        return self.ids(1)[0]


MINT = Mint()

WRITER = int.from_bytes(os.urandom(4), "big") >> 1
"""Tells this process apart from the others that write the same ledger."""
