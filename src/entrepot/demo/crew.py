"""The people in the warehouses and stores: they accept, pick, pack and ship, or hand over."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

import msgspec

from entrepot.demo.assortment import Body
from entrepot.demo.client import Api
from entrepot.demo.tally import Tally

REJECTS_PERCENT, SHORTS_PERCENT = 3, 2
LEFT_MAX = 25
"""So much work waits for whoever signs in at the store that is left alone: a list to pick from."""

CARRIERS = ("parcel-express", "road-runner", "coast-to-coast")
DONE, GONE = 200, 409


class WorkLine(msgspec.Struct, frozen=True):
    line: int
    sku: str
    quantity: int


class Work(msgspec.Struct, frozen=True):
    """A fulfillment order as its node hears of it: the data of `fulfillment.released`."""

    fulfillment_order_id: str
    node: str
    method: str
    service: str
    lines: list[WorkLine]


@dataclass(slots=True)
class Crew:
    """All hands of all nodes; `hand_over` takes (tracking number, carrier) of what is shipped.

    Of the work at the node `left_alone` some stays undone, for a person to do.
    """

    api: Api
    tally: Tally
    rng: Random
    stores: frozenset[str]
    hand_over: Callable[[str, str], None]
    todo: asyncio.Queue[Work] = field(default_factory=asyncio.Queue)
    left_alone: str | None = None
    left: int = 0

    async def work(self) -> None:
        """Take what is released and see it through, one after another, until canceled."""
        while True:
            work = await self.todo.get()
            try:
                if not self._is_left(work):
                    await self._see_through(work)
            finally:
                self.todo.task_done()

    def _is_left(self, work: Work) -> bool:
        left = work.node == self.left_alone and self.left < LEFT_MAX
        self.left += left
        return left

    async def _see_through(self, work: Work) -> None:
        if work.node in self.stores and self.rng.random() * 100 < REJECTS_PERCENT:
            if await self._do(work, "reject", {"reason": "not found on the shelf"}):
                self.tally.seen["rejected"] += 1
            return
        if not await self._do(work, "accept"):
            return
        self.tally.seen["accepted"] += 1
        lines = await self._short(work)
        if not lines or not await self._do(work, "pick"):
            return
        if work.method == "ship":
            await self._ship(work, lines)
        elif await self._do(work, "ready") and await self._do(work, "collect"):
            self.tally.seen["collected"] += 1

    async def _short(self, work: Work) -> list[WorkLine]:
        """Find a unit of the first line missing, now and then; give what is left to pick."""
        if self.rng.random() * 100 >= SHORTS_PERCENT:
            return work.lines
        first, *others = work.lines
        missing = {"line": first.line, "sku": first.sku, "quantity": 1}
        if not await self._do(work, "short", {"lines": [missing], "reason": "one was missing"}):
            return []
        self.tally.seen["shorted"] += 1
        left = WorkLine(first.line, first.sku, first.quantity - 1)
        return [left, *others] if left.quantity else others

    async def _ship(self, work: Work, lines: list[WorkLine]) -> None:
        carrier = CARRIERS[int(self.rng.random() * len(CARRIERS))]
        tracking_number = f"ED{work.fulfillment_order_id.replace('-', '').upper()}"
        package: Body = {
            "tracking_number": tracking_number,
            "carrier": carrier,
            "service": work.service,
            "lines": lines,
        }
        if await self._do(work, "pack") and await self._do(work, "ship", {"packages": [package]}):
            self.tally.seen["shipped"] += 1
            self.hand_over(tracking_number, carrier)

    async def _do(self, work: Work, verb: str, body: Mapping[str, object] | None = None) -> bool:
        """Make a move. Refused, it was canceled meanwhile: that is foreseen and ends the work."""
        id_ = work.fulfillment_order_id
        path = f"/v1/fulfillment-orders/{id_}/{verb}"
        answer = await self.api.post(path, body or {}, key=f"{id_}-{verb}")
        if answer.status == GONE:
            self.tally.seen["gone"] += 1
            return False
        return self.api.expect(answer, verb, {DONE})
