"""Today over HTTP: where orders stand, and what asks to be looked at."""

from datetime import datetime
from typing import Literal

import msgspec

from entrepot.access.model import Scope
from entrepot.api.face import Answer, Request, Route
from entrepot.api.orders_list import query_of
from entrepot.journey.filters import Filters
from entrepot.journey.overview import COUNTED_MAX, Figure, Overview, look
from entrepot.plumbing import mint
from entrepot.policies import browse as policies


class StageAnswer(msgspec.Struct, frozen=True):
    """A step of the way: `query` lists its orders (of `GET /v1/orders`)."""

    stage: str
    orders: int
    more: bool
    oldest_at: datetime | None
    query: str


class FigureAnswer(msgspec.Struct, frozen=True):
    """A count, from how many on it is a warning or an alarm, and the query that lists its orders.

    `query` null: it is not orders that are counted.
    """

    name: str
    count: int
    more: bool
    oldest_at: datetime | None
    level: Literal["good", "warn", "alarm"]
    warn: int | None
    alarm: int | None
    query: str | None


class OverviewAnswer(msgspec.Struct, frozen=True):
    """As of `at`, when the feed had come to `sequence`; `delivered` is of the last 24 hours."""

    at: datetime
    sequence: int
    stages: list[StageAnswer]
    figures: list[FigureAnswer]


async def overview(request: Request) -> Answer:
    """Where everything stands, some seconds old at most."""
    market = request.principal.market

    async def make() -> bytes:
        at = mint.now()
        async with request.app.pool.acquire() as conn:
            _, policy = await policies.current(conn, market)
            return msgspec.json.encode(_shown(await look(conn, market, policy.today, at=at), at))

    return Answer(200, await request.app.remembered.get(("overview", market), make))


def _shown(seen: Overview, at: datetime) -> OverviewAnswer:
    stages = [
        StageAnswer(
            each.stage, each.orders, each.orders >= COUNTED_MAX, each.oldest_at,
            query_of(Filters(stage=(each.stage,))),
        )
        for each in seen.stages
    ]  # fmt: skip
    ended = query_of(Filters(ended_after=seen.delivered_since))
    stages.append(
        StageAnswer("delivered", seen.delivered, seen.delivered >= COUNTED_MAX, None, ended)
    )
    return OverviewAnswer(at, seen.sequence, stages, [_figure(each) for each in seen.figures])


def _figure(each: Figure) -> FigureAnswer:
    return FigureAnswer(
        each.name, each.count, each.more, each.oldest_at, each.level,
        each.threshold.warn, each.threshold.alarm,
        None if each.filters is None else query_of(each.filters),
    )  # fmt: skip


ROUTES = [
    Route(
        "GET", "/v1/overview", overview, Scope.ORDERS_READ,
        "Where orders stand, and what asks to be looked at", answer=OverviewAnswer,
    ),
]  # fmt: skip
