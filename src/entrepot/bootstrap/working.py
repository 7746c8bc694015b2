"""The role that works in the background."""

import asyncio

from entrepot.api.importable import importable
from entrepot.bootstrap.collecting import calm_collector
from entrepot.journey.world import World
from entrepot.plumbing import db, mint
from entrepot.plumbing.settings import Settings
from entrepot.work import loop
from entrepot.work.imports import Importer


async def work(settings: Settings, dsn: str, *, stop: asyncio.Event) -> None:
    """Run the background work until `stop` is set."""
    pool = await db.open_pool(dsn, size=6)
    calm_collector()
    try:
        await asyncio.gather(
            loop.work(pool, World(pool, mint.now, stock=False), settings, stop),
            Importer(pool, importable).keep_importing(stop),
        )
    finally:
        await pool.close()
