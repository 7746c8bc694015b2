"""Rehearsals over HTTP: what a policy would say of an order, before it decides anything."""

from datetime import UTC, datetime

from entrepot.access.model import Scope
from entrepot.api.bodies_fulfillment import EARLIEST
from entrepot.api.bodies_policies import (
    PolicyRehearsal,
    PolicyRehearsalBody,
    RehearsedOrder,
    StrategyAnswer,
)
from entrepot.api.drafts import AHEAD_MAX, PATH, check
from entrepot.api.face import Answer, Request, Route, json_answer
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.journey import asking
from entrepot.journey.rehearse import Rehearsal, Supposed, rehearse
from entrepot.journey.world import Market
from entrepot.plumbing import db, mint
from entrepot.policies import browse
from entrepot.policies.model import Policy, policy_of
from entrepot.policies.strategies import Otherwise
from entrepot.terms.ids import ChannelId, MarketId, Sku


async def post(request: Request) -> Answer:
    """Rehearse a document, a version or the policy in force; nothing is written."""
    body: PolicyRehearsalBody = request.body
    market_id = request.principal.market
    market = await request.app.world.market(market_id)
    async with request.app.pool.acquire() as conn:
        market = await request.app.world.fresh(conn, market_id)
        policy = await _policy(conn, market_id, body)
        await market.catalog.fetch_missing(conn, {line.sku for line in body.order.lines})
    wanted = _wanted(market, body.order)
    return json_answer(200, _shown(rehearse(market, policy, wanted, _time(body.at, mint.now()))))


def _time(at: datetime | None, now: datetime) -> datetime:
    if at is None:
        return now
    if not EARLIEST <= at <= now + AHEAD_MAX:
        raise invalid("/at", "is no time that an order could come at")
    return at.astimezone(UTC)


async def _policy(conn: db.Connection, market: MarketId, body: PolicyRehearsalBody) -> Policy:
    if body.document is not None and body.version is not None:
        raise invalid("/version", "say a document or a version, and not both")
    if body.document is not None:
        await check(conn, market, body.document)
        return body.document
    if body.version is None:
        return (await browse.current(conn, market))[1]
    found = await browse.version(conn, market, body.version)
    if found is None:
        raise invalid("/version", f"there is no version {body.version}")
    return policy_of(found.document)


def _wanted(market: Market, order: RehearsedOrder) -> Supposed:
    errors = [
        FieldError(f"{line.sku} is not an item here", f"/order/lines/{at}/sku")
        for at, line in enumerate(order.lines)
        if Sku(line.sku) not in market.catalog.items
    ]
    channel = ChannelId(order.channel)
    if market.compiled.channel_mask(channel) is None:
        errors.insert(0, FieldError(f"there is no channel {channel}", "/order/channel"))
    if errors:
        raise Problem(Code.INVALID, f"{errors[0].pointer}: {errors[0].detail}", errors=errors)
    place = asking.destination(order.destination)
    assert place is not None, "the body has a destination"
    lines = tuple((Sku(line.sku), line.quantity) for line in order.lines)
    return Supposed(channel, order.service, place, lines, order.customer_class or "")


def _shown(found: Rehearsal | None) -> PolicyRehearsal:
    if found is None:
        return PolicyRehearsal(None, [], Otherwise.ORDER)
    strategies = [
        StrategyAnswer(
            said.strategy, list(map(str, said.nodes)),
            {str(node): price for node, price in said.ratings.items()}, said.shipments_max,
        )
        for said in found.strategies
    ]  # fmt: skip
    return PolicyRehearsal(found.profile, strategies, found.otherwise)


ROUTES = [
    Route(
        "POST", f"{PATH}/rehearse", post, Scope.POLICIES_READ, "What a policy says of an order",
        body=PolicyRehearsalBody, answer=PolicyRehearsal,
    ),
]  # fmt: skip
