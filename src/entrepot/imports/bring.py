"""Bring a file in: piece by piece, each in a commit that also says how far the file has come.

Who reads the file and who is told are values: a command line and a worker bring files in the same
way. A rehearsal does all of it and takes it back.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from entrepot.imports.kind import Kind
from entrepot.imports.model import Named, Reject, Step, Told
from entrepot.imports.read import Piece, Reading, rejects
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId

E = TypeVar("E")

WOULD_BE = "created"
"""What becomes of an entry that only needs others of its own file."""


class Sink(Protocol):
    """Who is told. `hold` and `keep` are within the piece's commit, `tell` comes after it."""

    async def hold(self, conn: db.Connection, before: Told) -> Told | None:
        """Have the file alone; answers where it stands, if the piece after `before` is done."""
        ...

    async def keep(self, conn: db.Connection, step: Step) -> None:
        """Keep what the piece has brought."""
        ...

    async def tell(self, step: Step) -> None:
        """Hear of it, once it is committed."""
        ...


@dataclass(frozen=True, slots=True)
class Way(Generic[E]):
    """Where a file goes, and how."""

    pool: db.Pool
    market: MarketId
    kind: Kind[E]
    clock: Callable[[], datetime]
    rehearsal: bool = False


class _TakenBack(Exception):  # noqa: N818 - what happened
    """Ends a transaction in which entries were put to see what would become of them."""

    def __init__(self, results: Sequence[Named]) -> None:
        super().__init__()
        self.results = results


async def bring(way: Way[E], reading: Reading[E], sink: Sink, told: Told) -> Told:
    """Bring in what is left of a file; answers what became of it.

    `told` is how far it had come. Raises what reading it raises: pieces before that have landed.
    """
    while (piece := await asyncio.to_thread(reading.next)) is not None:
        told = await _piece(way, piece, sink, told, reading)
    return told


async def _piece(
    way: Way[E], piece: Piece[E], sink: Sink, before: Told, reading: Reading[E]
) -> Told:
    entries = [entry for _, entry in piece.entries]
    at = way.clock()
    if way.rehearsal:
        results = await _rehearsed(way, entries, at)
        step = _step(
            piece, before, [_forgiven(way, reading, *each) for each in _pairs(piece, results)]
        )
    elif way.kind.apart is not None:
        results = await way.kind.apart(way.pool, way.market, entries, at) if entries else []
        step = _step(piece, before, results)
    else:
        return await _together(way, piece, sink, before)

    async def noting(conn: db.Connection) -> Told | None:
        found = await sink.hold(conn, before)
        if found is None:
            await sink.keep(conn, step)
        return found

    found = await db.in_transaction(way.pool, noting)
    await sink.tell(step)
    return step.told if found is None else found


async def _together(way: Way[E], piece: Piece[E], sink: Sink, before: Told) -> Told:
    """Put a piece and say so in one commit; one whose answer was lost is not put again."""
    entries = [entry for _, entry in piece.entries]

    async def work(conn: db.Connection) -> tuple[Step | None, Told]:
        found = await sink.hold(conn, before)
        if found is not None:
            return None, found
        results = await way.kind.put(conn, way.market, entries, way.clock()) if entries else []
        step = _step(piece, before, results)
        await sink.keep(conn, step)
        return step, step.told

    step, told = await db.in_transaction(way.pool, work)
    if step is not None:
        await sink.tell(step)
    return told


async def _rehearsed(way: Way[E], entries: Sequence[E], at: datetime) -> Sequence[Named]:
    async def work(conn: db.Connection) -> Sequence[Named]:
        raise _TakenBack(await way.kind.put(conn, way.market, entries, at))

    if not entries:
        return []
    try:
        return await db.in_transaction(way.pool, work)
    except _TakenBack as taken:
        return taken.results


def _pairs(piece: Piece[E], results: Sequence[Named]) -> list[tuple[E, Named]]:
    entries = [entry for _, entry in piece.entries]
    return list(zip(entries, results, strict=True))


@dataclass(frozen=True, slots=True)
class _Forgiven:
    status: str = WOULD_BE
    code: str = ""
    detail: str = ""


def _forgiven(way: Way[E], reading: Reading[E], entry: E, result: Named) -> Named:
    """In a rehearsal nothing lands: an entry may lack what only stands in its own file."""
    if not result.code or result.code != way.kind.unmet:
        return result
    here = all(hash(name) in reading.names for name in way.kind.needs(entry))
    return _Forgiven() if here else result


def _step(piece: Piece[E], before: Told, results: Sequence[Named]) -> Step:
    """Say what a piece has brought, and how far the file has come by it."""
    refused: list[Reject] = list(piece.rejects)
    counts = Counter(before.counts)
    for (group, _), result in zip(piece.entries, results, strict=True):
        if result.code:
            refused += rejects(group, "", result.detail or result.code)
        else:
            counts[result.status] += 1
    told = replace(
        before,
        later=piece.later,
        upto=piece.upto,
        rows=before.rows + piece.rows + len(piece.rejects),
        rejected=before.rejected + len(refused),
        counts=dict(counts),
        done=max(before.done, piece.done) if piece.later is before.later else piece.done,
        total=piece.total,
    )
    return Step(told, refused)
