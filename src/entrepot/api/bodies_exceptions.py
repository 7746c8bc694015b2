"""Exceptions as they are asked for and shown: queues, causes, and the choices as data."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from entrepot.api.bodies_fulfillment import Identifier
from entrepot.api.paging import PageQuery
from entrepot.journey.case import Case
from entrepot.journey.choices import Choice, Input, Move, cause, choices
from entrepot.orders.model import QUANTITY_MAX
from entrepot.orders.phase import Phase
from entrepot.plumbing.attend import Attention, Queue
from entrepot.terms.order_number import number_of

PATH = "/v1/exceptions"

Reason = Annotated[str, Meta(min_length=1, max_length=500)]
When = Annotated[datetime, Meta(tz=True)]


class ExceptionsQuery(PageQuery, frozen=True, kw_only=True):
    """What of them is wanted.

    `state`: open ones, those of them that wait or are snoozed, or closed ones, the newest first.
    `assignee` may be `me`. `opened_before`: those that stand since then, at least.
    """

    state: Attention = Attention.OPEN
    kind: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    node: Identifier | None = None
    order: UUID | None = None
    assignee: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    opened_before: When | None = None


class CommandShown(msgspec.Struct, frozen=True):
    """The call that does it; the values of its fields go into the body."""

    method: str
    path: str
    body: dict[str, Any]


class FieldShown(msgspec.Struct, frozen=True):
    """What must be told with a choice: where in the body, and what stands there unless told."""

    name: Input
    pointer: str
    value: str | None


class ChoiceShown(msgspec.Struct, frozen=True):
    """One thing that can be done; the first is suggested. `final`: it cannot be undone.

    `scope` is needed beside `exceptions:write`; `allowed` says whether whoever asks has it.
    """

    id: Move
    label: str
    says: str
    final: bool
    scope: str | None
    allowed: bool
    fields: list[FieldShown]
    command: CommandShown


class OrderBrief(msgspec.Struct, frozen=True):
    """The order it is about, as far as one decides by it. `total` in minor units."""

    id: UUID
    number: str
    phase: Phase
    channel: str
    method: str
    customer: str | None
    currency: str
    total: int
    promise_latest: datetime | None


class ExceptionAnswer(msgspec.Struct, frozen=True):
    """An exception. `cause` says it in sentences; by `due_at` it should be dealt with."""

    id: UUID
    kind: str
    subject: str
    order_id: UUID | None
    line: int | None
    reason: str
    detail: dict[str, Any]
    opened_at: datetime
    due_at: datetime | None
    node: str | None
    node_name: str | None
    assignee: str | None
    snoozed_until: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    close_reason: str | None
    cause: list[str]
    order: OrderBrief | None
    choices: list[ChoiceShown]


class ExceptionsAnswer(msgspec.Struct, frozen=True):
    """Open ones, oldest first; closed ones, newest first."""

    items: list[ExceptionAnswer]
    next: str | None


class QueueAnswer(msgspec.Struct, frozen=True):
    """A kind's queue: counts end at `counted_max`.

    `within_min` minutes are its service level; `late` wait longer than that. Of the `raised` ones
    of the last seven days `in_time` were dealt with in it, or still can be.
    """

    kind: str
    waiting: int
    snoozed: int
    late: int
    oldest_at: datetime | None
    within_min: int
    raised: int
    in_time: int


class QueuesAnswer(msgspec.Struct, frozen=True):
    """Every kind there is; those of which something waits first, by how long it does."""

    items: list[QueueAnswer]
    counted_max: int


class CloseBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Reason


class ClosedAnswer(msgspec.Struct, frozen=True):
    id: UUID
    closed_by: str
    reason: str


class AssignBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`to` whom it is given: not said, whoever asks; null: nobody."""

    to: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType | None = UNSET


class SnoozeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`until` then it is out of its queue; null: it is in it again."""

    until: When | None


class ResolveBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What was chosen, and what the choice asks for."""

    choice: Move
    reason: Reason | None = None
    quantity: Annotated[int, Meta(ge=0, le=QUANTITY_MAX)] | None = None
    until: When | None = None


class ResolvedAnswer(msgspec.Struct, frozen=True):
    """What came of it, in words. `open`: a part of it stays to be done."""

    id: UUID
    choice: Move
    words: str
    open: bool


def shown(case: Case, may: Callable[[str], bool]) -> ExceptionAnswer:
    """Show an exception to somebody who may do some of it."""
    row = case.trouble
    return ExceptionAnswer(
        id=row.exception_id,
        kind=row.kind,
        subject=row.subject,
        order_id=row.order_id,
        line=row.line_no,
        reason=row.reason,
        detail=dict(case.detail),
        opened_at=row.opened_at,
        due_at=case.due_at,
        node=row.node_id,
        node_name=case.name(row.node_id) if row.node_id else None,
        assignee=row.assignee,
        snoozed_until=row.snoozed_until,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        close_reason=row.close_reason,
        cause=cause(case),
        order=_brief(case),
        choices=[_choice(each, row.exception_id, may) for each in choices(case)],
    )


def queue_shown(queue: Queue, within_min: int) -> QueueAnswer:
    """Show a queue beside its service level."""
    return QueueAnswer(
        queue.kind, queue.waiting, queue.snoozed, queue.late, queue.oldest_at,
        within_min, queue.raised, queue.in_time,
    )  # fmt: skip


def _brief(case: Case) -> OrderBrief | None:
    if case.standing is None or case.agreed is None:
        return None
    head, agreed = case.standing.head, case.agreed
    return OrderBrief(
        head.order_id, number_of(head.order_id), case.standing.phase, head.channel, head.method,
        agreed.customer.name if agreed.customer else None, agreed.currency, agreed.total,
        case.latest,
    )  # fmt: skip


def _choice(each: Choice, exception_id: UUID, may: Callable[[str], bool]) -> ChoiceShown:
    body: dict[str, Any] = {"choice": each.move}
    fields = [
        FieldShown(name, f"/{name}", each.reason if name is Input.REASON else None)
        for name in each.asks
    ]
    command = CommandShown("POST", f"{PATH}/{exception_id}/resolve", body)
    allowed = each.scope is None or may(each.scope)
    return ChoiceShown(
        each.move, each.label, each.says, each.final, each.scope, allowed, fields, command
    )
