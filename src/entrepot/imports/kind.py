"""What can be brought in, kind by kind: how its rows are read, and how they are put.

The faces know what bodies look like, so they say what the kinds are; here is only how that is said.
"""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from entrepot.imports.fields import Field
from entrepot.imports.model import Named, Row
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId

E = TypeVar("E")

Group = list[Row]
"""Rows that belong together: mostly one."""

Results = Awaitable[Sequence[Named]]
Put = Callable[[db.Connection, MarketId, Sequence[E], datetime], Results]
"""Writes entries in the caller's transaction, and answers each in order."""

Apart = Callable[[db.Pool, MarketId, Sequence[E], datetime], Results]
"""The same in transactions of its own: doing it again changes nothing."""


class Wrong(ValueError):  # noqa: N818 - what was found
    """A row that cannot be read: which field, and why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Kind(Generic[E]):
    """One kind of file.

    `read` gets a group and when its file was written, and gives what names it (None: may come more
    than once) and the entry; it raises Wrong. `key` says what a row belongs to; None: it stands
    alone. `later` are entries put once all others are there; they need those `needs` names, and a
    rehearsal, in which nothing lands, does not mind a refusal of code `unmet` where all of them
    stand in the file. Where entries are put `apart`, `put` only says what would become of them.
    """

    noun: str
    scope: str
    fields: tuple[Field, ...]
    read: Callable[[Group, datetime], tuple[Hashable | None, E]]
    put: Put[E]
    per_commit: int
    apart: Apart[E] | None = None
    key: Callable[[Row], Hashable | None] = lambda _: None
    later: Callable[[E], bool] = lambda _: False
    needs: Callable[[E], Iterable[Hashable]] = lambda _: ()
    unmet: str = ""


AnyKind = Kind[Any]
