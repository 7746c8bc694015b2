"""Stock look-up for a store: what was scanned, how many are here, and where else there are some."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bodies_store import GoodsAnswer, goods_answer
from entrepot.api.bounds import InPath
from entrepot.api.face import Answer, Request, Route, json_answer
from entrepot.api.problems import Code, Problem
from entrepot.api.store_work import node_of
from entrepot.catalog import browse as catalog
from entrepot.inventory import browse
from entrepot.inventory.model import Position
from entrepot.network.compiled import Compiled
from entrepot.network.model import Method
from entrepot.terms.ids import NodeId

NEARBY_MAX = 50


class LookUpQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`code` is a barcode or a sku; `nearby` how many other nodes are shown."""

    code: Annotated[str, Meta(min_length=1, max_length=128)]
    nearby: Annotated[int, Meta(ge=0, le=NEARBY_MAX)] = 10


class ShelfAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The balances of an item at the node; `available` are neither claimed nor set aside."""

    on_hand: int
    reserved: int
    unavailable: int
    available: int


class NearbyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Another node that has some; the distance is null where nobody knows where one of them is."""

    node: str
    name: str
    distance_km: float | None
    available: int
    services: list[Method]


class LookUpAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was scanned, how many are here, and the nearest nodes that have some."""

    goods: GoodsAnswer
    price: int | None
    here: ShelfAnswer
    nearby: list[NearbyAnswer]


async def look_up(request: Request) -> Answer:
    """Find an item by its barcode or sku, here and near by."""
    query: LookUpQuery = request.query
    market = await request.app.world.market(request.principal.market)
    async with request.app.pool.acquire() as conn:
        row = await node_of(conn, request)
        item = await catalog.by_barcode(conn, market.id, query.code)
        if item is None:
            raise Problem(Code.NOT_FOUND, f"no item has the barcode {query.code}")
        positions = await browse.positions_of_skus(conn, market.id, [item.sku])
    node = NodeId(row.node_id)
    here = next((each for each in positions if each.node_id == node), None)
    answer = LookUpAnswer(
        goods=goods_answer(item.sku, item),
        price=item.price,
        here=ShelfAnswer(
            on_hand=here.on_hand if here else 0,
            reserved=here.reserved if here else 0,
            unavailable=here.unavailable if here else 0,
            available=max(0, here.free) if here else 0,
        ),
        nearby=nearest(market.compiled, node, positions)[: query.nearby],
    )
    return json_answer(200, answer)


def nearest(network: Compiled, here: NodeId, positions: list[Position]) -> list[NearbyAnswer]:
    """Show other enabled nodes that have some to sell, the nearest first; unknown places last."""
    at = network.index.get(here)
    nodes = network.network.nodes
    km = np.full(len(nodes), np.inf) if at is None else network.distances(nodes[at].place)
    found = []
    for each in positions:
        ix = network.index.get(each.node_id)
        if each.node_id == here or ix is None or each.free <= 0 or not nodes[ix].enabled:
            continue
        far = float(km[ix])
        found.append((far, each, nodes[ix]))
    found.sort(key=lambda one: (one[0], one[1].node_id))
    return [
        NearbyAnswer(
            node=each.node_id,
            name=node.name,
            distance_km=None if np.isinf(far) else round(far, 1),
            available=each.free,
            services=sorted(node.services),
        )
        for far, each, node in found
    ]


ROUTES = [
    Route(
        "GET", "/v1/nodes/{node}/look-up", look_up, Scope.INVENTORY_READ,
        "An item's stock here and near by", query=LookUpQuery, answer=LookUpAnswer,
        problems=(Code.NOT_FOUND,), at=InPath(),
    ),
]  # fmt: skip
