"""The skeptic: reads the best sellers' positions again and again, looking for an oversold one."""

import asyncio
from collections.abc import Sequence

import msgspec

from entrepot.demo.client import Api, read
from entrepot.demo.tally import Tally

EVERY_S = 1.0
POSITIONS = 200


class _Position(msgspec.Struct, frozen=True):
    on_hand: int
    reserved: int
    unavailable: int = 0
    shortage: int = 0

    @property
    def oversold(self) -> bool:
        """More is claimed than is there; a shortage is what a count or a picker found missing."""
        return self.reserved + self.unavailable > self.on_hand + self.shortage


class _Positions(msgspec.Struct, frozen=True):
    items: list[_Position]


async def look(api: Api, tally: Tally, skus: Sequence[str]) -> None:
    """Read one sku's positions a second, round and round, until canceled."""
    while True:
        for sku in skus:
            answer = await api.get(f"/v1/inventory/positions?sku={sku}&limit={POSITIONS}")
            positions = read(answer, _Positions).items
            tally.looked_at += len(positions)
            tally.oversold += sum(position.oversold for position in positions)
            await asyncio.sleep(EVERY_S)
