"""The policies' rows: every read and write their verbs make, and nothing they decide."""

from collections.abc import Collection
from datetime import datetime

from entrepot.plumbing import db, sql
from entrepot.policies.model import PolicyMove, PolicyRow, Version, Written
from entrepot.policies.states import PolicyState, PolicyVerb
from entrepot.terms.ids import MarketId

Q = sql.load(__package__)


async def new(  # noqa: PLR0913 - a version's columns
    conn: db.Connection,
    market: MarketId,
    state: PolicyState,
    document: str,
    actor: str,
    reason: str,
    *,
    restores: int | None = None,
    at: datetime,
) -> int:
    rows = await db.fetch(
        conn, Q["new_policy"], Written,
        market=market, state=state.value, document=document, actor=actor, reason=reason,
        restores=restores, at=at,
    )  # fmt: skip
    return rows[0].version


async def move(  # noqa: PLR0913 - what of it changes, by whom and why
    conn: db.Connection,
    market: MarketId,
    version: Version,
    verb: PolicyVerb,
    state: PolicyState,
    *,
    actor: str,
    reason: str | None,
    at: datetime,
    effective_at: datetime | None = None,
    document: str | None = None,
    note: str | None = None,
) -> bool:
    rows = await db.fetch(
        conn, Q["move_policy"], Written,
        market=market, version=version.version, state=state.value, from_state=version.state,
        verb=verb.value, move_no=version.revision, actor=actor, reason=reason, at=at,
        effective_at=effective_at, document=document, note=note,
    )  # fmt: skip
    return bool(rows)


async def current(conn: db.Connection, market: MarketId) -> PolicyRow | None:
    rows = await db.fetch(conn, Q["current_policy"], PolicyRow, market=market)
    return rows[0] if rows else None


async def history(conn: db.Connection, market: MarketId, before: int, most: int) -> list[Version]:
    return await db.fetch(
        conn, Q["policy_history"], Version, market=market, before=before, most=most
    )


async def page(
    conn: db.Connection,
    market: MarketId,
    states: Collection[PolicyState] | None,
    before: int,
    most: int,
) -> list[Version]:
    said = None if states is None else [state.value for state in states]
    return await db.fetch(
        conn, Q["policies"], Version, market=market, states=said, before=before, most=most
    )


async def one(conn: db.Connection, market: MarketId, version: int) -> Version | None:
    rows = await db.fetch(conn, Q["policy_version"], Version, market=market, version=version)
    return rows[0] if rows else None


async def lock(conn: db.Connection, market: MarketId, version: int) -> Version | None:
    rows = await db.fetch(conn, Q["policy_for_update"], Version, market=market, version=version)
    return rows[0] if rows else None


async def lock_active(conn: db.Connection, market: MarketId) -> Version | None:
    rows = await db.fetch(conn, Q["active_for_update"], Version, market=market)
    return rows[0] if rows else None


async def due(conn: db.Connection, market: MarketId, at: datetime) -> int | None:
    rows = await db.fetch(conn, Q["due_policy"], Written, market=market, at=at)
    return rows[0].version if rows else None


async def moves(conn: db.Connection, market: MarketId, version: int) -> list[PolicyMove]:
    return await db.fetch(conn, Q["policy_moves"], PolicyMove, market=market, version=version)
