"""What of the shelves an order may not take: kept back from its channel, or held for others.

What is held for a segment is used up by the segment's own orders as a batch goes on. That frees
nothing for others: what the segment takes is gone from the shelf too. So what an order may take
only ever shrinks within a batch, which is what the survey relies on.
"""

from dataclasses import dataclass
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


@dataclass(slots=True)
class _Left:
    """What is left of a holding while a batch goes on; the array is this batch's own."""

    held: Held
    units: Ints


class Withheld:
    """Who may not take what, of one batch's shelves. `plain`: buffers are all there is."""

    def __init__(self, stock: Stock, compiled: Compiled) -> None:
        self.plain = not stock.kept and not stock.held
        self._stock, self._compiled = stock, compiled
        self._left: dict[Sku, list[_Left]] = {}
        self._keeps: dict[tuple[ChannelId, Sku], Keep] = {}
        self._live: dict[Sku, list[tuple[ChannelId, Ints]]] = {}
        self._copies: dict[tuple[ChannelId, Sku], Ints] = {}

    def of(self, channel: ChannelId, sku: Sku) -> Keep:
        """Give what a channel must leave of a sku now; where it is an array, that stays current."""
        if self.plain:
            return self._compiled.buffer(channel)
        key = (channel, sku)
        found = self._keeps.get(key)
        if found is None:
            found = self._keeps[key] = self._made(channel, sku)
        return found

    def held_for(self, channel: ChannelId, sku: Sku) -> tuple[str, ...]:
        """Name the segments that hold units of a sku against a channel."""
        return self._stock.held_for.get((channel, sku), ()) + tuple(
            held.segment for held in self._stock.held.get(sku, ()) if channel not in held.channels
        )

    def take(self, channel: ChannelId, node: int, sku: Sku, units: int) -> None:
        """A channel's order takes units: its own segment's holding is used up."""
        if sku not in self._stock.held:
            return
        for each in self._lefts(sku):
            if channel in each.held.channels:
                each.units[node] -= units
                self._refresh(sku, node)

    def seen(self, ask: Ask) -> tuple[Keep, ...]:
        """Give what an ask must leave of each want as of now, for the record.

        Arrays are not written to afterwards, and the same one is given while it is true.
        """
        return tuple([self._as_now(ask.channel, want.sku) for want in ask.wants])

    def _as_now(self, channel: ChannelId, sku: Sku) -> Keep:
        keep = self.of(channel, sku)
        if isinstance(keep, int) or sku not in self._live:
            return keep
        found = self._copies.get((channel, sku))
        if found is None:
            found = self._copies[channel, sku] = keep.copy()
        return found

    def _lefts(self, sku: Sku) -> list[_Left]:
        found = self._left.get(sku)
        if found is None:
            found = [_Left(held, held.units.copy()) for held in self._stock.held.get(sku, ())]
            self._left[sku] = found
        return found

    def _made(self, channel: ChannelId, sku: Sku) -> Keep:
        keep = self._stock.kept.get((channel, sku))
        if keep is None:
            keep = self._compiled.buffer(channel)
        lefts = self._lefts(sku) if sku in self._stock.held else []
        others = [each for each in lefts if channel not in each.held.channels]
        if not others:
            return keep
        total = np.full(len(self._compiled.network.nodes), keep, np.int64)
        for each in others:
            total += np.clip(each.units, 0, _cap(each.held))
        self._live.setdefault(sku, []).append((channel, total))
        return total

    def _refresh(self, sku: Sku, node: int) -> None:
        """Let the channels that were answered already know what stays at a node now."""
        for channel, keep in self._live.get(sku, ()):
            base = self._stock.kept.get((channel, sku), self._compiled.buffer(channel))
            units = base if isinstance(base, int) else int(base[node])
            for each in self._lefts(sku):
                if channel not in each.held.channels:
                    units += min(max(int(each.units[node]), 0), _cap(each.held))
            keep[node] = units
            self._copies.pop((channel, sku), None)


def _cap(held: Held) -> int:
    return _ALL if held.leave is None else held.leave
