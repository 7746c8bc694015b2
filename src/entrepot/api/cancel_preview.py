"""What a cancellation would do, over HTTP: asked by whoever is about to cancel."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.face import Answer, Request, Route, json_answer
from entrepot.api.orders import CancelLine, order_of, wishes_of
from entrepot.api.problems import Code, Problem
from entrepot.fulfillment.model import Acted
from entrepot.journey.cancel_preview import Preview, preview
from entrepot.orders.model import LINES_PER_ORDER_MAX, Cancellation, Line
from entrepot.plumbing import mint
from entrepot.terms.outcome import Refused


class CancelAsk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without `lines`: all that has not left."""

    lines: (
        Annotated[list[CancelLine], Meta(min_length=1, max_length=LINES_PER_ORDER_MAX)] | None
    ) = None


class LineWould(msgspec.Struct, frozen=True):
    """A line: units that stand, that could be canceled and that would be, and what these come to.

    `why` says what has left, where not all of it can be.
    """

    line: int
    sku: str
    standing: int
    cancelable: int
    canceled: int
    money: int
    why: str | None


class UnitsWould(msgspec.Struct, frozen=True):
    line: int
    sku: str
    quantity: int


class WorkWould(msgspec.Struct, frozen=True):
    """A node's work that units are taken from; `ends`: nothing of it stays."""

    fulfillment_order: UUID
    node: str
    node_name: str
    state: str
    ends: bool
    lines: list[UnitsWould]


class CancelPreview(msgspec.Struct, frozen=True):
    """What would come of it. `money` in minor units is what the customer would not owe.

    `possible` false: `refusal` says why, and nothing would be done. `unclaimed` are units that
    wait: no node has them. `all`: nothing of the order would be left.
    """

    possible: bool
    refusal: str | None
    currency: str
    money: int
    all: bool
    lines: list[LineWould]
    work: list[WorkWould]
    unclaimed: list[UnitsWould]


async def cancel_preview(request: Request) -> Answer:
    """Say what canceling these units would do. Nothing is written."""
    body: CancelAsk = request.body
    order_id = order_of(request)
    market = await request.app.world.market(request.principal.market)
    seen = await preview(
        request.app.pool, market, order_id, wishes_of(body.lines), actor=request.actor,
        at=mint.now(),
    )  # fmt: skip
    if seen is None:
        raise Problem(Code.NOT_FOUND, f"there is no order {order_id}")
    names: Mapping[str, str] = {node.node_id: node.name for node in market.network.nodes}
    return json_answer(200, _shown(seen, names))


def _shown(seen: Preview, names: Mapping[str, str]) -> CancelPreview:
    outcome = seen.outcome
    done = None if isinstance(outcome, Refused) else outcome.value
    units = {each.line_no: each for each in done.units} if done else {}
    lines = [_line(seen, line, units.get(line.line_no)) for line in seen.standing.lines]
    return CancelPreview(
        possible=done is not None,
        refusal=outcome.detail if isinstance(outcome, Refused) else None,
        currency=seen.standing.head.currency,
        money=sum(line.money for line in lines),
        all=done is not None and all(line.canceled == line.standing for line in lines),
        lines=lines,
        work=[_work(each, names) for each in seen.taken_back],
        unclaimed=[UnitsWould(*each) for each in done.waited] if done else [],
    )


def _line(seen: Preview, line: Line, unit: Cancellation | None) -> LineWould:
    can, standing = seen.can(line), line.quantity - line.canceled
    gone = seen.gone(line)
    states = ", ".join(sorted({work.head.state.replace("_", " ") for work in gone}))
    why = f"{standing - can} of {standing} are {states} already" if can < standing else None
    return LineWould(
        line.line_no, line.sku, standing, can, unit.quantity if unit else 0,
        seen.money_of(unit) if unit else 0, why,
    )  # fmt: skip


def _work(acted: Acted, names: Mapping[str, str]) -> WorkWould:
    head = acted.after.head
    return WorkWould(
        head.fulfillment_order_id, head.node_id, names.get(head.node_id, head.node_id),
        acted.before, head.state == "canceled",
        [UnitsWould(each.line_no, each.sku, each.quantity) for each in acted.turn.units],
    )  # fmt: skip


ROUTES = [
    Route(
        "POST", "/v1/orders/{order_id}/cancel/preview", cancel_preview, Scope.ORDERS_READ,
        "What canceling units would do", body=CancelAsk, answer=CancelPreview,
    ),
]  # fmt: skip
