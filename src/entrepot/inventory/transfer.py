"""Transfers between nodes: planned, sent, received, written off, canceled. No unit is ever lost."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from entrepot.inventory import buckets, heard, lots, reckon, rules, store, transit
from entrepot.inventory.buckets import NOTHING
from entrepot.inventory.lots_judge import Judge
from entrepot.inventory.lots_model import LotOnItsWay
from entrepot.inventory.model import Change, Position
from entrepot.inventory.reserve import GuardFailed
from entrepot.inventory.states import TRANSFER, TransferVerb
from entrepot.inventory.transit import (
    Carriage,
    NewTransfer,
    Transfer,
    TransferLine,
    TransferWritten,
    Trip,
    TripAsk,
    WhyNotCarried,
)
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId, TransferId
from entrepot.terms.outcome import Done, Outcome, Refused

Q = sql.load(__package__, "transfers.sql")

Answer = Outcome[Carriage, WhyNotCarried]


async def plan(
    conn: db.Connection, market: MarketId, new: Sequence[NewTransfer], *, at: datetime
) -> set[TransferId]:
    """Plan transfers; answers those that are new: an id that is taken changes nothing.

    A plan claims no stock: what is free is decided when it is sent. Skus and nodes are known to
    exist; the caller owns the transaction.
    """
    lines = [(each.transfer_id, sku, units) for each in new for sku, units in each.lines]
    made = await db.fetch(
        conn, Q["plan_transfers"], TransferWritten,
        market=market, at=at,
        transfer_ids=[each.transfer_id for each in new],
        from_nodes=[each.from_node for each in new],
        to_nodes=[each.to_node for each in new],
        expected_ats=[each.expected_at for each in new],
        line_ids=[id_ for id_, _, _ in lines],
        skus=[sku for _, sku, _ in lines],
        quantities=[units for *_, units in lines],
    )  # fmt: skip
    return {row.transfer_id for row in made}


async def carry(
    conn: db.Connection, market: MarketId, asks: Sequence[TripAsk], *, at: datetime
) -> list[Answer]:
    """Answer every ask, in order, each done whole or not at all. The caller owns the transaction.

    Of two asks about one transfer the later is decided after the earlier.
    """
    trips = await _locked(conn, market, sorted({ask.transfer_id for ask in asks}))
    keys = {
        (line.sku, node)
        for ask in asks
        if (trip := trips.get(ask.transfer_id)) and (node := transit.end(trip, ask.verb))
        for line in trip.lines
    }
    desk = await _Desk.open(conn, market, sorted(keys), trips, at)
    asks = await desk.learn_lots(conn, market, asks)
    answers = [desk.answer(ask) for ask in asks]
    await desk.write(conn, market)
    return answers


class _Desk:
    """The locked transfers and positions of one commit, as they are after each answer."""

    def __init__(self, trips: dict[TransferId, Trip], at: datetime) -> None:
        self.at = at
        self.before = dict(trips)
        self.trips = trips
        self.positions: dict[store.Key, Position] = {}
        self.asides: dict[store.Key, buckets.Aside] = {}
        self.deficits: dict[store.Key, int] = {}
        self.owed: dict[store.Key, int] = {}
        self.changes: list[Change] = []
        self.done: list[Carriage] = []
        self.judge: Judge | None = None

    @classmethod
    async def open(
        cls,
        conn: db.Connection,
        market: MarketId,
        keys: Sequence[store.Key],
        trips: dict[TransferId, Trip],
        at: datetime,
    ) -> "_Desk":
        desk = cls(trips, at)
        locked = await store.lock_or_make(conn, market, keys)
        desk.positions = {(p.sku, p.node_id): p for p in locked}
        desk.asides = await store.asides_of(conn, market, locked)
        desk.deficits = await heard.deficits(conn, market, keys)
        desk.owed = dict(desk.deficits)
        return desk

    async def learn_lots(
        self, conn: db.Connection, market: MarketId, asks: Sequence[TripAsk]
    ) -> list[TripAsk]:
        """Name the lots of what arrives, where they are known; read what is to be known of all."""
        arriving = sorted(
            {
                ask.transfer_id
                for ask in asks
                if ask.verb is TransferVerb.RECEIVE and ask.transfer_id in self.trips
            }
        )
        own: dict[str, list[LotOnItsWay]] = {}
        for each in await lots.on_their_way(conn, market, arriving) if arriving else ():
            own.setdefault(each.transfer_id, []).append(each)
        named = [
            dataclasses.replace(
                ask,
                units=transit.named_by_default(
                    self.trips[ask.transfer_id], ask.units, own.pop(ask.transfer_id)
                ),
            )
            if ask.verb is TransferVerb.RECEIVE and ask.transfer_id in own
            else ask
            for ask in asks
        ]
        units = [each for ask in named for each in ask.units if each.lots]
        if units:
            self.judge = await lots.judge(conn, market, [(each.sku, each.lots) for each in units])
        return named

    def _lots_refused(self, leg: transit.Leg) -> Refused[WhyNotCarried] | None:
        for delta in leg.deltas:
            status = self.judge.delta(delta) if self.judge and delta.lots else None
            if status is not None:
                said = ", ".join(each.lot for each in delta.lots)
                return Refused(WhyNotCarried.LOTS, f"{delta.sku}: {status.value}: {said}")
        return None

    def answer(self, ask: TripAsk) -> Answer:
        trip = self.trips.get(ask.transfer_id)
        if trip is None:
            said = f"there is no transfer {ask.transfer_id}"
            return Refused(WhyNotCarried.UNKNOWN_TRANSFER, said)
        if ask.if_versions is not None and trip.head.version not in ask.if_versions:
            said = f"the transfer is at version {trip.head.version}"
            return Refused(WhyNotCarried.VERSION_CHANGED, said)
        decided = transit.decide(trip, ask, self.positions)
        if isinstance(decided, Refused):
            return decided
        refused = self._lots_refused(decided.value)
        if refused is not None:
            return refused
        self._move(trip.id, decided.value, ask.actor)
        after = transit.after(trip, decided.value, self.at)
        self.trips[trip.id] = after
        self.done.append(Carriage(trip, after, decided.value, ask))
        return Done(self.done[-1])

    def _move(self, transfer_id: TransferId, leg: transit.Leg, actor: str) -> None:
        for delta in leg.deltas:
            key = (delta.sku, delta.node_id)
            position, aside = self.positions[key], self.asides.get(key, NOTHING)
            told = reckon.told(position, self.owed.get(key, 0), delta, aside, seen=False)
            if told is None:
                raise GuardFailed("more would leave than is there")
            (change, *netted), self.owed[key] = told
            carried = replace(change, transfer_id=transfer_id, actor=actor)
            self.changes += [carried, *(replace(each, actor=actor) for each in netted)]
            self.positions[key] = rules.after(position, change)
            self.asides[key] = buckets.after(aside, change.buckets)

    async def write(self, conn: db.Connection, market: MarketId) -> None:
        """Write all that was answered. Raises GuardFailed where a row is not what was locked."""
        if not self.done:
            return
        ids = sorted({each.after.id for each in self.done})
        lines = [line for id_ in ids for line in self.trips[id_].lines]
        moves = [move for each in self.done for move in _moves(each)]
        passed = await db.fetch(
            conn, Q["record_transfers"], TransferWritten,
            market=market, at=self.at,
            transfer_ids=ids,
            was_versions=[self.before[id_].head.version for id_ in ids],
            versions=[self.trips[id_].head.version for id_ in ids],
            states=[self.trips[id_].head.state for id_ in ids],
            line_ids=[line.transfer_id for line in lines],
            skus=[line.sku for line in lines],
            sents=[line.sent for line in lines],
            receiveds=[line.received for line in lines],
            written_offs=[line.written_off for line in lines],
            surpluses=[line.surplus for line in lines],
            move_ids=[move[0] for move in moves],
            move_nos=[move[1] for move in moves],
            from_states=[move[2] for move in moves],
            verbs=[move[3] for move in moves],
            actors=[move[4] for move in moves],
            reasons=[move[5] for move in moves],
        )  # fmt: skip
        if len(passed) != len(ids):
            raise GuardFailed("a transfer changed under its lock")
        await store.record_changes(conn, market, self.changes, self.at)
        owed = {k: u for k, u in self.owed.items() if u != self.deficits.get(k, 0)}
        await heard.owe(conn, market, owed)
        await store.make_positions(conn, market, self._expecting())

    def _expecting(self) -> list[store.Key]:
        """Name the positions that goods are now on their way to: they show it while still empty."""
        return sorted(
            {
                (units.sku, each.after.head.to_node)
                for each in self.done
                if each.ask.verb is TransferVerb.SEND
                for units in each.leg.units
            }
        )


def _moves(done: Carriage) -> list[tuple[TransferId, int, str, str, str, str | None]]:
    moves, state = [], done.before.state
    for number, verb in enumerate(done.leg.verbs, start=done.before.head.version):
        told = (state.value, verb.value, done.ask.actor, done.ask.reason)
        moves.append((done.after.id, number, *told))
        state = TRANSFER.moves[state, verb]
    return moves


async def _locked(
    conn: db.Connection, market: MarketId, ids: Sequence[TransferId]
) -> dict[TransferId, Trip]:
    heads = await db.fetch(
        conn, Q["transfers_for_update"], Transfer, market=market, transfer_ids=list(ids)
    )
    return {trip.id: trip for trip in await joined(conn, market, heads)}


async def joined(conn: db.Connection, market: MarketId, heads: Sequence[Transfer]) -> list[Trip]:
    """Read the lines of these transfers and put each to its own."""
    lines: dict[TransferId, list[TransferLine]] = {head.transfer_id: [] for head in heads}
    rows = await db.fetch(
        conn, Q["transfer_lines"], TransferLine, market=market, transfer_ids=list(lines)
    )
    for row in rows:
        lines[row.transfer_id].append(row)
    return [Trip(head, tuple(lines[head.transfer_id])) for head in heads]
