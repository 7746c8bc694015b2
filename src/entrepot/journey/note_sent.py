"""Note what nodes have sent without telling us: the moves they made, the parcels that left.

What is noted is told as if the node had told it now, so that the journey goes on from there: the
moves carry their real times, stock leaves the books when it is noted.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from entrepot.delivery import tell as parcels
from entrepot.delivery.model import Result, Status, TrackingEvent
from entrepot.delivery.track import track
from entrepot.fulfillment import browse as fulfillment
from entrepot.fulfillment import tell
from entrepot.fulfillment.accept import accept
from entrepot.fulfillment.act import done
from entrepot.fulfillment.model import Answer, Ask, Packed, Work
from entrepot.fulfillment.pack import pack
from entrepot.fulfillment.pick import pick
from entrepot.fulfillment.release import release
from entrepot.fulfillment.ship import ship
from entrepot.journey.history import NotAsTold
from entrepot.journey.progress import Standing, standings
from entrepot.orders import browse as orders
from entrepot.plumbing import db, outbox
from entrepot.terms.ids import FulfillmentOrderId, MarketId, NodeId
from entrepot.terms.outcome import Done, Outcome, Refused

ACTOR = "import"


@dataclass(frozen=True, slots=True)
class Left:
    """A package that left, and when it arrived, if it has."""

    tracking_number: str
    carrier: str
    service: str | None
    shipped_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sent:
    """All packages of one node's work for an order; no node: the order has one node only."""

    channel: str
    external_id: str
    node_id: NodeId | None
    packages: tuple[Left, ...]


class WhyNotNoted(StrEnum):
    """In order of precedence."""

    UNKNOWN_ORDER = "unknown_order"
    NO_SUCH_WORK = "no_such_work"
    SEVERAL_NODES = "several_nodes"
    SENT_OTHERWISE = "sent_otherwise"
    NOT_TO_BE_SENT = "not_to_be_sent"
    ON_HOLD = "on_hold"


class News(StrEnum):
    """What was new of it."""

    SHIPPED = "shipped"
    DELIVERED = "delivered"
    NOTHING = "nothing"


Noted = Outcome[News, WhyNotNoted]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A node's work and what is said to have left of it; `new`: nothing was known to have left."""

    work: Work
    sent: Sent
    new: bool


async def note_sent(
    conn: db.Connection, market: MarketId, sent: Sequence[Sent], *, at: datetime
) -> list[Noted]:
    """Answer each, in order: what was new of it, or why it is not noted. Again: nothing is new.

    The caller owns the transaction.
    """
    found = await _pieces(conn, market, sent)
    pieces = [each.value for each in found if isinstance(each, Done)]
    await _send(conn, market, [each for each in pieces if each.new], at)
    arrived = await _arrive(conn, market, pieces, at)
    return [Done(_news(each.value, arrived)) if isinstance(each, Done) else each for each in found]


def _news(piece: _Piece, arrived: set[FulfillmentOrderId]) -> News:
    if piece.new:
        return News.SHIPPED
    return News.DELIVERED if piece.work.id in arrived else News.NOTHING


async def _pieces(
    conn: db.Connection, market: MarketId, sent: Sequence[Sent]
) -> list[Outcome[_Piece, WhyNotNoted]]:
    keys = [(each.channel, each.external_id) for each in sent]
    ids = {(o.channel, o.external_id): o.order_id for o in await orders.known(conn, market, keys)}
    await orders.lock(conn, market, sorted(set(ids.values())))
    standing = await standings(conn, market, sorted(set(ids.values())))
    works = [work.id for each in standing.values() for work in each.works]
    left: dict[FulfillmentOrderId, set[tuple[str, str]]] = {}
    for row in await fulfillment.packages_of(conn, market, works):
        number = (row.tracking_number, row.carrier)
        left.setdefault(row.fulfillment_order_id, set()).add(number)
    found: list[Outcome[_Piece, WhyNotNoted]] = []
    for key, each in zip(keys, sent, strict=True):
        if key not in ids:
            said = f"channel {key[0]} has no order {key[1]}"
            found.append(Refused(WhyNotNoted.UNKNOWN_ORDER, said))
            continue
        piece = _piece(standing[ids[key]], each, left)
        if isinstance(piece, Done) and piece.value.new:
            left[piece.value.work.id] = _numbers(each)
        found.append(piece)
    return found


def _piece(
    standing: Standing, sent: Sent, left: dict[FulfillmentOrderId, set[tuple[str, str]]]
) -> Outcome[_Piece, WhyNotNoted]:
    """Find the work that was sent; its packages must be all of it, or known already."""
    works = [
        work
        for work in standing.works
        if work.head.state not in {"canceled", "rejected"}
        and sent.node_id in {None, work.head.node_id}
    ]
    if not works:
        return Refused(WhyNotNoted.NO_SUCH_WORK, "no node works for the order, or not this one")
    if len(works) > 1:
        nodes = ", ".join(work.head.node_id for work in works)
        return Refused(WhyNotNoted.SEVERAL_NODES, f"name the node: one of {nodes}")
    work = works[0]
    before = left.get(work.id, set())
    if before:
        if _numbers(sent) <= before:
            return Done(_Piece(work, sent, new=False))
        return Refused(WhyNotNoted.SENT_OTHERWISE, "its work left in other packages")
    return _stopped(work, standing) or Done(_Piece(work, sent, new=True))


def _stopped(work: Work, standing: Standing) -> Refused[WhyNotNoted] | None:
    if work.head.method != "ship":
        said = f"it is for {work.head.method}, and sent to nobody"
        return Refused(WhyNotNoted.NOT_TO_BE_SENT, said)
    if any(hold.lifted_at is None for hold in standing.holds):
        return Refused(WhyNotNoted.ON_HOLD, "a hold stands against the order")
    return None


def _numbers(sent: Sent) -> set[tuple[str, str]]:
    return {(each.tracking_number, each.carrier) for each in sent.packages}


Verb = Callable[..., Awaitable[list[Answer]]]
_WAY: Sequence[tuple[Verb, frozenset[str]]] = (
    (release, frozenset({"planned"})),
    (accept, frozenset({"planned", "released"})),
    (pick, frozenset({"planned", "released", "accepted", "picking"})),
    (pack, frozenset({"planned", "released", "accepted", "picking", "picked"})),
    (ship, frozenset({"planned", "released", "accepted", "picking", "picked", "packed"})),
)
"""The way to the door, and the states from which each step is still to be taken."""


async def _send(
    conn: db.Connection, market: MarketId, pieces: Sequence[_Piece], at: datetime
) -> None:
    for verb, states in _WAY:
        asks = [_ask(each, verb) for each in pieces if each.work.head.state in states]
        answers = await verb(conn, market, asks, at=at)
        for answer in answers:
            if isinstance(answer, Refused):
                raise NotAsTold(answer.detail)
        await outbox.tell(conn, market, tell.facts(done(answers)), at=at)


def _ask(piece: _Piece, verb: Verb) -> Ask:
    packages = tuple(
        Packed(each.tracking_number, each.carrier, each.service) for each in piece.sent.packages
    )
    return Ask(
        piece.work.id, ACTOR,
        packages=packages if verb is ship else (),
        at=max(each.shipped_at for each in piece.sent.packages),
    )  # fmt: skip


async def _arrive(
    conn: db.Connection, market: MarketId, pieces: Sequence[_Piece], at: datetime
) -> set[FulfillmentOrderId]:
    """Note what has arrived; answers the work of which that was news."""
    said = [
        (piece.work.id, TrackingEvent(p.tracking_number, p.carrier, Status.DELIVERED, when))
        for piece in pieces
        for p in piece.sent.packages
        if (when := p.delivered_at) is not None
    ]
    tracked = await track(conn, market, [event for _, event in said], at=at)
    await outbox.tell(conn, market, parcels.facts(tracked.news, actor=ACTOR), at=at)
    return {
        id_
        for (id_, _), result in zip(said, tracked.results, strict=True)
        if result is not Result.DUPLICATE
    }
