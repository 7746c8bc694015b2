"""The only place that builds and wires things."""

import asyncio
import contextlib
import gc
import importlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import httpx
import msgspec

from entrepot.access.adopt import adopt_bootstrap
from entrepot.api import faces, server
from entrepot.api.app import app_of
from entrepot.api.face import Table
from entrepot.api.openapi import document
from entrepot.api.routes import ROUTES
from entrepot.api.server import free_port
from entrepot.journey import audit, safeguard
from entrepot.journey.world import World
from entrepot.network import browse
from entrepot.network.open import open_market
from entrepot.plumbing import cursors, db, mint, sql
from entrepot.plumbing.settings import DEFAULT_MARKET, Settings
from entrepot.sourcing.warm import warm
from entrepot.terms.geo import locate
from entrepot.terms.lifecycle import Lifecycle
from entrepot.terms.place import Place
from entrepot.work import loop

CAPABILITIES = (
    "plumbing", "access", "catalog", "network", "policies", "customers", "orders",
    "inventory", "sourcing", "promise", "fulfillment", "delivery", "notices", "journey",
)  # fmt: skip
"""Every room that may keep rows, from the ground floor up."""


@cache
def invariants() -> dict[str, sql.Query]:
    """Every invariant of the house, by `capability.name`: a statement that must select no rows."""
    found: dict[str, sql.Query] = {}
    for capability in CAPABILITIES:
        for name, query in sql.load_all(f"entrepot.{capability}", "invariants.sql").items():
            found[f"{capability}.{name}"] = query
    return found


def lifecycles() -> list[Lifecycle[Any, Any]]:
    """Every life that is a table, in the order of the rooms."""
    found = []
    for capability in CAPABILITIES:
        if (resources.files(f"entrepot.{capability}") / "states.py").is_file():
            module = importlib.import_module(f"entrepot.{capability}.states")
            found += [each for each in vars(module).values() if isinstance(each, Lifecycle)]
    return found


def transitions() -> Iterator[tuple[str, str, str, str]]:
    """Every legal move of every life, as rows for `plumbing.transition`."""
    for life in lifecycles():
        yield from life.rows()


async def serve(
    settings: Settings, dsn: str, *, stop: asyncio.Event, ready: Callable[[str], None]
) -> None:
    """Serve the HTTP face until `stop` is set; `ready` hears the address once it answers."""
    pool = await db.open_pool(dsn, size=settings.pool_size)
    captures = await db.open_pool(dsn, size=settings.captures_at_once)
    world = World(pool, mint.now)
    app = app_of(settings, pool, captures, world)
    app.stopping = stop
    app.document = msgspec.json.encode(document(ROUTES, settings.public_url))
    app.faces = faces.built(ROUTES)
    principals = app.principals
    async with pool.acquire() as conn, conn.transaction():
        await adopt_bootstrap(conn, settings.bootstrap_key, mint.now())
        await open_market(conn, DEFAULT_MARKET)
    async with pool.acquire() as conn:
        await principals.reload(conn)
    for market in principals.markets() | {DEFAULT_MARKET}:
        await world.market(market)
    locate(Place("US", "10001"))  # the table of US postal codes is read now, not at the first order
    warm()  # and so is sourcing's machine code
    _calm_collector()
    port = settings.port or free_port(settings.host)
    tasks = [
        asyncio.create_task(principals.keep_fresh(pool, stop)),
        asyncio.create_task(world.keep_fresh(settings.view_poll_ms / 1000, stop)),
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
        await app.placing.drain()
        await app.carts.drain()
        await pool.close()
        await captures.close()


def _calm_collector() -> None:
    """What was loaded stays: the collector need not walk it again and again among the orders.

    Requests and steps make few cycles: the young generation may grow before it is looked at.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def _answers(url: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(200):
            with contextlib.suppress(httpx.HTTPError):
                if (await client.get(f"{url}/healthz")).status_code == 200:
                    return
            await asyncio.sleep(0.02)
    raise RuntimeError(f"{url} does not answer")


async def work(settings: Settings, dsn: str, *, stop: asyncio.Event) -> None:
    """Run the background work until `stop` is set."""
    pool = await db.open_pool(dsn, size=6)
    _calm_collector()
    try:
        await loop.work(pool, World(pool, mint.now, stock=False), settings, stop)
    finally:
        await pool.close()


@dataclass(frozen=True, slots=True)
class Finding:
    """An invariant, how many rows break it, the first of them, and how long the check took."""

    name: str
    violations: int
    first: list[dict[str, object]]
    seconds: float


FIRST_MAX = 20


AUDITS = {
    "journey.summaries_say_what_the_rows_say": audit.stale_summaries,
    "sourcing.decisions_run_again_say_the_same": audit.changed_decisions,
    "inventory.safety_is_what_the_rules_say": safeguard.unsafe_positions,
    "promise.performance_is_what_happened": audit.miscounted_nodes,
}
"""What `verify --full` checks beside the invariants: it takes more than a statement."""


async def verify(dsn: str, *, full: bool) -> list[Finding]:
    """Check every invariant in one snapshot; `full` runs the audits too."""
    conn = await db.connect(dsn, db.Limits(statement_ms=0))
    found = []
    try:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            for name, query in invariants().items():
                began = time.perf_counter()
                rows = [dict(row) for row in await conn.fetch(query.text)]
                found.append(_finding(name, rows, began))
            markets = await browse.markets(conn) if full else []
            for name, check in AUDITS.items() if full else ():
                began = time.perf_counter()
                found.append(
                    _finding(name, [r for m in markets for r in await check(conn, m)], began)
                )
    finally:
        await conn.close()
    return found


def _finding(name: str, rows: list[dict[str, object]], began: float) -> Finding:
    return Finding(name, len(rows), rows[:FIRST_MAX], time.perf_counter() - began)


async def drained(dsn: str, *, within_s: float) -> bool:
    """Wait until every fact is numbered and every row of the journey has read it all."""
    conn = await db.connect(dsn)
    try:
        ends = asyncio.get_running_loop().time() + within_s
        while asyncio.get_running_loop().time() < ends:
            if not await cursors.are_behind(conn):
                return True
            await asyncio.sleep(0.1)
        return False
    finally:
        await conn.close()
