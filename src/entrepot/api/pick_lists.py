"""Pick lists over HTTP: several orders in one walk, for one person."""

from datetime import datetime
from uuid import UUID

import msgspec

from entrepot.access.model import Scope
from entrepot.api.bodies_fulfillment import EmptyBody
from entrepot.api.bodies_store import (
    PickListAnswer,
    PickListBody,
    PickListsAnswer,
    pick_list_answer,
)
from entrepot.api.bounds import InPath, Of
from entrepot.api.commands import command
from entrepot.api.face import (
    Answer,
    Request,
    Route,
    id_parameter,
    json_answer,
)
from entrepot.api.problems import Code, Problem, invalid
from entrepot.api.store_work import node_of
from entrepot.fulfillment import pick_lists
from entrepot.fulfillment.pick_lists import SIZES, How, PickList
from entrepot.fulfillment.states import State
from entrepot.journey import store_work
from entrepot.journey.pick_together import Picker, begin
from entrepot.journey.world import Market
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, NodeId
from entrepot.terms.outcome import Refused

PATH = "/v1/pick-lists"

UNPICKED = frozenset({State.RELEASED, State.ACCEPTED, State.PICKING})
"""States of work that a list still has to pick."""


class PickListsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`mine`: only those of whoever asks."""

    mine: bool = False


async def create(request: Request) -> Answer:
    """Take the next orders that are due for whoever asks, and lay out the walk."""
    body: PickListBody = request.body
    if body.size not in SIZES:
        raise invalid("/size", "1, 5 or 10 orders are picked in one walk")
    market = await request.app.world.market(request.principal.market)

    async def act(conn: db.Connection, at: datetime) -> Answer:
        row = await node_of(conn, request)
        picker = Picker(request.principal.key_id, request.actor)
        done = await begin(conn, market, NodeId(row.node_id), picker, body.size, at=at)
        if isinstance(done, Refused):
            raise Problem(Code.CONFLICT, done.detail)
        return json_answer(201, await shown(conn, market, await _found(conn, market, done.value)))

    return await command(request, act)


async def listing(request: Request) -> Answer:
    """List who picks what at a node now."""
    query: PickListsQuery = request.query
    market = await request.app.world.market(request.principal.market)
    picker = request.principal.key_id if query.mine else None
    async with request.app.pool.acquire() as conn:
        row = await node_of(conn, request)
        heads = await pick_lists.open_at(conn, market.id, NodeId(row.node_id), picker)
        items = [await shown(conn, market, head) for head in heads]
    return json_answer(200, PickListsAnswer(items))


async def one(request: Request) -> Answer:
    """Show a pick list as it stands."""
    market = await request.app.world.market(request.principal.market)
    async with request.app.pool.acquire() as conn:
        head = await asked_list(conn, market, request)
        return json_answer(200, await shown(conn, market, head))


async def abandon(request: Request) -> Answer:
    """Give a pick list up: what is not picked is for others.

    One with nothing left to pick is done. One that has ended stays as it is.
    """
    market = await request.app.world.market(request.principal.market)

    async def act(conn: db.Connection, at: datetime) -> Answer:
        id_ = _id(request)
        before = await shown(conn, market, await _found(conn, market, id_))
        left = any(each.order.work.state in UNPICKED for each in before.orders)
        how = How.ABANDONED if left else How.DONE
        await pick_lists.end(conn, market.id, [(id_, how)], at=at)
        return json_answer(200, await shown(conn, market, await _found(conn, market, id_)))

    return await command(request, act)


async def shown(conn: db.Connection, market: Market, head: PickList) -> PickListAnswer:
    """Read a pick list with its orders, as it is shown."""
    picking = (await pick_lists.work_of(conn, market.id, [head.pick_list_id]))[head.pick_list_id]
    place = {each.fulfillment_order_id: each.place for each in picking}
    found = await store_work.shown(conn, market, list(place))
    items = await store_work.items_of(conn, market, [each.work for each in found])
    return pick_list_answer(head, [(place[each.work.id], each) for each in found], items)


async def asked_list(conn: db.Connection, market: Market, request: Request) -> PickList:
    """Read the pick list that the path names; raises Problem where there is none."""
    return await _found(conn, market, _id(request))


async def _found(conn: db.Connection, market: Market, id_: UUID) -> PickList:
    head = await pick_lists.one(conn, market.id, id_)
    if head is None:
        raise Problem(Code.NOT_FOUND, f"there is no pick list {id_}")
    return head


def _id(request: Request) -> UUID:
    return id_parameter(request, "pick_list", "there is no pick list {}")


async def nodes_of(conn: db.Connection, market: MarketId, id_: UUID) -> list[NodeId] | None:
    """Say at which node a pick list is; None where there is none of that id."""
    head = await pick_lists.one(conn, market, id_)
    return None if head is None else [head.node_id]


AT_ITS_NODE = Of("pick_list", nodes_of)

ROUTES = [
    Route(
        "POST", "/v1/nodes/{node}/pick-lists", create, Scope.FULFILLMENT_WRITE,
        "Take the next orders to pick in one walk", body=PickListBody, answer=PickListAnswer,
        status=201, keyed=True, problems=(Code.CONFLICT, Code.NOT_FOUND), at=InPath(),
    ),
    Route(
        "GET", "/v1/nodes/{node}/pick-lists", listing, Scope.FULFILLMENT_READ,
        "Who picks what at a node", query=PickListsQuery, answer=PickListsAnswer,
        problems=(Code.NOT_FOUND,), at=InPath(),
    ),
    Route(
        "GET", f"{PATH}/{{pick_list}}", one, Scope.FULFILLMENT_READ, "A pick list",
        answer=PickListAnswer, at=AT_ITS_NODE,
    ),
    Route(
        "POST", f"{PATH}/{{pick_list}}/abandon", abandon, Scope.FULFILLMENT_WRITE,
        "Give a pick list up", body=EmptyBody, answer=PickListAnswer, keyed=True,
        at=AT_ITS_NODE,
    ),
]  # fmt: skip
