"""The rows of imports: every read and write the verbs make, and nothing they decide."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from entrepot.imports.model import (
    FILES_KEPT,
    LEASE,
    REJECT_CHARS_MAX,
    Checked,
    Columns,
    Job,
    JobName,
    Part,
    Preview,
    Reject,
    Told,
)
from entrepot.imports.states import ImportState
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId, uuid7

Q = sql.load(__package__)
V = sql.load(__package__, "views.sql")


async def add_part(
    conn: db.Connection, market: MarketId, import_id: UUID, part: int, bytes_: bytes
) -> None:
    await db.execute(
        conn, Q["add_part"], market=market, import_id=import_id, part=part, bytes_=bytes_
    )


async def drop_parts(conn: db.Connection, market: MarketId, import_id: UUID) -> None:
    await db.execute(conn, Q["drop_parts"], market=market, import_id=import_id)


async def part(conn: db.Connection, market: MarketId, import_id: UUID, number: int) -> bytes:
    """Read a part; raises LookupError where it is gone."""
    rows = await db.fetch(conn, V["part"], Part, market=market, import_id=import_id, part=number)
    if not rows:
        raise LookupError(f"part {number} of the file is gone")
    return rows[0].bytes_


async def add_job(  # noqa: PLR0913 - a file's columns
    conn: db.Connection,
    market: MarketId,
    import_id: UUID,
    *,
    kind: str,
    file: str,
    size: int,
    digest: bytes,
    parts: int,
    written_at: datetime,
    preview: Preview,
    mapping: Columns,
    actor: str,
    at: datetime,
) -> None:
    await db.execute(
        conn, Q["add_job"],
        market=market, import_id=import_id, kind=kind, file=file, size=size, digest=digest,
        parts=parts, written_at=written_at, preview=db.json_text(preview),
        mapping=db.json_text(mapping), state=ImportState.UPLOADED.value, actor=actor, at=at,
    )  # fmt: skip


async def lock(conn: db.Connection, market: MarketId, import_id: UUID) -> Job | None:
    rows = await db.fetch(conn, Q["job_for_update"], Job, market=market, import_id=import_id)
    return rows[0] if rows else None


async def map_job(  # noqa: PLR0913 - a mapping, whose and when
    conn: db.Connection,
    market: MarketId,
    import_id: UUID,
    state: ImportState,
    mapping: Columns,
    *,
    name: str | None,
    at: datetime,
) -> None:
    await db.execute(
        conn, Q["map_job"],
        market=market, import_id=import_id, state=state.value, mapping=db.json_text(mapping),
        name=name, at=at,
    )  # fmt: skip


async def begin(  # noqa: PLR0913 - what is asked for, by whom and when
    conn: db.Connection,
    market: MarketId,
    import_id: UUID,
    state: ImportState,
    *,
    anew: bool,
    actor: str,
    at: datetime,
) -> None:
    """Note that it is asked for; what is begun anew has no rejects yet."""
    rehearsal = state is ImportState.CHECKING
    await db.execute(
        conn, Q["begin_job"],
        market=market, import_id=import_id, state=state.value, rehearsal=rehearsal, anew=anew,
        actor=actor, at=at,
    )  # fmt: skip
    if anew:
        await db.execute(
            conn, Q["drop_rejects"], market=market, import_id=import_id, rehearsal=rehearsal
        )


async def claim(
    conn: db.Connection, market: MarketId, worker: UUID, *, at: datetime
) -> UUID | None:
    rows = await db.fetch(
        conn, Q["claim_job"], JobName, market=market, worker=worker, until=at + LEASE, at=at
    )
    return rows[0].import_id if rows else None


async def move(
    conn: db.Connection, market: MarketId, import_id: UUID, worker: UUID, told: Told, at: datetime
) -> None:
    await db.execute(
        conn, Q["move_job"],
        market=market, import_id=import_id, worker=worker, later=told.later, upto=told.upto,
        rows=told.rows, rejected=told.rejected, counts=json.dumps(dict(told.counts)),
        done=told.done, total=told.total, at=at, until=at + LEASE,
    )  # fmt: skip


async def add_rejects(
    conn: db.Connection,
    market: MarketId,
    import_id: UUID,
    rejects: Sequence[Reject],
    *,
    rehearsal: bool,
) -> None:
    if rejects:
        await db.execute(
            conn, Q["add_rejects"],
            market=market, import_id=import_id, rehearsal=rehearsal,
            rows=[each.row for each in rejects],
            fields=[_plain(each.field) for each in rejects],
            reasons=[_plain(each.reason) for each in rejects],
            data=[_data(each) for each in rejects],
        )  # fmt: skip


async def end(  # noqa: PLR0913 - how it ended
    conn: db.Connection,
    market: MarketId,
    import_id: UUID,
    state: ImportState,
    *,
    fault: str | None = None,
    checked: Checked | None = None,
    at: datetime,
) -> None:
    over = state not in {ImportState.UPLOADED, ImportState.CHECKED}
    await db.execute(
        conn, Q["end_job"],
        market=market, import_id=import_id, state=state.value, fault=fault,
        checked=None if checked is None else db.json_text(checked),
        ended_at=at if over else None, at=at,
    )  # fmt: skip


async def let_go(conn: db.Connection, market: MarketId, import_id: UUID, worker: UUID) -> None:
    await db.execute(conn, Q["let_go"], market=market, import_id=import_id, worker=worker)


async def save_mapping(  # noqa: PLR0913 - a mapping, whose and when
    conn: db.Connection,
    market: MarketId,
    kind: str,
    name: str,
    mapping: Columns,
    *,
    actor: str,
    at: datetime,
) -> None:
    await db.execute(
        conn, Q["save_mapping"],
        market=market, kind=kind, name=name, mapping=db.json_text(mapping), actor=actor, at=at,
    )  # fmt: skip


async def drop_mapping(conn: db.Connection, market: MarketId, kind: str, name: str) -> bool:
    return await db.execute(conn, Q["drop_mapping"], market=market, kind=kind, name=name) > 0


async def forget(conn: db.Connection, market: MarketId, *, at: datetime) -> int:
    """Let go the bytes of files that nobody uses, and of uploads that broke off a day ago."""
    before = uuid7(int((at.timestamp() - 86_400) * 1000), 0)
    await db.execute(conn, Q["drop_parts_of_nobody"], market=market, before=before)
    return await db.execute(conn, Q["forget_files"], market=market, before=at - FILES_KEPT)


def _data(reject: Reject) -> str:
    """Keep a row as JSON text that PostgreSQL takes; one that is too long says so."""
    text = _plain(msgspec.json.encode(reject.data, enc_hook=str, order=None).decode())
    return text if len(text) <= REJECT_CHARS_MAX else "{}"


def _plain(text: str) -> str:
    """Take out what is no text: NUL, and halves of characters."""
    return text.replace("\x00", "\ufffd").encode(errors="replace").decode()
