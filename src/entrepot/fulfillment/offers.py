"""Offers: a node's work that several may have. Rows, and what may be asked of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from entrepot.fulfillment.states import OFFER, OfferState, OfferVerb
from entrepot.plumbing import db, sql
from entrepot.plumbing.mint import MINT
from entrepot.terms.ids import FulfillmentOrderId, LaneId, MarketId, NodeId, OrderId

Q = sql.load(__package__, "offers.sql")

OFFERS_PER_COMMIT_MAX = 200
"""Offers that end in one commit of the sweep: their orders are locked that long."""


class WhyNotClaimed(StrEnum):
    """In order of precedence."""

    UNKNOWN_OFFER = "unknown_offer"
    NOT_OFFERED = "not_offered"
    ENDED = "ended"
    ANSWERED = "answered"
    ON_HOLD = "on_hold"
    NOT_THERE = "not_there"


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One round of offering a fulfillment order: open until `ends_at`, by the database's clock."""

    offer_id: UUID
    order_id: OrderId
    fulfillment_order_id: FulfillmentOrderId
    attempt: int
    state: str
    made_at: datetime
    ends_at: datetime
    ended_by: str | None
    ended_at: datetime | None
    accepted_by: str | None


@dataclass(frozen=True, slots=True)
class Offered:
    """A node it was offered to, from place 0, the cheapest; and its answer, where it gave one."""

    offer_id: UUID
    node_id: NodeId
    place: int
    lane_id: LaneId | None
    cost: int
    answer: str | None
    actor: str | None
    reason: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class EndedOffer:
    """An offer that passed the guard of a write."""

    offer_id: UUID


@dataclass(frozen=True, slots=True)
class NewOffer:
    """Work to be offered to nodes, as (node, lane, cost), the cheapest first."""

    order_id: OrderId
    fulfillment_order_id: FulfillmentOrderId
    attempt: int
    ends_at: datetime
    nodes: tuple[tuple[NodeId, LaneId | None, int], ...]


async def open_offers(
    conn: db.Connection, market: MarketId, new: Sequence[NewOffer], *, at: datetime
) -> list[UUID]:
    """Open one offer of each; answers their ids. The caller holds the orders' locks."""
    if not new:
        return []
    ids = MINT.ids(len(new))
    rows = [(i, n, e) for i, o in zip(ids, new, strict=True) for n, e in enumerate(o.nodes)]
    await db.execute(
        conn, Q["open_offers"],
        market=market, at=at, offer_ids=ids, order_ids=[each.order_id for each in new],
        fulfillment_order_ids=[each.fulfillment_order_id for each in new],
        attempts=[each.attempt for each in new], ends_ats=[each.ends_at for each in new],
        node_offer_ids=[id_ for id_, _, _ in rows], places=[place for _, place, _ in rows],
        node_ids=[node for _, _, (node, _, _) in rows],
        lane_ids=[lane for _, _, (_, lane, _) in rows],
        costs=[cost for _, _, (_, _, cost) in rows],
    )  # fmt: skip
    return ids


async def end(
    conn: db.Connection,
    market: MarketId,
    ends: Sequence[tuple[UUID, OfferVerb, NodeId | None]],
    *,
    actor: str,
    at: datetime,
) -> int:
    """End offers that are open, each by a verb, accepted by a node or nobody; answers how many."""
    if not ends:
        return 0
    passed = await db.fetch(
        conn, Q["end_offers"], EndedOffer,
        market=market, offer_ids=[id_ for id_, _, _ in ends],
        states=[OFFER.moves[OfferState.OPEN, verb] for _, verb, _ in ends],
        verbs=[verb for _, verb, _ in ends], accepted_bys=[node for _, _, node in ends],
        actor=actor, at=at,
    )  # fmt: skip
    return len(passed)


async def answer(  # noqa: PLR0913 - who answers what, why and when
    conn: db.Connection,
    market: MarketId,
    offer_id: UUID,
    node_id: NodeId,
    *,
    accepts: bool,
    actor: str,
    reason: str | None,
    at: datetime,
) -> bool:
    """Write a node's answer; False where it has answered, or the offer has ended."""
    passed = await db.fetch(
        conn, Q["answer_offer"], EndedOffer,
        market=market, offer_id=offer_id, node_id=node_id,
        answer="accepted" if accepts else "declined", actor=actor, reason=reason, at=at,
    )  # fmt: skip
    return bool(passed)


async def wait_for_offers(
    conn: db.Connection, market: MarketId, new: Sequence[NewOffer], spare: timedelta
) -> None:
    """Have offered work wait until its offer has ended, and a little more."""
    if new:
        await db.execute(
            conn, Q["wait_for_offers"],
            market=market,
            fulfillment_order_ids=[each.fulfillment_order_id for each in new],
            untils=[each.ends_at + spare for each in new],
        )  # fmt: skip


async def due_now(
    conn: db.Connection,
    market: MarketId,
    ids: Sequence[FulfillmentOrderId],
    release_at: datetime,
) -> None:
    """Have planned work released to its node at a time of its own."""
    if ids:
        await db.execute(
            conn, Q["due_now"],
            market=market, fulfillment_order_ids=list(ids), release_at=release_at,
        )  # fmt: skip


async def due(conn: db.Connection, market: MarketId, *, at: datetime) -> list[OfferRow]:
    """Read open offers whose time is over, or whose work is not planned any more."""
    return await db.fetch(
        conn, Q["offer_due"], OfferRow, market=market, at=at, most=OFFERS_PER_COMMIT_MAX
    )


async def of_orders(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> list[OfferRow]:
    """Read all offers of these orders, the oldest first."""
    return await db.fetch(
        conn, Q["offers_of_orders"], OfferRow, market=market, order_ids=list(order_ids)
    )


async def one(conn: db.Connection, market: MarketId, offer_id: UUID) -> OfferRow | None:
    """Read an offer; None where there is none."""
    rows = await db.fetch(conn, Q["one_offer"], OfferRow, market=market, offer_id=offer_id)
    return rows[0] if rows else None


async def offered(
    conn: db.Connection, market: MarketId, offer_ids: Sequence[UUID]
) -> Mapping[UUID, list[Offered]]:
    """Read to whom these were offered, the cheapest first."""
    found: dict[UUID, list[Offered]] = {id_: [] for id_ in offer_ids}
    for row in await db.fetch(
        conn, Q["offered_of"], Offered, market=market, offer_ids=list(offer_ids)
    ):
        found[row.offer_id].append(row)
    return found


async def to_node(
    conn: db.Connection,
    market: MarketId,
    node_id: NodeId,
    *,
    state: OfferState,
    after: UUID,
    most: int,
) -> list[OfferRow]:
    """Read a page of what was offered to a node, oldest first; of open ones what it may answer."""
    return await db.fetch(
        conn, Q["offers_to"], OfferRow,
        market=market, node_id=node_id, in_state=state, after=after, most=most,
    )  # fmt: skip
