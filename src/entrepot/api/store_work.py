"""A store's day over HTTP: what waits where, by when, and who comes to fetch what."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bodies_store import (
    NodeWorkAnswer,
    PickupsAnswer,
    StoreWorkAnswer,
    counters_answer,
    store_work_answer,
)
from entrepot.api.bounds import InPath
from entrepot.api.face import Answer, Request, Route, json_answer, parameter
from entrepot.api.fulfillment import asked
from entrepot.api.paging import PageQuery, after_of, cursor_of, next_link
from entrepot.api.problems import Code, FieldError, Problem
from entrepot.fulfillment.browse import AT_THE_NODE
from entrepot.fulfillment.states import State
from entrepot.journey import store_work
from entrepot.network import browse as network
from entrepot.network.model import Method, NodeRow
from entrepot.plumbing import db, mint
from entrepot.terms.ids import NodeId

FIRST = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))
"""Where a list by time begins."""


class NodeWorkQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list; those not given let everything pass that waits at the node."""

    state: Annotated[
        list[State], Meta(max_length=len(State), description="one or more, each named by itself")
    ] = msgspec.field(default_factory=list)
    method: Annotated[
        list[Method], Meta(max_length=len(Method), description="one or more, each by itself")
    ] = msgspec.field(default_factory=list)


class PickupsQuery(msgspec.Struct, frozen=True, kw_only=True):
    q: Annotated[
        str,
        Meta(
            max_length=200,
            description="a name, an order's number, the channel's name for it, a pickup code, or "
            "what a scanned code says",
        ),
    ] = ""


async def node_work(request: Request) -> Answer:
    """Count what waits at a node, and list it by when its next step is due."""
    query: NodeWorkQuery = request.query
    after = _after(query.cursor)
    at = mint.now()
    market = await request.app.world.market(request.principal.market)
    async with request.app.pool.acquire() as conn:
        row = await node_of(conn, request)
        node = NodeId(row.node_id)
        found, counts_due = await store_work.counters(conn, market, node, at=at)
        due = await store_work.due(
            conn, market, node, states=query.state or AT_THE_NODE,
            methods=query.method or list(Method), after=after, most=query.limit + 1,
        )  # fmt: skip
        page = due[: query.limit]
        shown = await store_work.shown(conn, market, [each.fulfillment_order_id for each in page])
        items = await store_work.items_of(conn, market, [each.work for each in shown])
    answer = NodeWorkAnswer(
        node=row.node_id,
        name=row.name,
        time_zone=row.time_zone,
        at=at,
        counters=counters_answer(found, counts_due),
        items=[store_work_answer(each, items) for each in shown],
        next=None,
    )
    if len(due) <= query.limit:
        return json_answer(200, answer)
    last = page[-1]
    cursor = cursor_of(f"{last.due_at.isoformat()} {last.fulfillment_order_id}")
    link = next_link(
        f"/v1/nodes/{row.node_id}/work", cursor, limit=query.limit,
        state=[each.value for each in query.state], method=[each.value for each in query.method],
    )  # fmt: skip
    return json_answer(200, msgspec.structs.replace(answer, next=cursor), link)


async def node_work_one(request: Request) -> Answer:
    """Show one piece of a node's work as its people see it."""
    id_ = asked(request).fulfillment_order_id
    market = await request.app.world.market(request.principal.market)
    async with request.app.pool.acquire() as conn:
        row = await node_of(conn, request)
        found = await store_work.shown(conn, market, [id_])
        if not found or found[0].work.head.node_id != row.node_id:
            raise Problem(Code.NOT_FOUND, f"{row.node_id} has no fulfillment order {id_}")
        items = await store_work.items_of(conn, market, [found[0].work])
    return json_answer(200, store_work_answer(found[0], items))


async def node_pickups(request: Request) -> Answer:
    """Find what customers fetch at a node, who is here first."""
    query: PickupsQuery = request.query
    market = await request.app.world.market(request.principal.market)
    async with request.app.pool.acquire() as conn:
        row = await node_of(conn, request)
        found = await store_work.fetched(conn, market, NodeId(row.node_id), query.q)
        shown = await store_work.shown(conn, market, [each.fulfillment_order_id for each in found])
        items = await store_work.items_of(conn, market, [each.work for each in shown])
    return json_answer(200, PickupsAnswer([store_work_answer(each, items) for each in shown]))


async def node_of(conn: db.Connection, request: Request) -> NodeRow:
    """Read the node that a path names; raises Problem where there is none."""
    name = parameter(request, "node")
    row = await network.node(conn, request.principal.market, name)
    if row is None:
        raise Problem(Code.NOT_FOUND, f"there is no node {name}")
    return row


def _after(cursor: str) -> tuple[datetime, UUID]:
    if not cursor:
        return FIRST
    at, _, id_ = after_of(cursor).partition(" ")
    try:
        moment, last = datetime.fromisoformat(at), UUID(id_)
    except ValueError:
        moment, last = FIRST
    if moment.tzinfo is None or last == FIRST[1]:
        raise Problem(
            Code.INVALID, "cursor: is none of ours",
            errors=[FieldError("is none of ours", parameter="cursor")],
        )  # fmt: skip
    return moment, last


ROUTES = [
    Route(
        "GET", "/v1/nodes/{node}/work", node_work, Scope.FULFILLMENT_READ,
        "What waits at a node, by when it is due", query=NodeWorkQuery, answer=NodeWorkAnswer,
        problems=(Code.NOT_FOUND,), at=InPath(),
    ),
    Route(
        "GET", "/v1/nodes/{node}/work/{fulfillment_order}", node_work_one, Scope.FULFILLMENT_READ,
        "A piece of a node's work", answer=StoreWorkAnswer, at=InPath(),
    ),
    Route(
        "GET", "/v1/nodes/{node}/pickups", node_pickups, Scope.FULFILLMENT_READ,
        "What customers fetch at a node", query=PickupsQuery, answer=PickupsAnswer,
        problems=(Code.NOT_FOUND,), at=InPath(),
    ),
]  # fmt: skip
