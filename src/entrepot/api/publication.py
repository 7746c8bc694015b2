"""What channels were told they may sell, and telling them again."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.commands import command
from entrepot.api.face import Answer, Request, Route, json_answer, parameter
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.journey import publication
from entrepot.journey.publish import republish, rules_of
from entrepot.network import browse as network
from entrepot.plumbing import db
from entrepot.terms.ids import ChannelId, MarketId, Sku

SKUS_MAX = 10_000
PAGE_MAX = 1_000

Id = Annotated[str, Meta(min_length=1, max_length=128)]


class RepublishBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which skus are told again: these, those of a category, or all where neither is given."""

    skus: Annotated[list[Id], Meta(min_length=1, max_length=SKUS_MAX)] | None = None
    category: Annotated[str, Meta(min_length=1, max_length=200)] | None = None


class RepublishAnswer(msgspec.Struct, frozen=True):
    """It will be told, in pages. `republish` names the way through a category or all items."""

    channel: str
    republish: UUID | None
    skus: int | None


class PublishedQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`after` is the last sku of the page before."""

    after: Annotated[str, Meta(max_length=128)] = ""
    limit: Annotated[int, Meta(ge=1, le=PAGE_MAX)] = 200


class PublishedItem(msgspec.Struct, frozen=True):
    """`version` only grows: of two facts about a sku the one with the greater version holds."""

    sku: str
    available: int
    version: int
    published_at: datetime


class PublishedAnswer(msgspec.Struct, frozen=True):
    """What the channel was told, ascending by sku.

    `sequence` is where the feed stood before this page was read: who has read all pages follows
    the feed from the first page's sequence, and leaves out versions it has. `next`: the `after` of
    the next page, null where there is none.
    """

    channel: str
    sequence: int
    items: list[PublishedItem]
    next: str | None


async def get_published(request: Request) -> Answer:
    """What the channel was told it may sell."""
    query: PublishedQuery = request.query
    market = request.principal.market
    async with request.app.pool.acquire() as conn:
        channel = await _channel(request, conn, market)
        sequence = await publication.feed_end(conn, market)
        rows = await publication.published_page(
            conn, market, channel, after=query.after, most=query.limit + 1
        )
    items = [
        PublishedItem(row.sku, row.available, row.version, row.published_at)
        for row in rows[: query.limit]
    ]
    following = items[-1].sku if len(rows) > query.limit else None
    return json_answer(200, PublishedAnswer(channel, sequence, items, following))


async def post_republish(request: Request) -> Answer:
    """Tell the channel again what it may sell, whether it changed or not."""
    body: RepublishBody = request.body
    if body.skus is not None and body.category is not None:
        raise invalid("/category", "not together with skus")
    market = await request.app.world.market(request.principal.market)
    skus = None if body.skus is None else [Sku(sku) for sku in dict.fromkeys(body.skus)]

    async def act(conn: db.Connection, at: datetime) -> Answer:
        channel = await _channel(request, conn, market.id)
        if body.skus is not None:
            await market.catalog.fetch_missing(conn, body.skus)
            errors = [
                FieldError(f"{sku} is not an item here", f"/skus/{place}")
                for place, sku in enumerate(body.skus)
                if sku not in market.catalog.items
            ]
            if errors:
                raise Problem(
                    Code.INVALID, f"{errors[0].pointer}: {errors[0].detail}", errors=errors[:100]
                )
        fresh = await request.app.world.fresh(conn, market.id)
        if channel not in rules_of(fresh.policy):
            raise Problem(Code.CONFLICT, f"the policy publishes nothing to {channel}")
        sweep = await republish(conn, fresh, channel, skus=skus, category=body.category, at=at)
        return json_answer(
            202, RepublishAnswer(channel, sweep, None if skus is None else len(skus))
        )

    return await command(request, act)


async def _channel(request: Request, conn: db.Connection, market: MarketId) -> ChannelId:
    name = parameter(request, "channel")
    if await network.channel(conn, market, name) is None:
        raise Problem(Code.NOT_FOUND, f"there is no channel {name}")
    return ChannelId(name)


ROUTES = [
    Route(
        "GET", "/v1/channels/{channel}/availability", get_published, Scope.INVENTORY_READ,
        "What a channel was told it may sell", query=PublishedQuery, answer=PublishedAnswer,
        problems=(Code.NOT_FOUND,),
    ),
    Route(
        "POST", "/v1/channels/{channel}/republish", post_republish, Scope.INVENTORY_WRITE,
        "Tell a channel again what it may sell", body=RepublishBody, answer=RepublishAnswer,
        status=202, keyed=True, problems=(Code.NOT_FOUND, Code.CONFLICT),
    ),
]  # fmt: skip
