"""Replays as they are kept: what was asked, how far it has come, what was found."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from entrepot.terms.ids import OrderId


@dataclass(frozen=True, slots=True)
class Replay:
    """A span of time decided again, by the policy of `document` (JSON text) or by none but its own.

    `after_id` is the last record done. `differing` decisions are not what was recorded, `changed`
    orders go elsewhere by the document. `result` is JSON text, `fault` says why it stopped.
    """

    replay_id: UUID
    actor: str
    from_at: datetime
    to_at: datetime
    document: str | None
    digest: str | None
    seed: int
    made_at: datetime
    after_id: UUID
    records: int
    records_done: int
    decisions: int
    orders: int
    differing: int
    changed: int
    ended_at: datetime | None
    fault: str | None
    result: str | None
    canceled_by: str | None = None


@dataclass(frozen=True, slots=True)
class ReplayName:
    replay_id: UUID


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A packed record, by the id under which it is kept."""

    record_id: UUID
    packed: bytes


@dataclass(frozen=True, slots=True)
class PlacedDecision:
    """An order's decision, and where in which record it stands."""

    record_id: UUID
    place: int
    order_id: OrderId
    decision_id: UUID
    kind: str


@dataclass(frozen=True, slots=True)
class ReplayPart:
    packed: bytes


@dataclass(frozen=True, slots=True)
class ReplayChange:
    """A decision that differs; `document` is JSON text."""

    number: int
    faithful: bool
    order_id: OrderId | None
    document: str
