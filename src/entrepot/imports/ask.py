"""Ask something of an import: map its columns, rehearse it, run it, cancel it.

The background does what is asked. The caller owns the transaction.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from entrepot.imports import store
from entrepot.imports.model import Columns, Job
from entrepot.imports.states import IMPORT, ImportState, ImportVerb
from entrepot.imports.take_in import TakenIn
from entrepot.imports.tell import ended
from entrepot.plumbing import db, outbox
from entrepot.terms.ids import MarketId
from entrepot.terms.outcome import Done, Outcome, Refused


class WhyNot(StrEnum):
    """Why an import is not moved, in order of precedence."""

    UNKNOWN = "unknown"
    TRANSITION = "transition"
    GONE = "gone"


Asked = Outcome[Job, WhyNot]


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks, and when."""

    actor: str
    at: datetime


async def take(  # noqa: PLR0913 - a file's columns
    conn: db.Connection,
    market: MarketId,
    taken: TakenIn,
    kind: str,
    file: str,
    *,
    written_at: datetime,
    mapping: Columns,
    who: Who,
) -> None:
    """Write down a file whose parts are kept."""
    await store.add_job(
        conn, market, taken.import_id, kind=kind, file=file, size=taken.size, digest=taken.digest,
        parts=taken.parts, written_at=written_at, preview=taken.preview, mapping=mapping,
        actor=who.actor, at=who.at,
    )  # fmt: skip


async def drop_mapping(conn: db.Connection, market: MarketId, kind: str, name: str) -> bool:
    """Take away a mapping that was kept; answers whether there was one."""
    return await store.drop_mapping(conn, market, kind, name)


async def map_columns(
    conn: db.Connection,
    market: MarketId,
    import_id: UUID,
    mapping: Columns,
    name: str | None,
    who: Who,
) -> Asked:
    """Say which column is which field; with a name it is kept for the next file of its kind."""
    found = await _found(conn, market, import_id, ImportVerb.MAP)
    if isinstance(found, Refused):
        return found
    job, state = found.value
    await store.map_job(conn, market, import_id, state, mapping, name=name, at=who.at)
    if name is not None:
        await store.save_mapping(conn, market, job.kind, name, mapping, actor=who.actor, at=who.at)
    return await _now(conn, market, import_id)


async def check(conn: db.Connection, market: MarketId, import_id: UUID, who: Who) -> Asked:
    """Have it rehearsed: everything is done, and taken back."""
    return await _begin(conn, market, import_id, ImportVerb.CHECK, who)


async def run(conn: db.Connection, market: MarketId, import_id: UUID, who: Who) -> Asked:
    """Have it run; what was broken off goes on behind the last row that is done."""
    return await _begin(conn, market, import_id, ImportVerb.RUN, who)


async def cancel(conn: db.Connection, market: MarketId, import_id: UUID, who: Who) -> Asked:
    """Stop it before its next piece; what has landed stays."""
    found = await _found(conn, market, import_id, ImportVerb.CANCEL)
    if isinstance(found, Refused):
        return found
    before, state = found.value
    await store.end(conn, market, import_id, state, at=who.at)
    asked = await _now(conn, market, import_id)
    if before.state == ImportState.RUNNING and isinstance(asked, Done):
        await outbox.tell(conn, market, [ended(asked.value)], at=who.at)
    return asked


async def _begin(
    conn: db.Connection, market: MarketId, import_id: UUID, verb: ImportVerb, who: Who
) -> Asked:
    found = await _found(conn, market, import_id, verb)
    if isinstance(found, Refused):
        return found
    job, state = found.value
    if not job.kept:
        return Refused(WhyNot.GONE, "the file was not used for so long that it is not kept")
    goes_on = {ImportState.CANCELED, ImportState.FAILED}
    anew = verb is ImportVerb.CHECK or job.state not in goes_on or job.rehearsal
    await store.begin(conn, market, import_id, state, anew=anew, actor=who.actor, at=who.at)
    return await _now(conn, market, import_id)


async def _found(
    conn: db.Connection, market: MarketId, import_id: UUID, verb: ImportVerb
) -> Outcome[tuple[Job, ImportState], WhyNot]:
    job = await store.lock(conn, market, import_id)
    if job is None:
        return Refused(WhyNot.UNKNOWN, f"there is no import {import_id}")
    state = IMPORT.after(ImportState(job.state), verb)
    if state is None:
        return Refused(WhyNot.TRANSITION, f"an import that is {job.state} cannot {verb}")
    return Done((job, state))


async def _now(conn: db.Connection, market: MarketId, import_id: UUID) -> Asked:
    job = await store.lock(conn, market, import_id)
    assert job is not None
    return Done(job)
