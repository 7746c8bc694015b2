"""The carriers: they say where parcels are, not always once, in order or in time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random

from entrepot.demo.assortment import Body
from entrepot.demo.client import Api
from entrepot.demo.tally import Tally

BATCH_MAX = 500
SEND_EVERY_S = 0.2
ROAD = (("in_transit", 0.2), ("out_for_delivery", 0.6), ("delivered", 1.0))
"""What is said of a parcel, and how many seconds after the hand-over: their days are short."""

TWICE_PERCENT, DISORDERED_PERCENT, LATE_PERCENT = 2, 2, 5
LATE_S = 4.0


@dataclass(slots=True)
class Carriers:
    """All carriers of the country; `due` holds (second of the loop's clock, number, scan)."""

    api: Api
    tally: Tally
    rng: Random
    now: Callable[[], datetime]
    run: str
    due: list[tuple[float, int, Body]] = field(default_factory=list)
    scans: int = 0

    def take(self, tracking_number: str, carrier: str) -> None:
        """Take over a parcel and plan all that will be said of it."""
        clock, at = asyncio.get_running_loop().time(), self.now()
        late_s = LATE_S if self.rng.random() * 100 < LATE_PERCENT else 0.0
        delayed = (("delivery_delayed", 0.8),) if late_s else ()
        for status, after_s in (*ROAD, *delayed):
            happens_s = after_s + (late_s if status == "delivered" else 0.0)
            heard_s = happens_s
            if status == "out_for_delivery" and self.rng.random() * 100 < DISORDERED_PERCENT:
                heard_s += 1.0  # heard of when the parcel is delivered already
            scan: Body = {
                "tracking_number": tracking_number,
                "carrier": carrier,
                "status": status,
                "occurred_at": (at + timedelta(seconds=happens_s)).isoformat(),
            }
            self._plan(clock + heard_s, scan)
            if self.rng.random() * 100 < TWICE_PERCENT:
                self._plan(clock + heard_s + self.rng.random(), scan)

    async def talk(self) -> None:
        """Tell what is due, in batches, until canceled."""
        batches = 0
        while True:
            clock = asyncio.get_running_loop().time()
            scans: list[Body] = []
            while self.due and self.due[0][0] <= clock and len(scans) < BATCH_MAX:
                scans.append(heappop(self.due)[2])
            if scans:
                batches += 1
                key = f"{self.run}-scans-{batches:06d}"
                answer = await self.api.post("/v1/tracking", {"events": scans}, key=key)
                if self.api.expect(answer, "tracking", {200, 202}):
                    self.tally.seen["scans"] += len(scans)
            if len(scans) < BATCH_MAX:
                await asyncio.sleep(SEND_EVERY_S)

    def _plan(self, due: float, scan: Body) -> None:
        self.scans += 1
        heappush(self.due, (due, self.scans, scan))
