"""What faces ask of imports. No locks, no writes."""

from collections.abc import Sequence
from uuid import UUID

from entrepot.imports.model import MAPPINGS_MAX, Job, KeptReject, SavedMapping
from entrepot.imports.store import V
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def job(conn: db.Connection, market: MarketId, import_id: UUID) -> Job | None:
    """Read an import as it stands."""
    rows = await db.fetch(conn, V["job"], Job, market=market, import_id=import_id)
    return rows[0] if rows else None


async def jobs(
    conn: db.Connection,
    market: MarketId,
    *,
    before: UUID,
    kinds: Sequence[str] | None = None,
    states: Sequence[str] | None = None,
    most: int,
) -> list[Job]:
    """Read imports, the newest first, from before one on."""
    return await db.fetch(
        conn, V["jobs"], Job,
        market=market, before=before, kinds=kinds, states=states, most=most,
    )  # fmt: skip


async def rejects(
    conn: db.Connection,
    market: MarketId,
    import_id: UUID,
    *,
    rehearsal: bool,
    after: int,
    most: int,
) -> list[KeptReject]:
    """Read rows that were not taken, ascending, from the one after a row."""
    return await db.fetch(
        conn, V["rejects"], KeptReject,
        market=market, import_id=import_id, rehearsal=rehearsal, after=after, most=most,
    )  # fmt: skip


async def mappings(conn: db.Connection, market: MarketId, kind: str) -> list[SavedMapping]:
    """Read the mappings that were kept for a kind, the last first."""
    return await db.fetch(
        conn, V["mappings"], SavedMapping, market=market, kind=kind, most=MAPPINGS_MAX
    )
