"""Webhooks out: who is told of which facts, what was delivered, and hearing it again."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.commands import command
from entrepot.api.face import (
    Answer,
    Request,
    Route,
    check_match,
    etag,
    json_answer,
    parameter,
)
from entrepot.api.paging import Cursor, Limit, PageQuery, after_of, cursor_of, next_link
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.journey import told
from entrepot.network import browse as network
from entrepot.notices import browse, register, rules
from entrepot.notices.model import (
    TYPES,
    URL_CHARS_MAX,
    WEBHOOKS_MAX,
    DeliveryState,
    Put,
    Tally,
    Wanted,
    Webhook,
    WhyNot,
)
from entrepot.notices.register import exception_of
from entrepot.plumbing import db, exceptions, outbox
from entrepot.plumbing.model import Closed
from entrepot.terms.ids import MarketId

CHANNELS_MAX = 1_000
NEWEST = 2**62


class WebhookBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An endpoint and what it is told of."""

    url: Annotated[str, Meta(min_length=1, max_length=URL_CHARS_MAX)]
    secret: (
        Annotated[
            str,
            Meta(
                max_length=200,
                description="`whsec_` and the base64 of 24 to 64 bytes; never given back. Not "
                "given, it stays as it is.",
            ),
        ]
        | None
    ) = None
    types: Annotated[
        tuple[Annotated[str, Meta(max_length=100)], ...],
        Meta(max_length=100, description="types of facts; none: all"),
    ] = ()
    channels: (
        Annotated[
            tuple[Annotated[str, Meta(min_length=1, max_length=128)], ...],
            Meta(
                min_length=1,
                max_length=CHANNELS_MAX,
                description="only facts whose data names one of these channels; null: all",
            ),
        ]
        | None
    ) = None
    enabled: bool = True


class WebhookAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook, but for its secret.

    `sequence` is how far the feed was read for it; `failures` counts calls that failed since the
    last that did not; `exception` says why it was disabled, where it disabled itself. `waiting`
    deliveries are owed and `failed` ones were given up; of each no more than 1,000 are counted.
    """

    webhook: str
    url: str
    types: list[str]
    channels: list[str] | None
    enabled: bool
    sequence: int
    failures: int
    succeeded_at: datetime | None
    exception: UUID | None
    version: int
    waiting: int
    failed: int


class WebhooksAnswer(msgspec.Struct, frozen=True):
    """A page of webhooks; `next` is the cursor of the page after it."""

    items: list[WebhookAnswer]
    next: str | None


class DeliveriesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: waiting, delivered or failed."""

    state: DeliveryState | None = None
    limit: Limit = 50
    cursor: Cursor = ""


class DeliveryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`id` is the webhook-id header and the event's id. `status`, `error`: of the last call."""

    id: UUID
    sequence: int
    type: str
    subject: str
    state: str
    attempts: int
    due_at: datetime | None
    ended_at: datetime | None
    status: int | None
    error: str | None


class DeliveriesAnswer(msgspec.Struct, frozen=True):
    """The newest first; `next` is the cursor of the page after it."""

    items: list[DeliveryAnswer]
    next: str | None


class RetryAnswer(msgspec.Struct, frozen=True):
    """Deliveries that are tried anew; `more` were given up than one call has tried again."""

    webhook: str
    retried: int
    more: bool


class ReplayBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`from`: the sequence of the first event that is told again."""

    from_: Annotated[int, Meta(ge=1, le=NEWEST)] = msgspec.field(name="from")


class ReplayAnswer(msgspec.Struct, frozen=True):
    """Events from `first` to `last` are told again, as far as the webhook asks for them."""

    webhook: str
    first: int
    last: int


async def put_webhook(request: Request) -> Answer:
    """Put a webhook: the whole of it is replaced, but for a secret that is not given."""
    body: WebhookBody = request.body
    name = parameter(request, "webhook")
    market = request.principal.market
    wanted = _wanted(request, name, body)

    async def act(conn: db.Connection, at: datetime) -> Answer:
        if request.headers.get("if-match") is not None:
            before = await browse.webhook(conn, market, name)
            check_match(request, before.version if before else None)
        for place, channel in enumerate(body.channels or ()):
            if await network.channel(conn, market, channel) is None:
                raise invalid(f"/channels/{place}", f"there is no channel {channel}")
        put = await register.put(conn, market, wanted, at=at)
        if put is WhyNot.UNSIGNED:
            raise invalid("/secret", "is needed for a new webhook")
        if put is WhyNot.TOO_MANY:
            raise Problem(Code.CONFLICT, f"there are {WEBHOOKS_MAX} webhooks already")
        assert isinstance(put, Put)
        await _end(request, conn, put, "the webhook was put anew", at)
        answer = await _told(request, conn, put.webhook)
        return json_answer(200, answer, etag(put.webhook.version))

    return await command(request, act)


async def delete_webhook(request: Request) -> Answer:
    """Take a webhook away, with its delivery log."""
    name = parameter(request, "webhook")

    async def act(conn: db.Connection, at: datetime) -> Answer:
        found = await browse.webhook(conn, request.principal.market, name)
        if found is None:
            raise Problem(Code.NOT_FOUND)
        answer = await _told(request, conn, found)
        removed = await register.remove(conn, request.principal.market, name)
        if removed is None:
            raise Problem(Code.NOT_FOUND)
        await _end(request, conn, removed, "the webhook was taken away", at)
        return json_answer(200, answer)

    return await command(request, act)


async def get_webhook(request: Request) -> Answer:
    """One webhook."""
    found = await _find(request)
    async with request.app.pool.acquire() as conn:
        return json_answer(200, await _told(request, conn, found), etag(found.version))


async def list_webhooks(request: Request) -> Answer:
    """The webhooks, by ascending id."""
    query: PageQuery = request.query
    after = after_of(query.cursor)
    async with request.app.pool.acquire() as conn:
        rows = await browse.webhooks(
            conn, request.principal.market, after=after, most=query.limit + 1
        )
        names = [row.webhook_id for row in rows[: query.limit]]
        tallies = await browse.tallies(conn, request.principal.market, names)
    shown = [_shown(row, tallies[row.webhook_id]) for row in rows[: query.limit]]
    if len(rows) <= query.limit:
        return json_answer(200, WebhooksAnswer(shown, None))
    cursor = cursor_of(shown[-1].webhook)
    return json_answer(
        200, WebhooksAnswer(shown, cursor), next_link("/v1/webhooks", cursor, limit=query.limit)
    )


async def list_deliveries(request: Request) -> Answer:
    """What was delivered, what waits, and what came of it."""
    query: DeliveriesQuery = request.query
    before = _sequence_of(query.cursor) if query.cursor else NEWEST
    found = await _find(request)
    async with request.app.pool.acquire() as conn:
        rows = await browse.deliveries(
            conn, request.principal.market, found.webhook_id,
            state=query.state, before=before, most=query.limit + 1,
        )  # fmt: skip
    shown = [
        DeliveryAnswer(
            id=row.event_id, sequence=row.sequence, type=row.type, subject=row.subject,
            state=row.state, attempts=row.attempts, ended_at=row.ended_at, status=row.status,
            due_at=row.due_at if row.state == DeliveryState.WAITING else None, error=row.error,
        )
        for row in rows[: query.limit]
    ]  # fmt: skip
    if len(rows) <= query.limit:
        return json_answer(200, DeliveriesAnswer(shown, None))
    cursor = cursor_of(str(shown[-1].sequence))
    path = f"/v1/webhooks/{request.path['webhook']}/deliveries"
    link = next_link(path, cursor, limit=query.limit, state=query.state)
    return json_answer(200, DeliveriesAnswer(shown, cursor), link)


async def post_replay(request: Request) -> Answer:
    """Tell the webhook again what it was told, from an event on."""
    body: ReplayBody = request.body
    name = parameter(request, "webhook")

    async def act(conn: db.Connection, _: datetime) -> Answer:
        done = await register.replay(conn, request.principal.market, name, first=body.from_)
        if done is None:
            raise Problem(Code.NOT_FOUND)
        return json_answer(202, ReplayAnswer(name, *done))

    return await command(request, act)


async def post_retry(request: Request) -> Answer:
    """Try anew what was given up, the oldest first."""
    return await _retry(request, None)


async def post_retry_one(request: Request) -> Answer:
    """Try a delivery anew at once, that waits or was given up."""
    text = parameter(request, "sequence")
    if not (text.isdecimal() and text.isascii() and len(text) <= 18):
        raise Problem(Code.NOT_FOUND)
    return await _retry(request, int(text))


async def _retry(request: Request, sequence: int | None) -> Answer:
    name = parameter(request, "webhook")

    async def act(conn: db.Connection, at: datetime) -> Answer:
        market = request.principal.market
        done = await register.retry(conn, market, name, sequence, at=at)
        if done is None:
            raise Problem(Code.NOT_FOUND)
        if sequence is not None and not done:
            raise Problem(Code.TRANSITION, "no such delivery waits or was given up")
        left = (await browse.tallies(conn, market, [name]))[name].failed
        return json_answer(202, RetryAnswer(name, len(done), left > 0))

    return await command(request, act)


def _wanted(request: Request, name: str, body: WebhookBody) -> Wanted:
    """Read a webhook; raises Problem for an address, a secret or a type that is none."""
    wrong = rules.wrong_url(body.url, anywhere=request.app.settings.webhooks_anywhere > 0)
    if wrong is not None:
        raise invalid("/url", wrong)
    if body.secret is not None:
        try:
            rules.key_of(body.secret)
        except ValueError as is_not:
            raise invalid("/secret", str(is_not)) from None
    for place, type_ in enumerate(body.types):
        if type_ not in TYPES:
            raise invalid(f"/types/{place}", f"no fact is called {type_}")
    channels = None if body.channels is None else sorted(set(body.channels))
    return Wanted(name, body.url, body.secret, sorted(set(body.types)), channels, body.enabled)


async def _find(request: Request) -> Webhook:
    name = parameter(request, "webhook")
    async with request.app.pool.acquire() as conn:
        found = await browse.webhook(conn, request.principal.market, name)
    if found is None:
        raise Problem(Code.NOT_FOUND)
    return found


async def _end(request: Request, conn: db.Connection, put: Put, reason: str, at: datetime) -> None:
    """End the exception that stood against a webhook, and tell of it."""
    market: MarketId = request.principal.market
    closed: list[Closed] = await exceptions.close(
        conn, market, exception_of(put), actor=request.actor, reason=reason, at=at
    )
    facts = [told.unstuck(each, actor=request.actor, reason=reason) for each in closed]
    await outbox.tell(conn, market, facts, at=at)


async def _told(request: Request, conn: db.Connection, row: Webhook) -> WebhookAnswer:
    market: MarketId = request.principal.market
    return _shown(row, (await browse.tallies(conn, market, [row.webhook_id]))[row.webhook_id])


def _shown(row: Webhook, tally: Tally) -> WebhookAnswer:
    return WebhookAnswer(
        webhook=row.webhook_id, url=row.url, types=row.types, channels=row.channels,
        enabled=row.enabled, sequence=row.sequence, failures=row.failures,
        succeeded_at=row.succeeded_at, exception=row.exception_id, version=row.version,
        waiting=tally.waiting, failed=tally.failed,
    )  # fmt: skip


def _sequence_of(cursor: str) -> int:
    text = after_of(cursor)
    if text.isdecimal() and text.isascii() and int(text) <= NEWEST:
        return int(text)
    raise Problem(
        Code.INVALID, "cursor: is none of ours",
        errors=[FieldError("is none of ours", parameter="cursor")],
    )  # fmt: skip


_ONE = "/v1/webhooks/{webhook}"

ROUTES = [
    Route(
        "GET", "/v1/webhooks", list_webhooks, Scope.WEBHOOKS_READ, "All webhooks",
        query=PageQuery, answer=WebhooksAnswer,
    ),
    Route(
        "PUT", _ONE, put_webhook, Scope.WEBHOOKS_WRITE, "Put a webhook",
        body=WebhookBody, answer=WebhookAnswer, keyed=True,
        problems=(Code.PRECONDITION, Code.CONFLICT),
    ),
    Route("GET", _ONE, get_webhook, Scope.WEBHOOKS_READ, "A webhook", answer=WebhookAnswer),
    Route(
        "DELETE", _ONE, delete_webhook, Scope.WEBHOOKS_WRITE, "Take a webhook away",
        answer=WebhookAnswer, keyed=True,
    ),
    Route(
        "GET", _ONE + "/deliveries", list_deliveries, Scope.WEBHOOKS_READ,
        "What was delivered to a webhook", query=DeliveriesQuery, answer=DeliveriesAnswer,
    ),
    Route(
        "POST", _ONE + "/retry", post_retry, Scope.WEBHOOKS_WRITE,
        "Try anew what was given up", answer=RetryAnswer, status=202, keyed=True,
    ),
    Route(
        "POST", _ONE + "/deliveries/{sequence}/retry", post_retry_one, Scope.WEBHOOKS_WRITE,
        "Try a delivery anew", answer=RetryAnswer, status=202, keyed=True,
        problems=(Code.TRANSITION,),
    ),
    Route(
        "POST", _ONE + "/replay", post_replay, Scope.WEBHOOKS_WRITE,
        "Tell a webhook again what it was told", body=ReplayBody, answer=ReplayAnswer, status=202,
        keyed=True,
    ),
]  # fmt: skip
