"""Sales, shipments, counts and movements in any order, beside a ledger kept by hand."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from entrepot.inventory import rules
from entrepot.inventory.model import Change, Claim
from entrepot.terms.outcome import Done
from inventory.stock import NOON, claim, counted, delta, position

UNITS = st.integers(1, 5)


class Stock(RuleBasedStateMachine):
    """One position by the rules; by hand, the units in the building and the open claims."""

    claims: Bundle[Claim] = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.position = position(0, safety=1)
        self.in_building = 0
        self.doubted = 0
        self.open: dict[int, int] = {}
        self.orders = 0
        self.ledger = [0, 0, 0]

    def write(self, change: Change) -> None:
        self.ledger[0] += change.on_hand_delta
        self.ledger[1] += change.reserved_delta
        self.ledger[2] += change.unavailable_delta
        self.position = rules.after(self.position, change)

    @rule(target=claims, units=UNITS)
    def reserve(self, units):
        self.orders += 1
        wanted = claim(self.orders, units)
        free = self.in_building - sum(self.open.values()) - self.doubted - 1
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
        self.doubted = min(self.doubted, self.in_building)
        self.write(rules.consumed(self.position, wanted, NOON))

    @rule(units=st.integers(0, 12), since=st.integers(-3, 3))
    def count(self, units, since):
        self.in_building, self.doubted = max(0, units + since), 0
        self.write(rules.counted(self.position, counted(units), since))

    @rule(units=st.integers(-5, 5).filter(bool))
    def adjust(self, units):
        change = rules.moved(self.position, delta("adjustment", units))
        assert (change is None) == (self.in_building + units < 0)
        if change is not None:
            self.in_building += units
            self.doubted = min(self.doubted, self.in_building)
            self.write(change)

    @rule()
    def doubt(self):
        self.doubted += max(0, self.in_building - sum(self.open.values()) - self.doubted)
        self.write(rules.doubted(self.position))

    @invariant()
    def the_books_say_what_is_there(self):
        seen = self.position
        assert (seen.on_hand, seen.reserved) == (self.in_building, sum(self.open.values()))
        assert seen.unavailable == self.doubted

    @invariant()
    def a_shortage_is_exactly_what_is_missing(self):
        seen = self.position
        assert seen.shortage == max(0, seen.reserved + seen.unavailable - seen.on_hand)

    @invariant()
    def balances_are_the_sum_of_their_entries(self):
        seen = self.position
        assert self.ledger == [seen.on_hand, seen.reserved, seen.unavailable]


TestStock = Stock.TestCase
TestStock.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
