"""Shipments as rows of a file: one row a package that left, and when it arrived, if it has.

Packages of one node's work stand in rows beside each other, and are all of it.
"""

from collections.abc import Hashable, Sequence
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.api import strict
from entrepot.api.kinds import Result
from entrepot.api.problems import invalid
from entrepot.imports.coerce import coerce, moments
from entrepot.imports.kind import Group
from entrepot.imports.model import Row
from entrepot.journey.note_sent import Left, Sent, note_sent
from entrepot.orders.model import Identifier, When
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, NodeId
from entrepot.terms.outcome import Done

SHIPMENTS_PER_COMMIT_MAX = 200
AHEAD_MAX = timedelta(days=1)
"""A sender's clock may be wrong by a day; more is an error."""

TIMES = ("shipped_at", "delivered_at")


class ShipmentRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A package. `order` is the order's external id; `node` may be left out where it has one."""

    channel: Identifier
    order: Identifier
    node: Identifier | None = None
    tracking_number: Identifier
    carrier: Annotated[str, Meta(min_length=1, max_length=60)]
    service: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    shipped_at: When
    delivered_at: When | None = None


def key_of(row: Row) -> Hashable | None:
    """Say which work a package is of."""
    return row.data.get("channel"), row.data.get("order"), row.data.get("node")


def read(group: Group) -> Sent:
    """Read the packages of one node's work; raises Problem naming what is wrong."""
    rows = [_row(row) for row in group]
    if len({(row.tracking_number, row.carrier) for row in rows}) < len(rows):
        raise invalid("/tracking_number", "stands twice for one order")
    first = rows[0]
    return Sent(
        first.channel,
        first.order,
        NodeId(first.node) if first.node else None,
        tuple(
            Left(row.tracking_number, row.carrier, row.service, row.shipped_at, row.delivered_at)
            for row in rows
        ),
    )


def _row(row: Row) -> ShipmentRow:
    fields = coerce(row.data, ShipmentRow, textual=row.textual)
    if row.textual:
        fields = moments(fields, TIMES)
    said = strict.convert(ShipmentRow, fields)
    if said.delivered_at is not None and said.delivered_at < said.shipped_at:
        raise invalid("/delivered_at", "lies before shipped_at")
    return said


async def put(
    conn: db.Connection, market: MarketId, sent: Sequence[Sent], at: datetime
) -> list[Result]:
    """Answer every shipment in turn: shipped, delivered, unchanged, or refused."""
    good = [each for each in sent if not _ahead(each, at)]
    answers = await note_sent(conn, market, good, at=at)
    done = iter(
        [
            Result(each.external_id, _STATUS.get(answer.value, answer.value), 0)
            if isinstance(answer, Done)
            else Result(each.external_id, "refused", 0, answer.why, answer.detail)
            for each, answer in zip(good, answers, strict=True)
        ]
    )
    ahead = "lies more than a day ahead"
    return [
        Result(each.external_id, "refused", 0, "times", ahead) if _ahead(each, at) else next(done)
        for each in sent
    ]


_STATUS = {"nothing": "unchanged"}


def _ahead(sent: Sent, at: datetime) -> bool:
    times = [each.delivered_at or each.shipped_at for each in sent.packages]
    return max(times) > at + AHEAD_MAX
