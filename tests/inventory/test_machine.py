"""Sales, shipments, counts, movements, set-asides and transfers, beside a ledger kept by hand."""

from collections import Counter
from datetime import date

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)
from msgspec.structs import replace

from entrepot.inventory import buckets, rules, transit
from entrepot.inventory.buckets import FACTS, NOTHING, AsideReason, SetAside
from entrepot.inventory.lots_model import SELLABLE, LotUnits
from entrepot.inventory.lots_rules import LotShelf, step_of
from entrepot.inventory.model import Change, Claim, RowStatus
from entrepot.inventory.states import TRANSFER, TransferState, TransferVerb
from entrepot.inventory.transit import Carried, Transfer, TransferLine, Trip, TripAsk
from entrepot.terms.ids import TransferId
from entrepot.terms.outcome import Done
from inventory.stock import LYON, NICE, NOON, TEE, claim, counted, delta, position

UNITS = st.integers(1, 5)
REASONS = st.sampled_from(AsideReason)
MAYBE_ASIDE = st.none() | REASONS
LOTS = (LotUnits("A", 1, date(2027, 1, 1)), LotUnits("B", 1, date(2027, 2, 1)), LotUnits("C", 1))
ASKED = st.sampled_from(
    [verb for verb in TransferVerb if verb is not TransferVerb.CLOSE]
)  # closing follows


def fits(aside: "Counter[AsideReason]", most: int) -> "Counter[AsideReason]":
    """Take units out one by one until what is set aside is there, doubt first."""
    left = Counter(aside)
    while left.total() > most:
        left[next(reason for reason in AsideReason if left[reason])] -= 1
    return left


class Stock(RuleBasedStateMachine):
    """One position by the rules, with transfers out of it and into it.

    By hand: the units in the building, those set aside, the open claims, what is on the road.
    """

    claims: Bundle[Claim] = Bundle("claims")
    trips: Bundle[str] = Bundle("trips")

    def __init__(self) -> None:
        super().__init__()
        self.position = position(0, safety=1)
        self.aside = NOTHING
        self.in_building = 0
        self.kept: Counter[AsideReason] = Counter()
        self.open: dict[int, int] = {}
        self.orders = 0
        self.ledger = [0, 0, 0]
        self.by_reason: Counter[AsideReason] = Counter()
        self.transfers: dict[str, Trip] = {}
        self.on_the_road: Counter[str] = Counter()
        self.lots = LotShelf([], LOTS)
        self.lot_entries: Counter[tuple[str, str]] = Counter()

    @initialize(units=st.integers(0, 20))
    def receive(self, units):
        self.in_building = units
        self.write(rules.counted(self.position, counted(units), 0, NOTHING))

    def write(self, change: Change) -> None:
        self.ledger[0] += change.on_hand_delta
        self.ledger[1] += change.reserved_delta
        self.ledger[2] += change.unavailable_delta
        for bucket in change.buckets:
            self.by_reason[bucket.reason] += bucket.delta
        self.position = rules.after(self.position, change)
        self.aside = buckets.after(self.aside, change.buckets)
        entries = self.lots.apply(step_of(change))
        fitted = self.lots.fit(self.units())
        assert change.lots or not fitted, "only names may be wrong"
        for entry in entries + fitted:
            self.lot_entries[entry.lot, entry.reason] += entry.quantity

    def units(self) -> dict[str, int]:
        """Give the units in the building by state."""
        kept = {reason.value: units for reason, units in self.kept.items()}
        return kept | {SELLABLE: self.in_building - self.kept.total()}

    def unclaimed(self) -> int:
        return max(0, self.in_building - self.kept.total() - sum(self.open.values()))

    @rule(target=claims, units=UNITS)
    def reserve(self, units):
        self.orders += 1
        wanted = claim(self.orders, units)
        free = self.in_building - sum(self.open.values()) - self.kept.total() - 1
        (answer,) = rules.share_out([[wanted]], [self.position])
        assert isinstance(answer, Done) == (units <= free)
        if not isinstance(answer, Done):
            return multiple()
        self.open[self.orders] = units
        after = self.position.reserved + units
        self.position = position(
            self.position.on_hand, reserved=after, unavailable=self.position.unavailable,
            safety=1, shortage=self.position.shortage,
        )  # fmt: skip
        self.ledger[1] += units
        return wanted

    @rule(wanted=consumes(claims))
    def free(self, wanted):
        self.open.pop(wanted.order_id.int & 0xFFFF)
        self.write(rules.freed(self.position, wanted))

    @rule(wanted=consumes(claims))
    def ship(self, wanted):
        self.open.pop(wanted.order_id.int & 0xFFFF)
        self.in_building = max(0, self.in_building - wanted.quantity)
        self.kept = fits(self.kept, self.in_building)
        self.write(rules.consumed(self.position, wanted, NOON, self.aside))

    @rule(units=st.integers(0, 12), since=st.integers(-3, 3))
    def count(self, units, since):
        self.in_building = max(0, units + since)
        del self.kept[AsideReason.DOUBT]
        self.kept = fits(self.kept, self.in_building)
        self.write(rules.counted(self.position, counted(units), since, self.aside))

    @rule(units=st.integers(-5, 5).filter(bool), reason=MAYBE_ASIDE)
    def adjust(self, units, reason):
        change = rules.moved(
            self.position, delta("adjustment", units, set_aside=reason), self.aside
        )
        there = self.kept[reason] if reason else self.in_building
        assert (change is None) == (there + units < 0)
        if change is not None:
            self.in_building += units
            if reason:
                self.kept[reason] += units
            self.kept = fits(self.kept, self.in_building)
            self.write(change)

    @rule(units=UNITS, lot=st.sampled_from(["A", "B", "C"]), reason=MAYBE_ASIDE)
    def receive_a_lot(self, units, lot, reason):
        before = sum(n for (name, _), n in self.lots.units.items() if name == lot)
        named = replace(
            delta("receipt", units, set_aside=reason), lots=(LotUnits(lot, units),)
        )  # fmt: skip
        change = rules.moved(self.position, named, self.aside)
        assert change is not None
        self.in_building += units
        if reason:
            self.kept[reason] += units
        self.write(change)
        assert sum(n for (name, _), n in self.lots.units.items() if name == lot) == before + units

    @rule(units=UNITS, lot=st.sampled_from(["A", "B", "C"]))
    def take_a_lot_away(self, units, lot):
        named = replace(delta("adjustment", -units), lots=(LotUnits(lot, units),))
        change = rules.moved(self.position, named, self.aside)
        assert (change is None) == (self.in_building < units)
        if change is not None:
            self.in_building -= units
            self.kept = fits(self.kept, self.in_building)
            self.write(change)

    @rule()
    def doubt(self):
        self.kept[AsideReason.DOUBT] += self.unclaimed()
        self.write(rules.doubted(self.position, self.aside))

    @rule(units=st.integers(-4, 4), reason=REASONS)
    def set_aside(self, units, reason):
        decided = rules.set_aside(self.position, SetAside(TEE, LYON, reason, units), self.aside)
        most = self.in_building - self.kept.total() if reason in FACTS else self.unclaimed()
        may = units != 0 and -self.kept[reason] <= units <= most
        assert isinstance(decided, RowStatus) != may
        if isinstance(decided, Change):
            self.kept[reason] += units
            self.write(decided)

    @rule(target=trips, units=UNITS, leaves=st.booleans())
    def plan(self, units, leaves):
        name = f"T{len(self.transfers)}"
        ends = (LYON, NICE) if leaves else (NICE, LYON)
        head = Transfer(TransferId(name), *ends, TransferState.PLANNED, None, NOON, NOON, 1)
        self.transfers[name] = Trip(head, (TransferLine(head.transfer_id, TEE, units, 0, 0, 0, 0),))
        return name

    @rule(name=trips, likely=st.booleans(), verb=ASKED, units=st.integers(0, 6), reason=MAYBE_ASIDE)
    def carry(self, name, likely, verb, units, reason):
        trip = self.transfers[name]
        legal = [each for each in TRANSFER.verbs_from(trip.state) if each is not TransferVerb.CLOSE]
        if likely and legal:  # or else most of what is asked is refused by the table
            verb = legal[units % len(legal)]
        named = (Carried(TEE, units, reason),) if units and verb is not TransferVerb.CANCEL else ()
        stock = {(TEE, LYON): self.position, (TEE, NICE): position(9)}
        answer = transit.decide(trip, TripAsk(trip.id, verb, "ann", units=named), stock)
        assert isinstance(answer, Done) == self.may(trip, verb, units)
        if not isinstance(answer, Done):
            return
        self.transfers[name] = transit.after(trip, answer.value, NOON)
        for each in answer.value.deltas:
            if each.node_id == LYON:
                change = rules.moved(self.position, each, self.aside)
                assert change is not None
                self.write(change)
        self.carried(trip, verb, units, reason if named else None)

    def may(self, trip: Trip, verb: TransferVerb, units: int) -> bool:
        """Say by hand whether a step may be taken; no units named are all there are."""
        planned, road = trip.lines[0].quantity, self.on_the_road[trip.id]
        under_way = trip.state in {TransferState.SENT, TransferState.RECEIVING}
        free = self.position.free if trip.head.from_node == LYON else 9
        return {
            TransferVerb.SEND: trip.state is TransferState.PLANNED
            and (units or planned) <= min(planned, max(0, free)),
            TransferVerb.CANCEL: trip.state is TransferState.PLANNED,
            TransferVerb.RECEIVE: under_way,
            TransferVerb.WRITE_OFF: under_way and (units or road) <= road,
        }[verb]

    def carried(self, trip: Trip, verb: TransferVerb, units: int, reason) -> None:
        """Move by hand what a step has moved."""
        road = self.on_the_road[trip.id]
        if verb is TransferVerb.SEND:
            moved = units or trip.lines[0].quantity
            self.on_the_road[trip.id] += moved
            self.in_building -= moved if trip.head.from_node == LYON else 0
        elif verb is not TransferVerb.CANCEL:
            self.on_the_road[trip.id] -= min(units or road, road)
        if verb is TransferVerb.RECEIVE and trip.head.to_node == LYON:
            self.in_building += units or road  # also what nobody had sent
            if reason:
                self.kept[reason] += units

    @invariant()
    def the_books_say_what_is_there(self):
        seen = self.position
        assert (seen.on_hand, seen.reserved) == (self.in_building, sum(self.open.values()))
        assert +Counter(self.aside) == +self.kept

    @invariant()
    def a_shortage_is_exactly_what_is_missing(self):
        seen = self.position
        assert seen.shortage == max(0, seen.reserved + seen.unavailable - seen.on_hand)

    @invariant()
    def balances_are_the_sum_of_their_entries(self):
        seen = self.position
        assert self.ledger == [seen.on_hand, seen.reserved, seen.unavailable]
        assert +self.by_reason == +self.kept
        assert seen.unavailable == self.kept.total() <= seen.on_hand

    @invariant()
    def known_lots_are_there_and_their_entries_say_so(self):
        there = self.units()
        known: Counter[str] = Counter()
        for (_, state), units in self.lots.units.items():
            known[state] += units
        assert all(0 < units <= there.get(state, 0) for state, units in known.items())
        assert {key: n for key, n in self.lot_entries.items() if n} == self.lots.units

    @invariant()
    def what_was_sent_is_received_written_off_or_on_the_road(self):
        for name, trip in self.transfers.items():
            (line,) = trip.lines
            assert line.in_transit == self.on_the_road[name] >= 0
            assert line.received + line.written_off <= line.sent <= line.quantity
            under_way = trip.state in {TransferState.SENT, TransferState.RECEIVING}
            assert under_way == (line.in_transit > 0)


TestStock = Stock.TestCase
TestStock.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)
