"""The kinds of long work, each with how it lists itself; whoever brings another adds its row."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from entrepot.access.model import Scope
from entrepot.api.bodies_imports import shown
from entrepot.api.problems import Code, Problem
from entrepot.imports import ask
from entrepot.imports import browse as imports
from entrepot.imports.ask import Who, WhyNot
from entrepot.imports.model import Job as Import
from entrepot.imports.states import ImportState
from entrepot.journey import bulk_rows, wave_rows
from entrepot.journey.bulk_model import Bulk, End
from entrepot.journey.model import WaveRow
from entrepot.plumbing import db
from entrepot.promise import versions
from entrepot.promise.versions import VersionSummary
from entrepot.sourcing import price_rows, replays
from entrepot.sourcing.model import PriceRow
from entrepot.sourcing.replay_model import Replay
from entrepot.terms.ids import MarketId, uuid7, uuid7_ms
from entrepot.terms.outcome import Refused

CUT_OFF_AFTER = timedelta(minutes=10)
"""A wave takes seconds: one that has not ended by then was cut off."""

VERSION_MAX = 2**31 - 1


class JobKind(StrEnum):
    """What is long work here."""

    IMPORT = "import"
    REPLAY = "replay"
    WAVE = "wave"
    LOOK_AHEAD = "look_ahead"
    TRAINING = "training"
    BULK = "bulk"


class JobState(StrEnum):
    """Where a job stands. A draft waits for a person, the waiting one for a worker."""

    DRAFT = "draft"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELED = "canceled"
    FAILED = "failed"
    CUT_OFF = "cut_off"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job as all kinds show it.

    `title` and `summary` name what it is about, by words of its kind; `share` is from 0 to 1, null
    where it cannot be told. `detail` is where it is shown whole, by the API.
    """

    kind: JobKind
    id: str
    title: str
    state: JobState
    share: float | None
    done: int
    total: int | None
    unit: str
    rows_per_s: float | None
    eta_s: float | None
    errors: int
    started_by: str
    started_at: datetime
    ended_at: datetime | None
    fault: str | None
    figures: dict[str, int]
    cancelable: bool
    detail: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which jobs: started before a moment (None: now), or at it and named before `kind`, `id`."""

    at: datetime | None
    kind: str
    job_id: str
    open: bool | None
    most: int
    now: datetime

    @property
    def key(self) -> tuple[datetime, str, str]:
        """What all of these come before."""
        return (self.at or datetime.max.replace(tzinfo=UTC), self.kind, self.job_id)

    @property
    def before(self) -> UUID:
        """An id of a time after all of them; some with the same millisecond are among these."""
        if self.at is None:
            return UUID(int=(1 << 128) - 1)
        return uuid7(int(self.at.timestamp() * 1000) + 1, 0)


@dataclass(frozen=True, slots=True)
class Row:
    """How a kind lists its jobs, who may see them, and how one is canceled."""

    scope: str
    listed: Callable[[db.Connection, MarketId, Wanted], Awaitable[list[Job]]]
    cancel: (
        Callable[[db.Connection, MarketId, str, str, datetime], Awaitable[Job | None]] | None
    ) = None
    cancel_scope: str = Scope.ADMIN


_IMPORT_STATES = {
    ImportState.UPLOADED: JobState.DRAFT,
    ImportState.CHECKED: JobState.DRAFT,
    ImportState.DONE: JobState.DONE,
    ImportState.CANCELED: JobState.CANCELED,
    ImportState.FAILED: JobState.FAILED,
}
_OPEN = ("uploaded", "checking", "checked", "running")
_ENDED = ("done", "canceled", "failed")


async def _imports(conn: db.Connection, market: MarketId, wanted: Wanted) -> list[Job]:
    states = None if wanted.open is None else (_OPEN if wanted.open else _ENDED)
    rows = await imports.jobs(
        conn, market, before=wanted.before, states=states, most=wanted.most + 1
    )
    return [_import(row) for row in rows]


def _import(row: Import) -> Job:
    said = shown(row)
    told, state = said.progress, _IMPORT_STATES.get(said.state)
    if state is None:
        state = JobState.WAITING if row.began_at is None else JobState.RUNNING
    total = None if said.dry_run is None else said.dry_run.rows
    return Job(
        kind=JobKind.IMPORT, id=str(row.import_id), title=f"{row.kind}: {row.file}", state=state,
        share=told.share, done=row.rows, total=total, unit="rows", rows_per_s=told.rows_per_s,
        eta_s=told.eta_s, errors=row.rejected, started_by=row.asked_by or row.uploaded_by,
        started_at=_minted(row.import_id), ended_at=row.ended_at, fault=row.fault,
        figures=told.counts, cancelable=state not in {JobState.DONE, JobState.CANCELED,
                                                      JobState.FAILED},
        detail=f"/v1/imports/{row.import_id}",
    )  # fmt: skip


async def _cancel_import(
    conn: db.Connection, market: MarketId, name: str, actor: str, at: datetime
) -> Job | None:
    import_id = _uuid(name)
    if import_id is None:
        return None
    asked = await ask.cancel(conn, market, import_id, Who(actor, at))
    if isinstance(asked, Refused):
        if asked.why is WhyNot.UNKNOWN:
            return None
        raise Problem(Code.TRANSITION, asked.detail)
    return _import(asked.value)


async def _replays(conn: db.Connection, market: MarketId, wanted: Wanted) -> list[Job]:
    rows = await replays.listed(
        conn, market, before=wanted.before, open_=wanted.open, most=wanted.most + 1
    )
    return [_replay(row, wanted.now) for row in rows]


def _replay(row: Replay, now: datetime) -> Job:
    state = JobState.RUNNING if row.records_done else JobState.WAITING
    if row.ended_at is not None:
        state = JobState.FAILED if row.fault else JobState.DONE
    if row.canceled_by is not None:
        state = JobState.CANCELED
    share = row.records_done / row.records if row.records else 0.0
    rate, eta = _pace(row.records_done, row.records, row.made_at, row.ended_at, now)
    span = f"{row.from_at.date()} to {row.to_at.date()}"
    return Job(
        kind=JobKind.REPLAY, id=str(row.replay_id), title=span, state=state,
        share=1.0 if state is JobState.DONE else round(share, 4), done=row.records_done,
        total=row.records, unit="records", rows_per_s=rate, eta_s=eta,
        errors=row.differing, started_by=row.actor, started_at=_minted(row.replay_id),
        ended_at=row.ended_at, fault=row.fault,
        figures={"decisions": row.decisions, "changed": row.changed},
        cancelable=row.ended_at is None, detail=f"/v1/replays/{row.replay_id}",
    )  # fmt: skip


async def _cancel_replay(
    conn: db.Connection, market: MarketId, name: str, actor: str, at: datetime
) -> Job | None:
    replay_id = _uuid(name)
    found = replay_id and await replays.read(conn, market, replay_id)
    if not replay_id or not found:
        return None
    if not await replays.cancel(conn, market, replay_id, actor=actor, at=at):
        raise Problem(Code.TRANSITION, "it has ended already")
    now = await replays.read(conn, market, replay_id)
    assert now is not None
    return _replay(now, at)


async def _waves(conn: db.Connection, market: MarketId, wanted: Wanted) -> list[Job]:
    rows = await wave_rows.listed(conn, market, before=wanted.before, most=wanted.most + 1)
    jobs = [_wave(row, wanted.now) for row in rows]
    return [job for job in jobs if wanted.open is None or _is_open(job) is wanted.open]


def _wave(row: WaveRow, now: datetime) -> Job:
    state = JobState.RUNNING if row.ended_at is None else JobState.DONE
    if row.ended_at is None and now - row.began_at > CUT_OFF_AFTER:
        state = JobState.CUT_OFF
    return _quick(
        JobKind.WAVE, str(row.wave_id), "", state, (_minted(row.wave_id), row.ended_at),
        {"moved": row.moved, "contended": row.contended, "saved": row.saved}, row.looked, "orders",
        "/v1/waves",
    )  # fmt: skip


async def _look_aheads(conn: db.Connection, market: MarketId, wanted: Wanted) -> list[Job]:
    if wanted.open:
        return []
    rows = await price_rows.listed(
        conn, market, before=VERSION_MAX, most=price_rows.TABLES_KEPT_MAX
    )
    return [_look_ahead(row) for row in rows]


def _look_ahead(row: PriceRow) -> Job:
    return _quick(
        JobKind.LOOK_AHEAD, str(row.version), row.why, JobState.DONE, (row.made_at, row.made_at),
        {"skus": row.skus, "positions": row.positions, "dearest": row.dearest}, row.skus, "skus",
        "/v1/sourcing/prices",
    )  # fmt: skip


async def _trainings(conn: db.Connection, market: MarketId, wanted: Wanted) -> list[Job]:
    if wanted.open:
        return []
    return [_training(row) for row in await versions.listed(conn, market)]


def _training(row: VersionSummary) -> Job:
    return _quick(
        JobKind.TRAINING, str(row.version), row.standing, JobState.DONE,
        (row.trained_at, row.trained_at), {"version": row.version}, 1, "versions", None,
        by=row.actor,
    )  # fmt: skip


_BULK_STATES = {
    End.DONE: JobState.DONE,
    End.CANCELED: JobState.CANCELED,
    End.FAULT: JobState.FAILED,
}


async def _bulks(conn: db.Connection, market: MarketId, wanted: Wanted) -> list[Job]:
    rows = await bulk_rows.page(conn, market, wanted.before, wanted.most + 1, open_=wanted.open)
    return [_bulk(row, wanted.now) for row in rows]


def _bulk(row: Bulk, now: datetime) -> Job:
    done = row.changed + row.skipped + row.failed
    total = row.expected if row.expected_all else None
    state = JobState.RUNNING if done else JobState.WAITING
    if row.ended_by is not None:
        state = _BULK_STATES[End(row.ended_by)]
    share = min(1.0, done / total) if total else None
    rate, eta = _pace(done, total, row.made_at, row.ended_at, now)
    return Job(
        kind=JobKind.BULK, id=str(row.bulk_id), title=row.action, state=state,
        share=1.0 if state is JobState.DONE else share and round(share, 4), done=done,
        total=total, unit="orders", rows_per_s=rate, eta_s=eta,
        errors=row.skipped + row.failed, started_by=row.actor, started_at=_minted(row.bulk_id),
        ended_at=row.ended_at, fault=row.fault,
        figures={"changed": row.changed, "skipped": row.skipped, "failed": row.failed},
        cancelable=row.ended_at is None and not row.stop_asked,
        detail=f"/v1/orders/bulk/{row.bulk_id}",
    )  # fmt: skip


async def _stop_bulk(
    conn: db.Connection,
    market: MarketId,
    name: str,
    actor: str,  # noqa: ARG001 - whoever stops it: the job keeps who began it
    at: datetime,
) -> Job | None:
    bulk_id = _uuid(name)
    if bulk_id is None or await bulk_rows.read(conn, market, bulk_id) is None:
        return None
    if not await bulk_rows.stop(conn, market, bulk_id):
        raise Problem(Code.TRANSITION, "it has ended already")
    now = await bulk_rows.read(conn, market, bulk_id)
    assert now is not None, "it was read in this transaction"
    return _bulk(now, at)


def _pace(
    done: int, total: int | None, began: datetime, ended: datetime | None, now: datetime
) -> tuple[float | None, float | None]:
    """Say how many a second were done, and for how many seconds there is more to do, if known."""
    spent = ((ended or now) - began).total_seconds()
    if spent <= 0 or not done:
        return None, None
    rate = done / spent
    left = None if ended or total is None else round(max(0, total - done) / rate, 1)
    return round(rate, 1), left


def _quick(  # noqa: PLR0913, PLR0917 - what a job that the background does by itself shows
    kind: JobKind,
    name: str,
    title: str,
    state: JobState,
    times: tuple[datetime, datetime | None],
    figures: dict[str, int],
    done: int,
    unit: str,
    detail: str | None,
    by: str = "entrepot",
) -> Job:
    return Job(
        kind=kind, id=name, title=title, state=state,
        share=1.0 if state is JobState.DONE else None, done=done,
        total=done if state is JobState.DONE else None, unit=unit, rows_per_s=None, eta_s=None,
        errors=0, started_by=by, started_at=times[0], ended_at=times[1], fault=None,
        figures=figures, cancelable=False, detail=detail,
    )  # fmt: skip


def _is_open(job: Job) -> bool:
    return job.state in {JobState.DRAFT, JobState.WAITING, JobState.RUNNING}


def _minted(name: UUID) -> datetime:
    """Say when an id was made: lists descend by ids, and so do their times."""
    return datetime.fromtimestamp(uuid7_ms(name) / 1000, UTC)


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


KINDS: Mapping[JobKind, Row] = {
    JobKind.IMPORT: Row(Scope.JOBS_READ, _imports, _cancel_import, Scope.JOBS_WRITE),
    JobKind.REPLAY: Row(Scope.POLICIES_READ, _replays, _cancel_replay, Scope.POLICIES_WRITE),
    JobKind.WAVE: Row(Scope.ORDERS_READ, _waves),
    JobKind.LOOK_AHEAD: Row(Scope.NETWORK_READ, _look_aheads),
    JobKind.TRAINING: Row(Scope.PROMISES_READ, _trainings),
    JobKind.BULK: Row(Scope.ORDERS_READ, _bulks, _stop_bulk, Scope.ORDERS_WRITE),
}
