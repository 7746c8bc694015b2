"""What decisions had to leave on the shelves, packed for their record."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from entrepot.network.compiled import Compiled
from entrepot.sourcing.model import Ask
from entrepot.sourcing.survey import Shelves
from entrepot.sourcing.withhold import Noted

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
        counts = shelves.seen.counts
        self._part = {
            sku: slice(end - count, end)
            for sku, end, count in zip(shelves.row, accumulate(counts), counts, strict=True)
        }
        self._nodes = shelves.seen.nodes
        self._found: dict[Noted, int] = {}
        self._same: dict[tuple[int | bytes, tuple[str, ...]], int] = {}
        for at, notes in enumerate(shelves.noted):
            places = [self._place(note) for note in notes]
            self.places[at] = places if any(place != BUFFER for place in places) else ()

    def _place(self, note: Noted) -> int:
        if note not in self._found:
            self._found[note] = self._added(note)
        return self._found[note]

    def _added(self, note: Noted) -> int:
        (buyer, sku), _ = note
        keep, names = self._withheld.noted(note), self._withheld.held_for(buyer, sku)
        if isinstance(keep, int):
            packed: int | bytes = keep
        else:
            packed = keep[self._nodes[self._part[sku]]].astype("<u4").tobytes()
        if packed == self._buffers[buyer.channel] and not names:
            return BUFFER
        if (packed, names) not in self._same:
            self._same[packed, names] = len(self.table)
            self.table.append((packed, names))
        return self._same[packed, names]
