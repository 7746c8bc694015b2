"""Questions to customers, and the ways that lines go since they were answered: rows alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from entrepot.orders.states import CONSENT, ConsentState, ConsentVerb
from entrepot.plumbing import db, sql
from entrepot.plumbing.mint import MINT
from entrepot.terms.ids import LineNo, MarketId, NodeId, OrderId

Q = sql.load(__package__, "consents.sql")


@dataclass(frozen=True, slots=True)
class Consent:
    """A question about lines of an order, open until `ends_at` by the database's clock."""

    consent_id: UUID
    order_id: OrderId
    lines: list[int]
    choices: list[str]
    state: str
    asked_at: datetime
    ends_at: datetime
    choice: str | None
    ended_by: str | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class EndedConsent:
    """A question that passed the guard of a write."""

    consent_id: UUID


@dataclass(frozen=True, slots=True)
class LineWay:
    """How a line goes that does not go as its order says; `ship_to` is JSON text."""

    order_id: OrderId
    line_no: LineNo
    method: str
    service: str
    pickup_node: NodeId | None
    ship_to: str | None

    @property
    def way(self) -> tuple[str, str, NodeId | None, str | None]:
        """What lines have in common that go together."""
        return self.method, self.service, self.pickup_node, self.ship_to


async def ask(
    conn: db.Connection,
    market: MarketId,
    lines: Mapping[OrderId, Sequence[LineNo]],
    choices: Sequence[str],
    ends_at: datetime,
    *,
    at: datetime,
) -> dict[OrderId, UUID]:
    """Ask about these orders' lines; answers the questions' ids."""
    if not lines:
        return {}
    ids = dict(zip(lines, MINT.ids(len(lines)), strict=True))
    await db.execute(
        conn, Q["ask_consents"],
        market=market, consent_ids=list(ids.values()), order_ids=list(ids),
        lines=[db.json_text(sorted(set(each))) for each in lines.values()],
        choices=list(choices), ends_at=ends_at, at=at,
    )  # fmt: skip
    return ids


async def end(  # noqa: PLR0913 - who ends which, how and when
    conn: db.Connection,
    market: MarketId,
    ids: Sequence[UUID],
    verb: ConsentVerb,
    *,
    choice: str | None,
    actor: str,
    at: datetime,
) -> int:
    """End questions that are open; answers how many."""
    passed = await db.fetch(
        conn, Q["end_consents"], EndedConsent,
        market=market, consent_ids=list(ids), verb=verb, choice=choice, actor=actor, at=at,
        state=CONSENT.moves[ConsentState.ASKED, verb],
    )  # fmt: skip
    return len(passed)


async def of_order(conn: db.Connection, market: MarketId, order_id: OrderId) -> list[Consent]:
    """Read an order's questions, the oldest first."""
    return await db.fetch(conn, Q["consents_of"], Consent, market=market, order_id=order_id)


async def asked_of(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> dict[OrderId, Consent]:
    """Read what is asked of these orders' customers now, the newest question of each."""
    rows = await db.fetch(
        conn, Q["consents_asked"], Consent, market=market, order_ids=list(order_ids)
    )
    return {row.order_id: row for row in rows}


async def due(conn: db.Connection, market: MarketId, *, at: datetime, most: int) -> list[Consent]:
    """Read open questions whose time is over."""
    return await db.fetch(conn, Q["consents_due"], Consent, market=market, at=at, most=most)


async def put_ways(
    conn: db.Connection, market: MarketId, order_id: OrderId, ways: Sequence[LineWay]
) -> None:
    """Have lines of an order go another way, all of them the same."""
    first = ways[0]
    await db.execute(
        conn, Q["put_ways"],
        market=market, order_id=order_id, line_nos=[way.line_no for way in ways],
        method=first.method, service=first.service, pickup_node=first.pickup_node,
        ship_to=first.ship_to,
    )  # fmt: skip


async def ways_of(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> dict[OrderId, dict[LineNo, LineWay]]:
    """Read the lines of these orders that do not go as their order says."""
    found: dict[OrderId, dict[LineNo, LineWay]] = {}
    for row in await db.fetch(
        conn, Q["ways_of"], LineWay, market=market, order_ids=list(order_ids)
    ):
        found.setdefault(row.order_id, {})[row.line_no] = row
    return found
