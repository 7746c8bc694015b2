"""Prices of stock and room, beside the loop: made every night, and when much has come in."""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from entrepot.inventory.chapters import first_id_at
from entrepot.journey import wave_rows
from entrepot.journey.here import Here
from entrepot.journey.model import CameIn
from entrepot.journey.outlook import Q, outlook
from entrepot.journey.world import World
from entrepot.plumbing import db, mint
from entrepot.policies.ahead import LookAhead
from entrepot.sourcing import price_rows
from entrepot.sourcing.lookahead import Chance, Outlook, look_ahead
from entrepot.sourcing.model import PriceRow, Prices
from entrepot.sourcing.price_table import pack, unpack
from entrepot.terms.ids import MarketId

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(minutes=10)
"""How late a restock is noticed: what came in is added up so often."""


async def make_due(pool: db.Pool, world: World, market: MarketId, rules: LookAhead) -> bool:
    """Make a market's prices where they are due and nobody else does; answers whether we did."""
    at = mint.now()
    async with pool.acquire() as conn:
        if not await wave_rows.take_turn(conn, market, "prices", before=at - LOOK_EVERY, at=at):
            return False
        why = await _why(conn, market, rules, at)
    return why is not None and await make(pool, world, market, rules, why) is not None


async def make(
    pool: db.Pool, world: World, market: MarketId, rules: LookAhead, why: str
) -> PriceRow | None:
    """Look ahead and publish what was found; None: nothing to price, or another was first."""
    at = mint.now()
    async with pool.acquire() as conn, conn.transaction():
        here = Here(conn, market, world, at, release_after_s=0)
        known = await world.fresh(conn, market)
        outlooked = await outlook(here, known, rules)
        version, _ = await price_rows.newest(conn, market)
        document = await price_rows.read(conn, market, version)
    if outlooked is None:
        return None
    compiled = outlooked.standing.compiled
    before = unpack(document, version, compiled) if document is not None else None
    prices = await asyncio.to_thread(_looked, outlooked, version + 1, before)
    prices = replace(prices, since=at.astimezone(UTC).date())
    made = PriceRow(
        version=version + 1, made_at=at, why=why, network_version=compiled.network.version,
        skus=len(prices.stock),
        positions=sum(int((worth > 0).sum()) for worth in prices.stock.values()),
        dearest=max((int(worth.max()) for worth in prices.stock.values()), default=0),
    )  # fmt: skip
    async with pool.acquire() as conn, conn.transaction():
        first = await price_rows.publish(conn, market, made, pack(prices, compiled))
    return made if first else None


def _looked(outlooked: Outlook, version: int, before: Prices | None) -> Prices:
    return look_ahead(outlooked, Chance(seed=version), version, before)


async def _why(conn: db.Connection, market: MarketId, rules: LookAhead, at: datetime) -> str | None:
    """Say why prices are due now; None: they are not."""
    _, made_at = await price_rows.newest(conn, market)
    if made_at is None or at - made_at >= timedelta(hours=rules.every_hours):
        return "due"
    if rules.restocked_percent is None:
        return None
    came = await _units(conn, "came_in", market=market, from_id=first_id_at(made_at))
    if not came:
        return None
    free = await _units(conn, "free_everywhere", market=market)
    return "restocked" if came * 100 >= rules.restocked_percent * max(free, 1) else None


async def _units(conn: db.Connection, statement: str, **values: object) -> int:
    return (await db.fetch(conn, Q[statement], CameIn, **values))[0].units
