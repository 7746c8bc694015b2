"""The shoppers in motion: they ask, order, order again by mistake, change their minds."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

import msgspec

from entrepot.demo.assortment import Body
from entrepot.demo.client import Api, ApiError, problem, read
from entrepot.demo.http import Answer
from entrepot.demo.shoppers import Shoppers, Visit
from entrepot.demo.tally import Tally

REFUSED_IN_A_ROW_MAX = 200
"""So many shoppers one after another who cannot have what they want: the shop is empty."""

CANCELS_WITHIN_S = 0.3


class Placed(msgspec.Struct, frozen=True):
    id: str


@dataclass(slots=True)
class Crowd:
    """All who shop in one run. `missed` is told the skus that were not to be had, and the store."""

    api: Api
    tally: Tally
    shoppers: Shoppers
    rng: Random
    now: Callable[[], datetime]
    missed: Callable[[list[str], str | None], None]
    left: int | None

    async def shop(self, *, width: int, rate: float | None) -> None:
        """Let `width` shoppers at a time place orders until `left` are taken; None: for ever.

        With a `rate` (orders per second) no shopper comes before his time. A refused order is
        replaced by another shopper's. Raises ApiError when nobody can buy anything any more.
        """
        loop = asyncio.get_running_loop()
        opened, comers = loop.time(), 0
        async with asyncio.TaskGroup() as group:

            async def queue() -> None:
                nonlocal comers
                while self._ticket():
                    if rate is not None:
                        comers += 1
                        await asyncio.sleep(max(0.0, opened + comers / rate - loop.time()))
                    await self._buy(group)

            for _ in range(width):
                group.create_task(queue())

    def _ticket(self) -> bool:
        if self.left is None:
            return True
        self.left -= 1
        return self.left >= 0

    async def _buy(self, group: asyncio.TaskGroup) -> None:
        for _ in range(REFUSED_IN_A_ROW_MAX):
            visit = self.shoppers.next_visit(self.now())
            placed = await self._place(visit)
            if placed is not None:
                if visit.cancels is not None:
                    group.create_task(self._cancel(placed.id, visit.cancels))
                return
        raise ApiError(f"{REFUSED_IN_A_ROW_MAX} orders in a row were refused")

    async def _place(self, visit: Visit) -> Placed | None:
        order, key = visit.order, str(visit.order["external_id"])
        if visit.asks is not None:
            answer = await self.api.post("/v1/promises", visit.asks, key=f"{key}-asks")
            self.api.expect(answer, "promises", {200})
            self.tally.seen["asked"] += 1
        clock = asyncio.get_running_loop().time
        sent = clock()
        answer = await self.api.post("/v1/orders", order, key=key)
        if answer.status == 409 and problem(answer).code == "insufficient-stock":
            self._refused(visit, answer)
            return None
        if not self.api.expect(answer, "order", {201}):
            return None
        self.tally.place_ms.append((clock() - sent) * 1000)
        placed = read(answer, Placed, status=201)
        self.tally.placed(placed.id)
        if visit.sends_twice:
            await self._again(order, key, placed)
        return placed

    def _refused(self, visit: Visit, answer: Answer) -> None:
        self.tally.seen["refused"] += 1
        lines, node = visit.order["lines"], visit.order["pickup_node"]
        assert isinstance(lines, list)
        pointed = [each.pointer.split("/") for each in problem(answer).errors]
        places = {int(parts[2]) for parts in pointed if parts[1:2] == ["lines"]}
        skus = [line["sku"] for place, line in enumerate(lines) if place in places]
        self.missed(skus, node if isinstance(node, str) else None)

    async def _again(self, order: Body, key: str, placed: Placed) -> None:
        answer = await self.api.post("/v1/orders", order, key=key)
        replayed = answer.header(b"idempotency-replayed") == b"true"
        if not replayed or read(answer, Placed, status=201) != placed:
            self.tally.faults["order sent twice: not the same answer"] += 1
        self.tally.seen["sent_twice"] += 1

    async def _cancel(self, order_id: str, reason: str) -> None:
        await asyncio.sleep(self.rng.random() * CANCELS_WITHIN_S)
        path = f"/v1/orders/{order_id}/cancel"
        answer = await self.api.post(path, {"reason": reason}, key=f"{order_id}-cancel")
        if self.api.expect(answer, "cancel", {200, 409}):
            self.tally.seen["canceled" if answer.status == 200 else "too_late"] += 1
