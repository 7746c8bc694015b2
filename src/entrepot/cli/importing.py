"""Import a file: good rows land, bad ones are listed and written beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from entrepot.api.importable import KINDS, importable
from entrepot.cli.rejects import Rejects, Summary
from entrepot.imports.bring import Way, bring
from entrepot.imports.model import Step, Told
from entrepot.imports.read import Reading
from entrepot.imports.tables import Table
from entrepot.plumbing import db, mint
from entrepot.terms.ids import MarketId

__all__ = ["KINDS", "import_file"]


@dataclass(frozen=True, slots=True)
class _Terminal:
    """Who runs the command hears of each piece once it has landed; nothing else is kept."""

    summary: Summary
    rejects: Rejects
    table: Table
    progress: Callable[[Table], None]

    async def hold(self, conn: db.Connection, before: Told) -> None:  # noqa: ARG002 - nobody else has the file
        return None

    async def keep(self, conn: db.Connection, step: Step) -> None:
        pass

    async def tell(self, step: Step) -> None:
        for each in step.rejects:
            self.rejects.add(each)
        self.summary.counts = dict(step.told.counts)
        self.progress(self.table)


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
    OSError for a file that cannot be read; pieces before the fault have landed then.
    """
    summary, table = Summary(path), Table(path)
    written_at = min(table.written_at(), clock())
    wanted = importable(clock)[kind]
    with Rejects(summary) as rejects:
        terminal = _Terminal(summary, rejects, table, tell)
        way = Way(pool, market, wanted, clock)
        await bring(way, Reading(table, wanted, written_at), terminal, Told())
    return summary
