"""Inbound webhooks: in the channel's own format, under its own signature, each delivery once."""

import hashlib
from typing import Any

import msgspec

from entrepot.api.app import App
from entrepot.api.face import Answer, Request, Route, json_answer, parameter
from entrepot.api.problems import Code, Problem
from entrepot.journey.placing import NotTaken
from entrepot.journey.sold import placing_of
from entrepot.network import browse as network
from entrepot.plumbing import db, exceptions, inbox, mint
from entrepot.plumbing.exceptions import Stuck
from entrepot.ports.channel import ChannelConnector, Ignored, SoldOrder, Unmapped
from entrepot.ports.registry import channel_connector
from entrepot.terms.ids import MarketId

BODY_KEPT_MAX = 20_000
"""Characters of a body nobody could read that are kept with its exception."""


class HookAnswer(msgspec.Struct, frozen=True):
    """`outcome`: taken, ignored, unmapped or repeated."""

    outcome: str
    order_id: str | None = None


async def receive(request: Request) -> Answer:
    """Take a channel's delivery. What was sold is a fact: it is taken in, whatever its state."""
    name = parameter(request, "channel")
    headers = {key.lower(): value for key, value in request.headers.items()}
    market, connector = await _sender(request.app, name, headers, request.raw)
    delivery = connector.delivery_id(headers, request.raw)
    digest = hashlib.blake2b(request.raw, digest_size=16).digest()
    async with request.app.pool.acquire() as conn:
        before = await inbox.find(conn, market, f"hooks/{name}", delivery)
    if before is not None:
        if before.digest != digest:
            await _stuck(
                request.app, market, name, "channel.delivery_reused",
                f"delivery {delivery} came before with another body", request.raw,
                topic=connector.topic(headers),
            )  # fmt: skip
        return json_answer(200, HookAnswer("repeated"))
    answer = await _take(request.app, market, name, connector, headers, request.raw)
    async with request.app.pool.acquire() as conn, conn.transaction():
        await inbox.take(
            conn, market, f"hooks/{name}", delivery, digest, answer.outcome, at=mint.now()
        )
    return json_answer(200, answer)


async def _sender(
    app: App, name: str, headers: dict[str, str], body: bytes
) -> tuple[MarketId, ChannelConnector]:
    async with app.pool.acquire() as conn:
        known = await network.channels_named(conn, name)
    spoken = [each for each in known if each.connector and each.secret]
    if not spoken:
        raise Problem(Code.NOT_FOUND, f"no channel {name} has a connector and a secret")
    for each in spoken:
        connector = channel_connector(each.connector or "")
        if connector is not None and connector.verify(headers, body, each.secret or ""):
            return each.market, connector
    raise Problem(Code.SIGNATURE)


async def _take(
    app: App,
    market: MarketId,
    name: str,
    connector: ChannelConnector,
    headers: dict[str, str],
    body: bytes,
) -> HookAnswer:
    read = connector.read(connector.topic(headers), body)
    if isinstance(read, Ignored):
        return HookAnswer("ignored")
    if isinstance(read, Unmapped):
        reason = f"{read.pointer or '/'}: {read.reason}"
        await _stuck(
            app, market, name, "channel.unmapped", reason, body, topic=connector.topic(headers)
        )
        return HookAnswer("unmapped")
    assert isinstance(read, SoldOrder)
    placed = await app.placing.submit((market, placing_of(read, name, at=mint.now())))
    if isinstance(placed, NotTaken):
        raise Problem(Code.OVERLOADED, placed.detail, headers=[("retry-after", "5")])
    return HookAnswer("repeated" if placed.replayed else "taken", str(placed.order_id))


async def _stuck(  # noqa: PLR0913 - what came, from whom, and what is wrong with it
    app: App, market: MarketId, name: str, kind: str, reason: str, body: bytes, *, topic: str
) -> None:
    """Ask a person. `whole`: the body kept is all of it, as it came, and may be read again."""
    detail: dict[str, Any] = {"body": body[:BODY_KEPT_MAX].decode("utf-8", "replace")}
    detail["body"] = detail["body"].replace("\x00", "\ufffd")
    detail |= {"topic": topic, "whole": detail["body"].encode() == body}
    stuck = Stuck(kind, f"channels/{name}", reason, db.json_text(detail))
    async with app.pool.acquire() as conn, conn.transaction():
        await exceptions.raise_all(conn, market, [stuck], at=mint.now())


async def take_again(
    app: App, market: MarketId, name: str, topic: str, body: bytes
) -> HookAnswer | str:
    """Take a message again that nobody could read when it came; says what is wrong where it is so.

    An order that was taken meanwhile is answered as it is: it is taken once.
    """
    async with app.pool.acquire() as conn:
        known = await network.channels_named(conn, name)
    spoken = (each.connector for each in known if each.market == market and each.connector)
    connector = channel_connector(next(spoken, ""))
    if connector is None:
        return f"channel {name} has no connector"
    read = connector.read(topic, body)
    if isinstance(read, Ignored):
        return HookAnswer("ignored")
    if isinstance(read, Unmapped):
        return f"{read.pointer or '/'}: {read.reason}"
    placed = await app.placing.submit((market, placing_of(read, name, at=mint.now())))
    if isinstance(placed, NotTaken):
        return placed.detail or placed.why.value
    return HookAnswer("repeated" if placed.replayed else "taken", str(placed.order_id))


ROUTES = [
    Route(
        "POST", "/v1/hooks/{channel}", receive, None, "A channel's own webhook",
        raw_body=True, answer=HookAnswer, problems=(Code.SIGNATURE, Code.OVERLOADED),
    ),
]  # fmt: skip
