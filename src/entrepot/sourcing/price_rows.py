"""The rows of price tables: the newest, and those before it."""

from datetime import datetime

from entrepot.plumbing import db, sql
from entrepot.sourcing.model import PriceRow, PriceTable, PriceVersion
from entrepot.terms.ids import MarketId

Q = sql.load(__package__, "prices.sql")

TABLES_KEPT_MAX = 60
"""Two months of nightly prices: a decision's own record holds those it was made with."""


async def publish(conn: db.Connection, market: MarketId, made: PriceRow, document: bytes) -> bool:
    """Keep a table as its version; answers whether nobody else has made that version meanwhile."""
    rows = await db.fetch(
        conn, Q["publish_prices"], PriceVersion,
        market=market, version=made.version, made_at=made.made_at, why=made.why,
        network_version=made.network_version, skus=made.skus, positions=made.positions,
        dearest=made.dearest, document=document,
    )  # fmt: skip
    if rows:
        await db.execute(
            conn, Q["forget_prices"], market=market, upto=made.version - TABLES_KEPT_MAX
        )
    return bool(rows)


async def newest(conn: db.Connection, market: MarketId) -> tuple[int, datetime | None]:
    """Say which version is the newest and when it was made; (0, None) where there is none."""
    rows = await db.fetch(conn, Q["newest_prices"], PriceVersion, market=market)
    return (rows[0].version, rows[0].made_at) if rows else (0, None)


async def read(conn: db.Connection, market: MarketId, version: int) -> bytes | None:
    """Read a table's document; None where there is none of that version."""
    rows = await db.fetch(conn, Q["prices"], PriceTable, market=market, version=version)
    return rows[0].document if rows else None


async def listed(
    conn: db.Connection, market: MarketId, *, before: int, most: int
) -> list[PriceRow]:
    """Read a page of tables without their prices, the newest first."""
    return await db.fetch(
        conn, Q["price_tables"], PriceRow, market=market, before=before, most=most
    )
