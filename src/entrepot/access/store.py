"""The rows of keys: every read and write of access, and nothing it decides."""

from collections.abc import Iterable
from datetime import datetime

from entrepot.access.model import LiveKey, Scope
from entrepot.plumbing import db, sql
from entrepot.terms.ids import KeyId, MarketId

Q = sql.load(__package__)


async def put_key(  # noqa: PLR0913, PLR0917 - a row's columns
    conn: db.Connection,
    market: MarketId,
    key_id: KeyId,
    name: str,
    digest: bytes,
    scopes: Iterable[Scope],
    at: datetime,
) -> None:
    await db.execute(
        conn, Q["put_key"],
        market=market, key_id=key_id, name=name, digest=digest,
        scopes=sorted(scope.value for scope in scopes), at=at,
    )  # fmt: skip


async def adopt_key(
    conn: db.Connection, market: MarketId, key_id: KeyId, name: str, digest: bytes, at: datetime
) -> bool:
    adopted = await db.execute(
        conn, Q["adopt_key"],
        market=market, key_id=key_id, name=name, digest=digest,
        scopes=[Scope.ADMIN.value], at=at,
    )  # fmt: skip
    return adopted > 0


async def revoke_key(conn: db.Connection, market: MarketId, key_id: KeyId, at: datetime) -> bool:
    return await db.execute(conn, Q["revoke_key"], market=market, key_id=key_id, at=at) > 0


async def live_keys(conn: db.Connection) -> list[LiveKey]:
    return await db.fetch(conn, Q["live_keys"], LiveKey)
