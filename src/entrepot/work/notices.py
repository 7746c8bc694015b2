"""Webhooks, beside the journey: each is called by a task of its own, so that none waits."""

import asyncio
import logging

import msgspec

from entrepot.notices import deliver, rules
from entrepot.notices.model import Claimed, Posted, Round, Verdict, Webhook
from entrepot.notices.post import Caller
from entrepot.plumbing import db, mint
from entrepot.plumbing.cloud_event import cloud_event
from entrepot.plumbing.model import Event
from entrepot.plumbing.relay import feeds
from entrepot.terms.ids import MarketId
from entrepot.work.again import again

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.1
AFTER_FAULT_S = 1.0

_encode = msgspec.json.Encoder().encode


class Courier:
    """Reads the feeds for webhooks and calls them, each webhook by one task at a time."""

    def __init__(self, pool: db.Pool, caller: Caller, public_url: str) -> None:
        self._pool = pool
        self._caller = caller
        self._root = public_url
        self._calling: dict[tuple[MarketId, str], asyncio.Task[int]] = {}

    async def keep_delivering(self, stop: asyncio.Event) -> None:
        """Deliver again and again until `stop` is set; what was not recorded is delivered again."""
        await again(
            "webhooks could not be called", self.turn, every_s=LOOK_EVERY_S, stop=stop,
            after_fault_s=AFTER_FAULT_S,
        )  # fmt: skip
        for task in self._calling.values():
            task.cancel()
        await asyncio.gather(*self._calling.values(), return_exceptions=True)
        await self._caller.close()

    async def turn(self) -> None:
        """Read every feed to its end, and see that every webhook with something due is called."""
        async with self._pool.acquire() as conn:
            heads = await feeds(conn)
        for head in heads:
            market = MarketId(head.market)
            await self._read(market, head.last_sequence)
            async with self._pool.acquire() as conn:
                names = await deliver.ready(conn, market, at=mint.now())
            for name in names:
                self._call(market, name)

    async def rest(self) -> None:
        """Wait until every call that is being made is recorded."""
        while self._calling:
            await asyncio.gather(*self._calling.values())

    async def _read(self, market: MarketId, last: int) -> None:
        async def work(conn: db.Connection) -> int:
            return await deliver.read_feed(conn, market, last, at=mint.now())

        await db.in_transaction(self._pool, work)

    def _call(self, market: MarketId, name: str) -> None:
        key = (market, name)
        if key not in self._calling:
            task = asyncio.create_task(self._rounds(market, name))
            self._calling[key] = task
            task.add_done_callback(lambda done: self._called(key, done))

    def _called(self, key: tuple[MarketId, str], done: "asyncio.Task[int]") -> None:
        self._calling.pop(key, None)
        if not done.cancelled() and done.exception() is not None:
            log.warning("calling %s broke off: %r", key[1], done.exception())

    async def _rounds(self, market: MarketId, name: str) -> int:
        """Call a webhook until nothing is due to it; answers how many calls were made."""
        made = 0
        while calls := await self._round(market, name):
            made += calls
        return made

    async def _round(self, market: MarketId, name: str) -> int:
        async def claiming(conn: db.Connection) -> Round | None:
            return await deliver.claim(conn, market, name, at=mint.now())

        found = await db.in_transaction(self._pool, claiming)
        if found is None:
            return 0
        posted = await asyncio.gather(
            *(self._post(market, found.webhook, each) for each in found.claimed)
        )
        calls = list(zip(found.claimed, posted, strict=True))

        async def recording(conn: db.Connection) -> Verdict:
            return await deliver.record(conn, market, found.webhook, calls, at=mint.now())

        verdict = await db.in_transaction(self._pool, recording)
        if verdict.disable:
            log.warning("webhook disabled", extra={"webhook": name, "why": verdict.disable})
        return len(calls)

    async def _post(self, market: MarketId, webhook: Webhook, claimed: Claimed) -> Posted:
        event = Event(
            claimed.sequence, claimed.type, claimed.event_id, claimed.order_id, claimed.subject,
            claimed.at, claimed.data,
        )  # fmt: skip
        body = _encode(cloud_event(self._root, market, event))
        headers = rules.signed(webhook.secret, str(claimed.event_id), mint.now(), body)
        return await self._caller.post(webhook.url, headers, body)
