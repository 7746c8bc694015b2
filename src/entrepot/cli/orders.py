"""Orders as rows of a file: one row an order with `lines`, or one row a `line` of an order.

With a `status` an order has happened already, and is taken over as it stands; without, it is a fact
of its channel, sold but still to be sent, and is placed like one that a webhook brings.
"""

import hashlib
from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.api import strict
from entrepot.api.kinds import Result
from entrepot.api.problems import invalid
from entrepot.cli.coerce import coerce
from entrepot.cli.groups import Group, Grouped, Here
from entrepot.cli.tables import Row
from entrepot.journey.history import ORDERS_PER_COMMIT_MAX, TakenOver, take_over
from entrepot.journey.place import place
from entrepot.journey.placing import Placing, Taken
from entrepot.network import browse as network
from entrepot.network.model import Method
from entrepot.orders.model import Identifier, NewLine, NewOrder, Text, When
from entrepot.orders.rules import faults
from entrepot.plumbing import db
from entrepot.ports.history import PastLine, PastOrder, PastParcel, Stage
from entrepot.ports.sale import Customer, Payment, ShipTo
from entrepot.terms.ids import NodeId, Sku

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
        fields |= {name: _when(fields[name]) for name in TIMES if name in fields}
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


def _when(value: object) -> object:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


async def put(here: Here, rows: Sequence[OrderRow], at: datetime) -> list[Result]:
    """Answer every order in turn: taken over, placed, unchanged, or refused."""
    answers: dict[int, Result] = {}
    channels = sorted({row.channel for row in rows})
    async with here.pool.acquire() as conn:
        known = {c for c in channels if await network.channel(conn, here.market, c) is not None}
    for place_, row in enumerate(rows):
        if row.channel not in known:
            said = f"there is no channel {row.channel}"
            answers[place_] = Result(row.external_id, "refused", 0, "unknown_channel", said)
    for channel in sorted(known):
        mine = {n: r for n, r in enumerate(rows) if r.channel == channel and n not in answers}
        answers |= await _take_over(here, channel, mine, at)
    answers |= await _place(here, {n: r for n, r in enumerate(rows) if n not in answers}, at)
    return [answers[n] for n in range(len(rows))]


async def _take_over(
    here: Here, channel: str, rows: dict[int, OrderRow], at: datetime
) -> dict[int, Result]:
    past = {n: past_of(row, row.status) for n, row in rows.items() if row.status is not None}
    if not past:
        return {}

    async def work(conn: db.Connection) -> list[Result]:
        answers = await take_over(
            conn, here.market, list(past.values()), channel=channel, source=SOURCE, at=at
        )
        return [
            Result(each.external_id, "unchanged" if answer.known else "taken over", 0)
            if isinstance(answer, TakenOver)
            else Result(each.external_id, "refused", 0, answer.why, answer.detail)
            for each, answer in zip(past.values(), answers, strict=True)
        ]

    return dict(zip(past, await db.in_transaction(here.pool, work), strict=True))


async def _place(here: Here, rows: dict[int, OrderRow], at: datetime) -> dict[int, Result]:
    answers: dict[int, Result] = {}
    placings: dict[int, Placing] = {}
    for n, row in rows.items():
        order = _new_order(row)
        wrong = faults(order, at)
        if wrong:
            said = f"{wrong[0].pointer} {wrong[0].detail}"
            answers[n] = Result(row.external_id, "refused", 0, "invalid", said)
        else:
            content = msgspec.json.encode(order)
            digest = hashlib.blake2b(content, digest_size=16).digest()
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


ORDERS = Grouped(key_of, read, put, ORDERS_PER_COMMIT_MAX, once=True)
