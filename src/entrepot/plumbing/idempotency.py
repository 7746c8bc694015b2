"""One effect per key: the key is claimed first, its answer kept in the effect's own commit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from entrepot.plumbing import db, sql
from entrepot.plumbing.model import Claimed, Kept
from entrepot.terms.ids import MarketId

Q = sql.load(__package__)


class Key(msgspec.Struct, frozen=True):
    """Who asked, under which key, for what: `fingerprint` is a digest of method, path and body."""

    principal: str
    key: str
    fingerprint: bytes


async def claim(
    conn: db.Connection,
    market: MarketId,
    keys: Sequence[Key],
    subjects: Sequence[UUID | None],
    *,
    at: datetime,
) -> dict[tuple[str, str], Kept]:
    """Claim the keys; answers those that were claimed before, with what was answered then.

    Waits for a transaction that holds one of the keys. The caller owns the transaction, and keeps
    an answer or gives the key back before it commits.
    """
    fresh = await db.fetch(
        conn, Q["claim_keys"], Claimed,
        market=market, principals=[k.principal for k in keys], keys=[k.key for k in keys],
        fingerprints=[k.fingerprint for k in keys], subjects=list(subjects), at=at,
    )  # fmt: skip
    if len(fresh) == len(keys):
        return {}
    mine = {(each.principal, each.key) for each in fresh}
    return await kept(conn, market, [k for k in keys if (k.principal, k.key) not in mine])


async def kept(
    conn: db.Connection, market: MarketId, keys: Sequence[Key]
) -> dict[tuple[str, str], Kept]:
    """Read what was answered to those of these keys that were claimed before."""
    if not keys:
        return {}
    rows = await db.fetch(
        conn, Q["kept_answers"], Kept,
        market=market, principals=[k.principal for k in keys], keys=[k.key for k in keys],
    )  # fmt: skip
    return {(each.principal, each.key): each for each in rows}


async def kept_at(
    conn: db.Connection, market: MarketId, keys: Mapping[int, Key | None]
) -> dict[int, Kept]:
    """Read by place what was answered before, of requests whose keys were claimed before."""
    known = await kept(conn, market, [key for key in keys.values() if key is not None])
    return {
        place: found
        for place, key in keys.items()
        if key is not None and (found := known.get((key.principal, key.key))) is not None
    }


async def claim_answered(
    conn: db.Connection,
    market: MarketId,
    keys: Sequence[Key],
    answers: Sequence[bytes | None],
    subjects: Sequence[UUID | None],
    *,
    at: datetime,
) -> set[tuple[str, str]]:
    """Claim the keys and keep their answers (of status 201); gives those that were free until now.

    Waits as `claim` does. Whoever has no answer gives the key back before the caller's commit.
    """
    if not keys:
        return set()
    fresh = await db.fetch(
        conn, Q["claim_answered"], Claimed,
        market=market, principals=[k.principal for k in keys], keys=[k.key for k in keys],
        fingerprints=[k.fingerprint for k in keys], answers=list(answers),
        subjects=list(subjects), at=at,
    )  # fmt: skip
    return {(each.principal, each.key) for each in fresh}


async def give_back(conn: db.Connection, market: MarketId, keys: Sequence[Key]) -> None:
    """Release claims whose requests were refused: a refusal writes nothing."""
    if keys:
        await db.execute(
            conn, Q["give_keys_back"],
            market=market, principals=[k.principal for k in keys], keys=[k.key for k in keys],
        )  # fmt: skip


async def keep(
    conn: db.Connection, market: MarketId, key: Key, *, status: int, answer: bytes
) -> None:
    """Keep a single call's answer under its key."""
    await db.execute(
        conn, Q["keep_answer"],
        market=market, principal=key.principal, key=key.key, status=status, answer=answer,
    )  # fmt: skip
