"""What the faces list and show of keys and people; no locks, and no secret in any of it."""

from datetime import datetime

from entrepot.access.model import Account, Count, KeyRow, Preference
from entrepot.plumbing import db, sql
from entrepot.terms.ids import KeyId, MarketId, UserId

Q = sql.load(__package__) | sql.load(__package__, "accounts.sql")


async def keys(
    conn: db.Connection, market: MarketId, before: tuple[datetime, KeyId], most: int
) -> list[KeyRow]:
    """Read keys, the newest first."""
    at, key_id = before
    return await db.fetch(
        conn, Q["keys_page"], KeyRow, market=market, before_at=at, before_id=key_id, most=most
    )


async def key(conn: db.Connection, market: MarketId, key_id: KeyId) -> KeyRow | None:
    """Read one key, live or revoked."""
    rows = await db.fetch(conn, Q["key_of"], KeyRow, market=market, key_id=key_id)
    return rows[0] if rows else None


async def account(conn: db.Connection, market: MarketId, user_id: UserId) -> Account | None:
    """Read one person."""
    rows = await db.fetch(conn, Q["account"], Account, market=market, user_id=user_id)
    return rows[0] if rows else None


async def account_of_login(conn: db.Connection, market: MarketId, login: str) -> Account | None:
    """Read who has this login."""
    rows = await db.fetch(conn, Q["account_of_login"], Account, market=market, login=login)
    return rows[0] if rows else None


async def accounts(conn: db.Connection, market: MarketId, after: str, most: int) -> list[Account]:
    """Read people by login, those after one."""
    return await db.fetch(conn, Q["accounts_page"], Account, market=market, after=after, most=most)


async def has_people(conn: db.Connection) -> bool:
    """Say whether anybody has an account, in any market."""
    rows = await db.fetch(conn, Q["accounts_in_all"], Count)
    return rows[0].count > 0


async def preference(conn: db.Connection, market: MarketId, user_id: UserId) -> Preference | None:
    """Read a person's preferences."""
    rows = await db.fetch(conn, Q["preference"], Preference, market=market, user_id=user_id)
    return rows[0] if rows else None
