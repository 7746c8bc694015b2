"""How a route keeps whoever is bound to nodes at their nodes: one declaration, one place that asks.

A route says with `at` how it is bound. One that says nothing is shut to people who are bound to
nodes, whatever their scopes: a new route opens nothing by accident.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import msgspec

from entrepot.access.model import Principal
from entrepot.api.problems import Code, FieldError, Problem
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, NodeId


class Asked(Protocol):
    """What is looked at of a request. `nodes` are those a list is narrowed to."""

    app: Any
    principal: Principal
    path: Mapping[str, str]
    body: Any
    query: Any
    nodes: list[NodeId] | None


Find = Callable[[db.Connection, MarketId, Any], Awaitable[Collection[NodeId] | None]]
"""Answers the nodes a thing is of; None where there is no such thing, which the handler says."""


@dataclass(frozen=True, slots=True)
class Anywhere:
    """Nothing in it is of one node more than of another, or it hurts nobody to see; `why` says."""

    why: str


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The handler itself leaves out what is of other nodes, by `request.principal.nodes`."""

    why: str


@dataclass(frozen=True, slots=True)
class InQuery:
    """A list with a parameter that names the node.

    Where it names none it is narrowed to one's own: a parameter that is a list of nodes to all of
    them; by the handler, to `request.nodes`, where it takes `many`; else to one's only node, and
    whoever has several has to say which.
    """

    parameter: str = "node"
    many: bool = False


@dataclass(frozen=True, slots=True)
class InPath:
    """A page of a node."""

    parameter: str = "node"


@dataclass(frozen=True, slots=True)
class InBody:
    """The body names the node, or each of its `rows` does."""

    rows: str = ""
    member: str = "node"


@dataclass(frozen=True, slots=True)
class Of:
    """Something that is of a node, or of some: the path names it, `find` finds whose it is."""

    parameter: str
    find: Find
    is_uuid: bool = True


At = Anywhere | Narrowed | InQuery | InPath | InBody | Of


async def bind(at: At | None, request: Asked) -> None:
    """Keep whoever asks at their nodes; raises Problem FORBIDDEN_NODE.

    It is only asked for people who are bound to nodes; nothing is written yet.
    """
    own = request.principal.nodes
    assert own is not None
    match at:
        case None:
            raise shut()
        case Anywhere() | Narrowed():
            return
        case InQuery():
            _narrow(at, request, own)
        case InPath():
            _check(_named(request, at.parameter), own, parameter=at.parameter)
        case InBody():
            _check_body(at, request.body, own)
        case Of():
            found = await _found(at, request)
            if found is not None and own.isdisjoint(found):
                raise _stranger(", ".join(sorted(found)) or "no node yet", own)


def shut() -> Problem:
    """Refuse somebody who is bound to nodes what is not for them."""
    return Problem(Code.FORBIDDEN_NODE, "this is not for people who work at certain nodes")


def _narrow(at: InQuery, request: Asked, own: frozenset[NodeId]) -> None:
    named = getattr(request.query, at.parameter)
    if isinstance(named, list):
        for each in named:
            _check(each, own, parameter=at.parameter)
        request.nodes = [NodeId(each) for each in named] or sorted(own)
        request.query = msgspec.structs.replace(request.query, **{at.parameter: request.nodes})
        return
    if named is not None:
        _check(named, own, parameter=at.parameter)
        request.nodes = [NodeId(named)]
        return
    request.nodes = sorted(own)
    if len(own) == 1:
        request.query = msgspec.structs.replace(request.query, **{at.parameter: request.nodes[0]})
    elif not at.many:
        raise _stranger("", own, parameter=at.parameter)


def _check_body(at: InBody, body: Any, own: frozenset[NodeId]) -> None:  # noqa: ANN401 - any body
    rows: Sequence[Any] = getattr(body, at.rows) if at.rows else [body]
    for place, row in enumerate(rows):
        pointer = f"/{at.rows}/{place}/{at.member}" if at.rows else f"/{at.member}"
        _check(getattr(row, at.member), own, pointer=pointer)


async def _found(at: Of, request: Asked) -> Collection[NodeId] | None:
    named = _named(request, at.parameter)
    key: str | UUID = named
    if at.is_uuid:
        try:
            key = UUID(named)
        except ValueError:
            return None
    async with request.app.pool.acquire() as conn:
        return await at.find(conn, request.principal.market, key)


def _named(request: Asked, parameter: str) -> str:
    from urllib.parse import unquote  # noqa: PLC0415 - as the face reads it

    return unquote(request.path[parameter])


def _check(
    node: str | None, own: frozenset[NodeId], *, pointer: str = "", parameter: str = ""
) -> None:
    if node is None or node not in own:
        raise _stranger(node or "", own, pointer=pointer, parameter=parameter)


def _stranger(
    what: str, own: frozenset[NodeId], *, pointer: str = "", parameter: str = ""
) -> Problem:
    yours = ", ".join(sorted(own))
    detail = f"is of {what}; yours: {yours}" if what else f"name a node of yours: {yours}"
    where = pointer or parameter
    errors = [FieldError(detail, pointer, parameter)] if where else []
    return Problem(
        Code.FORBIDDEN_NODE, f"{where}: {detail}" if where else f"it {detail}", errors=errors
    )
