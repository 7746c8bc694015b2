"""Rows and answers of looking for orders, as plain data."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec


class ByPromise(msgspec.Struct, frozen=True, gc=False):
    """An order that was found, and by when its customer was told that all of it is there."""

    order_id: UUID
    promised_latest: datetime | None


@dataclass(frozen=True, slots=True)
class Term:
    """Something orders are found by."""

    term: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a list a page ended: its last order, and where the list is by promise, its date."""

    order_id: UUID
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page: ids in the list's order, and where the next begins; None: there is no more.

    A page may be short of what was asked and not be the last: so much was looked at for one.
    """

    ids: list[UUID]
    after: Place | None
