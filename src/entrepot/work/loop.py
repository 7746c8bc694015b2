"""The loop: relay, journey, timers, summaries, safety; at once while there is work, else a nap.

Publication, webhooks, carts' ends, launches' openings, policies' beginnings, replays, waves and
learning run beside it: none may keep an order waiting.
"""

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from entrepot.journey.world import World
from entrepot.notices.post import Caller
from entrepot.plumbing import db, mint, telemetry
from entrepot.plumbing.model import EVENTS_PER_TURN_MAX
from entrepot.plumbing.relay import relay
from entrepot.plumbing.settings import Settings
from entrepot.work.bulk import keep_doing
from entrepot.work.carts import keep_sweeping
from entrepot.work.journey import AFTERWARDS, FIRST, Runner
from entrepot.work.lab import Laboratory
from entrepot.work.launches import keep_opening
from entrepot.work.lookout import Lookout
from entrepot.work.notices import Courier
from entrepot.work.planning import keep_planning
from entrepot.work.policies import keep_enacting
from entrepot.work.promises import Learner
from entrepot.work.publication import Publisher
from entrepot.work.stock import safeguard_all
from entrepot.work.timers import sweep
from entrepot.work.truth import Keeper
from entrepot.work.upkeep import Upkeep

log = logging.getLogger(__name__)

AFTER_FAULT_S = 0.5

NAPS_MAX = 5
"""How many times its shortest a nap becomes, while nothing is to be done turn after turn."""

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

MINUTES_EVERY = timedelta(seconds=1)
"""How late what is told in minutes may be over: overrides, offers, questions to customers."""

LISTS_OLD_MAX = timedelta(seconds=15)
"""How long lists may lag behind while orders come faster than their facts are worked off."""


async def work(pool: db.Pool, world: World, settings: Settings, stop: asyncio.Event) -> None:
    """Work until `stop` is set. A database that does not answer is waited out."""
    runner = Runner(pool, world, settings.release_after_s)
    turns, upkeep, keeper = _Turns(pool, runner), Upkeep(pool), Keeper(pool, world)
    lookout = Lookout(pool, world)
    courier = Courier(pool, Caller(anywhere=settings.webhooks_anywhere > 0), settings.public_url)
    beside = [
        asyncio.create_task(world.keep_fresh(settings.view_poll_ms / 1000, stop)),
        asyncio.create_task(keep_sweeping(pool, stop)),
        asyncio.create_task(keep_opening(pool, world, stop)),
        asyncio.create_task(keep_planning(pool, world, stop)),
        asyncio.create_task(keep_doing(pool, world, stop)),
        asyncio.create_task(keep_enacting(pool, stop)),
        asyncio.create_task(Publisher(pool, world).keep_telling(stop)),
        asyncio.create_task(courier.keep_delivering(stop)),
        asyncio.create_task(Laboratory(pool).keep_working(stop)),
        asyncio.create_task(Learner(pool, settings.database_url).keep_learning(stop)),
    ]
    naps = 0
    while not stop.is_set():
        try:
            done = await turns.take() + await upkeep.run() + await keeper.run()
            done += await lookout.run() + await safeguard_all(pool, world)
        except (*db.UNREACHABLE, *db.TRY_AGAIN) as fault:
            log.warning("the database did not let us work: %r", fault)
            done = 0
            await asyncio.sleep(AFTER_FAULT_S)
        except Exception:
            log.exception("a turn faulted")
            done = 0
            await asyncio.sleep(AFTER_FAULT_S)
        naps = 0 if done else min(naps + 1, NAPS_MAX)
        if naps:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), naps * settings.work_poll_ms / 1000)
    await asyncio.gather(*beside)


@dataclass(slots=True)
class _Turns:
    """The journey's turns; `looked` is when orders were last looked at as they stand."""

    pool: db.Pool
    runner: Runner
    looked: datetime = _LONG_AGO
    swept: datetime = _LONG_AGO

    async def take(self) -> int:
        """Take one: what journey and timers tell is numbered before orders are looked at.

        While more facts wait than are numbered at a time, orders that are about to move on are not
        looked at in between, for as long as lists may be old.
        """
        numbered = await _relay(self.pool)
        done = numbered + await self.runner.run(FIRST) + await self._sweep()
        if done:
            numbered = max(numbered, await _relay(self.pool))
        now = mint.now()
        if numbered >= EVENTS_PER_TURN_MAX and now - self.looked < LISTS_OLD_MAX:
            return done
        self.looked = now
        return done + await self.runner.run(AFTERWARDS)

    async def _sweep(self) -> int:
        now = mint.now()
        minutes = now - self.swept >= MINUTES_EVERY
        if minutes:
            self.swept = now
        return await sweep(self.pool, self.runner.world, minutes=minutes)


async def _relay(pool: db.Pool) -> int:
    numbered = await relay(pool)
    telemetry.RELAYED.inc(numbered)
    return numbered
