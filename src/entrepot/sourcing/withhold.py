"""What of the shelves an order may not take: kept back from its channel, or held for others.

What is held for a segment is used up by the segment's own orders as a batch goes on. That frees
nothing for others: what the segment takes is gone from the shelf too. So what an order may take
only ever shrinks within a batch, which is what the survey relies on.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from entrepot.network.compiled import Compiled
from entrepot.sourcing.model import Ask, Held, Stock
from entrepot.terms.ids import ChannelId, Sku

Ints = npt.NDArray[np.int64]

Keep = int | Ints
"""Units that stay: the same at every node, or int64[N]."""

_ALL: Final = 1 << 62


Noted = tuple[tuple[ChannelId, Sku], int]
"""What a decision had to leave of a want: of which version of the answer."""


class Withheld:
    """Who may not take what, of one batch's shelves. `plain`: buffers are all there is."""

    def __init__(self, asks: Iterable[Ask], stock: Stock, compiled: Compiled) -> None:
        self.plain = not stock.kept and not stock.held
        self._stock, self._compiled = stock, compiled
        self._left: dict[Sku, list[Ints]] = {}
        self._keeps: dict[tuple[ChannelId, Sku], Keep] = {}
        self._live: dict[Sku, list[ChannelId]] = {}
        self._past: dict[tuple[ChannelId, Sku], list[Ints]] = {}
        self._noted: set[tuple[ChannelId, Sku]] = set()
        if not self.plain:
            self._prepare({(ask.channel, want.sku) for ask in asks for want in ask.wants})

    def of(self, channel: ChannelId, sku: Sku) -> Keep:
        """Give what a channel must leave of a sku now; where it is an array, that stays current."""
        return self._compiled.buffer(channel) if self.plain else self._keeps[channel, sku]

    def held_for(self, channel: ChannelId, sku: Sku) -> tuple[str, ...]:
        """Name the segments that hold units of a sku against a channel."""
        held = self._stock.held.get(sku)
        if held is None:
            return self._stock.held_for.get((channel, sku), ())
        return tuple([each.segment for each in held if channel not in each.channels])

    def take(self, channel: ChannelId, node: int, sku: Sku, units: int) -> None:
        """A channel's order takes units: its own segment's holding is used up."""
        held = self._stock.held.get(sku, ())
        if not any(channel in each.channels for each in held):
            return
        if sku not in self._left:
            self._left[sku] = [each.units.copy() for each in held]
        for each, left in zip(held, self._left[sku], strict=True):
            if channel in each.channels:
                left[node] -= units
        self._refresh(sku, node)

    def note(self, ask: Ask) -> tuple[Noted, ...]:
        """Note what an ask must leave of each want as of now, for the record; see `noted`."""
        keys = [(ask.channel, want.sku) for want in ask.wants]
        self._noted.update(keys)
        return tuple([(key, len(self._past.get(key, ()))) for key in keys])

    def noted(self, note: Noted) -> Keep:
        """Give what was noted, as it was then."""
        key, version = note
        past = self._past.get(key, ())
        return past[version] if version < len(past) else self._keeps[key]

    def _prepare(self, pairs: Iterable[tuple[ChannelId, Sku]]) -> None:
        """Answer all pairs at once: those that the same segments stand against share their sums."""
        groups: dict[tuple[ChannelId, tuple[tuple[str, int | None], ...]], list[Sku]] = {}
        for channel, sku in pairs:
            held = self._stock.held.get(sku, ())
            others = tuple([(h.segment, h.leave) for h in held if channel not in h.channels])
            if others:
                groups.setdefault((channel, others), []).append(sku)
            else:
                self._keeps[channel, sku] = self._base(channel, sku)
        for (channel, others), skus in groups.items():
            total = np.zeros((len(skus), len(self._compiled.network.nodes)), np.int64)
            for segment, leave in others:
                units = [_units(self._stock.held[sku], segment) for sku in skus]
                total += np.minimum(np.maximum(np.array(units), 0), _cap(leave))
            for row, sku in enumerate(skus):
                total[row] += self._base(channel, sku)
                self._keeps[channel, sku] = total[row]
                self._live.setdefault(sku, []).append(channel)

    def _base(self, channel: ChannelId, sku: Sku) -> Keep:
        keep = self._stock.kept.get((channel, sku))
        return self._compiled.buffer(channel) if keep is None else keep

    def _refresh(self, sku: Sku, node: int) -> None:
        """Let the channels that were answered already know what stays at a node now."""
        for channel in self._live.get(sku, ()):
            key, keep = (channel, sku), self._keeps[channel, sku]
            base = self._base(channel, sku)
            units = base if isinstance(base, int) else int(base[node])
            for held, left in zip(self._stock.held[sku], self._left[sku], strict=True):
                if channel not in held.channels:
                    units += min(max(int(left[node]), 0), _cap(held.leave))
            if isinstance(keep, int) or keep[node] == units:
                continue
            if key in self._noted:
                self._past.setdefault(key, []).append(keep.copy())
                self._noted.discard(key)
            keep[node] = units


def _units(held: Iterable[Held], segment: str) -> Ints:
    return next(each.units for each in held if each.segment == segment)


def _cap(leave: int | None) -> int:
    return _ALL if leave is None else leave
