"""Sign in, and change one's own password: who shows the password gets a session of their own."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from entrepot.access import store, tokens
from entrepot.access.hashing import Hashing
from entrepot.access.model import (
    SESSION_IDLE,
    SESSION_KEPT,
    SESSION_LENGTH,
    Ending,
    Secret,
    Session,
)
from entrepot.plumbing import clock, db
from entrepot.terms.ids import MarketId


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session and its token, which is told once, in a cookie."""

    session: Session
    token: str = field(repr=False)


Dice = Callable[[int], bytes]


async def sign_in(  # noqa: PLR0913 - who, with what, instead of which session
    pool: db.Pool,
    hashing: Hashing,
    market: MarketId,
    login: str,
    password: str,
    *,
    instead_of: str | None = None,
    dice: Dice = secrets.token_bytes,
) -> SignedIn | None:
    """Begin a session; None where login and password are not those of somebody who may sign in.

    It takes as long for a login nobody has. No connection is held while the password is verified.
    The session of the token `instead_of` ends: what a browser held before is worth nothing after.
    A hash with older parameters is made anew. Raises HashingFullError.
    """
    async with pool.acquire() as conn:
        secret = await store.secret_of(conn, market, login)
    kept = None if secret is None else secret.password
    if not await hashing.verify(kept, password) or secret is None or not secret.enabled:
        return None
    newer = await hashing.make(password) if hashing.is_weak(secret.password) else None

    async def work(conn: db.Connection) -> SignedIn | None:
        at = await clock.read(conn)
        if instead_of is not None and (theirs := tokens.market_of(instead_of)) is not None:
            ended = tokens.digest(instead_of)
            await store.end_session(conn, theirs, ended, Ending.REPLACED, at)
        begun = await _begin(conn, market, secret, at, dice)
        if begun is not None:
            await store.forget_sessions(conn, market, secret.user_id, at - SESSION_KEPT)
        if begun is not None and newer is not None:
            await store.replace_password(
                conn, market, secret.user_id, before=secret.password, password=newer
            )
        return begun

    return await db.in_transaction(pool, work)


async def change_password(  # noqa: PLR0913 - whose, from what, to what
    pool: db.Pool,
    hashing: Hashing,
    market: MarketId,
    login: str,
    *,
    current: str,
    new: str,
    dice: Dice = secrets.token_bytes,
) -> SignedIn | None:
    """Change one's own password; all sessions end and a new one begins.

    None where `current` is not it. Raises HashingFullError.
    """
    async with pool.acquire() as conn:
        secret = await store.secret_of(conn, market, login)
    if secret is None or not await hashing.verify(secret.password, current):
        return None
    made = await hashing.make(new)

    async def work(conn: db.Connection) -> SignedIn | None:
        at = await clock.read(conn)
        now = await store.secret_of(conn, market, login)
        if now is None or now.password != secret.password:
            return None
        await store.set_password(conn, market, secret.user_id, made, at)
        await store.end_sessions_of(conn, market, secret.user_id, Ending.PASSWORD, at)
        return await _begin(conn, market, Secret(now.user_id, made, now.enabled), at, dice)

    return await db.in_transaction(pool, work)


async def _begin(
    conn: db.Connection, market: MarketId, secret: Secret, at: datetime, dice: Dice
) -> SignedIn | None:
    token = tokens.make(market, dice(tokens.SECRET_BYTES))
    digest = tokens.digest(token)
    put = await store.put_session(
        conn, market, secret.user_id, digest=digest, password=secret.password, at=at,
        idle_at=at + SESSION_IDLE, ends_at=at + SESSION_LENGTH,
    )  # fmt: skip
    session = await store.live_session(conn, market, digest, at) if put else None
    return None if session is None else SignedIn(session, token)
