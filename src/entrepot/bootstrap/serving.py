"""The role that answers HTTP."""

import asyncio
import contextlib
from collections.abc import Callable
from functools import cache, partial

import httpx

from entrepot.access.adopt import adopt_bootstrap
from entrepot.api import faces, server
from entrepot.api.app import App, app_of
from entrepot.api.face import Table
from entrepot.api.feed_windows import Rush
from entrepot.api.openapi import printed
from entrepot.api.routes import ROUTES
from entrepot.api.server import free_port
from entrepot.bootstrap.collecting import calm_collector
from entrepot.bootstrap.feeder import FeederProcess
from entrepot.journey.world import World
from entrepot.network.open import open_market
from entrepot.plumbing import db, mint
from entrepot.plumbing.settings import DEFAULT_MARKET, Settings
from entrepot.sourcing.warm import warm
from entrepot.terms.geo import locate
from entrepot.terms.place import Place

BEHIND_S = 0.06
"""Orders that wait no longer than this are not held up: about as long as a batch of them takes."""


async def serve(
    settings: Settings, dsn: str, *, stop: asyncio.Event, ready: Callable[[str], None]
) -> None:
    """Serve the HTTP face until `stop` is set; `ready` hears the address once it answers."""
    pool = await db.open_pool(dsn, size=settings.pool_size)
    captures = await db.open_pool(dsn, size=settings.captures_at_once)
    world = World(pool, mint.now)
    app = app_of(settings, pool, captures, world)
    app.stopping = stop
    feeder = FeederProcess(dsn)
    app.feeder = feeder.connect
    app.document = cache(partial(printed, ROUTES, settings.public_url))
    app.faces = faces.built(ROUTES)
    principals = app.principals
    async with pool.acquire() as conn, conn.transaction():
        await adopt_bootstrap(conn, settings.bootstrap_key, mint.now())
        await open_market(conn, DEFAULT_MARKET)
    async with pool.acquire() as conn:
        await principals.reload(conn)
    for market in principals.markets() | {DEFAULT_MARKET}:
        await world.market(market)
    _make_ready()
    port = settings.port or free_port(settings.host)
    tasks = [
        asyncio.create_task(principals.keep_fresh(pool, stop)),
        asyncio.create_task(world.keep_fresh(settings.view_poll_ms / 1000, stop)),
        asyncio.create_task(
            feeder.tell_of_orders(lambda: app.feeding > 0, partial(_rush, app), stop)
        ),
        asyncio.create_task(
            server.serve(app, Table(ROUTES), host=settings.host, port=port, stop=stop)
        ),
    ]
    url = f"http://{settings.host}:{port}"
    await _answers(url)
    ready(url)
    try:
        await asyncio.gather(*tasks)
    finally:
        stop.set()
        await feeder.stop()
        await app.placing.drain()
        await app.carts.drain()
        await pool.close()
        await captures.close()


def _rush(app: App) -> Rush:
    behind_s = app.placing.behind_s()
    if behind_s > BEHIND_S:
        return Rush.HELD_UP
    return Rush.SOME if behind_s > 0 else Rush.NONE


def _make_ready() -> None:
    """Read now what the first order would wait for: postal codes and sourcing's machine code."""
    locate(Place("US", "10001"))
    warm()
    calm_collector()


async def _answers(url: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(200):
            with contextlib.suppress(httpx.HTTPError):
                if (await client.get(f"{url}/healthz")).status_code == 200:
                    return
            await asyncio.sleep(0.02)
    raise RuntimeError(f"{url} does not answer")
