"""The rows of replays, and of the history they read. Nothing is decided here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from entrepot.plumbing import db, sql
from entrepot.sourcing.replay_model import (
    KeptRecord,
    PlacedDecision,
    Replay,
    ReplayChange,
    ReplayName,
    ReplayPart,
)
from entrepot.terms.ids import MarketId, uuid7

Q = sql.load(__package__, "replays.sql")

WRITTEN_WITHIN = timedelta(minutes=10)
"""A record is written at most so long after the moment it decided at: a batch's own transaction."""


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time, [from_at, to_at), and the ids of the records that may belong to it."""

    from_at: datetime
    to_at: datetime

    @property
    def first_id(self) -> UUID:
        """The least id a record of it can have."""
        return _id_at(self.from_at)

    @property
    def last_id(self) -> UUID:
        """An id beyond all of them."""
        return _id_at(self.to_at + WRITTEN_WITHIN)


def _id_at(at: datetime) -> UUID:
    return uuid7(int(at.timestamp() * 1000), 0)


async def make(  # noqa: PLR0913 - a replay's columns
    conn: db.Connection,
    market: MarketId,
    replay_id: UUID,
    span: Span,
    *,
    document: str | None,
    digest: str | None,
    seed: int,
    actor: str,
    at: datetime,
) -> None:
    """Write down what is to be replayed."""
    await db.execute(
        conn, Q["make_replay"],
        market=market, replay_id=replay_id, actor=actor, from_at=span.from_at, to_at=span.to_at,
        document=document, digest=digest, seed=seed, at=at, first_id=span.first_id,
        last_id=span.last_id,
    )  # fmt: skip


async def lock(conn: db.Connection, market: MarketId, replay_id: UUID) -> Replay | None:
    """Have an unfinished replay until the transaction ends; None where it is done or taken."""
    rows = await db.fetch(conn, Q["replay_for_update"], Replay, market=market, replay_id=replay_id)
    return rows[0] if rows else None


async def read(conn: db.Connection, market: MarketId, replay_id: UUID) -> Replay | None:
    """Read a replay as it stands."""
    rows = await db.fetch(conn, Q["replay_of"], Replay, market=market, replay_id=replay_id)
    return rows[0] if rows else None


async def listed(
    conn: db.Connection, market: MarketId, *, before: UUID, open_: bool | None, most: int
) -> list[Replay]:
    """Read replays, the newest first, from before one on, without documents and findings.

    `open_`: only those that have not ended, or only those that have; None: all.
    """
    return await db.fetch(
        conn, Q["replays"], Replay, market=market, before=before, open=open_, most=most
    )


async def cancel(
    conn: db.Connection, market: MarketId, replay_id: UUID, *, actor: str, at: datetime
) -> bool:
    """End a replay before it is done; answers whether it had not ended. It waits for a step."""
    return (
        await db.execute(
            conn, Q["cancel_replay"], market=market, replay_id=replay_id, actor=actor, at=at
        )
        > 0
    )


async def unfinished(conn: db.Connection, market: MarketId) -> list[UUID]:
    """Name what is to be worked on, the oldest first."""
    rows = await db.fetch(conn, Q["replays_unfinished"], ReplayName, market=market)
    return [each.replay_id for each in rows]


async def of_document(
    conn: db.Connection, market: MarketId, digest: str, since: datetime
) -> list[Replay]:
    """Read the replays of a document that ended since then, the newest first."""
    return await db.fetch(
        conn, Q["replays_of_document"], Replay, market=market, digest=digest, since=since
    )


async def records_after(
    conn: db.Connection, market: MarketId, after_id: UUID, last_id: UUID, most: int
) -> list[KeptRecord]:
    """Read the next records before an id."""
    return await db.fetch(
        conn, Q["records_after"], KeptRecord,
        market=market, after_id=after_id, last_id=last_id, most=most,
    )  # fmt: skip


async def decisions_of(
    conn: db.Connection,
    market: MarketId,
    record_ids: Sequence[UUID],
    first: datetime,
    last: datetime,
) -> list[PlacedDecision]:
    """Say which orders some records decided; they were decided between two moments."""
    return await db.fetch(
        conn, Q["decisions_of_records"], PlacedDecision,
        market=market, record_ids=list(record_ids), from_at=first, to_at=last,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Done:
    """What a step has done, ending with a record."""

    after_id: UUID
    records: int
    decisions: int
    orders: int
    differing: int
    changed: int


async def move(conn: db.Connection, market: MarketId, replay_id: UUID, done: Done) -> None:
    """Note a step; the replay is locked."""
    await db.execute(
        conn, Q["move_replay"],
        market=market, replay_id=replay_id, after_id=done.after_id, records=done.records,
        decisions=done.decisions, orders=done.orders, differing=done.differing,
        changed=done.changed,
    )  # fmt: skip


async def end(
    conn: db.Connection,
    market: MarketId,
    replay_id: UUID,
    *,
    result: str | None,
    fault: str | None,
    at: datetime,
) -> None:
    """End a replay, with what it found or with why it cannot go on."""
    await db.execute(
        conn, Q["end_replay"],
        market=market, replay_id=replay_id, result=result, fault=fault, at=at,
    )  # fmt: skip


async def add_part(
    conn: db.Connection, market: MarketId, replay_id: UUID, part: int, packed: bytes
) -> None:
    """Keep what a step counted."""
    await db.execute(
        conn, Q["add_replay_part"], market=market, replay_id=replay_id, part=part, packed=packed
    )


async def parts(conn: db.Connection, market: MarketId, replay_id: UUID) -> list[bytes]:
    """Read all that was counted, in the order of time."""
    rows = await db.fetch(conn, Q["replay_parts"], ReplayPart, market=market, replay_id=replay_id)
    return [each.packed for each in rows]


async def add_changes(
    conn: db.Connection, market: MarketId, replay_id: UUID, changes: Sequence[ReplayChange]
) -> None:
    """Keep decisions that differ."""
    if changes:
        await db.execute(
            conn, Q["add_replay_changes"],
            market=market, replay_id=replay_id, numbers=[c.number for c in changes],
            faithful=[c.faithful for c in changes],
            order_ids=[c.order_id for c in changes],
            documents=[c.document for c in changes],
        )  # fmt: skip


async def changes_after(
    conn: db.Connection, market: MarketId, replay_id: UUID, after: int, most: int
) -> list[ReplayChange]:
    """Read a page of the decisions that differ, after a number."""
    return await db.fetch(
        conn, Q["replay_changes"], ReplayChange,
        market=market, replay_id=replay_id, after=after, most=most,
    )  # fmt: skip
