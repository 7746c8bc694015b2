"""Draw tickets of waiting lines: first come, first served, thousands in one commit.

A ticket is no row: the launch counts, and what its holder shows is signed. A call under a key that
was answered before gets the same ticket again; the key's subject is its number.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from entrepot.inventory import launch, launch_rules, ticket
from entrepot.inventory.launch_model import Launch, WhyNoTicket
from entrepot.inventory.states import LaunchState
from entrepot.plumbing import db, idempotency, mint
from entrepot.plumbing.idempotency import Key
from entrepot.terms.ids import LaunchId, MarketId
from entrepot.terms.outcome import Done, Outcome, Refused


@dataclass(frozen=True, slots=True)
class Draw:
    """Somebody asks for the next ticket of a launch."""

    launch_id: LaunchId
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as it stands at a moment: so many are `ahead`, and when its turn is."""

    launch_id: LaunchId
    number: int
    token: str
    admitted: bool
    ahead: int
    turn_at: datetime
    replayed: bool = False


Drawn = Outcome[Ticket, WhyNoTicket]


async def draw(pool: db.Pool, market: MarketId, asks: Sequence[Draw]) -> list[Drawn]:
    """Answer every ask, in order: one commit for all, five statements at most."""

    async def work(conn: db.Connection) -> list[Drawn]:
        return await _Drawing(market, mint.now()).run(conn, asks)

    return await db.in_transaction(pool, work)


def stands(
    of: Launch, market: MarketId, number: int, at: datetime, *, replayed: bool = False
) -> Ticket:
    """Say how a ticket of a launch with a line stands."""
    line = of.line
    assert line is not None, "its tickets are drawn where it has a line only"
    turn = launch_rules.turn_at(line, of.opens_at, number)
    before = launch_rules.ahead(line, of.opens_at, number, at)
    shown = launch_rules.token(of, market, number)
    return Ticket(of.launch_id, number, shown, at >= turn, before, turn, replayed)


class _Drawing:
    """One transaction's worth of drawing."""

    def __init__(self, market: MarketId, at: datetime) -> None:
        self.market, self.at = market, at
        self.launches: dict[LaunchId, Launch] = {}
        self.answers: dict[int, Drawn] = {}

    async def run(self, conn: db.Connection, asks: Sequence[Draw]) -> list[Drawn]:
        await self._read(conn, {ask.launch_id for ask in asks})
        await self._replay(conn, asks)
        wanted: list[int] = []
        for place, ask in enumerate(asks):
            if place in self.answers:
                continue
            no = self._why_not(ask)
            if no is not None:
                self.answers[place] = no
            else:
                wanted.append(place)
        await self._issue(conn, asks, wanted)
        return [self.answers[place] for place in range(len(asks))]

    async def _read(self, conn: db.Connection, names: set[LaunchId]) -> None:
        rows = await launch.listed(
            conn, self.market, launch_ids=sorted(names), states=None, after="", most=len(names)
        )
        self.launches = {row.launch_id: row for row in rows}

    async def _replay(self, conn: db.Connection, asks: Sequence[Draw]) -> None:
        keys = {place: ask.key for place, ask in enumerate(asks)}
        for place, old in (await idempotency.kept_at(conn, self.market, keys)).items():
            key = keys[place]
            if key is not None:
                self._answer_again(place, asks[place], key, old.fingerprint, old.subject)

    def _answer_again(
        self, place: int, ask: Draw, key: Key, fingerprint: bytes, subject: UUID | None
    ) -> None:
        of = self.launches.get(ask.launch_id)
        if fingerprint != key.fingerprint or subject is None or of is None or of.line is None:
            self.answers[place] = Refused(WhyNoTicket.KEY_REUSED, key.key)
        else:
            again = stands(of, self.market, subject.int, self.at, replayed=True)
            self.answers[place] = Done(again)

    def _why_not(self, ask: Draw) -> Refused[WhyNoTicket] | None:
        of = self.launches.get(ask.launch_id)
        if of is None:
            return Refused(WhyNoTicket.UNKNOWN, f"there is no launch {ask.launch_id}")
        if of.line is None:
            return Refused(WhyNoTicket.NO_LINE, f"{ask.launch_id} is not sold by turns")
        if of.state not in {LaunchState.PLANNED, LaunchState.OPEN}:
            return Refused(WhyNoTicket.ENDED, f"{ask.launch_id} is {of.state}")
        return None

    async def _issue(
        self, conn: db.Connection, asks: Sequence[Draw], wanted: Sequence[int]
    ) -> None:
        """Give the next numbers in the order of asking. A key that comes twice counts once."""
        first: dict[tuple[str, str], int] = {}
        for place in wanted:
            key = asks[place].key
            if key is not None:
                first.setdefault((key.principal, key.key), place)
        own = [
            place
            for place in wanted
            if (key := asks[place].key) is None or first[key.principal, key.key] == place
        ]
        counts = Counter(asks[place].launch_id for place in own)
        last = await ticket.issue(conn, self.market, counts) if counts else {}
        numbers: dict[int, int] = {}
        for place in own:
            launch_id = asks[place].launch_id
            if launch_id not in last:
                said = f"{launch_id} has just ended"
                self.answers[place] = Refused(WhyNoTicket.ENDED, said)
                continue
            numbers[place] = last[launch_id] - counts[launch_id] + 1
            counts[launch_id] -= 1
        await self._keep(conn, asks, numbers)
        for place in set(wanted) - set(own):
            self._twin(place, asks, first)

    async def _keep(
        self, conn: db.Connection, asks: Sequence[Draw], numbers: dict[int, int]
    ) -> None:
        """Keep each number under its key; another process may have answered the key just now."""
        keyed = [(place, key) for place in numbers if (key := asks[place].key) is not None]
        kept = {}
        if keyed:
            kept = await idempotency.claim(
                conn, self.market, [key for _, key in keyed],
                [UUID(int=numbers[place]) for place, _ in keyed], at=self.at,
            )  # fmt: skip
        for place, number in numbers.items():
            of = self.launches[asks[place].launch_id]
            self.answers[place] = Done(stands(of, self.market, number, self.at))
        for place, key in keyed:
            old = kept.get((key.principal, key.key))
            if old is not None:
                self._answer_again(place, asks[place], key, old.fingerprint, old.subject)

    def _twin(self, place: int, asks: Sequence[Draw], first: dict[tuple[str, str], int]) -> None:
        key = asks[place].key
        assert key is not None, "only keys have twins"
        other = first[key.principal, key.key]
        before, drawn = asks[other].key, self.answers[other]
        if before is not None and before.fingerprint != key.fingerprint:
            self.answers[place] = Refused(WhyNoTicket.KEY_REUSED, key.key)
        elif isinstance(drawn, Done):
            self._answer_again(
                place, asks[place], key, key.fingerprint, UUID(int=drawn.value.number)
            )
        else:
            self.answers[place] = drawn
