"""Sales, carts, shipments, counts and doubt in any order, beside a ledger kept by hand."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from entrepot.inventory import buckets, carts_rules, rules
from entrepot.inventory.buckets import NOTHING
from entrepot.inventory.carts_model import Cart, CartClaim, Held
from entrepot.inventory.model import Change, Claim
from entrepot.terms.outcome import Done
from inventory.stock import LYON, NOON, TEE, claim, counted, delta, minutes, order_id, position

UNITS = st.integers(1, 5)


class Carts(RuleBasedStateMachine):
    """One position by the rules; by hand, the units in the building and the open claims.

    Of carts it is kept by hand what they hold and when their time is over.
    """

    claims: Bundle[Claim] = Bundle("claims")
    held: Bundle[int] = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.position = position(0, safety=1)
        self.in_building = 0
        self.doubted = 0
        self.aside = NOTHING
        self.open: dict[int, int] = {}
        self.orders = 0
        self.now = 0
        self.carts: dict[int, tuple[int, int]] = {}
        self.seen: dict[int, Cart] = {}
        self.ledger = [0, 0, 0]

    def write(self, change: Change) -> None:
        self.ledger[0] += change.on_hand_delta
        self.ledger[1] += change.reserved_delta
        self.ledger[2] += change.unavailable_delta
        self.position = rules.after(self.position, change)
        self.aside = buckets.after(self.aside, change.buckets)

    def claimed(self) -> int:
        """Units that orders and carts have claimed, by hand."""
        return sum(self.open.values()) + sum(units for units, _ in self.carts.values())

    def had(self, basket) -> bool:
        """Ask the rules for a basket, and see that they answer as the books by hand do."""
        free = self.in_building - self.claimed() - self.doubted - 1
        (answer,) = rules.share_out([basket], [self.position])
        wanted = sum(each.quantity for each in basket)
        assert isinstance(answer, Done) == (not wanted or wanted <= free)
        return isinstance(answer, Done)

    def reserved(self, units: int) -> None:
        """Do what the statements do: so many more units are reserved, or fewer."""
        seen = self.position
        after = seen.reserved + units
        missing = max(0, after + seen.unavailable - seen.on_hand)
        self.position = position(
            seen.on_hand, reserved=after, unavailable=seen.unavailable, safety=1, shortage=missing
        )
        self.ledger[1] += units

    @rule(target=claims, units=UNITS)
    def reserve(self, units):
        self.orders += 1
        wanted = claim(self.orders, units)
        if not self.had([wanted]):
            return multiple()
        self.open[self.orders] = units
        self.reserved(units)
        return wanted

    @rule(later=st.integers(1, 30))
    def time_passes(self, later):
        self.now += later

    @rule(target=held, units=UNITS, ttl=st.integers(1, 60))
    def hold(self, units, ttl):
        self.orders += 1
        if not self.had([claim(self.orders, units)]):
            return multiple()
        self.reserved(units)
        self.carts[self.orders] = (units, self.now + ttl)
        began, ends = minutes(self.now), minutes(self.now + ttl)
        cart = Cart(order_id(self.orders), "web", None, "held", began, ends, None)
        self.seen[self.orders] = cart
        return self.orders

    def cart(self, number: int) -> Held:
        """A cart and its claims, as rows say."""
        cart, units = self.seen[number], self.carts[number][0]
        return Held(cart, (CartClaim(cart.cart_id, 1, TEE, LYON, units),))

    def lives(self, number: int) -> bool:
        """Ask the rules whether a cart is live; by hand, whether its time is over."""
        if number not in self.carts:
            return False
        lives = carts_rules.why_not_live(self.seen[number], minutes(self.now), "web") is None
        assert lives == (self.now < self.carts[number][1])
        return lives

    @rule(number=held, ttl=st.integers(1, 60))
    def extend(self, number, ttl):
        if not self.lives(number):
            return
        (units, ends), cart = self.carts[number], self.seen[number]
        latest = round((cart.held_at - NOON).total_seconds() / 60) + 120
        until = carts_rules.extended(cart, minutes(self.now), ttl * 60)
        assert (until is None) == (ends == latest)
        if until is not None:
            self.carts[number] = (units, min(latest, max(ends, self.now + ttl)))
            self.seen[number] = carts_rules.until(cart, until)

    @rule(number=consumes(held))
    def release(self, number):
        if number in self.carts:
            self.let_go(number, "freed" if self.lives(number) else "expired")

    @rule()
    def sweep(self):
        for number in [n for n, (_, ends) in self.carts.items() if ends <= self.now]:
            assert not self.lives(number)
            self.let_go(number, "expired")

    def let_go(self, number: int, how: str) -> None:
        ended = carts_rules.let_go(self.cart(number), minutes(self.now))
        assert ended.state == how
        units, _ = self.carts.pop(number)
        assert carts_rules.spare_units([ended]) == {(TEE, LYON): units}
        self.reserved(-units)

    @rule(target=claims, number=consumes(held), units=UNITS)
    def order_out_of_a_cart(self, number, units):
        """It has its cart's units whatever else there is; for the rest it stands in line."""
        if not self.lives(number):
            return multiple()
        self.orders += 1
        wanted, kept = claim(self.orders, units), self.cart(number)
        own = min(units, self.carts[number][0])
        more = carts_rules.beyond([wanted], kept)
        assert sum(each.quantity for each in more) == units - own
        if not self.had(more):
            return multiple()
        ended = carts_rules.handed_over(kept, [wanted], order_id(self.orders))
        assert sum(each.quantity for each in ended.used) == own
        self.reserved(units - own - sum(each.quantity for each in ended.spare))
        del self.carts[number]
        self.open[self.orders] = units
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
        self.write(rules.consumed(self.position, wanted, NOON, self.aside))

    @rule(units=st.integers(0, 12), since=st.integers(-3, 3))
    def count(self, units, since):
        self.in_building, self.doubted = max(0, units + since), 0
        self.write(rules.counted(self.position, counted(units), since, self.aside))

    @rule(units=st.integers(-5, 5).filter(bool))
    def adjust(self, units):
        change = rules.moved(self.position, delta("adjustment", units), self.aside)
        assert (change is None) == (self.in_building + units < 0)
        if change is not None:
            self.in_building += units
            self.doubted = min(self.doubted, self.in_building)
            self.write(change)

    @rule()
    def doubt(self):
        self.doubted += max(0, self.in_building - self.claimed() - self.doubted)
        self.write(rules.doubted(self.position, self.aside))

    @invariant()
    def the_books_say_what_is_there(self):
        seen = self.position
        assert (seen.on_hand, seen.reserved) == (self.in_building, self.claimed())
        assert seen.unavailable == self.doubted

    @invariant()
    def a_shortage_is_exactly_what_is_missing(self):
        seen = self.position
        assert seen.shortage == max(0, seen.reserved + seen.unavailable - seen.on_hand)

    @invariant()
    def balances_are_the_sum_of_their_entries(self):
        seen = self.position
        assert self.ledger == [seen.on_hand, seen.reserved, seen.unavailable]


TestCarts = Carts.TestCase
TestCarts.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
