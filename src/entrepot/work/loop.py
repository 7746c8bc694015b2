"""The loop: relay, journey, timers, stock; at once while there is work, else after a nap."""

import asyncio
import logging

from entrepot.journey.world import World
from entrepot.plumbing import db, telemetry
from entrepot.plumbing.relay import relay
from entrepot.plumbing.settings import Settings
from entrepot.work.journey import Runner
from entrepot.work.stock import upkeep
from entrepot.work.timers import sweep

log = logging.getLogger(__name__)

AFTER_FAULT_S = 0.5


async def work(pool: db.Pool, world: World, settings: Settings, stop: asyncio.Event) -> None:
    """Work until `stop` is set. A database that does not answer is waited out."""
    runner = Runner(pool, world, settings.release_after_s)
    fresh = asyncio.create_task(world.keep_fresh(settings.view_poll_ms / 1000, stop))
    while not stop.is_set():
        try:
            done = await _turn(pool, runner)
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
    await fresh


async def _turn(pool: db.Pool, runner: Runner) -> int:
    numbered = await relay(pool)
    telemetry.RELAYED.inc(numbered)
    done = numbered + await runner.run() + await sweep(pool)
    return done + await upkeep(pool, runner.world)
