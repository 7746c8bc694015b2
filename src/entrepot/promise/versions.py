"""Versions of what was learned: kept, put in force, read. The caller owns the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId

Q = sql.load(__package__, "versions.sql")

MEMORIES_KEPT = timedelta(days=120)
"""Promises can be made again as they were made for so long."""

NEWEST = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class VersionNumber:
    """The number of a version that was written."""

    version: int


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version as it is stored. `card` is JSON text."""

    version: int
    trained_at: datetime
    actor: str
    forests: bytes
    card: str
    promoted_at: datetime | None
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class VersionSummary:
    """A version without its forests. `card` is JSON text."""

    version: int
    trained_at: datetime
    actor: str
    card: str
    promoted_at: datetime | None
    retired_at: datetime | None

    @property
    def standing(self) -> str:
        """Say what it is now: in force, retired, or a challenger."""
        if self.promoted_at is None:
            return "challenger"
        return "in force" if self.retired_at is None else "retired"


@dataclass(frozen=True, slots=True)
class InForce:
    """The version that answers, and the moment of what it remembers."""

    version: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """What had happened by a moment, packed."""

    as_of: datetime
    past: bytes


async def keep(  # noqa: PLR0913 - a version's parts
    conn: db.Connection,
    market: MarketId,
    *,
    forests: bytes,
    card: str,
    past: bytes,
    actor: str,
    at: datetime,
) -> int:
    """Keep a version and what it remembers; answers its number. It is in force for nobody yet."""
    rows = await db.fetch(
        conn, Q["keep_version"], VersionNumber,
        market=market, at=at, actor=actor, forests=forests, card=card,
    )  # fmt: skip
    await remember(conn, market, rows[0].version, past, at=at)
    return rows[0].version


async def remember(
    conn: db.Connection, market: MarketId, version: int, past: bytes, *, at: datetime
) -> None:
    """Keep what had happened by a moment for a version, and forget what is too old."""
    await db.execute(conn, Q["keep_memory"], market=market, version=version, as_of=at, past=past)
    await db.execute(conn, Q["forget_memories"], market=market, before=at - MEMORIES_KEPT)


async def promote(conn: db.Connection, market: MarketId, version: int, *, at: datetime) -> bool:
    """Put a version in force; False where there is none of this number, and nothing changes."""
    if await named(conn, market, version) is None:
        return False
    await db.execute(conn, Q["retire_versions"], market=market, at=at)
    await db.fetch(conn, Q["promote_version"], VersionNumber, market=market, version=version, at=at)
    return True


async def retire(conn: db.Connection, market: MarketId, *, at: datetime) -> None:
    """Put no version in force: rules answer."""
    await db.execute(conn, Q["retire_versions"], market=market, at=at)


async def named(conn: db.Connection, market: MarketId, version: int) -> VersionRow | None:
    """Read a version whole; None where there is none."""
    rows = await db.fetch(conn, Q["version_named"], VersionRow, market=market, version=version)
    return rows[0] if rows else None


async def listed(
    conn: db.Connection, market: MarketId, *, most: int = 100
) -> Sequence[VersionSummary]:
    """Read the newest versions, newest first."""
    return await db.fetch(conn, Q["versions"], VersionSummary, market=market, most=most)


async def in_force(conn: db.Connection, market: MarketId) -> InForce | None:
    """Say which version answers; None where none does."""
    rows = await db.fetch(conn, Q["in_force"], InForce, market=market)
    return rows[0] if rows else None


async def memory(
    conn: db.Connection, market: MarketId, version: int, *, upto: datetime = NEWEST
) -> MemoryRow | None:
    """Read the newest memory of a version up to a moment."""
    rows = await db.fetch(
        conn, Q["memory_of"], MemoryRow, market=market, version=version, upto=upto
    )
    return rows[0] if rows else None
