"""What servers and faces ask of the policies. No locks, no writes."""

from collections.abc import Collection
from datetime import datetime

from entrepot.plumbing import db
from entrepot.policies import store
from entrepot.policies.model import Policy, PolicyMove, Version, policy_of
from entrepot.policies.states import PolicyState
from entrepot.terms.ids import MarketId

VERSION_MAX = 2**31 - 1


async def current(conn: db.Connection, market: MarketId) -> tuple[int, Policy]:
    """Answer the version in force and what it says; version 0 and the defaults where none is."""
    row = await store.current(conn, market)
    if row is None:
        return 0, Policy()
    return row.version, policy_of(row.document)


async def history(
    conn: db.Connection, market: MarketId, *, before: int = VERSION_MAX, most: int
) -> list[Version]:
    """Answer those that came into force before one (by activation), newest first."""
    return await store.history(conn, market, before, most)


async def versions(
    conn: db.Connection,
    market: MarketId,
    *,
    states: Collection[PolicyState] | None = None,
    before: int = VERSION_MAX,
    most: int,
) -> list[Version]:
    """Answer a page of all versions before one, newest first."""
    return await store.page(conn, market, states, before, most)


async def version(conn: db.Connection, market: MarketId, number: int) -> Version | None:
    """Answer one version; None where there is none."""
    return await store.one(conn, market, number)


async def moves(conn: db.Connection, market: MarketId, number: int) -> list[PolicyMove]:
    """Answer the life of a version."""
    return await store.moves(conn, market, number)


async def due(conn: db.Connection, market: MarketId, *, at: datetime) -> int | None:
    """Answer a scheduled version whose time has come; None where none's has."""
    return await store.due(conn, market, at)
