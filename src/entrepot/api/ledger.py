"""The time machine over HTTP: every step of a figure, with its cause and who did it."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bounds import InQuery
from entrepot.api.face import Answer, Request, Route, json_answer
from entrepot.api.inventory import Id
from entrepot.api.paging import Cursor, Limit, before_of, cursor_of, next_link
from entrepot.api.problems import Code, FieldError, Problem
from entrepot.inventory.ledger import recorded_ms
from entrepot.journey import trace
from entrepot.terms.ids import NodeId, Sku


class MovementsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`from` and `to`: when the books learned of it, both included, to the millisecond."""

    sku: Id
    node: Id | None = None
    from_: Annotated[datetime, Meta(tz=True)] | None = msgspec.field(name="from", default=None)
    to: Annotated[datetime, Meta(tz=True)] | None = None
    limit: Limit = 50
    cursor: Cursor = ""


class StepAnswer(msgspec.Struct, frozen=True):
    """A step: `at` it happened, `recorded_at` the books learned of it.

    Its cause is the order's line, the reference or the message (`source`, `sequence`) it names;
    its `actor` is who told it, or the channel that sold.
    """

    id: UUID
    sku: str
    node: str
    kind: str
    on_hand_delta: int
    reserved_delta: int
    unavailable_delta: int
    order_id: UUID | None
    line: int | None
    reference: str | None
    reason: str | None
    source: str | None
    sequence: int | None
    actor: str | None
    at: datetime
    recorded_at: datetime


class StepsAnswer(msgspec.Struct, frozen=True):
    """Newest first."""

    items: list[StepAnswer]
    next: str | None


async def get_movements(request: Request) -> Answer:
    """Why a balance is so: its steps, newest first."""
    query: MovementsQuery = request.query
    if query.from_ is not None and query.to is not None and query.to < query.from_:
        raise Problem(
            Code.INVALID, "to: lies before from",
            errors=[FieldError("lies before from", parameter="to")],
        )  # fmt: skip
    async with request.app.pool.acquire() as conn:
        rows = await trace.steps(
            conn, request.principal.market, Sku(query.sku),
            node_id=NodeId(query.node) if query.node else None,
            since=query.from_, until=query.to, before=before_of(query.cursor),
            most=query.limit + 1,
        )  # fmt: skip
    shown = [_shown(step) for step in rows[: query.limit]]
    if len(rows) <= query.limit:
        return json_answer(200, StepsAnswer(shown, None))
    cursor = cursor_of(str(shown[-1].id))
    said = {"from": _text(query.from_), "to": _text(query.to)}
    link = next_link(
        "/v1/inventory/movements", cursor,
        limit=query.limit, sku=query.sku, node=query.node, **said,
    )  # fmt: skip
    return json_answer(200, StepsAnswer(shown, cursor), link)


def _shown(step: trace.Step) -> StepAnswer:
    e = step.entry
    return StepAnswer(
        e.movement_id, e.sku, e.node_id, e.kind, e.on_hand_delta, e.reserved_delta,
        e.unavailable_delta, e.order_id, e.line_no, e.reference, e.reason, e.source, e.sequence,
        step.actor, e.at, datetime.fromtimestamp(recorded_ms(e) / 1000, UTC),
    )  # fmt: skip


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


ROUTES = [
    Route(
        "GET", "/v1/inventory/movements", get_movements, Scope.INVENTORY_READ,
        "Why a balance is so", query=MovementsQuery, answer=StepsAnswer, at=InQuery(),
    ),
]  # fmt: skip
