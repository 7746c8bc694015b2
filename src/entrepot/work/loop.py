"""The loop: relay, journey, timers; again and again, at once while there is work, else after a nap."""

import asyncio
import logging

from entrepot.journey.world import World
from entrepot.plumbing import db, telemetry
from entrepot.plumbing.relay import relay
from entrepot.plumbing.settings import Settings

log = logging.getLogger(__name__)


async def work(pool: db.Pool, world: World, settings: Settings, stop: asyncio.Event) -> None:
    """Work until `stop` is set. A fault of the database is waited out."""
    while not stop.is_set():
        try:
            done = await relay(pool)
            telemetry.RELAYED.inc(done)
        except (*db.UNREACHABLE, *db.TRY_AGAIN):
            log.warning("the database did not let us work", exc_info=True)
            done = 0
            await asyncio.sleep(0.5)
        if not done:
            try:
                await asyncio.wait_for(stop.wait(), settings.work_poll_ms / 1000)
            except TimeoutError:
                continue
