"""The face on a database of its own, and a caller with a market of its own."""

from uuid import NAMESPACE_URL, uuid5

import pytest

import databases
from api.caller import Caller, Everybody
from entrepot.api.app import app_of
from entrepot.journey.world import World
from entrepot.plumbing import db, mint
from entrepot.plumbing.settings import Settings
from entrepot.terms.ids import MarketId


@pytest.fixture(scope="module")
async def app(server, template):
    """Wire a serving process; when its tests are done no invariant is broken."""
    async with databases.own(server, template) as name:
        pool = await db.open_pool(server.url(name), size=4)
        wired = app_of(Settings(), pool, pool, World(pool, mint.now))
        wired.principals = Everybody()
        yield wired
        async with pool.acquire() as conn:
            await databases.nothing_is_broken(conn)
        await pool.close()


@pytest.fixture
def call(app, request) -> Caller:
    """Call it, for a market that is this test's alone."""
    return Caller(app, MarketId(str(uuid5(NAMESPACE_URL, request.node.nodeid))))
