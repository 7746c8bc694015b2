"""A shelf by the rules, beside books that are kept by hand: what is sold of it, and held for carts.

The rest of the verbs, and what must always hold, is in the machine that is made of it.
"""

from collections import Counter
from datetime import date

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, multiple, rule

from entrepot.inventory import buckets, carts_rules, rules
from entrepot.inventory.buckets import NOTHING, AsideReason
from entrepot.inventory.carts_model import Cart, CartClaim, Held
from entrepot.inventory.lots_model import SELLABLE, LotUnits
from entrepot.inventory.lots_rules import LotShelf, step_of
from entrepot.inventory.model import Change, Claim
from entrepot.inventory.protection import Guard
from entrepot.terms.outcome import Done
from inventory.books import PROTECTED, VIP, Books
from inventory.stock import LYON, NOON, TEE, claim, counted, minutes, order_id, position

UNITS = st.integers(1, 5)
LOTS = (LotUnits("A", 1, date(2027, 1, 1)), LotUnits("B", 1, date(2027, 2, 1)), LotUnits("C", 1))
GUARDS = (Guard(VIP, PROTECTED, 0, None),)


class Shelf(RuleBasedStateMachine):
    """One position by the rules."""

    claims: Bundle[Claim] = Bundle("claims")
    held: Bundle[int] = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.books = Books()
        self.position = position(0)
        self.aside = NOTHING
        self.ledger = [0, 0, 0]
        self.by_reason: Counter[AsideReason] = Counter()
        self.numbers = 0
        self.carts: dict[int, Cart] = {}
        self.lots = LotShelf([], LOTS)
        self.lot_entries: Counter[tuple[str, str]] = Counter()

    # What the statements do with what the rules have decided.

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
        kept = {reason.value: units for reason, units in self.books.kept.items()}
        return kept | {SELLABLE: self.books.there - self.books.kept.total()}

    def reserved(self, units: int, drawing: list[Claim] | None = None) -> None:
        """So many units more are reserved, or fewer; what these claims draw is drawn."""
        seen = self.position
        drawn = rules.drawn_after(drawing or [], [seen]).get((TEE, LYON), seen.drawn)
        after = seen.reserved + units
        missing = max(0, after + seen.unavailable - seen.on_hand)
        self.position = msgspec.structs.replace(seen, reserved=after, shortage=missing, drawn=drawn)
        self.ledger[1] += units

    def number(self) -> int:
        self.numbers += 1
        return self.numbers

    def wanted(self, number: int, units: int, *, vip: bool) -> Claim:
        """Ask as the segment's channel does, or as another one."""
        asked = claim(number, units)
        if vip:
            return msgspec.structs.replace(asked, draws=VIP)
        return msgspec.structs.replace(asked, guards=GUARDS)

    def had(self, basket: list[Claim], *, vip: bool) -> bool:
        """Ask the rules for a basket, and see that they answer as the books by hand do."""
        (answer,) = rules.share_out([basket], [self.position])
        units = sum(each.quantity for each in basket)
        assert isinstance(answer, Done) == (not units or self.books.may_have(units, vip=vip))
        return isinstance(answer, Done)

    # Sales, and carts on their way to them.

    @initialize(units=st.integers(0, 20))
    def begin(self, units):
        self.books.is_now(units)
        self.write(rules.counted(self.position, counted(units), 0, NOTHING))

    @rule(target=claims, units=UNITS, vip=st.booleans())
    def reserve(self, units, vip):
        number = self.number()
        wanted = self.wanted(number, units, vip=vip)
        if not self.had([wanted], vip=vip):
            return multiple()
        self.books.sell(number, units, vip=vip)
        self.reserved(units, [wanted])
        return wanted

    @rule(later=st.integers(1, 30))
    def time_passes(self, later):
        self.books.now += later

    @rule(target=held, units=UNITS, ttl=st.integers(1, 60))
    def hold(self, units, ttl):
        number, now = self.number(), self.books.now
        if not self.had([self.wanted(number, units, vip=False)], vip=False):
            return multiple()
        self.reserved(units)
        self.books.carts[number] = (units, now + ttl)
        began, ends = minutes(now), minutes(now + ttl)
        self.carts[number] = Cart(order_id(number), "web", None, "held", began, ends, None)
        return number

    def cart(self, number: int) -> Held:
        """A cart and its claims, as rows say."""
        cart, units = self.carts[number], self.books.carts[number][0]
        return Held(cart, (CartClaim(cart.cart_id, 1, TEE, LYON, units),))

    def lives(self, number: int) -> bool:
        """Ask the rules whether a cart is live; by hand, whether its time is over."""
        if number not in self.books.carts:
            return False
        lives = carts_rules.why_not_live(self.carts[number], minutes(self.books.now), "web") is None
        assert lives == (self.books.now < self.books.carts[number][1])
        return lives

    @rule(number=held, ttl=st.integers(1, 60))
    def extend(self, number, ttl):
        if not self.lives(number):
            return
        (units, ends), cart, now = self.books.carts[number], self.carts[number], self.books.now
        latest = round((cart.held_at - NOON).total_seconds() / 60) + 120
        until = carts_rules.extended(cart, minutes(now), ttl * 60)
        assert (until is None) == (ends == latest)
        if until is not None:
            self.books.carts[number] = (units, min(latest, max(ends, now + ttl)))
            self.carts[number] = carts_rules.until(cart, until)

    @rule(number=consumes(held))
    def release(self, number):
        if number in self.books.carts:
            self.let_go(number, "freed" if self.lives(number) else "expired")

    @rule()
    def sweep_carts(self):
        over = [n for n, (_, ends) in self.books.carts.items() if ends <= self.books.now]
        for number in over:
            assert not self.lives(number)
            self.let_go(number, "expired")

    @rule()
    def relieve(self):
        """Where units are missing the newest carts end, whole, until none is missing."""
        for number in sorted(self.books.carts, reverse=True):
            if self.position.shortage:
                ended = carts_rules.cut_short(self.cart(number))
                self.end(number, "expired", ended)

    def let_go(self, number: int, how: str) -> None:
        self.end(number, how, carts_rules.let_go(self.cart(number), minutes(self.books.now)))

    def end(self, number: int, how: str, ended) -> None:
        assert ended.state == how
        units, _ = self.books.carts.pop(number)
        assert carts_rules.spare_units([ended]) == {(TEE, LYON): units}
        self.reserved(-units)

    @rule(target=claims, number=consumes(held), units=UNITS, vip=st.booleans())
    def order_out_of_a_cart(self, number, units, vip):
        """It has its cart's units whatever else there is; for the rest it stands in line."""
        if not self.lives(number):
            return multiple()
        ordered = self.number()
        wanted, kept = self.wanted(ordered, units, vip=vip), self.cart(number)
        own = min(units, self.books.carts[number][0])
        more = carts_rules.beyond([wanted], kept)
        assert sum(each.quantity for each in more) == units - own
        if not self.had(more, vip=vip):
            return multiple()
        ended = carts_rules.handed_over(kept, [wanted], order_id(ordered))
        assert sum(each.quantity for each in ended.used) == own
        spare = sum(each.quantity for each in ended.spare)
        self.reserved(units - own - spare, [wanted])
        del self.books.carts[number]
        self.books.sell(ordered, units, vip=vip)
        return wanted

    @rule(wanted=consumes(claims))
    def free(self, wanted):
        self.books.take_back(wanted.order_id.int & 0xFFFF)
        self.write(rules.freed(self.position, wanted))

    @rule(wanted=consumes(claims))
    def ship(self, wanted):
        del self.books.orders[wanted.order_id.int & 0xFFFF]
        self.books.is_now(max(0, self.books.there - wanted.quantity))
        self.write(rules.consumed(self.position, wanted, NOON, self.aside))
