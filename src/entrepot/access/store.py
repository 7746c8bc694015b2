"""The rows of keys, people and sessions: every read and write of access, and nothing it decides."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from entrepot.access.model import (
    Account,
    Ending,
    LiveKey,
    Preference,
    Role,
    Scope,
    Secret,
    Session,
    Taken,
    Version,
)
from entrepot.plumbing import db, sql
from entrepot.terms.ids import KeyId, MarketId, NodeId, UserId

Q = sql.load(__package__) | sql.load(__package__, "accounts.sql")
Q |= sql.load(__package__, "sessions.sql")


async def put_key(  # noqa: PLR0913, PLR0917 - a row's columns
    conn: db.Connection,
    market: MarketId,
    key_id: KeyId,
    name: str,
    digest: bytes,
    scopes: Iterable[Scope],
    at: datetime,
    actor: str | None,
) -> None:
    await db.execute(
        conn, Q["put_key"],
        market=market, key_id=key_id, name=name, digest=digest,
        scopes=sorted(scope.value for scope in scopes), at=at, actor=actor,
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


async def note_use(conn: db.Connection, keys: Sequence[tuple[MarketId, KeyId]], day: date) -> None:
    await db.execute(
        conn, Q["note_use"],
        day=day, markets=[market for market, _ in keys], key_ids=[key_id for _, key_id in keys],
    )  # fmt: skip


async def put_account(  # noqa: PLR0913 - a row's columns
    conn: db.Connection,
    market: MarketId,
    user_id: UserId,
    *,
    login: str,
    name: str,
    role: Role,
    nodes: Sequence[NodeId] | None,
    password: str,
    actor: str,
    at: datetime,
) -> bool:
    put = await db.execute(
        conn, Q["put_account"],
        market=market, user_id=user_id, login=login, name=name, role=role.value,
        node_ids=nodes, password=password, actor=actor, at=at,
    )  # fmt: skip
    return put > 0


async def taken(
    conn: db.Connection, market: MarketId, user_id: UserId, login: str, name: str
) -> Taken:
    rows = await db.fetch(
        conn, Q["taken"], Taken, market=market, user_id=user_id, login=login, name=name
    )
    return rows[0]


async def account_for_update(
    conn: db.Connection, market: MarketId, user_id: UserId
) -> Account | None:
    rows = await db.fetch(conn, Q["account_for_update"], Account, market=market, user_id=user_id)
    return rows[0] if rows else None


async def administrators_for_update(conn: db.Connection, market: MarketId) -> list[Account]:
    return await db.fetch(conn, Q["administrators_for_update"], Account, market=market)


async def secret_of(conn: db.Connection, market: MarketId, login: str) -> Secret | None:
    rows = await db.fetch(conn, Q["secret_of"], Secret, market=market, login=login)
    return rows[0] if rows else None


async def change_account(  # noqa: PLR0913 - a row's columns
    conn: db.Connection,
    market: MarketId,
    user_id: UserId,
    *,
    name: str,
    role: Role,
    nodes: Sequence[NodeId] | None,
    enabled: bool,
) -> None:
    await db.execute(
        conn, Q["change_account"],
        market=market, user_id=user_id, name=name, role=role.value, node_ids=nodes,
        enabled=enabled,
    )  # fmt: skip


async def set_password(
    conn: db.Connection, market: MarketId, user_id: UserId, password: str, at: datetime
) -> None:
    await db.execute(
        conn, Q["set_password"], market=market, user_id=user_id, password=password, at=at
    )


async def replace_password(
    conn: db.Connection, market: MarketId, user_id: UserId, *, before: str, password: str
) -> None:
    await db.execute(
        conn, Q["replace_password"],
        market=market, user_id=user_id, before=before, password=password,
    )  # fmt: skip


async def put_session(  # noqa: PLR0913 - a row's columns
    conn: db.Connection,
    market: MarketId,
    user_id: UserId,
    *,
    digest: bytes,
    password: str,
    at: datetime,
    idle_at: datetime,
    ends_at: datetime,
) -> bool:
    put = await db.execute(
        conn, Q["put_session"],
        market=market, user_id=user_id, digest=digest, password=password, at=at, idle_at=idle_at,
        ends_at=ends_at,
    )  # fmt: skip
    return put > 0


async def live_session(
    conn: db.Connection, market: MarketId, digest: bytes, at: datetime
) -> Session | None:
    rows = await db.fetch(conn, Q["live_session"], Session, market=market, digest=digest, at=at)
    return rows[0] if rows else None


async def live_sessions(
    conn: db.Connection, known: Sequence[tuple[MarketId, bytes]], at: datetime
) -> list[Session]:
    return await db.fetch(
        conn, Q["live_sessions"], Session,
        at=at, markets=[market for market, _ in known], digests=[digest for _, digest in known],
    )  # fmt: skip


async def touch_sessions(
    conn: db.Connection,
    used: Sequence[tuple[MarketId, bytes]],
    *,
    at: datetime,
    idle_at: datetime,
) -> None:
    await db.execute(
        conn, Q["touch_sessions"],
        at=at, idle_at=idle_at, markets=[market for market, _ in used],
        digests=[digest for _, digest in used],
    )  # fmt: skip


async def end_session(
    conn: db.Connection, market: MarketId, digest: bytes, why: Ending, at: datetime
) -> bool:
    ended = await db.execute(
        conn, Q["end_session"], market=market, digest=digest, why=why.value, at=at
    )
    return ended > 0


async def end_sessions_of(
    conn: db.Connection, market: MarketId, user_id: UserId, why: Ending, at: datetime
) -> int:
    return await db.execute(
        conn, Q["end_sessions_of"], market=market, user_id=user_id, why=why.value, at=at
    )


async def forget_sessions(
    conn: db.Connection, market: MarketId, user_id: UserId, before: datetime
) -> None:
    await db.execute(conn, Q["forget_sessions"], market=market, user_id=user_id, before=before)


async def preference_for_update(
    conn: db.Connection, market: MarketId, user_id: UserId
) -> Preference | None:
    rows = await db.fetch(
        conn, Q["preference_for_update"], Preference, market=market, user_id=user_id
    )
    return rows[0] if rows else None


async def put_preference(
    conn: db.Connection, market: MarketId, user_id: UserId, document: str, at: datetime
) -> int:
    rows = await db.fetch(
        conn, Q["put_preference"], Version,
        market=market, user_id=user_id, document=document, at=at,
    )  # fmt: skip
    return rows[0].version
