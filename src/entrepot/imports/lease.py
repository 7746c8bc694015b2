"""Work on an import that is leased: go on where it stands, as long as nobody has stopped it.

Each piece's commit begins by having the import's row: whoever has lost it, or finds it canceled,
writes nothing. So two workers never bring in the same piece, and a cancel holds from the next one.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec

from entrepot.imports import browse, store, tell
from entrepot.imports.model import REJECTS_KEPT_MAX, Checked, Columns, Job, Step, Told
from entrepot.imports.states import IMPORT, ImportState, ImportVerb
from entrepot.imports.tables import Table
from entrepot.plumbing import db, outbox
from entrepot.terms.ids import MarketId


class Stopped(Exception):  # noqa: N818 - what happened
    """The import is not ours any more: somebody has canceled it, or has taken it over."""


@dataclass(frozen=True, slots=True)
class Leased:
    """An import that a worker has; a sink of what its pieces bring."""

    market: MarketId
    import_id: UUID
    worker: UUID
    state: ImportState
    clock: Callable[[], datetime]
    between: Callable[[], Awaitable[None]]

    @property
    def rehearsal(self) -> bool:
        """Say whether it is rehearsed."""
        return self.state is ImportState.CHECKING

    async def hold(self, conn: db.Connection, before: Told) -> Told | None:
        """Have the import; answers where it stands, if the piece after `before` is done."""
        told = told_of(await self._mine(conn))
        return None if (told.later, told.upto) == (before.later, before.upto) else told

    async def keep(self, conn: db.Connection, step: Step) -> None:
        """Keep what a piece has brought."""
        if step.told.rejected - len(step.rejects) < REJECTS_KEPT_MAX:
            await store.add_rejects(
                conn, self.market, self.import_id, step.rejects, rehearsal=self.rehearsal
            )
        await store.move(conn, self.market, self.import_id, self.worker, step.told, self.clock())

    async def tell(self, _: Step) -> None:
        """Let others have their turn."""
        await self.between()

    async def end(self, conn: db.Connection, *, fault: str | None = None) -> Job:
        """End it, and tell. The caller owns the transaction. Raises Stopped."""
        job = await self._mine(conn)
        good = ImportVerb.FIND if self.rehearsal else ImportVerb.END
        state = IMPORT.after(self.state, ImportVerb.FAIL if fault else good)
        assert state is not None
        at = self.clock()
        found = None
        if state is ImportState.CHECKED:
            counts = msgspec.json.decode(job.counts, type=dict[str, int])
            found = Checked(job.rows, job.rejected, counts, at)
        await store.end(conn, self.market, self.import_id, state, fault=fault, checked=found, at=at)
        ended = await browse.job(conn, self.market, self.import_id)
        assert ended is not None
        fact = tell.checked(ended) if state is ImportState.CHECKED else tell.ended(ended)
        await outbox.tell(conn, self.market, [fact], at=at)
        return ended

    async def _mine(self, conn: db.Connection) -> Job:
        job = await store.lock(conn, self.market, self.import_id)
        if job is None or job.worker != self.worker or job.state != self.state:
            raise Stopped
        return job


async def claim(pool: db.Pool, market: MarketId, worker: UUID, *, at: datetime) -> Job | None:
    """Have the oldest import that is asked for and that nobody works on; None: there is none."""

    async def work(conn: db.Connection) -> Job | None:
        import_id = await store.claim(conn, market, worker, at=at)
        return None if import_id is None else await browse.job(conn, market, import_id)

    return await db.in_transaction(pool, work)


async def let_go(pool: db.Pool, leased: Leased) -> None:
    """Let another worker go on at once."""

    async def work(conn: db.Connection) -> None:
        await store.let_go(conn, leased.market, leased.import_id, leased.worker)

    await db.in_transaction(pool, work)


async def fetched(pool: db.Pool, market: MarketId, job: Job, folder: Path) -> Table:
    """Write a file's parts beside this worker; raises LookupError for one that is gone."""
    path = folder / f"file{Path(job.file).suffix.lower()}"
    with path.open("wb") as copy:
        for number in range(job.parts):
            async with pool.acquire() as conn:
                copy.write(await store.part(conn, market, job.import_id, number))
    return Table(path, msgspec.json.decode(job.mapping, type=Columns))


async def forget(pool: db.Pool, market: MarketId, *, at: datetime) -> int:
    """Let go the bytes of files that were last used long ago; answers how many files."""

    async def work(conn: db.Connection) -> int:
        return await store.forget(conn, market, at=at)

    return await db.in_transaction(pool, work)


def told_of(job: Job) -> Told:
    """Say how far an import has come."""
    counts = msgspec.json.decode(job.counts, type=dict[str, int])
    return Told(job.later, job.upto, job.rows, job.rejected, counts, job.done, job.total)
