"""Imports that were asked for, one at a time beside everything else, in short commits.

After each piece the lane rests for as long as the piece took: at most half of one connection is
ever spent on files.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import UUID

from entrepot.imports.bring import Way, bring
from entrepot.imports.kind import AnyKind
from entrepot.imports.lease import Leased, Stopped, claim, fetched, forget, let_go, told_of
from entrepot.imports.model import Job
from entrepot.imports.read import Reading
from entrepot.imports.states import ImportState
from entrepot.imports.tables import FileUnreadable
from entrepot.network import browse as network
from entrepot.plumbing import db, mint
from entrepot.plumbing.mint import MINT
from entrepot.terms.ids import MarketId
from entrepot.work.again import again

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 0.5
REST_S_MAX: Final = 1.0
FORGET_EVERY: Final = timedelta(hours=1)

Kinds = Callable[[], Mapping[str, AnyKind]]
"""What can be brought in, made anew for each file: what one looks at grows old."""

_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Importer:
    """One worker's turns; several take different imports."""

    pool: db.Pool
    kinds: Kinds
    clock: Callable[[], datetime] = mint.now
    worker: UUID = field(default_factory=MINT.one)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    forgot: datetime = _LONG_AGO

    async def keep_importing(self, stop: asyncio.Event) -> None:
        """Look for work again and again until `stop` is set."""
        self.stop = stop
        await again("files could not be brought in", self.turn, every_s=LOOK_EVERY_S, stop=stop)

    async def turn(self) -> int:
        """Bring in what each market has asked for first; answers how many files were worked on."""
        async with self.pool.acquire() as conn:
            markets = await network.markets(conn)
        done = 0
        for market in markets:
            job = await claim(self.pool, market, self.worker, at=self.clock())
            if job is not None:
                done += 1
                await self._work(market, job)
        if self.clock() - self.forgot > FORGET_EVERY:
            self.forgot = self.clock()
            for market in markets:
                await forget(self.pool, market, at=self.clock())
        return done

    async def _work(self, market: MarketId, job: Job) -> None:
        rest = _Rest(self.stop)
        leased = Leased(
            market, job.import_id, self.worker, ImportState(job.state), self.clock, rest.between
        )
        try:
            fault = await self._bring(leased, job)
            await db.in_transaction(self.pool, lambda conn: leased.end(conn, fault=fault))
        except Stopped:
            await let_go(self.pool, leased)

    async def _bring(self, leased: Leased, job: Job) -> str | None:
        """Bring in what is left of a file; answers why that cannot be done, None where it is."""
        kind = self.kinds().get(job.kind)
        if kind is None:
            return f"{job.kind} is no kind of file any more"
        way = Way(self.pool, leased.market, kind, self.clock, rehearsal=leased.rehearsal)
        try:
            with TemporaryDirectory(prefix="entrepot-") as folder:
                table = await fetched(self.pool, leased.market, job, Path(folder))
                reading = Reading(table, kind, job.written_at, job.later, job.upto)
                await bring(way, reading, leased, told_of(job))
        except (FileUnreadable, LookupError) as wrong:
            return str(wrong)
        except (Stopped, *db.UNREACHABLE, *db.TRY_AGAIN):
            raise
        except Exception:
            log.exception("an import faulted", extra={"import": str(job.import_id)})
            return "a fault of ours: the log says more"
        return None


@dataclass(slots=True)
class _Rest:
    """Between two pieces: others have their turn, as long as the last one took."""

    stop: asyncio.Event
    since: float = field(default_factory=time.monotonic)

    async def between(self) -> None:
        """Rest; raises Stopped where the process ends."""
        took = time.monotonic() - self.since
        try:
            await asyncio.wait_for(self.stop.wait(), min(took, REST_S_MAX))
        except TimeoutError:
            self.since = time.monotonic()
        else:
            raise Stopped
