"""Read a file piece by piece: what can be brought in, and what cannot, with the reason.

Rows that stand beside each other and have one key are one entry; a bad row spoils its whole group,
so that no order ever lands without one of its lines. Reading begins behind any row: what stands
before it is read again, only to know which names have been there.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from entrepot.imports.kind import Group, Kind, Wrong
from entrepot.imports.model import (
    REJECTS_PER_PIECE_MAX,
    ROWS_PER_PIECE_MAX,
    Reject,
    Row,
)
from entrepot.imports.tables import Table

E = TypeVar("E")


@dataclass(slots=True)
class Piece(Generic[E]):
    """What comes next of a file; it ends with the row `upto` of the first or the later reading."""

    later: bool
    upto: int
    entries: list[tuple[Group, E]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    rows: int = 0
    done: int = 0
    total: int = 1


@dataclass(slots=True)
class Reading(Generic[E]):
    """A file being read, from behind a row on. It is used by one thread at a time."""

    table: Table
    kind: Kind[E]
    written_at: datetime
    later: bool = False
    upto: int = 0
    names: dict[int, int] = field(default_factory=dict)
    waiting: bool = False
    _rows: Iterator[tuple[Group, E | Wrong]] | None = None
    _ended: bool = False

    def next(self) -> Piece[E] | None:
        """Give the next piece; None after the last. Raises FileUnreadable, or OSError."""
        if self._ended:
            return None
        if self._rows is None:
            self._rows = self._read()
        piece = Piece[E](self.later, self.upto)
        for looked, (group, found) in enumerate(self._rows, start=1):
            self._take(piece, group, found)
            if (
                len(piece.entries) >= self.kind.per_commit
                or len(piece.rejects) >= REJECTS_PER_PIECE_MAX
                or looked >= ROWS_PER_PIECE_MAX
            ):
                break
        else:
            self._turn()
        self.upto = 0 if self.later and not piece.later else piece.upto
        piece.done, piece.total = self.table.done, self.table.total
        return piece

    def _turn(self) -> None:
        """Begin the later reading, if any row waits for it."""
        if self.waiting and not self.later:
            self.later, self._rows = True, None
        else:
            self._ended = True

    def _take(self, piece: Piece[E], group: Group, found: E | Wrong) -> None:
        if group[-1].number <= self.upto:
            if not isinstance(found, Wrong) and self.kind.later(found):
                self.waiting = True
            return
        piece.upto = group[-1].number
        if isinstance(found, Wrong):
            if not piece.later:
                piece.rejects += rejects(group, found.field, found.reason)
            return
        if self.kind.later(found) is not piece.later:
            self.waiting = True
            return
        piece.entries.append((group, found))
        piece.rows += len(group)

    def _read(self) -> Iterator[tuple[Group, E | Wrong]]:
        for group in groups(self.table.rows(), self.kind.key):
            try:
                yield group, self._entry(group)
            except Wrong as wrong:
                yield group, wrong

    def _entry(self, group: Group) -> E:
        for row in group:
            if row.wrong:
                where = f"row {row.number}: " if len(group) > 1 else ""
                raise Wrong("", where + row.wrong)
        name, entry = self.kind.read(group, self.written_at)
        if name is not None:
            before = self.names.setdefault(hash(name), group[0].number)
            if before != group[0].number:
                said = f"{name} " if isinstance(name, str) else ""
                raise Wrong("", f"{said}stands in row {before} already")
        return entry


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


def rejects(group: Group, where: str, reason: str) -> list[Reject]:
    """Refuse every row of a group, for one reason."""
    return [Reject(row.number, where, reason, row.data) for row in group]
