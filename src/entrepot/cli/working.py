"""The role `work`."""

import asyncio

from entrepot.bootstrap import working
from entrepot.cli.settling import DatabaseUrl, database, run, settle


def work(database_url: DatabaseUrl = None) -> None:
    """Run the background work of a migrated database."""
    settings = settle(database_url=database_url)
    dsn = database(settings)

    async def work_(stop: asyncio.Event) -> None:
        await working.work(settings, dsn, stop=stop)

    run(work_)
