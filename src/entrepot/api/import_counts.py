"""Counts as rows of a file: what nodes had on hand when it was written, unless a row says when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from entrepot.api import strict
from entrepot.api.bodies_lots import Lots, Serials, lots_of
from entrepot.api.kinds import Result
from entrepot.catalog import browse as catalog
from entrepot.catalog.model import Made, Tracking
from entrepot.imports.coerce import coerce, moments
from entrepot.imports.model import Row
from entrepot.inventory.count import count
from entrepot.inventory.heard import listen
from entrepot.inventory.model import QUANTITY_MAX, Count, RowStatus
from entrepot.journey.notice import notice
from entrepot.network import browse as network
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, NodeId, Sku

SEQUENCE_MAX = 2**62
FILE_SOURCE = "import"
ACTOR = "entrepot import"

Identifier = Annotated[str, Meta(min_length=1, max_length=128)]


class CountBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Units found at a node. Older than what was applied from the same source: not applied."""

    sku: Identifier
    node: Identifier
    on_hand: Annotated[int, Meta(ge=0, le=QUANTITY_MAX)]
    source: Identifier = FILE_SOURCE
    sequence: Annotated[int, Meta(ge=0, le=SEQUENCE_MAX)] | None = None
    counted_at: Annotated[datetime, Meta(tz=True)] | None = None
    lots: Lots = []
    serials: Serials = []


@dataclass(frozen=True, slots=True)
class Known:
    """What of a chunk's skus and nodes there is; kits have no stock."""

    goods: Mapping[Sku, Made]
    kits: frozenset[str]
    nodes: frozenset[str]


def read(row: Row, written_at: datetime) -> Count:
    """Read a row; raises Problem naming what is wrong.

    A row without a sequence is numbered by its time, so that the same file is stale the second
    time it comes, and a newer one is not.
    """
    fields = coerce(row.data, CountBody, textual=row.textual)
    if row.textual:
        fields = moments(fields, ("counted_at",))
    body = strict.convert(CountBody, fields)
    counted_at = body.counted_at or written_at
    sequence = body.sequence
    if sequence is None:
        sequence = int(counted_at.timestamp() * 1_000_000)
    lots = lots_of(body.lots, body.serials, body.on_hand, "")
    return Count(
        Sku(body.sku), NodeId(body.node), body.on_hand, body.source, sequence, counted_at, lots
    )


async def put(
    conn: db.Connection, market: MarketId, rows: Sequence[Count], at: datetime
) -> list[Result]:
    """Answer every row in order: updated, unchanged (stale), or refused.

    A file is heard, but its numbers leave no gaps: some are made of its time.
    """
    skus = {row.sku for row in rows}
    made = await catalog.made_of(conn, market, skus)
    known = Known(
        goods=made,
        kits=frozenset(sku for sku, each in made.items() if each.parts),
        nodes=await network.known_nodes(conn, market, {row.node_id for row in rows}),
    )
    refused = [_refusal(row, known, at) for row in rows]
    good = [row for row, why in zip(rows, refused, strict=True) if why is None]
    heard = await count(conn, market, good, at=at, actor=ACTOR)
    counted = heard.results
    news = [each for place, each in enumerate(counted) if place not in heard.quiet]
    await notice(conn, market, news, at=at)
    named = [replace(row, sequence=None) for row in good if row.source != FILE_SOURCE]
    await listen(conn, market, named, at=at)
    done = iter(counted)
    results = []
    for row, why in zip(rows, refused, strict=True):
        if why is not None:
            results.append(why)
            continue
        became = next(done).status
        name = f"{row.sku} at {row.node_id}"
        if became in {RowStatus.APPLIED, RowStatus.STALE}:
            status = "unchanged" if became is RowStatus.STALE else "updated"
            results.append(Result(name, status, 0))
        else:
            results.append(Result(name, "refused", 0, became.value, became.value))
    return results


def _refusal(row: Count, known: Known, at: datetime) -> Result | None:
    name = f"{row.sku} at {row.node_id}"
    if row.sku not in known.goods:
        return Result(name, "refused", 0, "unknown_sku", f"there is no item {row.sku}")
    if row.sku in known.kits:
        return Result(name, "refused", 0, "kit_has_no_stock", f"{row.sku} is a kit")
    if row.node_id not in known.nodes:
        return Result(name, "refused", 0, "unknown_node", f"there is no node {row.node_id}")
    wanted = {Tracking.SERIAL if each.serial else Tracking.LOT for each in row.lots}
    if not wanted <= {known.goods[row.sku].tracking}:
        said = f"{row.sku} is not tracked so"
        return Result(name, "refused", 0, RowStatus.NOT_TRACKED.value, said)
    if row.counted_at > at:
        return Result(name, "refused", 0, "in_the_future", "counted_at lies in the future")
    return None
