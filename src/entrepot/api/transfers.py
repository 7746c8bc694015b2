"""Transfers over HTTP: goods on their way from one node to another."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bodies_fulfillment import EARLIEST, LATEST
from entrepot.api.bodies_lots import Lots, PickedLots, Serials, lots_of
from entrepot.api.bounds import At, InQuery, Of
from entrepot.api.commands import command
from entrepot.api.face import Answer, Handler, Request, Route, etag, json_answer, parameter
from entrepot.api.orders import problem
from entrepot.api.paging import PageQuery, after_of, cursor_of
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.inventory import browse_transfers as browse
from entrepot.inventory.buckets import AsideReason
from entrepot.inventory.model import QUANTITY_MAX, Free
from entrepot.inventory.states import TransferState, TransferVerb
from entrepot.inventory.transit import (
    LINES_MAX,
    Carried,
    NewTransfer,
    TransferMove,
    Trip,
    TripAsk,
    WhyNotCarried,
)
from entrepot.journey.transfer import carry, plan_transfer, unfit
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, NodeId, Sku, TransferId
from entrepot.terms.outcome import Refused

PATH = "/v1/transfers"

Id = Annotated[str, Meta(min_length=1, max_length=128)]
Units = Annotated[int, Meta(ge=1, le=QUANTITY_MAX)]
Why = Annotated[str, Meta(min_length=1, max_length=500)]


class TransferPlanLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sku: Id
    quantity: Units


class TransferBody(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"from_": "from"}
):
    """`transfer` is the caller's name for it. Each sku stands in one line."""

    transfer: Id
    from_: Id
    to: Id
    lines: Annotated[list[TransferPlanLine], Meta(min_length=1, max_length=LINES_MAX)]
    expected_at: Annotated[datetime, Meta(tz=True)] | None = None


class TransferUnits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sku: Id
    quantity: Units


class TransferDeparture(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`lots`, or `serials`, say which units leave: else those that expire first."""

    sku: Id
    quantity: Units
    lots: PickedLots = []
    serials: Serials = []


class TransferArrival(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`set_aside`: the units have arrived, and are not for sale for that reason.

    `lots`, or `serials`, say which have arrived: else those that left.
    """

    sku: Id
    quantity: Units
    set_aside: AsideReason | None = None
    lots: Lots = []
    serials: Serials = []


class TransferSendBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What leaves; all that was planned where no line is named."""

    lines: Annotated[list[TransferDeparture], Meta(max_length=LINES_MAX)] = []


class TransferReceiveBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What has arrived; all that is in transit where no line is named."""

    lines: Annotated[list[TransferArrival], Meta(max_length=LINES_MAX)] = []


class TransferWriteOffBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What will never arrive; all that is in transit where no line is named."""

    reason: Why
    lines: Annotated[list[TransferUnits], Meta(max_length=LINES_MAX)] = []


class TransferCancelBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing will be sent."""

    reason: Why


class TransferLineAnswer(msgspec.Struct, frozen=True):
    """Units planned, and what became of them. `surplus` arrived beyond what was sent."""

    sku: str
    quantity: int
    sent: int
    received: int
    written_off: int
    in_transit: int
    surplus: int


class TransferAnswer(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    transfer: str
    from_: str
    to: str
    state: TransferState
    expected_at: datetime | None
    made_at: datetime
    moved_at: datetime
    version: int
    lines: list[TransferLineAnswer]


class TransferMoveAnswer(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    from_: str
    verb: str
    actor: str
    reason: str | None
    at: datetime


class TransferWholeAnswer(msgspec.Struct, frozen=True):
    transfer: TransferAnswer
    moves: list[TransferMoveAnswer]


class TransfersAnswer(msgspec.Struct, frozen=True):
    items: list[TransferAnswer]
    next: str | None


class TransfersQuery(PageQuery, frozen=True, kw_only=True):
    """`node` is either end."""

    node: Id | None = None
    state: Annotated[list[TransferState], Meta(max_length=len(TransferState))] = msgspec.field(
        default_factory=list
    )


_REFUSALS = {
    WhyNotCarried.UNKNOWN_TRANSFER: (Code.NOT_FOUND, ""),
    WhyNotCarried.VERSION_CHANGED: (Code.PRECONDITION, ""),
    WhyNotCarried.ILLEGAL_TRANSITION: (Code.TRANSITION, ""),
    WhyNotCarried.UNKNOWN_LINE: (Code.INVALID, "/lines"),
    WhyNotCarried.TOO_MANY_UNITS: (Code.CONFLICT, "/lines"),
    WhyNotCarried.INSUFFICIENT: (Code.NO_STOCK, "/lines"),
    WhyNotCarried.LOTS: (Code.CONFLICT, "/lines"),
    WhyNotCarried.NOT_TRACKED: (Code.INVALID, "/lines"),
}


async def post(request: Request) -> Answer:
    """Plan a transfer: it claims no stock until it is sent."""
    body: TransferBody = request.body

    async def act(conn: db.Connection, at: datetime) -> Answer:
        if not body.transfer.isprintable():
            raise invalid("/transfer", "1 to 128 printable characters")
        if body.expected_at is not None and not EARLIEST <= body.expected_at <= LATEST:
            raise invalid("/expected_at", "lies outside of this century")
        new = NewTransfer(
            TransferId(body.transfer), NodeId(body.from_), NodeId(body.to), body.expected_at,
            tuple((Sku(line.sku), line.quantity) for line in body.lines),
        )  # fmt: skip
        market = await request.app.world.market(request.principal.market)
        faults = await unfit(conn, market, new)
        if faults:
            raise problem(Code.INVALID, faults, faults[0].detail)
        trip = await plan_transfer(conn, market, new, actor=request.actor, at=at)
        if trip is None:
            said = f"there is a transfer {body.transfer} already"
            raise Problem(Code.CONFLICT, said, errors=[FieldError(said, "/transfer")])
        return json_answer(201, _shown(trip), etag(trip.head.version))

    return await command(request, act)


def step(verb: TransferVerb) -> Handler:
    """Make the handler of a verb."""

    async def handler(request: Request) -> Answer:
        body: TransferSendBody | TransferReceiveBody | TransferWriteOffBody | TransferCancelBody = (
            request.body
        )
        ask = TripAsk(
            TransferId(parameter(request, "transfer")),
            verb,
            request.actor,
            reason=getattr(body, "reason", None),
            units=_carried(getattr(body, "lines", ())),
            if_versions=if_match(request.headers.get("if-match")),
        )

        market = await request.app.world.market(request.principal.market)
        free: list[Free] = []

        async def act(conn: db.Connection, at: datetime) -> Answer:
            done = await carry(conn, market, [ask], at=at)
            (answer,) = done.answers
            free[:] = done.free
            if isinstance(answer, Refused):
                raise _problem(answer)
            after = answer.value.after
            return json_answer(200, _shown(after), etag(after.head.version))

        answer = await command(request, act)
        market.stock.put(free)
        return answer

    return handler


async def listing(request: Request) -> Answer:
    """List transfers by ascending id, a page at a time."""
    query: TransfersQuery = request.query
    async with request.app.pool.acquire() as conn:
        trips = await browse.listed(
            conn, request.principal.market,
            node_id=None if query.node is None else NodeId(query.node),
            states=query.state or None, most=query.limit + 1,
            after=after_of(query.cursor) if query.cursor else "",
        )  # fmt: skip
    items = [_shown(trip) for trip in trips[: query.limit]]
    if len(trips) <= query.limit:
        return json_answer(200, TransfersAnswer(items, None))
    cursor = cursor_of(items[-1].transfer)
    said = [("limit", str(query.limit)), ("node", query.node), ("cursor", cursor)]
    said += [("state", state.value) for state in query.state]
    again = urlencode([(name, value) for name, value in said if value])
    return json_answer(
        200, TransfersAnswer(items, cursor), ("link", f'<{PATH}?{again}>; rel="next"')
    )


async def one(request: Request) -> Answer:
    """Show a transfer: its lines, and every step of its life."""
    market, id_ = request.principal.market, TransferId(parameter(request, "transfer"))
    async with request.app.pool.acquire() as conn:
        trip = await browse.one(conn, market, id_)
        if trip is None:
            raise Problem(Code.NOT_FOUND, f"there is no transfer {id_}")
        moves = await browse.moves(conn, market, id_)
    whole = TransferWholeAnswer(_shown(trip), [_move(move) for move in moves])
    return json_answer(200, whole, etag(trip.head.version))


def _carried(
    lines: Sequence[TransferUnits | TransferDeparture | TransferArrival],
) -> tuple[Carried, ...]:
    return tuple(
        Carried(
            Sku(line.sku), line.quantity, getattr(line, "set_aside", None),
            () if isinstance(line, TransferUnits) else lots_of(
                line.lots, line.serials, line.quantity, f"/lines/{place}"
            ),
        )
        for place, line in enumerate(lines)
    )  # fmt: skip


def _problem(refused: Refused[WhyNotCarried]) -> Problem:
    code, pointer = _REFUSALS[refused.why]
    errors = [FieldError(refused.detail, pointer)] if pointer else []
    return Problem(code, refused.detail, errors=errors)


def if_match(header: str | None) -> frozenset[int] | None:
    """Read the versions an If-Match names; None where any will do. What is no version is none."""
    if header is None or header.strip() == "*":
        return None
    tags = (tag.strip().removeprefix("W/").strip('"') for tag in header.split(","))
    return frozenset(
        int(tag) for tag in tags if tag.isascii() and tag.isdecimal() and len(tag) < 10
    )


def _shown(trip: Trip) -> TransferAnswer:
    head = trip.head
    return TransferAnswer(
        transfer=head.transfer_id,
        from_=head.from_node,
        to=head.to_node,
        state=trip.state,
        expected_at=head.expected_at,
        made_at=head.made_at,
        moved_at=head.moved_at,
        version=head.version,
        lines=[
            TransferLineAnswer(
                line.sku, line.quantity, line.sent, line.received, line.written_off,
                line.in_transit, line.surplus,
            )
            for line in trip.lines
        ],
    )  # fmt: skip


def _move(move: TransferMove) -> TransferMoveAnswer:
    return TransferMoveAnswer(move.from_state, move.verb, move.actor, move.reason, move.at)


async def _ends(conn: db.Connection, market: MarketId, id_: str) -> list[NodeId] | None:
    trip = await browse.one(conn, market, TransferId(id_))
    return None if trip is None else [trip.head.from_node, trip.head.to_node]


async def _sender(conn: db.Connection, market: MarketId, id_: str) -> list[NodeId] | None:
    ends = await _ends(conn, market, id_)
    return None if ends is None else ends[:1]


async def _receiver(conn: db.Connection, market: MarketId, id_: str) -> list[NodeId] | None:
    ends = await _ends(conn, market, id_)
    return None if ends is None else ends[1:]


AT_EITHER_END = Of("transfer", _ends, is_uuid=False)
AT_ITS_START = Of("transfer", _sender, is_uuid=False)
AT_ITS_GOAL = Of("transfer", _receiver, is_uuid=False)

_STEPS: Sequence[tuple[str, TransferVerb, type[msgspec.Struct], str, At | None]] = (
    ("send", TransferVerb.SEND, TransferSendBody, "The goods have left", AT_ITS_START),
    ("receive", TransferVerb.RECEIVE, TransferReceiveBody, "Goods have arrived", AT_ITS_GOAL),
    ("write-off", TransferVerb.WRITE_OFF, TransferWriteOffBody, "Goods were lost on the way", None),
    ("cancel", TransferVerb.CANCEL, TransferCancelBody, "Nothing will be sent", None),
)

ROUTES = [
    Route(
        "POST", PATH, post, Scope.INVENTORY_WRITE, "Plan a transfer", body=TransferBody,
        answer=TransferAnswer, status=201, keyed=True, problems=(Code.CONFLICT,),
    ),
    Route(
        "GET", PATH, listing, Scope.INVENTORY_READ, "Transfers", query=TransfersQuery,
        answer=TransfersAnswer, at=InQuery(),
    ),
    Route(
        "GET", f"{PATH}/{{transfer}}", one, Scope.INVENTORY_READ, "A transfer and its life",
        answer=TransferWholeAnswer, at=AT_EITHER_END,
    ),
    *(
        Route(
            "POST", f"{PATH}/{{transfer}}/{name}", step(verb), Scope.INVENTORY_WRITE, summary,
            body=body, answer=TransferAnswer, keyed=True,
            problems=(Code.TRANSITION, Code.PRECONDITION, Code.CONFLICT, Code.NO_STOCK), at=at,
        )
        for name, verb, body, summary, at in _STEPS
    ),
]  # fmt: skip
