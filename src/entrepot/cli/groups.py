"""Bring in files whose rows belong together: the lines of an order, the packages of a shipment.

Rows that stand beside each other and have one key are one entry; a bad row spoils its whole group,
so that no order ever lands without one of its lines.
"""

from collections.abc import Awaitable, Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from entrepot.api.kinds import Result
from entrepot.api.problems import Problem
from entrepot.cli.rejects import Reject, Rejects, Summary
from entrepot.cli.tables import Row, Table
from entrepot.journey.world import World
from entrepot.plumbing import db, mint
from entrepot.terms.ids import MarketId

E = TypeVar("E")
Group = list[Row]


@dataclass(frozen=True, slots=True)
class Here:
    """Where entries are put."""

    pool: db.Pool
    world: World
    market: MarketId


@dataclass(frozen=True, slots=True)
class Grouped(Generic[E]):
    """How a kind's rows are read and put.

    `key` names what a row belongs to, None: it stands alone. `read` makes an entry of a group and
    raises Problem. `once`: no key may come again further down.
    """

    key: Callable[[Row], Hashable | None]
    read: Callable[[Group], E]
    put: Callable[[Here, Sequence[E], datetime], Awaitable[list[Result]]]
    per_commit: int
    once: bool


def groups(rows: Iterator[Row], key: Callable[[Row], Hashable | None]) -> Iterator[Group]:
    """Gather rows that follow each other and have one key."""
    group: Group = []
    mine: Hashable | None = None
    for row in rows:
        its = key(row)
        if group and (its is None or its != mine):
            yield group
            group = []
        group.append(row)
        mine = its
    if group:
        yield group


async def import_groups(
    pool: db.Pool,
    market: MarketId,
    kind: Grouped[E],
    path: Path,
    *,
    clock: Callable[[], datetime] = mint.now,
    tell: Callable[[Table], None] = lambda _: None,
) -> Summary:
    """Bring a file's groups into a market, some to a commit; answers what became of them.

    Doing it again changes nothing. Raises FileUnreadable and OSError for a file that cannot be
    read; chunks before the fault have landed then.
    """
    summary, table = Summary(path), Table(path)
    here = Here(pool, World(pool, clock), market)
    with Rejects(summary) as rejects:
        chunk: list[tuple[Group, E]] = []
        for group, entry in _entries(table, kind, rejects):
            chunk.append((group, entry))
            if len(chunk) >= kind.per_commit:
                await _put(here, kind, chunk, (summary, rejects), clock())
                chunk = []
                tell(table)
        if chunk:
            await _put(here, kind, chunk, (summary, rejects), clock())
        tell(table)
    return summary


def _entries(table: Table, kind: Grouped[E], rejects: Rejects) -> Iterator[tuple[Group, E]]:
    seen: dict[Hashable, int] = {}
    for group in groups(table.rows(), kind.key):
        wrong = next((f"row {row.number}: {row.wrong}" for row in group if row.wrong), "")
        key = kind.key(group[0]) if kind.once else None
        if key is not None and not wrong:
            before = seen.setdefault(hash(key), group[0].number)
            wrong = "" if before == group[0].number else f"stands in row {before} already"
        if wrong:
            _reject(rejects, group, "", wrong)
            continue
        try:
            yield group, kind.read(group)
        except Problem as problem:
            pointer = problem.errors[0].pointer if problem.errors else ""
            detail = problem.errors[0].detail if problem.errors else problem.detail
            _reject(rejects, group, pointer.removeprefix("/").replace("/", "."), detail)


async def _put(
    here: Here,
    kind: Grouped[E],
    chunk: Sequence[tuple[Group, E]],
    told: tuple[Summary, Rejects],
    at: datetime,
) -> None:
    results = await kind.put(here, [entry for _, entry in chunk], at)
    summary, rejects = told
    counts = summary.counts
    for (group, _), result in zip(chunk, results, strict=True):
        if result.code:
            _reject(rejects, group, "", result.detail or result.code)
        else:
            counts[result.status] = counts.get(result.status, 0) + 1


def _reject(rejects: Rejects, group: Group, field: str, reason: str) -> None:
    for row in group:
        rejects.add(Reject(row.number, field, reason, row.data))
