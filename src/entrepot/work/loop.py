"""The loop: relay, journey, timers, summaries, safety; at once while there is work, else a nap.

Publication, webhooks and carts' ends run beside it: none may keep an order waiting.
"""

import asyncio
import logging

from entrepot.journey.world import World
from entrepot.notices.post import Caller
from entrepot.plumbing import db, telemetry
from entrepot.plumbing.relay import relay
from entrepot.plumbing.settings import Settings
from entrepot.work.carts import keep_sweeping
from entrepot.work.journey import AFTERWARDS, FIRST, Runner
from entrepot.work.notices import Courier
from entrepot.work.publication import Publisher
from entrepot.work.stock import safeguard_all
from entrepot.work.timers import sweep
from entrepot.work.truth import Keeper
from entrepot.work.upkeep import Upkeep

log = logging.getLogger(__name__)

AFTER_FAULT_S = 0.5


async def work(pool: db.Pool, world: World, settings: Settings, stop: asyncio.Event) -> None:
    """Work until `stop` is set. A database that does not answer is waited out."""
    runner = Runner(pool, world, settings.release_after_s)
    upkeep, keeper = Upkeep(pool), Keeper(pool, world)
    courier = Courier(pool, Caller(anywhere=settings.webhooks_anywhere > 0), settings.public_url)
    beside = [
        asyncio.create_task(world.keep_fresh(settings.view_poll_ms / 1000, stop)),
        asyncio.create_task(keep_sweeping(pool, stop)),
        asyncio.create_task(Publisher(pool, world).keep_telling(stop)),
        asyncio.create_task(courier.keep_delivering(stop)),
    ]
    while not stop.is_set():
        try:
            done = await _turn(pool, runner) + await upkeep.run() + await keeper.run()
            done += await safeguard_all(pool, world)
        except (*db.UNREACHABLE, *db.TRY_AGAIN) as fault:
            log.warning("the database did not let us work: %r", fault)
            done = 0
            await asyncio.sleep(AFTER_FAULT_S)
        except Exception:
            log.exception("a turn faulted")
            done = 0
            await asyncio.sleep(AFTER_FAULT_S)
        if not done:
            try:
                await asyncio.wait_for(stop.wait(), settings.work_poll_ms / 1000)
            except TimeoutError:
                continue
    await asyncio.gather(*beside)


async def _turn(pool: db.Pool, runner: Runner) -> int:
    """What journey and timers tell is numbered before anybody looks at where orders stand."""
    done = await _relay(pool) + await runner.run(FIRST) + await sweep(pool)
    if done:
        await _relay(pool)
    return done + await runner.run(AFTERWARDS)


async def _relay(pool: db.Pool) -> int:
    numbered = await relay(pool)
    telemetry.RELAYED.inc(numbered)
    return numbered
