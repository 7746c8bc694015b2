"""What decisions had to leave on the shelves, packed for their record."""

from collections.abc import Sequence
from typing import Final

from entrepot.network.compiled import Compiled
from entrepot.sourcing.cost import Ints
from entrepot.sourcing.model import Ask
from entrepot.sourcing.packing import packed_units
from entrepot.sourcing.shelves import Shelves
from entrepot.sourcing.withhold import Noted
from entrepot.terms.audience import Buyer
from entrepot.terms.ids import Sku

BUFFER: Final = -1
"""The place of a want where what is kept back is the channel's buffer."""


class KeptBack:
    """What each decision had to leave, as a table and each want's place in it."""

    def __init__(self, shelves: Shelves, asks: Sequence[Ask], compiled: Compiled) -> None:
        self.table: list[tuple[int | bytes, tuple[str, ...]]] = []
        self.places: list[Sequence[int]] = [()] * len(asks)
        if shelves.withheld.plain:
            return
        self._withheld = shelves.withheld
        self._buffers = {channel: compiled.buffer(channel) for channel in {a.channel for a in asks}}
        self._packed: dict[int, bytes] = {}
        self._found: dict[Noted, int] = {}
        self._same: dict[tuple[int | bytes, tuple[str, ...]], int] = {}
        self._still: dict[tuple[Buyer, Sku], int] = {}
        for at, notes in enumerate(shelves.noted):
            places = [self._place(note) for note in notes] or self._places(asks[at])
            self.places[at] = () if places.count(BUFFER) == len(places) else places

    def _places(self, ask: Ask) -> list[int]:
        """Give the places of wants of which nothing is held: what is kept of them is the rules'."""
        buyer, found = ask.buyer, []
        for want in ask.wants:
            key = (buyer, want.sku)
            place = self._still.get(key)
            if place is None:
                place = self._still[key] = self._added((key, 0))
            found.append(place)
        return found

    def _place(self, note: Noted) -> int:
        if note not in self._found:
            self._found[note] = self._added(note)
        return self._found[note]

    def _added(self, note: Noted) -> int:
        (buyer, sku), _ = note
        keep, names = self._withheld.noted(note), self._withheld.held_for(buyer, sku)
        packed = keep if isinstance(keep, int) else self._bytes(keep)
        if packed == self._buffers[buyer.channel] and not names:
            return BUFFER
        if (packed, names) not in self._same:
            self._same[packed, names] = len(self.table)
            self.table.append((packed, names))
        return self._same[packed, names]

    def _bytes(self, keep: Ints) -> bytes:
        """Pack units at every node; many skus' are one array, the pattern of their rules."""
        found = self._packed.get(id(keep))
        if found is None:
            found = self._packed[id(keep)] = packed_units(keep)
        return found
