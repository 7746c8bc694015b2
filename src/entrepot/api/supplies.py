"""Supply over HTTP: purchase orders and notices of what was shipped, received and canceled."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bodies_lots import Lots, Serials, lots_of
from entrepot.api.commands import command
from entrepot.api.face import Answer, Request, Route, check_match, etag, json_answer, parameter
from entrepot.api.paging import Cursor, Limit, after_of, cursor_of, next_link
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.inventory import expected
from entrepot.inventory.model import QUANTITY_MAX, Free
from entrepot.inventory.supply_model import (
    LINES_PER_SUPPLY_MAX,
    NewSupply,
    Supply,
    SupplyKind,
    SupplyState,
    WhyNotSupplied,
)
from entrepot.journey import procure
from entrepot.orders.rules import EARLIEST
from entrepot.plumbing import db
from entrepot.terms.ids import NodeId, Sku
from entrepot.terms.outcome import Refused

AHEAD_MAX = timedelta(days=5 * 366)
"""Nobody orders for a day beyond five years: it is a typing error."""

Id = Annotated[str, Meta(min_length=1, max_length=128)]
Units = Annotated[int, Meta(ge=1, le=QUANTITY_MAX)]
When = Annotated[datetime, Meta(tz=True)]


class LineBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sku: Id
    quantity: Units


class ReceivedLineBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Units that came and, where the item is tracked so, their lots or serial numbers."""

    sku: Id
    quantity: Units
    lots: Lots = []
    serials: Serials = []


Lines = Annotated[list[LineBody], Meta(min_length=1, max_length=LINES_PER_SUPPLY_MAX)]


class SupplyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole document. Each sku once; one that is not told of any more is canceled.

    `purchase_order` is of a notice: the order whose units it carries. `sequence` numbers what the
    source says of this document: a lower or equal one than what stands changes nothing.
    """

    kind: SupplyKind
    node: Id
    expected_at: When
    lines: Lines
    supplier: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    purchase_order: Id | None = None
    sequence: Annotated[int, Meta(ge=0, le=2**62)] | None = None


class ReceiveBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What came. `final`: nothing more will; what is outstanding is canceled."""

    lines: Annotated[list[ReceivedLineBody], Meta(max_length=LINES_PER_SUPPLY_MAX)] = []
    final: bool = False


class CallOffBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`reason` is told with the fact."""

    reason: Annotated[str, Meta(max_length=500)] = ""


class SupplyLineAnswer(msgspec.Struct, frozen=True):
    """`expected` are the units this document alone stands for: its notices' are theirs.

    `over` are units received beyond what was wanted.
    """

    sku: str
    quantity: int
    received: int
    canceled: int
    expected: int
    over: int


class SupplyAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document as it stands. `status`, of a PUT: created, updated, unchanged or stale."""

    id: str
    kind: str
    node: str
    state: str
    expected_at: datetime
    version: int
    updated_at: datetime
    lines: list[SupplyLineAnswer]
    supplier: str | None = None
    purchase_order: str | None = None
    sequence: int | None = None
    status: str | None = None


class SuppliesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """By date. `expected_from` and `expected_to` are inclusive."""

    sku: Id | None = None
    node: Id | None = None
    state: SupplyState | None = None
    expected_from: When | None = None
    expected_to: When | None = None
    limit: Limit = 50
    cursor: Cursor = ""


class SuppliesAnswer(msgspec.Struct, frozen=True):
    items: list[SupplyAnswer]
    next: str | None


async def put_supply(request: Request) -> Answer:
    """Tell of a document as it is now: created, updated, unchanged, or stale and left alone."""
    name = parameter(request, "supply")
    body: SupplyBody = request.body
    _check(name, body)

    async def act(conn: db.Connection, at: datetime) -> Answer:
        if body.expected_at > at + AHEAD_MAX:
            raise invalid("/expected_at", "lies more than five years ahead")
        market = await request.app.world.market(request.principal.market)
        if request.headers.get("if-match") is not None:
            stands = await expected.hold(conn, market.id, name)
            check_match(request, None if stands is None else stands.row.version)
        new = NewSupply(
            name, body.kind, NodeId(body.node), body.expected_at,
            tuple((Sku(line.sku), line.quantity) for line in body.lines), body.supplier,
            body.purchase_order, body.sequence,
        )  # fmt: skip
        done = await procure.announce(conn, market, new, actor=request.actor, at=at)
        if isinstance(done, Refused):
            raise _refusal(done, [line.sku for line in body.lines])
        return _shown(done.value.supply, done.value.telling.value)

    return await command(request, act)


async def receive_supply(request: Request) -> Answer:
    """Take what came: on hand at once, and sold or given to who waits in the same second."""
    name = parameter(request, "supply")
    body: ReceiveBody = request.body
    skus = [line.sku for line in body.lines]
    _check_once(skus)
    if not body.lines and not body.final:
        raise invalid("/lines", "says nothing, and that is not all")

    lots = {
        Sku(line.sku): lots_of(line.lots, line.serials, line.quantity, f"/lines/{place}")
        for place, line in enumerate(body.lines)
        if line.lots or line.serials
    }
    market = await request.app.world.market(request.principal.market)
    free: list[Free] = []

    async def act(conn: db.Connection, at: datetime) -> Answer:
        units = {Sku(line.sku): line.quantity for line in body.lines}
        done = await procure.receive(
            conn, market, name, units, final=body.final, actor=request.actor, at=at, lots=lots
        )
        if isinstance(done, Refused):
            raise _refusal(done, skus)
        free[:] = done.value.free
        return _shown(done.value.supply)

    answered = await command(request, act)
    market.stock.put(free)
    return answered


async def cancel_supply(request: Request) -> Answer:
    """Cancel what has not come. The units of a notice stand with their order again."""
    name = parameter(request, "supply")
    body: CallOffBody = request.body

    async def act(conn: db.Connection, at: datetime) -> Answer:
        market = await request.app.world.market(request.principal.market)
        done = await procure.call_off(
            conn, market, name, actor=request.actor, reason=body.reason, at=at
        )
        if isinstance(done, Refused):
            raise _refusal(done, [])
        return _shown(done.value)

    return await command(request, act)


async def get_supply(request: Request) -> Answer:
    """One document."""
    name = parameter(request, "supply")
    async with request.app.pool.acquire() as conn:
        found = await expected.named(conn, request.principal.market, [name])
    if name not in found:
        raise Problem(Code.NOT_FOUND, f"there is no supply {name}")
    return _shown(found[name])


async def list_supplies(request: Request) -> Answer:
    """What is on its way, or came: by date."""
    query: SuppliesQuery = request.query
    after = (query.expected_from or EARLIEST, "")
    if query.cursor:
        after = _after(query.cursor)
    async with request.app.pool.acquire() as conn:
        found = await expected.page(
            conn, request.principal.market, sku=Sku(query.sku) if query.sku else None,
            node_id=NodeId(query.node) if query.node else None,
            state=query.state.value if query.state else None, not_after=query.expected_to,
            after=after, most=query.limit + 1,
        )  # fmt: skip
    shown = [answer(each) for each in found[: query.limit]]
    if len(found) <= query.limit:
        return json_answer(200, SuppliesAnswer(shown, None))
    last = found[query.limit - 1].row
    cursor = cursor_of(f"{last.expected_at.isoformat()}\n{last.supply_id}")
    link = next_link(
        "/v1/supplies", cursor, limit=query.limit, sku=query.sku, node=query.node,
        state=query.state, expected_to=query.expected_to and query.expected_to.isoformat(),
    )  # fmt: skip
    return json_answer(200, SuppliesAnswer(shown, cursor), link)


def answer(supply: Supply, status: str | None = None) -> SupplyAnswer:
    """Show a document."""
    row = supply.row
    lines = [
        SupplyLineAnswer(
            line.sku, line.quantity, line.received, line.canceled, supply.expected(line), line.over
        )
        for line in supply.lines
    ]
    return SupplyAnswer(
        row.supply_id, row.kind, row.node_id, row.state, row.expected_at, row.version,
        row.updated_at, lines, row.supplier, row.purchase_order, row.sequence, status,
    )  # fmt: skip


def _shown(supply: Supply, status: str | None = None) -> Answer:
    return json_answer(200, answer(supply, status), etag(supply.row.version))


def _after(cursor: str) -> tuple[datetime, str]:
    when, _, name = after_of(cursor).partition("\n")
    try:
        at = datetime.fromisoformat(when)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Problem(
            Code.INVALID, "cursor: is none of ours",
            errors=[FieldError("is none of ours", parameter="cursor")],
        )  # fmt: skip
    return at.astimezone(UTC), name


def _check(name: str, body: SupplyBody) -> None:
    """Refuse what is wrong in itself."""
    if body.expected_at < EARLIEST:
        raise invalid("/expected_at", "lies before 2000")
    if body.purchase_order is not None and body.kind is not SupplyKind.ASN:
        raise invalid("/purchase_order", "is named by a notice (asn) only")
    if body.purchase_order == name:
        raise invalid("/purchase_order", "is the document itself")
    _check_once([line.sku for line in body.lines])


def _check_once(skus: list[str]) -> None:
    seen: set[str] = set()
    for place, sku in enumerate(skus):
        if sku in seen:
            raise invalid(f"/lines/{place}/sku", "stands on another line too")
        seen.add(sku)


_SKU_IS = {
    WhyNotSupplied.UNKNOWN_SKU: "is not an item here",
    WhyNotSupplied.KIT: "is a kit, which has no stock of its own",
    WhyNotSupplied.NOT_ON_IT: "is not on this supply; what came beside it is a movement",
}
_FIELD = {
    WhyNotSupplied.UNKNOWN_NODE: "/node",
    WhyNotSupplied.NOT_A_PURCHASE: "/purchase_order",
    WhyNotSupplied.KIND_CHANGED: "/kind",
}


def _refusal(refused: Refused[WhyNotSupplied], skus: list[str]) -> Problem:
    if refused.why is WhyNotSupplied.UNKNOWN_SUPPLY:
        return Problem(Code.NOT_FOUND, refused.detail)
    if refused.why in _SKU_IS:
        return invalid(f"/lines/{skus.index(refused.detail)}/sku", _SKU_IS[refused.why])
    if refused.why is WhyNotSupplied.LOTS:
        sku, _, why = refused.detail.partition("\n")
        return invalid(f"/lines/{skus.index(sku)}/lots", why)
    if refused.why in _FIELD:
        return invalid(_FIELD[refused.why], refused.detail)
    return Problem(Code.CONFLICT, refused.detail)


ROUTES = [
    Route(
        "PUT", "/v1/supplies/{supply}", put_supply, Scope.INVENTORY_WRITE,
        "Tell of a purchase order or a notice", body=SupplyBody, answer=SupplyAnswer, keyed=True,
        problems=(Code.CONFLICT, Code.PRECONDITION),
    ),
    Route(
        "POST", "/v1/supplies/{supply}/receive", receive_supply, Scope.INVENTORY_WRITE,
        "Receive supply", body=ReceiveBody, answer=SupplyAnswer, keyed=True,
        problems=(Code.NOT_FOUND, Code.CONFLICT),
    ),
    Route(
        "POST", "/v1/supplies/{supply}/cancel", cancel_supply, Scope.INVENTORY_WRITE,
        "Cancel what has not come", body=CallOffBody, answer=SupplyAnswer, keyed=True,
        problems=(Code.NOT_FOUND, Code.CONFLICT),
    ),
    Route(
        "GET", "/v1/supplies/{supply}", get_supply, Scope.INVENTORY_READ, "One document of supply",
        answer=SupplyAnswer,
    ),
    Route(
        "GET", "/v1/supplies", list_supplies, Scope.INVENTORY_READ, "Supply by date",
        query=SuppliesQuery, answer=SuppliesAnswer,
    ),
]  # fmt: skip
