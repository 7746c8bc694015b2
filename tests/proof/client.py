"""Buyers: each means to have one order, and asks until it knows what became of it."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from itertools import repeat
from random import Random
from types import TracebackType
from typing import Self

from entrepot.demo.http import Answer, Http, LostError
from proof.judge import CREATED, digest
from proof.ledger import Ack, Intent, Ledger
from proof.shop import Basket

PATIENCE_S = 60
"""Longer than any restart here takes: who has no answer by then has found a server that hangs."""

NOT_NOW = 429
OURS = 500
"""From here on a status says that the outcome is unknown, or not to be had now."""

Try = tuple[str, bytes]
"""(idempotency key, body); an empty key sends none."""


class Client:
    """Writes down what it means before it asks, and what it was told before it believes it.

    A lost connection, 429 and 5xx are no answers: `seen` counts them and the next try is made.
    """

    def __init__(self, http: Http, ledger: Ledger) -> None:
        self.seen: Counter[str] = Counter()
        self.answered = 0
        self._http = http
        self._ledger = ledger

    async def place(self, buyer: str, tries: Iterator[Try]) -> Answer:
        """Place the buyer's order. Raises TimeoutError when the outcome stays unknown too long."""
        intended: Try | None = None
        async with asyncio.timeout(PATIENCE_S):
            for attempt, (key, body) in enumerate(tries, start=1):
                if (key, body) != intended:
                    await self._ledger.write(Intent(buyer, key, body.decode()))
                    intended = key, body
                answer = await self._try(key, body)
                if answer is not None:
                    await self._ledger.write(_ack(buyer, key, answer))
                    self.answered += 1
                    return answer
                await asyncio.sleep(min(0.5, 0.02 * attempt))
        raise AssertionError("tries go on for ever")

    async def _try(self, key: str, body: bytes) -> Answer | None:
        try:
            answer = await self._http.send("POST", "/v1/orders", body, key=key)
        except LostError:
            self.seen["lost"] += 1
        except OSError:
            self.seen["unreachable"] += 1
        else:
            self.seen[str(answer.status)] += 1
            if answer.status < OURS and answer.status != NOT_NOW:
                return answer
        return None


def again(key: str, body: bytes) -> Iterator[Try]:
    """Try the same request under the same key."""
    return repeat((key, body))


def _ack(buyer: str, key: str, answer: Answer) -> Ack:
    if answer.status != CREATED:
        return Ack(buyer, key, answer.status)
    location = answer.header(b"location")
    assert location is not None, "201 without a Location"
    order = location.decode().rpartition("/")[2]
    return Ack(buyer, key, answer.status, order, digest(answer.body))


class Load:
    """So many buyers at once, one order after another, for as long as `async with` lasts.

    Every `ask_twice`-th order that was answered is asked for again under its key.
    """

    def __init__(
        self, client: Client, basket: Basket, *, buyers: int, seed: int, ask_twice: int = 10
    ) -> None:
        self._client = client
        self._basket = basket
        self._buyers = buyers
        self._ask_twice = ask_twice
        self._chance = Random(seed)  # noqa: S311 - repeatable chance, not cryptography
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def more(self, answers: int) -> None:
        """Wait for so many more answers. Raises what any buyer has raised."""
        until = self._client.answered + answers
        while self._client.answered < until:
            for task in self._tasks:
                if task.done():
                    task.result()
            await asyncio.sleep(0.005)

    async def moment(self) -> None:
        """Wait for a random moment of at most a quarter of a second."""
        await asyncio.sleep(0.25 * self._chance.random())

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._buy()) for _ in range(self._buyers)]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let everybody finish what he has begun; at once where the test has failed already."""
        self._stop.set()
        if fault is not None:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        else:
            await asyncio.gather(*self._tasks)

    async def _buy(self) -> None:
        while not self._stop.is_set():
            buyer, body = self._basket.next()
            for _ in range(2 if self._chance.randrange(self._ask_twice) == 0 else 1):
                await self._client.place(buyer, again(f"key-{buyer}", body))
