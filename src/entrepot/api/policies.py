"""The market's policy over HTTP: the version in force, and how it came to be."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.commands import command
from entrepot.api.drafts import check, check_replayed
from entrepot.api.face import Answer, Request, Route, check_match, etag, json_answer
from entrepot.api.problems import Code
from entrepot.network.open import hold
from entrepot.plumbing import db
from entrepot.policies import browse
from entrepot.policies.model import REASON_LENGTH_MAX, Policy, policy_of
from entrepot.policies.publish import publish

HISTORY_MAX = 50


class PolicyBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole policy, and why it changes. What `document` does not say has its default."""

    document: Policy
    reason: Annotated[str, Meta(min_length=1, max_length=REASON_LENGTH_MAX)]


class PolicyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The policy in force; version 0 is the defaults of a market that has published none."""

    version: int
    document: Policy


class PublishedPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """A version that came into force, who made it and why.

    `restores` is the version whose document it has again.
    """

    version: int
    document: Policy
    actor: str
    reason: str
    active_from: datetime | None
    retired_at: datetime | None
    restores: int | None


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
        version, _ = await browse.current(conn, market)
        check_match(request, version)
        await check(conn, market, body.document)
        await check_replayed(conn, market, body.document, at)
        new = await publish(conn, market, body.document, request.actor, body.reason, at)
        return json_answer(200, PolicyAnswer(version=new, document=body.document), etag(new))

    answer = await command(request, act)
    await request.app.world.refresh(market, stock=False)
    return answer


async def get_history(request: Request) -> Answer:
    """Answer who changed the rules, when and why."""
    async with request.app.pool.acquire() as conn:
        rows = await browse.history(conn, request.principal.market, most=HISTORY_MAX)
    items = [
        PublishedPolicy(
            version=row.version,
            document=policy_of(row.document),
            actor=row.actor,
            reason=row.reason,
            active_from=row.active_from,
            retired_at=row.retired_at,
            restores=row.restores,
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
