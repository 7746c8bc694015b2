"""Recognize sessions: those a process has not seen, and whether those it knows are still good."""

from collections.abc import Collection

from entrepot.access import store, tokens
from entrepot.access.model import SESSION_IDLE, TOUCH_AFTER, Principal, Session
from entrepot.access.roles import scopes_of
from entrepot.plumbing import clock, db
from entrepot.terms.ids import KeyId, MarketId

Known = tuple[MarketId, bytes]


def principal_of(session: Session) -> Principal:
    """Give whoever has a session, as one who asks.

    The idempotency keys of a person are the person's, whichever session they are sent in.
    """
    return Principal(
        session.market,
        KeyId(f"user:{session.user_id}"),
        session.name,
        scopes_of(session.role),
        session.user_id,
        None if session.node_ids is None else frozenset(session.node_ids),
    )


async def recognize(conn: db.Connection, token: str) -> Session | None:
    """Find the live session of a token."""
    market = tokens.market_of(token)
    if market is None:
        return None
    at = await clock.read(conn)
    return await store.live_session(conn, market, tokens.digest(token), at)


async def still_good(
    conn: db.Connection, known: Collection[Known], used: Collection[Session]
) -> dict[bytes, Session]:
    """Read those of the sessions that are live, by digest, as their people are by now.

    Those that were used are left alone from now on: a write for each session and minute.
    """
    if not known:
        return {}
    at = await clock.read(conn)
    idle_at = at + SESSION_IDLE
    due = sorted((s.market, s.digest) for s in used if s.idle_at < idle_at - TOUCH_AFTER)
    if due:
        await store.touch_sessions(conn, due, at=at, idle_at=idle_at)
    return {each.digest: each for each in await store.live_sessions(conn, sorted(known), at)}
