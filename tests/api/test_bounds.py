"""Whoever is bound to nodes stays there: every route says how, and says it here again."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from entrepot.access.model import PERSON, Principal, Role
from entrepot.access.roles import scopes_of
from entrepot.api.bounds import Anywhere, InBody, InPath, InQuery, Narrowed, Of, bind
from entrepot.api.face import Request
from entrepot.api.problems import Code, Problem
from entrepot.api.routes import ROUTES
from entrepot.terms.ids import KeyId, MarketId, NodeId, UserId

MINE, OTHER = NodeId("store-1"), NodeId("store-2")
ASSOCIATE = scopes_of(Role.ASSOCIATE)

OPEN = """
GET    /v1/orders                                       narrowed
GET    /v1/orders/count                                 narrowed
GET    /v1/orders.csv                                   narrowed
GET    /v1/orders/{order_id}                            of
GET    /v1/fulfillment-orders                           query
GET    /v1/fulfillment-orders/{fulfillment_order}       of
POST   /v1/fulfillment-orders/{fulfillment_order}/accept   of
POST   /v1/fulfillment-orders/{fulfillment_order}/reject   of
POST   /v1/fulfillment-orders/{fulfillment_order}/pick     of
POST   /v1/fulfillment-orders/{fulfillment_order}/short    of
POST   /v1/fulfillment-orders/{fulfillment_order}/pack     of
POST   /v1/fulfillment-orders/{fulfillment_order}/ready    of
POST   /v1/fulfillment-orders/{fulfillment_order}/collect  of
POST   /v1/fulfillment-orders/{fulfillment_order}/ship     of
POST   /v1/fulfillment-orders/{fulfillment_order}/arrived  of
GET    /v1/nodes/{node}/work                            path
GET    /v1/nodes/{node}/work/{fulfillment_order}        path
GET    /v1/nodes/{node}/pickups                         path
GET    /v1/nodes/{node}/look-up                         path
GET    /v1/nodes/{node}/overview                        path
GET    /v1/nodes/{node}/pick-lists                      path
POST   /v1/nodes/{node}/pick-lists                      path
GET    /v1/pick-lists/{pick_list}                       of
POST   /v1/pick-lists/{pick_list}/abandon               of
GET    /v1/print/pick-lists/{pick_list}                 of
GET    /v1/print/fulfillment-orders/{fulfillment_order}/packing-slip  of
GET    /v1/print/fulfillment-orders/{fulfillment_order}/hand-over     of
GET    /v1/offers                                       query
GET    /v1/offers/{offer}                               of
POST   /v1/offers/{offer}/accept                        body
POST   /v1/offers/{offer}/decline                       body
GET    /v1/performance/carriers                         query
GET    /v1/performance/nodes                            query
GET    /v1/availability                                 anywhere
POST   /v1/promises                                     anywhere
POST   /v1/inventory/counts                             body
POST   /v1/inventory/movements                          body
POST   /v1/inventory/set-asides                         body
GET    /v1/inventory/positions                          anywhere
GET    /v1/inventory/grid                               anywhere
GET    /v1/inventory/grid/axes                          anywhere
GET    /v1/inventory/claims                             query
GET    /v1/inventory/movements                          query
GET    /v1/inventory/truth                              query
GET    /v1/inventory/lots                               query
GET    /v1/inventory/serials                            query
GET    /v1/transfers                                    query
GET    /v1/transfers/{transfer}                         of
POST   /v1/transfers/{transfer}/send                    of
POST   /v1/transfers/{transfer}/receive                 of
GET    /v1/items                                        anywhere
GET    /v1/items/{sku}                                  anywhere
GET    /v1/items/by-barcode/{code}                      anywhere
GET    /v1/items/{sku}/stock                            anywhere
GET    /v1/items/{sku}/history                          query
GET    /v1/nodes/{node}                                 path
GET    /v1/nodes/{node}/count-list                      path
GET    /v1/nodes/{node}/capacity                        path
GET    /v1/nodes/{node}/overview                        path
GET    /v1/nodes/{node}/overrides                       path
POST   /v1/nodes/{node}/overrides                       path
POST   /v1/nodes/{node}/overrides/{override}/lift       path
POST   /v1/nodes/{node}/overrides/{override}/replan     path
GET    /v1/events                                       narrowed
GET    /v1/events/stream                                narrowed
GET    /v1/session                                      anywhere
DELETE /v1/session                                      anywhere
PUT    /v1/session/password                             anywhere
GET    /v1/preferences                                  anywhere
PUT    /v1/preferences                                  anywhere
"""
"""All that an associate may ask at all. What stands in no row is refused, whatever its scope."""

KINDS = {
    "query": InQuery, "path": InPath, "body": InBody, "of": Of, "anywhere": Anywhere,
    "narrowed": Narrowed,
}  # fmt: skip
WORDS = OPEN.split()
ROWS = dict(zip(zip(WORDS[::3], WORDS[1::3], strict=True), WORDS[2::3], strict=True))
BOUND = {(route.method, route.path): route for route in ROUTES if route.at is not None}
REACHED = [
    route for route in ROUTES if route.scope in ASSOCIATE
]  # fmt: skip


def request(*, nodes=(MINE,), path=None, query=None, body: Any = None):
    principal = Principal(
        MarketId("m"), KeyId("user:1"), "Mia", ASSOCIATE, UserId(None), frozenset(nodes)
    )
    app = SimpleNamespace(pool=Pool())
    return Request(app, principal, path or {}, {}, body=body, query=query)


class Pool:
    """Gives connections that nobody asks."""

    def acquire(self):
        return self

    async def __aenter__(self):
        return None

    async def __aexit__(self, *_):
        return None


async def refusal(at, **rest):
    """Give the code of the refusal; None where it is let through."""
    try:
        await bind(at, request(**rest))
    except Problem as problem:
        return problem.code
    return None


async def at_store_1(*_):
    """Find everything at store-1; whose things really are is asked where there are rows."""
    return [MINE]


def test_what_an_associate_may_ask_is_what_stands_here():
    declared = {
        key: kind
        for key, route in BOUND.items()
        for kind, type_ in KINDS.items()
        if isinstance(route.at, type_)
    }
    assert declared == ROWS


@pytest.mark.parametrize("route", REACHED, ids=lambda route: f"{route.method} {route.path}")
async def test_every_route_its_scopes_open_is_bound_or_harmless_or_shut(route):
    at = route.at
    if at is None:
        assert await refusal(at) is Code.FORBIDDEN_NODE
    elif isinstance(at, Anywhere | Narrowed):
        assert len(at.why.split()) >= 3, "it says why"
    else:
        at = replace(at, find=at_store_1) if isinstance(at, Of) else at
        told = named(route)
        assert await refusal(at, nodes=(OTHER,), **told) is Code.FORBIDDEN_NODE
        assert await refusal(at, nodes=(MINE,), **told) is None


def named(route):
    """Give a call of the route that is about store-1."""
    match route.at:
        case InQuery():
            assert route.at.parameter in route.query.__struct_fields__
            return {"query": Filled(node=MINE)}
        case InPath():
            assert f"{{{route.at.parameter}}}" in route.path
            return {"path": {route.at.parameter: MINE}}
        case InBody():
            row = SimpleNamespace(**{route.at.member: MINE})
            body = SimpleNamespace(**{route.at.rows: [row]}) if route.at.rows else row
            return {"body": body}
        case Of():
            assert f"{{{route.at.parameter}}}" in route.path
            return {"path": {route.at.parameter: "00000000-0000-7000-8000-000000000001"}}
    raise AssertionError(route)


class Filled(msgspec.Struct):
    node: str | None = None


async def test_what_is_of_no_node_is_nobodys_and_what_is_not_there_is_left_to_the_handler():
    async def nowhere(*_):
        return []

    async def unknown(*_):
        return None

    path = {"order_id": "00000000-0000-7000-8000-000000000001"}
    assert await refusal(Of("order_id", nowhere), path=path) is Code.FORBIDDEN_NODE
    assert await refusal(Of("order_id", unknown), path=path) is None
    assert await refusal(Of("order_id", at_store_1), path={"order_id": "no id"}) is None


async def test_a_list_without_a_node_is_narrowed_to_ones_own():
    asked = request(query=Filled())
    await bind(InQuery(), asked)
    assert asked.query.node == MINE
    assert asked.nodes == [MINE]


async def test_who_has_several_nodes_says_which_but_where_a_list_takes_many():
    several = request(nodes=(MINE, OTHER), query=Filled())
    with pytest.raises(Problem) as refused:
        await bind(InQuery(), several)
    assert refused.value.code is Code.FORBIDDEN_NODE
    assert "store-1, store-2" in refused.value.detail
    await bind(InQuery(many=True), several)
    assert several.nodes == [MINE, OTHER]
    assert several.query.node is None


async def test_one_row_of_another_node_refuses_them_all_and_is_named():
    rows = [SimpleNamespace(node=MINE), SimpleNamespace(node=OTHER), SimpleNamespace(node=None)]
    with pytest.raises(Problem) as refused:
        await bind(InBody("counts"), request(body=SimpleNamespace(counts=rows)))
    assert refused.value.errors[0].pointer == "/counts/1/node"
    with pytest.raises(Problem):
        await bind(InBody("rows"), request(body=SimpleNamespace(rows=rows[2:])))


def test_what_is_everybodys_own_asks_for_a_person():
    own = {(route.method, route.path) for route in ROUTES if route.scope == PERSON}
    assert own == {key for key in ROWS if key[1].startswith(("/v1/session", "/v1/preferences"))}
