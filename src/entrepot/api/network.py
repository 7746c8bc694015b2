"""Nodes, node groups, channels and lanes over HTTP."""

import msgspec

from entrepot.access.model import Scope
from entrepot.api.bodies_lanes import LaneAnswer
from entrepot.api.bodies_network import ChannelAnswer, GroupAnswer, NodeAnswer
from entrepot.api.bounds import At, InPath
from entrepot.api.face import Route
from entrepot.api.kinds import CHANNELS, LANES, NODE_GROUPS, NODES, Kind
from entrepot.api.paging import PageQuery
from entrepot.api.problems import Code
from entrepot.api.resource import (
    B,
    E,
    ImportAnswer,
    ImportBody,
    S,
    get,
    import_rows,
    listing,
    put,
)


class NodesAnswer(msgspec.Struct, frozen=True):
    """A page of nodes; `next` is the cursor of the page after it."""

    items: list[NodeAnswer]
    next: str | None


class GroupsAnswer(msgspec.Struct, frozen=True):
    """A page of node groups; `next` is the cursor of the page after it."""

    items: list[GroupAnswer]
    next: str | None


class ChannelsAnswer(msgspec.Struct, frozen=True):
    """A page of channels; `next` is the cursor of the page after it."""

    items: list[ChannelAnswer]
    next: str | None


class LanesAnswer(msgspec.Struct, frozen=True):
    """A page of the rate card; `next` is the cursor of the page after it."""

    items: list[LaneAnswer]
    next: str | None


def _routes(
    kind: Kind[B, E, S], noun: str, one: type, many: type, *, at: At | None = None
) -> list[Route]:
    path, single = f"/v1/{kind.noun}", f"/v1/{kind.noun}/{{{kind.id_field}}}"
    read, write = Scope.NETWORK_READ, Scope.NETWORK_WRITE
    return [
        Route(
            "PUT", single, put(kind), write, f"Put a {noun}",
            body=kind.body, answer=one, keyed=True, problems=(Code.PRECONDITION,),
        ),
        Route("GET", single, get(kind), read, f"A {noun}", answer=one, at=at),
        Route("GET", path, listing(kind), read, f"All {noun}s", query=PageQuery, answer=many),
        Route(
            "POST", f"/v1/import/{kind.noun}", import_rows(kind), write, f"Put many {noun}s",
            body=ImportBody, answer=ImportAnswer, keyed=True,
        ),
    ]  # fmt: skip


ROUTES = [
    *_routes(NODES, "node", NodeAnswer, NodesAnswer, at=InPath()),
    *_routes(NODE_GROUPS, "node group", GroupAnswer, GroupsAnswer),
    *_routes(CHANNELS, "channel", ChannelAnswer, ChannelsAnswer),
    *_routes(LANES, "lane", LaneAnswer, LanesAnswer),
]
