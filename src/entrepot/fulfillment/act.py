"""One way for every verb: lock the work, decide each request after the one before it, write all."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from entrepot.fulfillment import rules, store
from entrepot.fulfillment.model import (
    Acted,
    Answer,
    Ask,
    Move,
    PackageRow,
    Turn,
    Units,
    WhyNot,
    Work,
)
from entrepot.fulfillment.states import FULFILLMENT_ORDER
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId
from entrepot.terms.outcome import Done, Refused


class GuardFailed(Exception):  # noqa: N818 - what happened
    """A row changed under its lock: never commit this."""


class Desk:
    """The locked work of one commit, as it is after each turn, and all that is to be written."""

    def __init__(self, works: Iterable[Work], *, at: datetime) -> None:
        self.at = at
        self.before = {work.id: work for work in works}
        self.works = dict(self.before)
        self.acted: list[Acted] = []
        self._packages: list[PackageRow] = []

    def decide(self, ask: Ask, decide: rules.Decide) -> Answer:
        """Answer one request and take its turn."""
        work = self.works.get(ask.fulfillment_order_id)
        if work is None:
            said = f"there is no fulfillment order {ask.fulfillment_order_id}"
            return Refused(WhyNot.UNKNOWN_FULFILLMENT_ORDER, said)
        if ask.if_versions is not None and work.head.version not in ask.if_versions:
            said = f"the fulfillment order is at version {work.head.version}"
            return Refused(WhyNot.VERSION_CHANGED, said)
        decided = decide(work, ask)
        if isinstance(decided, Refused):
            return decided
        return Done(self.take(work, decided.value, ask))

    def take(self, work: Work, turn: Turn, ask: Ask) -> Acted:
        """Take a turn that was decided on this very work."""
        at = ask.at or self.at
        after = rules.after(work, turn, at)
        self.works[work.id] = after
        self._packages += _package_rows(work, turn, at)
        self.acted.append(Acted(work.state, after, turn, ask.actor, ask.reason, at))
        return self.acted[-1]

    async def write(self, conn: db.Connection, market: MarketId) -> None:
        """Write every turn taken. Raises GuardFailed where a row is not what was locked."""
        if not self.acted:
            return
        turned = [
            (self.before[id_], work)
            for id_, work in self.works.items()
            if work is not self.before[id_]
        ]
        moves = [move for acted in self.acted for move in _moves(acted)]
        passed = await store.record_moves(conn, market, turned, moves, self._packages)
        if passed != len(turned):
            raise GuardFailed("a fulfillment order changed under its lock")


async def act(
    conn: db.Connection,
    market: MarketId,
    asks: Sequence[Ask],
    decide: rules.Decide,
    *,
    at: datetime,
) -> list[Answer]:
    """Answer every ask, in order, each done whole or not at all. The caller owns the transaction.

    Three statements, however many asks. Of two asks about one fulfillment order the later is
    decided after the earlier.
    """
    if not asks:
        return []
    ids = sorted({ask.fulfillment_order_id for ask in asks})
    desk = Desk(await store.works_for_update(conn, market, ids), at=at)
    answers = [desk.decide(ask, decide) for ask in asks]
    await desk.write(conn, market)
    return answers


def done(answers: Iterable[Answer]) -> list[Acted]:
    """Give what was done, leaving out what was refused."""
    return [answer.value for answer in answers if isinstance(answer, Done)]


def units_json(units: Sequence[Units]) -> list[Mapping[str, object]]:
    """Write units as documents and facts do."""
    return [{"line": u.line_no, "sku": u.sku, "quantity": u.quantity} for u in units]


def _moves(acted: Acted) -> list[Move]:
    verbs, moves = acted.turn.verbs, []
    state, first = acted.before, acted.after.head.version - len(verbs)
    for move_no, verb in enumerate(verbs, start=first):
        moves.append(
            Move(acted.after.id, move_no, state, verb, acted.actor, acted.reason, acted.at)
        )
        state = FULFILLMENT_ORDER.moves[state, verb]
    return moves


def _package_rows(work: Work, turn: Turn, at: datetime) -> list[PackageRow]:
    return [
        PackageRow(
            work.id, package_no, work.head.order_id, each.carrier, each.service,
            each.tracking_number, db.json_text(units_json(each.units)), at,
        )
        for package_no, each in enumerate(turn.packages, start=1)
    ]  # fmt: skip
