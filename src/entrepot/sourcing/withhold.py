"""What of the shelves an order may not take: kept back from its channel, or held for others.

What is held for a segment is used up by the segment's own orders as a batch goes on. That frees
nothing for others: what the segment takes is gone from the shelf too. So what an order may take
only ever shrinks within a batch, which a batch may rely on.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from entrepot.network.compiled import Compiled
from entrepot.sourcing.model import Ask, Held, Stock
from entrepot.terms.audience import Buyer
from entrepot.terms.ids import ChannelId, Sku

Ints = npt.NDArray[np.int64]

Keep = int | Ints
"""Units that stay: the same at every node, or int64[N]."""

_ALL: Final = 1 << 62


_Key = tuple[Buyer, Sku]

Noted = tuple[_Key, int]
"""What a decision had to leave of a want: of which version of the answer."""


class Withheld:
    """Who may not take what, of one batch's shelves. `plain`: buffers are all there is."""

    def __init__(self, asks: Iterable[Ask], stock: Stock, compiled: Compiled) -> None:
        self.plain = not stock.kept and not stock.held
        self._stock, self._compiled = stock, compiled
        self._left: dict[Sku, list[Ints]] = {}
        self._keeps: dict[_Key, Keep] = {}
        self._live: dict[Sku, list[Buyer]] = {}
        self._past: dict[_Key, list[Ints]] = {}
        self._noted: set[_Key] = set()
        if not self.plain:
            buyers = [(ask.buyer, ask.wants) for ask in asks]
            self._prepare({(buyer, want.sku) for buyer, wants in buyers for want in wants})

    def of(self, ask: Ask) -> list[Keep]:
        """Give what an ask must leave of each want now; what is an array stays current."""
        if self.plain:
            return [self._compiled.buffer(ask.channel)] * len(ask.wants)
        buyer = ask.buyer
        return [self._keeps[buyer, want.sku] for want in ask.wants]

    def draws(self, ask: Ask) -> bool:
        """Say whether an ask is of a segment for which units it wants are held: it uses them up."""
        held = self._stock.held
        if not held:
            return False
        buyer = ask.buyer
        return any(
            each.audience.has(buyer) for want in ask.wants for each in held.get(want.sku, ())
        )

    def held_for(self, buyer: Buyer, sku: Sku) -> tuple[str, ...]:
        """Name the segments that hold units of a sku against a buyer."""
        held = self._stock.held.get(sku)
        if held is None:
            return self._stock.held_for.get((buyer.channel, sku), ())
        return tuple([each.segment for each in held if not each.audience.has(buyer)])

    def take(self, ask: Ask, node: int, sku: Sku, units: int) -> None:
        """A buyer's order takes units: what the first of his segments holds is used up."""
        held = self._stock.held.get(sku)
        if held is None:
            return
        buyer = ask.buyer
        own = next((at for at, each in enumerate(held) if each.audience.has(buyer)), None)
        if own is None:
            return
        if sku not in self._left:
            self._left[sku] = [each.units.copy() for each in held]
        self._left[sku][own][node] -= units
        self._refresh(sku, node)

    def note(self, ask: Ask) -> tuple[Noted, ...]:
        """Note what an ask must leave of each want as of now, for the record; see `noted`.

        Nothing where nothing is held of any: that is the same at any time.
        """
        held = self._stock.held
        if not held or held.keys().isdisjoint([want.sku for want in ask.wants]):
            return ()
        buyer = ask.buyer
        keys = [(buyer, want.sku) for want in ask.wants]
        self._noted.update(keys)
        return tuple([(key, len(self._past.get(key, ()))) for key in keys])

    def noted(self, note: Noted) -> Keep:
        """Give what was noted, as it was then."""
        key, version = note
        past = self._past.get(key, ())
        return past[version] if version < len(past) else self._keeps[key]

    def _prepare(self, pairs: Iterable[_Key]) -> None:
        """Answer all pairs at once: those that the same segments stand against share their sums."""
        groups: dict[tuple[Buyer, tuple[tuple[str, int | None], ...]], list[Sku]] = {}
        for buyer, sku in pairs:
            held = self._stock.held.get(sku, ())
            others = tuple([(h.segment, h.leave) for h in held if not h.audience.has(buyer)])
            if others:
                groups.setdefault((buyer, others), []).append(sku)
            else:
                self._keeps[buyer, sku] = self._base(buyer.channel, sku)
        for (buyer, others), skus in groups.items():
            total = np.zeros((len(skus), len(self._compiled.network.nodes)), np.int64)
            for segment, leave in others:
                units = [_units(self._stock.held[sku], segment) for sku in skus]
                total += np.minimum(np.maximum(np.array(units), 0), _cap(leave))
            for row, sku in enumerate(skus):
                total[row] += self._base(buyer.channel, sku)
                self._keeps[buyer, sku] = total[row]
                self._live.setdefault(sku, []).append(buyer)

    def _base(self, channel: ChannelId, sku: Sku) -> Keep:
        keep = self._stock.kept.get((channel, sku))
        return self._compiled.buffer(channel) if keep is None else keep

    def _refresh(self, sku: Sku, node: int) -> None:
        """Let the buyers that were answered already know what stays at a node now."""
        for buyer in self._live.get(sku, ()):
            key, keep = (buyer, sku), self._keeps[buyer, sku]
            base = self._base(buyer.channel, sku)
            units = base if isinstance(base, int) else int(base[node])
            for held, left in zip(self._stock.held[sku], self._left[sku], strict=True):
                if not held.audience.has(buyer):
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
