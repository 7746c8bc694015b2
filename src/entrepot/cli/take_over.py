"""`entrepot import HISTORY FOLDER`: take over what another system has recorded, in one go.

Nodes and items go in the way all imports do, orders through the journey's own verb; some to a
commit. What was found wrong on the way is in the report. Doing it again changes nothing.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from entrepot.api import kinds as master
from entrepot.api.kinds import Kind
from entrepot.api.problems import Problem
from entrepot.catalog.model import ROWS_PER_COMMIT_MAX
from entrepot.cli.report import REFUSED, Report, Seen
from entrepot.journey.happened import PHASES
from entrepot.journey.history import ORDERS_PER_COMMIT_MAX, TakenOver, take_over
from entrepot.journey.progress import standings
from entrepot.network import browse as network
from entrepot.plumbing import db, mint
from entrepot.ports.history import (
    Effect,
    Finding,
    History,
    PastItem,
    PastNode,
    PastOrder,
    Told,
)
from entrepot.terms.ids import MarketId

Entity = PastNode | PastItem | PastOrder
Tell = Callable[[int, int], None]
"""Hears how many orders of how many are done."""

R = TypeVar("R")


def _nobody(_done: int, _total: int) -> None:
    """Nobody wants to hear."""


async def bring(
    pool: db.Pool,
    market: MarketId,
    history: History,
    report: Report,
    *,
    clock: Callable[[], datetime] = mint.now,
    tell: Tell = _nobody,
) -> None:
    """Take over the report's folder, whole; the report hears what became of it.

    Raises HistoryUnreadable where the files as a whole cannot be read; what was committed before
    has landed then, and is found known the next time.
    """
    run = _Run(pool, market, history, report, clock)
    folder = report.folder
    total, done = history.size(folder), 0
    tell(done, total)
    await run.open_channel()
    with TemporaryDirectory(prefix="entrepot-history-") as scratch:
        for chunk in _chunks(history.read(folder, Path(scratch)), report):
            await run.commit(chunk)
            if isinstance(chunk[0], PastOrder):
                done += len(chunk)
                tell(done, total)


def _chunks(told: Iterator[Told], report: Report) -> Iterator[list[Entity]]:
    """Gather what is of one kind and belongs to one commit; findings go to the report."""
    chunk: list[Entity] = []
    for each in told:
        if isinstance(each, Finding):
            report.note(each)
            continue
        if chunk and (type(chunk[0]) is not type(each) or len(chunk) >= _most(each)):
            yield chunk
            chunk = []
        chunk.append(each)
    if chunk:
        yield chunk


def _most(each: Entity) -> int:
    return ORDERS_PER_COMMIT_MAX if isinstance(each, PastOrder) else ROWS_PER_COMMIT_MAX


class _Run:
    """One history on its way in."""

    def __init__(
        self,
        pool: db.Pool,
        market: MarketId,
        history: History,
        report: Report,
        clock: Callable[[], datetime],
    ) -> None:
        self.pool, self.market, self.source = pool, market, history.name
        self.report, self.clock = report, clock

    async def open_channel(self) -> None:
        """Make the channel the orders came from; one that is there is left as it is."""

        async def work(conn: db.Connection) -> None:
            if await network.channel(conn, self.market, self.source) is None:
                _, entry = master.entry(master.CHANNELS, {"channel": self.source})
                await master.CHANNELS.put(conn, self.market, [entry], self.clock())

        await self._in_transaction(work)

    async def commit(self, chunk: Sequence[Entity]) -> None:
        """Write what is all of one kind."""
        nodes = [each for each in chunk if isinstance(each, PastNode)]
        items = [each for each in chunk if isinstance(each, PastItem)]
        past = [each for each in chunk if isinstance(each, PastOrder)]
        if nodes:
            await self._put(master.NODES, "nodes", [_node_fields(each) for each in nodes])
        if items:
            await self._put(master.ITEMS, "items", [_item_fields(each) for each in items])
        if past:
            await self._orders(past)

    async def _put(
        self, kind: Kind[Any, Any, Any], what: str, rows: Sequence[dict[str, object]]
    ) -> None:
        entries = []
        for row in rows:
            name = str(row[kind.id_field])
            try:
                entries.append(master.entry(kind, row)[1])
            except Problem as wrong:
                self._refuse(what, name, wrong.detail)

        async def work(conn: db.Connection) -> list[master.Result]:
            return await kind.put(conn, self.market, entries, self.clock())

        for result in await self._in_transaction(work):
            if result.code:
                self._refuse(what, result.name, result.detail or result.code)
            else:
                self.report.taken[what, result.status] += 1

    async def _orders(self, past: Sequence[PastOrder]) -> None:
        seen, refused = await self._in_transaction(lambda conn: self._take_over(conn, past))
        for known, phases in seen:
            self.report.taken["orders", "known before" if known else "taken over"] += 1
            self.report.phases[phases] += 1
        for external_id, why in refused:
            self._refuse("orders", external_id, why)

    async def _take_over(
        self, conn: db.Connection, past: Sequence[PastOrder]
    ) -> tuple[list[tuple[bool, Seen]], list[tuple[str, str]]]:
        answers = await take_over(
            conn, self.market, past, channel=self.source, source=self.source, at=self.clock()
        )
        ids = [answer.order_id for answer in answers if isinstance(answer, TakenOver)]
        standing = await standings(conn, self.market, ids)
        seen: list[tuple[bool, Seen]] = []
        refused: list[tuple[str, str]] = []
        for each, answer in zip(past, answers, strict=True):
            if isinstance(answer, TakenOver):
                phase = standing[answer.order_id].phase
                seen.append((answer.known, (each.status, PHASES[each.stage], phase)))
            else:
                refused.append((each.external_id, f"{answer.why}: {answer.detail}"))
        return seen, refused

    def _refuse(self, what: str, name: str, why: str) -> None:
        self.report.note(Finding(REFUSED, Effect.REJECTED, what, 0, name, why))

    async def _in_transaction(self, work: Callable[[db.Connection], Awaitable[R]]) -> R:
        return await db.in_transaction(self.pool, work)


def _node_fields(node: PastNode) -> dict[str, object]:
    address = {
        "country": node.country, "postal_code": node.postal_code, "region": node.region,
        "city": node.city, "latitude": node.latitude, "longitude": node.longitude,
    }  # fmt: skip
    return {
        "node": node.node_id,
        "name": node.name,
        "kind": node.kind,
        "address": address,
        "time_zone": node.time_zone,
        "services": ["ship"],
    }


def _item_fields(item: PastItem) -> dict[str, object]:
    return {
        "sku": item.sku,
        "name": item.name,
        "weight_g": item.weight_g,
        "category": item.category,
        "attributes": dict(item.attributes),
    }
