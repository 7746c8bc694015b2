"""Which lots come, go and change state when a position does. Pure: same inputs, same answers.

A position knows some of its lots. What it has beyond them is of an unknown lot and is written
nowhere, so that in every state (sellable, or set aside for a reason):

    units of known lots <= units of the position

What leaves by name leaves so; what leaves without a name leaves first expired, first out, and units
of an unknown lot last. Of serial numbers the unknown units leave first: no unit is said to have
left by its number that somebody may still have in hand.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from msgspec.structs import replace

from entrepot.inventory.buckets import AsideReason
from entrepot.inventory.lots_model import FITTED, NAMED, SELLABLE, HeldLot, LotEntry, LotUnits
from entrepot.inventory.model import Change
from entrepot.inventory.rules import CORRECTION

STATES: tuple[str, ...] = (*(reason.value for reason in AsideReason), SELLABLE)

_REFUGES = (SELLABLE, *STATES[:-1])

Units = Mapping[str, int]
"""Units by state; a state that is absent has none."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a change does to a position: units more or less on hand, and by state.

    `named` are the lots of the units it moves; where `found`, those of all units that were found.
    """

    on_hand: int
    by_state: Units
    named: tuple[LotUnits, ...] = ()
    found: bool = False


def step_of(change: Change) -> Step:
    """Give what a change does to its position's lots.

    A correction's entry says what the ledger lacked, not what the row changed: it moves none.
    """
    if change.kind == CORRECTION:
        return Step(0, {})
    by_state = {each.reason.value: each.delta for each in change.buckets}
    by_state[SELLABLE] = change.on_hand_delta - sum(by_state.values())
    found = change.kind == "count" and bool(change.lots)
    return Step(change.on_hand_delta, by_state, change.lots, found)


def first_out(expires_on: date | None, lot: str) -> tuple[date, str]:
    """Give the order in which lots leave: by last day, those without one last; then by name."""
    return expires_on or date.max, lot


def pick(
    held: Iterable[HeldLot], taken: Mapping[str, int], quantity: int
) -> tuple[list[LotUnits], int]:
    """Choose lots for units that are to be picked, first expired first; and the units left over.

    `held` are sellable units at one position, `taken` what others have picked of them by lot.
    """
    chosen: list[LotUnits] = []
    for each in sorted(held, key=lambda h: first_out(h.expires_on, h.lot)):
        units = min(quantity, each.quantity - taken.get(each.lot, 0))
        if units > 0:
            chosen.append(LotUnits(each.lot, units, each.expires_on, each.serial))
            quantity -= units
    return chosen, quantity


def split(
    lots: Sequence[LotUnits], quantity: int
) -> tuple[tuple[LotUnits, ...], tuple[LotUnits, ...]]:
    """Give the first so many units of some lots, and the rest of them."""
    first: list[LotUnits] = []
    rest: list[LotUnits] = []
    for each in lots:
        units = min(each.quantity, quantity)
        quantity -= units
        if units:
            first.append(replace(each, quantity=units))
        if each.quantity > units:
            rest.append(replace(each, quantity=each.quantity - units))
    return tuple(first), tuple(rest)


class LotShelf:
    """The known lots of a position while changes are applied: units by lot and state."""

    def __init__(self, held: Sequence[HeldLot], lots: Iterable[LotUnits] = ()) -> None:
        self._units = {(each.lot, each.reason): each.quantity for each in held}
        self._expires = {each.lot: each.expires_on for each in held}
        self._serials = {each.lot for each in held if each.serial}
        for each in lots:
            self._expires.setdefault(each.lot, each.expires_on)
            if each.serial:
                self._serials.add(each.lot)

    @property
    def units(self) -> dict[tuple[str, str], int]:
        """Give the units of known lots, by lot and state; none that are gone."""
        return {key: units for key, units in self._units.items() if units}

    def of(self, lot: str, state: str) -> int:
        """Give the units of a lot in a state."""
        return self._units.get((lot, state), 0)

    def owed(self) -> list[LotEntry]:
        """Bring lots that entries have taken below nothing up to nothing."""
        below = [(lot, state, units) for (lot, state), units in self._units.items() if units < 0]
        return [self._write(lot, state, -units, FITTED) for lot, state, units in below]

    def apply(self, step: Step) -> list[LotEntry]:
        """Move lots as a change moves units; gives the entries that say so."""
        if step.found:
            return list(self._counted(step.named))
        if not step.on_hand and not any(step.by_state.values()):
            # a count has seen these units come, or go: that they did is told all the same
            return [
                entry
                for each in step.named
                for entry in self._came_and_went(each.lot, SELLABLE, each.quantity)
            ]
        entries: list[LotEntry] = []
        hand = self._in_hand(step, entries)
        if step.on_hand < 0:
            _drop(hand, -step.on_hand)
        for state in STATES:
            for lot, units in _drop(hand, max(0, step.by_state.get(state, 0))):
                if lot is not None:
                    entries.append(self._write(lot, state, units))
        return entries

    def _in_hand(self, step: Step, entries: list[LotEntry]) -> list[tuple[str | None, int]]:
        """Give what a change moves: what came, and what its states have less of, by lot."""
        hand: list[tuple[str | None, int]] = []
        named = list(step.named)
        if step.on_hand > 0:
            hand, named = _up_to(named, step.on_hand), []
        for state in STATES:
            less = -step.by_state.get(state, 0)
            if less > 0:
                hand += self._out(state, less, named, entries)
        return hand

    def fit(self, units: Units) -> list[LotEntry]:
        """Take known lots out of states that have not so many units, into states that have room.

        What finds no room is gone. First expired first, serial numbers by name.
        """
        entries: list[LotEntry] = []
        room = {state: units.get(state, 0) - self._known(state) for state in STATES}
        for state in STATES:
            for lot in self._in_order(state, serials=True):
                over = min(-room[state], self.of(lot, state))
                if over <= 0:
                    break
                entries.append(self._write(lot, state, -over, FITTED))
                room[state] += over
                for other in _REFUGES:
                    placed = min(over, room[other]) if other != state else 0
                    if placed > 0:
                        entries.append(self._write(lot, other, placed, FITTED))
                        room[other] -= placed
                        over -= placed
        return entries

    def _counted(self, found: Sequence[LotUnits]) -> Iterator[LotEntry]:
        """Put every lot at what was found of it: what was set aside of it stays so, if there."""
        there: dict[str, int] = {}
        for each in found:
            there[each.lot] = there.get(each.lot, 0) + each.quantity
        lots = sorted({lot for lot, _ in self._units} | there.keys())
        for lot in lots:
            left = there.get(lot, 0)
            for state in STATES:
                kept = left if state == SELLABLE else min(left, self.of(lot, state))
                left -= kept
                if kept != self.of(lot, state):
                    yield self._write(lot, state, kept - self.of(lot, state))

    def _out(
        self, state: str, quantity: int, named: list[LotUnits], entries: list[LotEntry]
    ) -> list[tuple[str | None, int]]:
        """Take units out of a state: those named (they are used up), then first expired first."""
        hand: list[tuple[str | None, int]] = []
        while named and quantity:
            each = named.pop(0)
            units = min(each.quantity, quantity)
            quantity -= units
            entries += self._out_by_name(state, each.lot, units)
            hand.append((each.lot, units))
            if each.quantity > units:
                named.insert(0, replace(each, quantity=each.quantity - units))
        for lot in self._in_order(state, serials=False):
            units = min(quantity, self.of(lot, state))
            if units > 0:
                entries.append(self._write(lot, state, -units))
                hand.append((lot, units))
                quantity -= units
        return [*hand, (None, quantity)] if quantity else hand

    def _out_by_name(self, state: str, lot: str, units: int) -> Iterator[LotEntry]:
        """Take units of a lot out of a state, whatever the books thought they were.

        What of it was in another state changes places with what the state had; beyond that, units
        of another lot turn out to have been of this one.
        """
        taken = min(units, self.of(lot, state))
        if taken:
            yield self._write(lot, state, -taken)
        for other in STATES:
            swapped = min(units - taken, self.of(lot, other)) if other != state else 0
            if swapped <= 0:
                continue
            yield self._write(lot, other, -swapped)
            taken += swapped
            for instead in self._in_order(state, serials=False):
                moved = min(swapped, self.of(instead, state))
                if moved <= 0:
                    continue
                yield self._write(instead, state, -moved)
                yield self._write(instead, other, moved)
                swapped -= moved
        if units > taken:
            yield from self._came_and_went(lot, state, units - taken)

    def _came_and_went(self, lot: str, state: str, units: int) -> Iterator[LotEntry]:
        yield self._write(lot, state, units, NAMED)
        yield self._write(lot, state, -units)

    def _in_order(self, state: str, *, serials: bool) -> list[str]:
        found = [
            lot
            for (lot, where), units in self._units.items()
            if where == state and units and (serials or lot not in self._serials)
        ]
        return sorted(found, key=lambda lot: first_out(self._expires.get(lot), lot))

    def _known(self, state: str) -> int:
        return sum(units for (_, where), units in self._units.items() if where == state)

    def _write(self, lot: str, state: str, quantity: int, why: str = "") -> LotEntry:
        self._units[lot, state] = self.of(lot, state) + quantity
        return LotEntry(lot, state, quantity, why)


def _up_to(named: Sequence[LotUnits], quantity: int) -> list[tuple[str | None, int]]:
    """Take named units up to a quantity; the rest of it is of an unknown lot."""
    hand: list[tuple[str | None, int]] = []
    for each in named:
        units = min(each.quantity, quantity)
        if units > 0:
            hand.append((each.lot, units))
            quantity -= units
    return [*hand, (None, quantity)] if quantity else hand


def _drop(hand: list[tuple[str | None, int]], quantity: int) -> list[tuple[str | None, int]]:
    """Take the first units out of the hand, in place; gives them."""
    dropped: list[tuple[str | None, int]] = []
    while hand and quantity:
        lot, units = hand.pop(0)
        taken = min(units, quantity)
        dropped.append((lot, taken))
        quantity -= taken
        if units > taken:
            hand.insert(0, (lot, units - taken))
    return dropped
