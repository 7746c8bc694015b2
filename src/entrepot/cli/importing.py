"""Import rows that stand alone: good ones land, bad ones are listed and written beside the file."""

from collections.abc import Awaitable, Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from entrepot.api import kinds as master
from entrepot.api.kinds import Kind, Result
from entrepot.api.problems import Problem
from entrepot.catalog.model import ROWS_PER_COMMIT_MAX
from entrepot.cli import counts
from entrepot.cli.coerce import coerce
from entrepot.cli.rejects import Reject, Rejects, Summary
from entrepot.cli.tables import Row, Table
from entrepot.inventory.model import ROWS_PER_COMMIT_MAX as COUNTS_PER_COMMIT_MAX
from entrepot.inventory.model import Count
from entrepot.plumbing import db, mint
from entrepot.terms.ids import MarketId

E = TypeVar("E")
B = TypeVar("B")
S = TypeVar("S")

Reading = tuple[Hashable, E]
Put = Callable[[db.Connection, MarketId, Sequence[E], datetime], Awaitable[list[Result]]]


@dataclass(frozen=True, slots=True)
class Importer(Generic[E]):
    """How a kind's rows are read and put.

    `read` gets a row and when its file was written, and gives what names it (None: may come more
    than once) and the entry; it raises Problem. `later` are entries put once all others are there.
    """

    read: Callable[[Row, datetime], Reading[E]]
    put: Put[E]
    rows_per_commit: int
    later: Callable[[E], bool] = lambda _: False


def _of(kind: Kind[B, E, S]) -> Importer[E]:
    def read(row: Row, _: datetime) -> Reading[E]:
        return master.entry(kind, coerce(row.data, kind.body, textual=row.textual))

    return Importer(read, kind.put, ROWS_PER_COMMIT_MAX, kind.later)


def _read_count(row: Row, written_at: datetime) -> Reading[Count]:
    fields = coerce(row.data, counts.CountBody, textual=row.textual)
    if row.textual and isinstance(fields.get("counted_at"), str):
        fields["counted_at"] = _when(str(fields["counted_at"]))
    return None, counts.read(fields, written_at)


def _when(text: str) -> object:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


KINDS: dict[str, Importer[Any]] = {
    "items": _of(master.ITEMS),
    "nodes": _of(master.NODES),
    "node-groups": _of(master.NODE_GROUPS),
    "channels": _of(master.CHANNELS),
    "lanes": _of(master.LANES),
    "customers": _of(master.CUSTOMERS),
    "inventory": Importer(_read_count, counts.put, COUNTS_PER_COMMIT_MAX),
}
"""What can be imported; whoever brings another kind adds its row."""


@dataclass(slots=True)
class _Run(Generic[E]):
    """One file on its way in."""

    pool: db.Pool
    market: MarketId
    importer: Importer[E]
    table: Table
    clock: Callable[[], datetime]
    summary: Summary
    written_at: datetime

    async def go(self, tell: Callable[[Table], None]) -> None:
        """Read the file, and once more where rows wait for the others."""
        with Rejects(self.summary) as rejects:
            waiting = await self._pass(rejects, tell, later=False)
            if waiting:
                await self._pass(rejects, tell, later=True)

    async def _pass(self, rejects: Rejects, tell: Callable[[Table], None], *, later: bool) -> bool:
        chunk: list[tuple[Row, E]] = []
        waiting = False
        for row, read in self._entries(None if later else rejects):
            if self.importer.later(read) is not later:
                waiting = True
                continue
            chunk.append((row, read))
            if len(chunk) >= self.importer.rows_per_commit:
                await self._commit(chunk, rejects)
                chunk.clear()
                tell(self.table)
        if chunk:
            await self._commit(chunk, rejects)
        tell(self.table)
        return waiting

    def _entries(self, rejects: Rejects | None) -> Iterator[tuple[Row, E]]:
        """Give what can be read; what cannot goes to `rejects`, if it was not there before."""
        seen: dict[int, int] = {}
        for row in self.table.rows():
            reject: Reject | None = None
            try:
                if row.wrong:
                    reject = Reject(row.number, "", row.wrong, row.data)
                else:
                    name, read = self.importer.read(row, self.written_at)
                    before = row.number if name is None else seen.setdefault(hash(name), row.number)
                    if before == row.number:
                        yield row, read
                    else:
                        reason = f"{name} stands in row {before} already"
                        reject = Reject(row.number, "", reason, row.data)
            except Problem as wrong:
                reject = _reject(row, wrong)
            if reject is not None and rejects is not None:
                rejects.add(reject)

    async def _commit(self, chunk: Sequence[tuple[Row, E]], rejects: Rejects) -> None:
        entries = [read for _, read in chunk]

        async def work(conn: db.Connection) -> list[Result]:
            return await self.importer.put(conn, self.market, entries, self.clock())

        results = await db.in_transaction(self.pool, work)
        for (row, _), result in zip(chunk, results, strict=True):
            if result.code:
                rejects.add(Reject(row.number, "", result.detail or result.code, row.data))
            else:
                self.summary.counts[result.status] = self.summary.counts.get(result.status, 0) + 1


async def import_file(
    pool: db.Pool,
    market: MarketId,
    kind: str,
    path: Path,
    *,
    clock: Callable[[], datetime] = mint.now,
    tell: Callable[[Table], None] = lambda _: None,
) -> Summary:
    """Bring a file's rows into a market, some to a commit; answers what became of them.

    Doing it again changes nothing. Raises KeyError for a kind that is none, FileUnreadable and
    OSError for a file that cannot be read; chunks before the fault have landed then.
    """
    summary, table = Summary(path), Table(path)
    written_at = min(table.written_at(), clock())
    run = _Run(pool, market, KINDS[kind], table, clock, summary, written_at)
    await run.go(tell)
    return summary


def _reject(row: Row, wrong: Problem) -> Reject:
    where, reason = "", wrong.detail
    if wrong.errors:
        where = wrong.errors[0].pointer.removeprefix("/").replace("/", ".")
        reason = wrong.errors[0].detail
    return Reject(row.number, where, reason, row.data)
