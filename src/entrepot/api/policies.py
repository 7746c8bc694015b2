"""The market's policy over HTTP: the version in force, and how it came to be."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.commands import command
from entrepot.api.face import Answer, Request, Route, check_match, etag, json_answer
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.journey import gate
from entrepot.journey.vet import Flaw, vet
from entrepot.network import browse as network
from entrepot.network.open import hold
from entrepot.plumbing import db
from entrepot.policies import browse
from entrepot.policies.model import REASON_LENGTH_MAX, Policy
from entrepot.policies.publish import publish
from entrepot.terms.ids import MarketId

HISTORY_MAX = 50

FLAWS_MAX = 100
"""Flaws told at once: whoever has more has the wrong market, or the wrong file."""


class PolicyBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole policy, and why it changes. What `document` does not say has its default."""

    document: Policy
    reason: Annotated[str, Meta(min_length=1, max_length=REASON_LENGTH_MAX)]


class PolicyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The policy in force; version 0 is the defaults of a market that has published none."""

    version: int
    document: Policy


class PublishedPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """A version, who made it and why."""

    version: int
    document: Policy
    actor: str
    reason: str
    active_from: datetime


class PolicyHistory(msgspec.Struct, frozen=True, kw_only=True):
    """The newest versions, newest first."""

    items: list[PublishedPolicy]


async def get_policy(request: Request) -> Answer:
    """Answer the policy in force."""
    async with request.app.pool.acquire() as conn:
        version, document = await browse.current(conn, request.principal.market)
    return json_answer(200, PolicyAnswer(version=version, document=document), etag(version))


async def put_policy(request: Request) -> Answer:
    """Publish the next version; it holds from now on."""
    market, body = request.principal.market, request.body

    async def act(conn: db.Connection, at: datetime) -> Answer:
        await hold(conn, market)
        await _check_publication(conn, market, body.document)
        version, _ = await browse.current(conn, market)
        check_match(request, version)
        raise_flaws(await vet(conn, market, body.document))
        lacking = await gate.why_not(conn, market, body.document, at=at)
        if lacking is not None:
            errors = [FieldError(lacking, "/document")]
            raise Problem(Code.REPLAY_NEEDED, lacking, errors=errors)
        new = await publish(conn, market, body.document, request.actor, body.reason, at)
        return json_answer(200, PolicyAnswer(version=new, document=body.document), etag(new))

    answer = await command(request, act)
    await request.app.world.refresh(market, stock=False)
    return answer


def raise_flaws(flaws: Sequence[Flaw]) -> None:
    """Refuse a document with flaws, naming each; without any, do nothing."""
    if flaws:
        errors = [FieldError(f.detail, f"/document{f.pointer}") for f in flaws[:FLAWS_MAX]]
        raise Problem(Code.INVALID, f"{errors[0].pointer}: {errors[0].detail}", errors=errors)


async def _check_publication(conn: db.Connection, market: MarketId, document: Policy) -> None:
    """Refuse a channel that is not there, or is there twice."""
    said: set[str] = set()
    for place, rule in enumerate(document.publication):
        pointer = f"/document/publication/{place}/channel"
        if rule.channel in said:
            raise invalid(pointer, f"{rule.channel} has a rule already")
        if await network.channel(conn, market, rule.channel) is None:
            raise invalid(pointer, f"there is no channel {rule.channel}")
        said.add(rule.channel)


async def get_history(request: Request) -> Answer:
    """Answer who changed the rules, when and why."""
    async with request.app.pool.acquire() as conn:
        rows = await browse.history(conn, request.principal.market, most=HISTORY_MAX)
    items = [
        PublishedPolicy(
            version=row.version,
            document=msgspec.json.decode(row.document, type=Policy),
            actor=row.actor,
            reason=row.reason,
            active_from=row.active_from,
        )
        for row in rows
    ]
    return json_answer(200, PolicyHistory(items=items))


ROUTES = [
    Route(
        "GET", "/v1/policy", get_policy, Scope.POLICIES_READ, "The policy in force",
        answer=PolicyAnswer,
    ),
    Route(
        "PUT", "/v1/policy", put_policy, Scope.POLICIES_WRITE, "Publish a policy",
        body=PolicyBody, answer=PolicyAnswer, keyed=True,
        problems=(Code.PRECONDITION, Code.REPLAY_NEEDED),
    ),
    Route(
        "GET", "/v1/policy/history", get_history, Scope.POLICIES_READ, "The policies before",
        answer=PolicyHistory,
    ),
]  # fmt: skip
