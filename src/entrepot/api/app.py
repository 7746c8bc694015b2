"""What every handler may reach: settings, the database, the world in memory, the queues."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NoReturn, TypeVar

from entrepot.access.hashing import Hashing
from entrepot.access.throttle import PER_ADDRESS, PER_LOGIN, Throttle
from entrepot.api.faces import Faces
from entrepot.api.feed_link import Connect
from entrepot.api.following import Following
from entrepot.api.principals import Principals
from entrepot.api.remembered import Remembered
from entrepot.inventory.launch_model import TICKETS_PER_COMMIT_MAX
from entrepot.journey.bill import Explained, Question, explained
from entrepot.journey.draw import Draw, Drawn, draw
from entrepot.journey.keep_carts import Answer as CartAnswer
from entrepot.journey.keep_carts import Asked, keep_carts
from entrepot.journey.offer import Offer, Offered, available
from entrepot.journey.place import place
from entrepot.journey.placing import Placed, Placing
from entrepot.journey.quote import Cart, Quote, quote
from entrepot.journey.world import World
from entrepot.plumbing import db, mint, telemetry
from entrepot.plumbing.batch import Batcher
from entrepot.plumbing.settings import Settings
from entrepot.terms.ids import MarketId

Q = TypeVar("Q")
A = TypeVar("A")

READS_QUEUED_MAX = 8_192
READS_BATCH_MAX = 128
"""Questions answered together: enough to share their statements, few enough to stay quick."""

DRAWS_QUEUED_MAX = 16_384
"""Who waits for a ticket waits some seconds at most: beyond it 503."""

BILLS_BATCH_MAX = 16
"""A bill over 200 nodes is half a millisecond's work, and others wait meanwhile."""


CART_BATCHES_AT_ONCE = 2
"""One is planned while the other commits; of the pool, no more connections are theirs."""


async def _no_feeder() -> NoReturn:
    raise ConnectionError("no feeder was started")


@dataclass(slots=True)
class App:
    """One serving process.

    `feeding` feeds are being applied at this moment, by the process that `feeder` reaches.
    `document` prints the OpenAPI document: it takes half a second the first time.
    """

    settings: Settings
    pool: db.Pool
    world: World
    principals: Principals
    placing: Batcher[tuple[MarketId, Placing], Placed]
    carts: Batcher[tuple[MarketId, Asked], CartAnswer]
    offers: Batcher[tuple[MarketId, Offer], Offered]
    quotes: Batcher[tuple[MarketId, Cart], Quote]
    bills: Batcher[tuple[MarketId, Question], list[Explained]]
    draws: Batcher[tuple[MarketId, Draw], Drawn]
    following: Following
    hashing: Hashing = field(default_factory=Hashing)
    per_login: Throttle = field(default_factory=lambda: Throttle(PER_LOGIN))
    per_address: Throttle = field(default_factory=lambda: Throttle(PER_ADDRESS))
    document: Callable[[], bytes] = bytes
    remembered: Remembered = field(default_factory=Remembered)
    faces: Faces = field(default_factory=lambda: Faces({}, ()))
    feeding: int = 0
    feeder: Connect = _no_feeder
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


def app_of(settings: Settings, pool: db.Pool, captures: db.Pool, world: World) -> App:
    """Wire the queues: requests of one market in a batch are answered together."""

    async def placed(market: MarketId, asked: Sequence[Placing]) -> Sequence[Placed]:
        telemetry.BATCH.observe(len(asked))
        return await place(captures, world, market, asked)

    async def offered(market: MarketId, asked: Sequence[Offer]) -> Sequence[Offered]:
        known = await world.market(market)
        async with pool.acquire() as conn:
            return await available(conn, known, asked, at=mint.now())

    async def quoted(market: MarketId, asked: Sequence[Cart]) -> Sequence[Quote]:
        return quote(await world.market(market), asked, at=mint.now())

    async def billed(market: MarketId, asked: Sequence[Question]) -> Sequence[list[Explained]]:
        known = await world.market(market)
        async with pool.acquire() as conn:
            return await explained(conn, known, asked, at=mint.now())

    return App(
        settings=settings,
        pool=pool,
        world=world,
        principals=Principals(),
        placing=_commits(placed, settings, at_once=settings.captures_at_once),
        carts=_commits(partial(keep_carts, pool, world), settings, at_once=CART_BATCHES_AT_ONCE),
        offers=Batcher(
            _by_market(offered), batch_max=READS_BATCH_MAX, queue_max=READS_QUEUED_MAX, at_once=2
        ),
        quotes=Batcher(_by_market(quoted), batch_max=READS_BATCH_MAX, queue_max=READS_QUEUED_MAX),
        bills=Batcher(
            _by_market(billed), batch_max=BILLS_BATCH_MAX, queue_max=READS_QUEUED_MAX, at_once=2
        ),
        draws=Batcher(
            _by_market(partial(draw, pool)),
            batch_max=TICKETS_PER_COMMIT_MAX,
            queue_max=DRAWS_QUEUED_MAX,
            give_up=db.UNREACHABLE,
        ),
        following=Following(pool),
    )


def _commits(
    run: Callable[[MarketId, Sequence[Q]], Awaitable[Sequence[A]]],
    settings: Settings,
    *,
    at_once: int,
) -> Batcher[tuple[MarketId, Q], A]:
    """Make a queue of requests that each batch writes in one commit."""
    return Batcher(
        _by_market(run),
        batch_max=settings.batch_max,
        queue_max=settings.queue_max,
        at_once=at_once,
        give_up=db.UNREACHABLE,
    )


def _by_market(
    run: Callable[[MarketId, Sequence[Q]], Awaitable[Sequence[A]]],
) -> Callable[[Sequence[tuple[MarketId, Q]]], Awaitable[list[A]]]:
    """Split a batch by market: two markets never share a transaction."""

    async def split(requests: Sequence[tuple[MarketId, Q]]) -> list[A]:
        places: dict[MarketId, list[int]] = {}
        for at, (market, _) in enumerate(requests):
            places.setdefault(market, []).append(at)
        answers: dict[int, A] = {}
        for market, own in places.items():
            answered = await run(market, [requests[at][1] for at in own])
            answers |= dict(zip(own, answered, strict=True))
        return [answers[at] for at in range(len(requests))]

    return split
