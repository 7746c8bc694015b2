"""Every verb of stock in any order, by the rules, beside one set of books that is kept by hand."""

from collections import Counter

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, invariant, rule
from msgspec.structs import replace

from entrepot.inventory import rules, supply_rules, transit, truth_rules
from entrepot.inventory.buckets import FACTS, AsideReason, SetAside
from entrepot.inventory.lots_model import LotUnits
from entrepot.inventory.model import Change, Delta, RowStatus
from entrepot.inventory.protection import read
from entrepot.inventory.states import TRANSFER, TransferState, TransferVerb
from entrepot.inventory.supply_model import NewSupply, SupplyKind, SupplyLine, SupplyState
from entrepot.inventory.transit import Carried, Transfer, TransferLine, Trip, TripAsk
from entrepot.inventory.truth_model import Evidence, Look, Rates, Sighting
from entrepot.terms.ids import TransferId
from entrepot.terms.outcome import Done
from inventory.books import VIP, OnOrder
from inventory.shelf import UNITS, Shelf
from inventory.stock import LYON, NICE, NOON, TEE, counted, delta, minutes, position

REASONS = st.sampled_from(AsideReason)
MAYBE_ASIDE = st.none() | REASONS
ASKED = st.sampled_from(
    [verb for verb in TransferVerb if verb is not TransferVerb.CLOSE]
)  # closing follows
RATES = Rates(0.02, 0.1)
BAR = 0.9


def named_lot(moved: Delta, lot: str) -> Delta:
    """Say of which lot all that is moved is."""
    return replace(moved, lots=(LotUnits(lot, abs(moved.quantity)),))


class Stock(Shelf):
    """The shelf, with counts, movements, set-asides, safety, belief, supply and transfers."""

    trips: Bundle[str] = Bundle("trips")
    documents: Bundle[str] = Bundle("documents")

    def __init__(self) -> None:
        super().__init__()
        self.transfers: dict[str, Trip] = {}
        self.supplies: dict[str, list[SupplyLine]] = {}
        self.belief = truth_rules.begun(TEE, LYON, NOON)

    # What is found and reported.

    @rule(units=st.integers(0, 12), since=st.integers(-3, 3))
    def count(self, units, since):
        book = self.position.on_hand
        del self.books.kept[AsideReason.DOUBT]
        self.books.is_now(max(0, units + since))
        self.write(rules.counted(self.position, counted(units), since, self.aside))
        look = Look(TEE, LYON, book, self.position.on_hand, minutes(self.books.now))
        self.believe(truth_rules.looked(self.belief, look))
        assert self.books.doubtful == 0

    @rule(units=st.integers(-5, 5).filter(bool), reason=MAYBE_ASIDE)
    def adjust(self, units, reason):
        change = rules.moved(
            self.position, delta("adjustment", units, set_aside=reason), self.aside
        )
        there = self.books.kept[reason] if reason else self.books.there
        assert (change is None) == (there + units < 0)
        if change is not None:
            if reason:
                self.books.kept[reason] += units
            self.books.is_now(self.books.there + units)
            self.write(change)

    @rule(units=UNITS, lot=st.sampled_from(["A", "B", "C"]), reason=MAYBE_ASIDE)
    def receive_a_lot(self, units, lot, reason):
        before = self.units_of(lot)
        named = delta("receipt", units, set_aside=reason)
        change = rules.moved(self.position, named_lot(named, lot), self.aside)
        assert change is not None
        if reason:
            self.books.kept[reason] += units
        self.books.is_now(self.books.there + units)
        self.write(change)
        assert self.units_of(lot) == before + units

    @rule(units=UNITS, lot=st.sampled_from(["A", "B", "C"]))
    def take_a_lot_away(self, units, lot):
        named = named_lot(delta("adjustment", -units), lot)
        change = rules.moved(self.position, named, self.aside)
        assert (change is None) == (self.books.there < units)
        if change is not None:
            self.books.is_now(self.books.there - units)
            self.write(change)

    def units_of(self, lot: str) -> int:
        return sum(units for (name, _), units in self.lots.units.items() if name == lot)

    @rule()
    def doubt(self):
        self.books.kept[AsideReason.DOUBT] += self.books.unclaimed
        self.write(rules.doubted(self.position, self.aside))

    @rule(units=st.integers(-4, 4), reason=REASONS)
    def set_aside(self, units, reason):
        books = self.books
        decided = rules.set_aside(self.position, SetAside(TEE, LYON, reason, units), self.aside)
        most = books.there - books.kept.total() if reason in FACTS else books.unclaimed
        may = units != 0 and -books.kept[reason] <= units <= most
        assert isinstance(decided, RowStatus) != may
        if isinstance(decided, Change):
            books.kept[reason] += units
            self.write(decided)

    # What is kept back: by rule, and because it may not be there.

    @rule(units=st.integers(0, 3))
    def rule_safety(self, units):
        self.books.ruled = units

    @rule()
    def sweep_safety(self):
        self.books.keep_safe()
        self.position = msgspec.structs.replace(self.position, safety=self.books.safety)

    @rule(what=st.sampled_from(Evidence), units=UNITS)
    def pick(self, what, units):
        at, in_hand = minutes(self.books.now), self.position.reserved
        seen = Sighting(TEE, LYON, what, units, in_hand, at)
        self.believe(truth_rules.seen(self.belief, RATES, seen, book=self.position.on_hand))

    @rule()
    def let_time_tell(self):
        self.believe(
            truth_rules.advanced(
                self.belief, RATES, book=self.position.on_hand, left=0, at=minutes(self.books.now)
            )
        )

    def believe(self, belief) -> None:
        book = self.position.on_hand
        self.belief = truth_rules.discounted(belief, book=book, bar=BAR)
        self.books.doubtful = self.belief.doubtful
        assert 0 <= self.belief.doubtful <= book

    # What comes from suppliers.

    def told(self, name: str, units: int) -> NewSupply:
        return NewSupply(name, SupplyKind.PURCHASE, LYON, NOON, ((TEE, units),))

    @rule(target=documents, units=UNITS)
    def announce(self, units):
        name = f"PO{self.number()}"
        self.supplies[name] = supply_rules.retold([], self.told(name, units))
        self.books.supplies[name] = OnOrder(units)
        return name

    @rule(name=documents, units=st.integers(0, 5))
    def tell_again(self, name, units):
        book = self.books.supplies[name]
        if self.state(name) is SupplyState.CANCELED:
            return
        self.supplies[name] = supply_rules.retold(self.supplies[name], self.told(name, units))
        book.wanted, book.off = units, 0

    @rule(name=documents, units=st.integers(0, 6), final=st.booleans())
    def arrive(self, name, units, final):
        book = self.books.supplies[name]
        self.supplies[name] = supply_rules.received(self.supplies[name], {TEE: units}, final=final)
        book.came += units
        book.off += book.to_come if final else 0
        if units:
            change = rules.moved(self.position, delta("receipt", units), self.aside)
            assert change is not None
            self.books.is_now(self.books.there + units)
            self.write(change)

    @rule(name=documents)
    def call_off(self, name):
        book = self.books.supplies[name]
        self.supplies[name] = supply_rules.called_off(self.supplies[name])
        book.off += book.to_come

    def state(self, name: str) -> SupplyState:
        return supply_rules.state_of(self.supplies[name])

    # What travels.

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
        assert isinstance(answer, Done) == self.may_carry(trip, verb, units)
        if not isinstance(answer, Done):
            return
        self.transfers[name] = transit.after(trip, answer.value, NOON)
        self.carried(trip, verb, units, reason if named else None)
        for each in answer.value.deltas:
            if each.node_id == LYON:
                change = rules.moved(self.position, each, self.aside)
                assert change is not None
                self.write(change)

    def may_carry(self, trip: Trip, verb: TransferVerb, units: int) -> bool:
        """Ask the books whether a step may be taken; no units named are all there are."""
        planned, road = trip.lines[0].quantity, self.books.road[trip.id]
        free = self.books.free if trip.head.from_node == LYON else 9
        asked = units or (planned if verb is TransferVerb.SEND else road)
        most = min(planned, free)
        return self.books.may_carry(trip.id, trip.state, verb, asked, most=most)

    def carried(self, trip: Trip, verb: TransferVerb, units: int, reason) -> None:
        """Move by hand what a step has moved."""
        books, road = self.books, self.books.road[trip.id]
        if verb is TransferVerb.SEND:
            moved = units or trip.lines[0].quantity
            books.road[trip.id] += moved
            books.there -= moved if trip.head.from_node == LYON else 0
        elif verb is not TransferVerb.CANCEL:
            books.road[trip.id] -= min(units or road, road)
        if verb is TransferVerb.RECEIVE and trip.head.to_node == LYON:
            books.there += units or road  # also what nobody had sent
            if reason:
                books.kept[reason] += units

    # What must always hold.

    @invariant()
    def the_books_say_what_is_there(self):
        seen, books = self.position, self.books
        assert (seen.on_hand, seen.reserved) == (books.there, books.claimed)
        assert +Counter(self.aside) == +books.kept
        assert seen.free == books.free

    @invariant()
    def a_shortage_is_exactly_what_is_missing(self):
        seen = self.position
        assert seen.shortage == max(0, seen.reserved + seen.unavailable - seen.on_hand)

    @invariant()
    def balances_are_the_sum_of_their_entries(self):
        seen = self.position
        assert self.ledger == [seen.on_hand, seen.reserved, seen.unavailable]
        assert +self.by_reason == +self.books.kept
        assert seen.unavailable == self.books.kept.total() <= seen.on_hand

    @invariant()
    def what_a_segment_has_drawn_is_what_its_orders_have_and_had(self):
        assert read(self.position.drawn).get(VIP, 0) == self.books.drawn

    @invariant()
    def what_was_ordered_has_come_or_is_to_come_or_was_called_off(self):
        for name, book in self.books.supplies.items():
            (line,) = self.supplies[name]
            assert (line.quantity, line.received) == (book.wanted, book.came)
            assert line.outstanding == book.to_come
            assert (self.state(name) is SupplyState.OPEN) == (book.to_come > 0)

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
            assert line.in_transit == self.books.road[name] >= 0
            assert line.received + line.written_off <= line.sent <= line.quantity
            under_way = trip.state in {TransferState.SENT, TransferState.RECEIVING}
            assert under_way == (line.in_transit > 0)


TestStock = Stock.TestCase
TestStock.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
