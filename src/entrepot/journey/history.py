"""Take over orders that have happened elsewhere: written as they stand, each step at its own time.

One transaction a batch, through the rooms' own verbs: captured, received and claimed, worked on,
handed over, delivered, canceled, closed. Nobody decided anything here, so there is no decision
record; and the journey has nothing to do but to count it, so one fact, `order.imported`, tells all
of it. An order whose external id is known is left as it is: doing it again changes nothing.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from entrepot.catalog import browse as catalog
from entrepot.delivery.expect import expect
from entrepot.delivery.track import track
from entrepot.fulfillment.accept import accept
from entrepot.fulfillment.deliver import deliver
from entrepot.fulfillment.model import Answer, Ask
from entrepot.fulfillment.open import open_planned
from entrepot.fulfillment.pack import pack
from entrepot.fulfillment.pick import pick
from entrepot.fulfillment.release import release
from entrepot.fulfillment.ship import ship
from entrepot.inventory import take_over as stock
from entrepot.inventory.model import Demand
from entrepot.inventory.wait import wait
from entrepot.journey import happened
from entrepot.journey.happened import Known, Story, WhyNotTakenOver
from entrepot.journey.retold import document, imported
from entrepot.network import browse as network
from entrepot.orders import browse as orders
from entrepot.orders.backdate import backdate
from entrepot.orders.cancel import cancel
from entrepot.orders.capture import capture
from entrepot.orders.close import close
from entrepot.orders.hold import hold
from entrepot.orders.model import Cancellation, HoldKind
from entrepot.orders.rules import total
from entrepot.plumbing import db, exceptions, outbox
from entrepot.plumbing.exceptions import Stuck
from entrepot.ports.history import PastOrder, Stage
from entrepot.terms.ids import FulfillmentOrderId, LineNo, MarketId, NodeId, OrderId
from entrepot.terms.outcome import Done, Refused

ORDERS_PER_COMMIT_MAX = 300
"""Orders taken over in one commit: about half a second, so that a live market hardly notices."""

NO_TIME_KNOWN = "taken over; when it was done is not known, only when it was done with"
NOT_TO_BE_HAD = "sourcing.unroutable"


class NotAsTold(Exception):  # noqa: N818 - what happened
    """A verb refused a step that had happened: never commit this."""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The order stands here; `known`: it stood here before, and nothing was written."""

    order_id: OrderId
    known: bool = False


Answered = TakenOver | Refused[WhyNotTakenOver]


async def take_over(
    conn: db.Connection,
    market: MarketId,
    past: Sequence[PastOrder],
    *,
    channel: str,
    source: str,
    at: datetime,
) -> list[Answered]:
    """Answer every order, in order: taken over, known, or refused. The caller owns the transaction.

    Of two of one external id the first is taken. `source` is the system that tells. Statements do
    not depend on the number of orders, save for those that wait for a payment or for stock.
    """
    answers = await _known(conn, market, past, channel)
    known = await _seen(conn, market, past)
    stories: list[Story] = []
    for each in past:
        if each.external_id in answers:
            continue
        told = happened.story(each, known, channel=channel, source=source, at=at)
        if isinstance(told, Done):
            stories.append(told.value)
            answers[each.external_id] = TakenOver(told.value.order_id)
        else:
            answers[each.external_id] = told
    if stories:
        await _write(conn, market, stories, at)
    return _each(past, answers)


def _each(past: Sequence[PastOrder], answers: Mapping[str, Answered]) -> list[Answered]:
    """Answer every order: what comes a second time is known by then."""
    seen: set[str] = set()
    given: list[Answered] = []
    for each in past:
        answer = answers[each.external_id]
        if isinstance(answer, TakenOver) and each.external_id in seen:
            answer = TakenOver(answer.order_id, known=True)
        given.append(answer)
        seen.add(each.external_id)
    return given


async def _known(
    conn: db.Connection, market: MarketId, past: Sequence[PastOrder], channel: str
) -> dict[str, Answered]:
    keys = [(channel, each.external_id) for each in past]
    return {
        each.external_id: TakenOver(each.order_id, known=True)
        for each in await orders.known(conn, market, keys)
    }


async def _seen(conn: db.Connection, market: MarketId, past: Sequence[PastOrder]) -> Known:
    skus = {line.sku for each in past for line in each.lines}
    nodes = {line.node_id for each in past for line in each.lines if line.node_id is not None}
    return Known(
        await catalog.made_of(conn, market, skus), await network.known_nodes(conn, market, nodes)
    )


async def _write(
    conn: db.Connection, market: MarketId, stories: Sequence[Story], at: datetime
) -> None:
    rows = [
        happened.captured(told, total=total(told.order), document=document(told))
        for told in stories
    ]
    await capture(conn, market, rows, at=at)
    claims = [claim for told in stories for claim in happened.claims(told)]
    await stock.take_over(conn, market, claims, at=at)
    await _wait(conn, market, [told for told in stories if told.past.stage is Stage.MISSING], at)
    await _hold(conn, market, [told for told in stories if told.past.stage is Stage.UNPAID])
    await _work(conn, market, stories, at)
    await _end(conn, market, stories, at)
    await outbox.tell(conn, market, [imported(told) for told in stories], at=at)


async def _wait(
    conn: db.Connection, market: MarketId, stories: Sequence[Story], at: datetime
) -> None:
    """Units that nobody had wait from when they were ordered; a person has to look."""
    stuck: list[Stuck] = []
    for told in stories:
        demands = [
            Demand(told.order_id, line, sku, quantity, "no_stock")
            for line, sku, quantity, _ in told.units
        ]
        await wait(conn, market, demands, at=told.past.placed_at)
        reason = told.past.reason or f"{told.source} could not supply it"
        stuck += [
            Stuck(NOT_TO_BE_HAD, f"orders/{told.order_id}", reason, "{}", told.order_id, line)
            for line in dict.fromkeys(line for line, *_ in told.units)
        ]
    await exceptions.raise_all(conn, market, stuck, at=at)


async def _hold(conn: db.Connection, market: MarketId, stories: Sequence[Story]) -> None:
    for told in stories:
        held = await hold(
            conn, market, told.order_id, kind=HoldKind.PAYMENT,
            reason=told.past.reason or f"not paid when it was taken over from {told.source}",
            actor=told.source, until=None, at=told.past.placed_at,
        )  # fmt: skip
        if isinstance(held, Refused):
            raise NotAsTold(held.why)


Verb = Callable[..., Awaitable[list[Answer]]]

_STEPS: Sequence[tuple[Verb, Stage, str | None]] = (
    (release, Stage.RELEASED, None),
    (accept, Stage.ACCEPTED, NO_TIME_KNOWN),
    (pick, Stage.PACKED, NO_TIME_KNOWN),
    (pack, Stage.PACKED, NO_TIME_KNOWN),
    (ship, Stage.SHIPPED, None),
)
"""What a node does, how far an order must have come for it to have been done, and why so dated."""

Piece = tuple[Story, NodeId, FulfillmentOrderId]


async def _work(
    conn: db.Connection, market: MarketId, stories: Sequence[Story], at: datetime
) -> None:
    new = [(told, each) for told in stories for each in happened.works(told)]
    opened = await open_planned(conn, market, [each for _, each in new], at=at)
    pieces = [(told, each.node_id, id_) for (told, each), id_ in zip(new, opened, strict=True)]
    for verb, stage, reason in _STEPS:
        asks = [_ask(piece, verb, reason) for piece in pieces if piece[0].came_to(stage)]
        _all_done(await verb(conn, market, asks, at=at))
    sent = [id_ for told, _, id_ in pieces if told.came_to(Stage.SHIPPED)]
    await expect(conn, market, sent, at=at)
    await track(conn, market, [scan for told in stories for scan in happened.scans(told)], at=at)
    arrived = [
        Ask(id_, told.source, at=told.past.delivered_at)
        for told, _, id_ in pieces
        if told.came_to(Stage.DELIVERED)
    ]
    _all_done(await deliver(conn, market, arrived, at=at))


def _ask(piece: Piece, verb: Verb, reason: str | None) -> Ask:
    told, node, id_ = piece
    early = verb in {release, accept} or told.past.handed_over_at is None
    return Ask(
        id_, told.source, reason,
        packages=(happened.packed(told, node),) if verb is ship else (),
        at=told.released_at if early else told.past.handed_over_at,
    )  # fmt: skip


def _all_done(answers: Sequence[Answer]) -> None:
    for answer in answers:
        if isinstance(answer, Refused):
            raise NotAsTold(answer.detail)


async def _end(
    conn: db.Connection, market: MarketId, stories: Sequence[Story], at: datetime
) -> None:
    canceled = [told for told in stories if told.past.stage is Stage.CANCELED]
    units = [
        Cancellation(
            told.order_id, LineNo(number), line.quantity,
            told.past.reason or f"canceled in {told.source}", told.source,
        )
        for told in canceled
        for number, line in enumerate(told.past.lines, start=1)
    ]  # fmt: skip
    await cancel(conn, market, units, at=at)
    done = [told for told in stories if told.past.stage in {Stage.CANCELED, Stage.DELIVERED}]
    await close(conn, market, [told.order_id for told in done], at=at)
    await backdate(
        conn, market, [told.order_id for told in stories],
        canceled=_ends(canceled), closed=_ends(done),
    )  # fmt: skip


def _ends(stories: Sequence[Story]) -> Mapping[OrderId, datetime]:
    return {told.order_id: told.ended_at for told in stories}
