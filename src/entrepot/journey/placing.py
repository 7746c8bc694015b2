"""Placing orders, as plain data: what is asked, and every way it can be answered."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import msgspec

from entrepot.orders.model import Fault, NewOrder
from entrepot.plumbing.idempotency import Key

BATCHES_MAX = 12
"""Orders whose stock others keep taking first are planned again; after so many batches in a row
that answered nobody the callers are asked to come back."""


class Placing(msgspec.Struct, frozen=True):
    """One request to place an order.

    `fingerprint` is a digest of the order's content, whatever its formatting. A `fact` was sold by
    its channel already: it is never refused for want of stock, nodes or items. `holds` are (kind,
    reason) put on it as it is taken in; `digital` the lines (from 1) that are in no parcel;
    `ticket` what is shown for a launch's waiting line.
    """

    order: NewOrder
    fingerprint: bytes
    actor: str
    key: Key | None = None
    fact: bool = False
    holds: tuple[tuple[str, str], ...] = ()
    digital: frozenset[int] = frozenset()
    ticket: str | None = None


class Why(StrEnum):
    """Why an order was not taken, in order of precedence."""

    KEY_REUSED = "key_reused"
    EXTERNAL_ID = "external_id"
    INVALID = "invalid"
    CART_ENDED = "cart_ended"
    CART_EXPIRED = "cart_expired"
    NOT_ON_SALE = "not_on_sale"
    TICKET_NEEDED = "ticket_needed"
    TICKET_WAITS = "ticket_waits"
    TICKET_USED = "ticket_used"
    SHORT = "short"
    NOT_SOURCEABLE = "not_sourceable"
    CONTENDED = "contended"


class Taken(msgspec.Struct, frozen=True):
    """The order stands. `document` is its receipt; `replayed`: it stood before this request."""

    order_id: UUID
    document: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Nothing was written. `faults` point at what is wrong or cannot be had.

    `retry_after_s`: the same request may be taken so many seconds later; 0: nothing is known.
    """

    why: Why
    faults: tuple[Fault, ...] = ()
    detail: str = ""
    retry_after_s: int = 0


Placed = Taken | NotTaken
