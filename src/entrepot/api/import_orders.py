"""Orders as rows of a file: one row an order with `lines`, or one row a `line` of an order.

With a `status` an order has happened already, and is taken over as it stands; without, it is a fact
of its channel, sold but still to be sent, and is placed like one that a webhook brings.
"""

import hashlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.api import strict
from entrepot.api.kinds import Result
from entrepot.api.problems import invalid
from entrepot.imports.coerce import coerce, moments
from entrepot.imports.kind import Group
from entrepot.imports.model import Row
from entrepot.journey.history import TakenOver, take_over
from entrepot.journey.place import place
from entrepot.journey.placing import Placing, Taken
from entrepot.journey.world import World
from entrepot.network import browse as network
from entrepot.network.model import Method
from entrepot.orders import browse as orders
from entrepot.orders.model import Identifier, NewLine, NewOrder, Text, When
from entrepot.orders.rules import faults
from entrepot.plumbing import db
from entrepot.ports.history import PastLine, PastOrder, PastParcel, Stage
from entrepot.ports.sale import Customer, Payment, ShipTo
from entrepot.terms.ids import MarketId, NodeId, Sku

SOURCE = "import"
TIMES = (
    "placed_at", "released_at", "handed_over_at", "delivered_at", "canceled_at", "promised_by",
    "ship_by", "release_at",
)  # fmt: skip


class LineRow(NewLine, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`node` is where a past order's units were sent from."""

    node: Identifier | None = None


class OrderRow(NewOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order as it is placed, and what became of it where `status` says how far it came."""

    lines: Annotated[list[LineRow], Meta(min_length=1, max_length=500)]  # type: ignore[assignment]
    status: Stage | None = None
    reason: Text = ""
    released_at: When | None = None
    handed_over_at: When | None = None
    delivered_at: When | None = None
    canceled_at: When | None = None
    promised_by: When | None = None
    ship_by: When | None = None
    release_at: When | None = None
    carrier: Text = ""
    tracking_number: Text = ""


def key_of(row: Row) -> Hashable | None:
    """Say which order a row is a line of; None: it is a whole order."""
    if "line" not in row.data and not row.wrong:
        return None
    return row.data.get("channel"), row.data.get("external_id")


def read(group: Group) -> OrderRow:
    """Read an order; raises Problem naming what is wrong.

    Of several rows the first says what is the order's own; the others may repeat it.
    """
    first = dict(group[0].data)
    if "line" in first:
        del first["line"]
        for row in group[1:]:
            _agree(first, row)
        first["lines"] = [row.data["line"] for row in group]
    fields = coerce(first, OrderRow, textual=group[0].textual)
    if group[0].textual:
        fields = moments(fields, TIMES)
    said = strict.convert(OrderRow, fields)
    if said.status is not None and said.method is not Method.SHIP:
        raise invalid("/method", "only deliveries are taken over; pickups are placed, or left out")
    return said


def _agree(first: dict[str, object], row: Row) -> None:
    for name, value in row.data.items():
        if name != "line" and first.get(name) != value:
            raise invalid(
                f"/{name}", f"row {row.number} says otherwise than the first of its order"
            )


@dataclass(frozen=True, slots=True)
class Here:
    """Where orders are put; the world is made for one file."""

    pool: db.Pool
    world: World
    market: MarketId


async def put(here: Here, rows: Sequence[OrderRow], at: datetime) -> list[Result]:
    """Answer every order in turn: taken over, placed, unchanged, or refused."""
    async with here.pool.acquire() as conn:
        answers, known = await _strangers(conn, here.market, rows)
    for channel in known:
        mine = {n: r for n, r in enumerate(rows) if r.channel == channel and n not in answers}

        async def taking(
            conn: db.Connection, channel: str = channel, mine: dict[int, OrderRow] = mine
        ) -> dict[int, Result]:
            return await _take_over(conn, here.market, channel, mine, at)

        answers |= await db.in_transaction(here.pool, taking)
    answers |= await _place(here, {n: r for n, r in enumerate(rows) if n not in answers}, at)
    return [answers[n] for n in range(len(rows))]


async def foresee(
    conn: db.Connection, market: MarketId, rows: Sequence[OrderRow], at: datetime
) -> list[Result]:
    """Say what would become of every order; what is taken over is, in the caller's transaction.

    Whether stock is there for those that would be placed is only known when they are.
    """
    answers, known = await _strangers(conn, market, rows)
    for channel in known:
        mine = {n: r for n, r in enumerate(rows) if r.channel == channel and n not in answers}
        answers |= await _take_over(conn, market, channel, mine, at)
    placed = {n: r for n, r in enumerate(rows) if n not in answers}
    named = [(row.channel, row.external_id) for row in placed.values()]
    there = {(each.channel, each.external_id) for each in await orders.known(conn, market, named)}
    for n, row in placed.items():
        wrong = _wrong(row, at)
        status = "unchanged" if (row.channel, row.external_id) in there else "placed"
        answers[n] = wrong or Result(row.external_id, status, 0)
    return [answers[n] for n in range(len(rows))]


async def _strangers(
    conn: db.Connection, market: MarketId, rows: Sequence[OrderRow]
) -> tuple[dict[int, Result], list[str]]:
    """Refuse orders of channels that there are not; answers the channels that there are, too."""
    channels = sorted({row.channel for row in rows})
    known = [c for c in channels if await network.channel(conn, market, c) is not None]
    answers = {
        n: Result(
            row.external_id, "refused", 0, "unknown_channel", f"there is no channel {row.channel}"
        )
        for n, row in enumerate(rows)
        if row.channel not in known
    }
    return answers, known


async def _take_over(
    conn: db.Connection, market: MarketId, channel: str, rows: dict[int, OrderRow], at: datetime
) -> dict[int, Result]:
    past = {n: past_of(row, row.status) for n, row in rows.items() if row.status is not None}
    if not past:
        return {}
    answers = await take_over(
        conn, market, list(past.values()), channel=channel, source=SOURCE, at=at
    )
    return {
        n: Result(each.external_id, "unchanged" if answer.known else "taken over", 0)
        if isinstance(answer, TakenOver)
        else Result(each.external_id, "refused", 0, answer.why, answer.detail)
        for (n, each), answer in zip(past.items(), answers, strict=True)
    }


def _wrong(row: OrderRow, at: datetime) -> Result | None:
    wrong = faults(_new_order(row), at)
    if not wrong:
        return None
    said = f"{wrong[0].pointer} {wrong[0].detail}"
    return Result(row.external_id, "refused", 0, "invalid", said)


async def _place(here: Here, rows: dict[int, OrderRow], at: datetime) -> dict[int, Result]:
    answers: dict[int, Result] = {}
    placings: dict[int, Placing] = {}
    for n, row in rows.items():
        wrong = _wrong(row, at)
        if wrong is not None:
            answers[n] = wrong
            continue
        order = _new_order(row)
        digest = hashlib.blake2b(msgspec.json.encode(order), digest_size=16).digest()
        placings[n] = Placing(order, digest, SOURCE, fact=True)
    if placings:
        placed = await place(here.pool, here.world, here.market, list(placings.values()))
        for (n, placing), answer in zip(placings.items(), placed, strict=True):
            name = placing.order.external_id
            if isinstance(answer, Taken):
                answers[n] = Result(name, "unchanged" if answer.replayed else "placed", 0)
            else:
                answers[n] = Result(name, "refused", 0, answer.why, answer.detail)
    return answers


def _new_order(row: OrderRow) -> NewOrder:
    fields = {name: getattr(row, name) for name in NewOrder.__struct_fields__}
    fields["lines"] = [
        NewLine(**{name: getattr(line, name) for name in NewLine.__struct_fields__})
        for line in row.lines
    ]
    return NewOrder(**fields)


def past_of(row: OrderRow, stage: Stage) -> PastOrder:
    """Make a past order of a row that says how far it came."""
    return PastOrder(
        external_id=row.external_id,
        placed_at=row.placed_at,
        currency=row.currency,
        lines=tuple(
            PastLine(
                external_id=line.external_id or str(number), sku=Sku(line.sku),
                quantity=line.quantity, unit_price=line.unit_price,
                node_id=NodeId(line.node) if line.node else None, discount=line.discount,
                tax=line.tax, name=line.name or "",
            )
            for number, line in enumerate(row.lines, start=1)
        ),
        stage=stage,
        status=stage,
        reason=row.reason,
        customer=_customer(row),
        ship_to=_ship_to(row),
        service=row.service or "standard",
        shipping=row.shipping,
        shipping_tax=row.shipping_tax,
        payment=Payment(row.payment.provider, row.payment.reference, row.payment.authorized)
        if row.payment
        else None,
        note=row.note or "",
        released_at=row.released_at,
        handed_over_at=row.handed_over_at,
        delivered_at=row.delivered_at,
        canceled_at=row.canceled_at,
        promised_by=row.promised_by,
        ship_by=row.ship_by,
        release_at=row.release_at,
        parcels=_parcels(row),
    )  # fmt: skip


def _parcels(row: OrderRow) -> tuple[PastParcel, ...]:
    if not row.tracking_number:
        return ()
    nodes = dict.fromkeys(line.node for line in row.lines if line.node)
    carrier = row.carrier or SOURCE
    return tuple(PastParcel(NodeId(node), carrier, row.tracking_number) for node in nodes)


def _customer(row: OrderRow) -> Customer | None:
    said = row.customer
    if said is None:
        return None
    return Customer(said.email or "", said.name or "", said.phone or "")


def _ship_to(row: OrderRow) -> ShipTo | None:
    said = row.ship_to
    if said is None:
        return None
    return ShipTo(
        name=said.name or "",
        line1=said.line1 or "",
        line2=said.line2 or "",
        city=said.city or "",
        region=said.region or "",
        postal_code=said.postal_code,
        country=said.country,
        latitude=said.latitude,
        longitude=said.longitude,
    )
