"""Orders of a record whose policy tried strategies in turn, and others tried instead. Pure.

A record holds every try of an order as a question of its own; the one whose answer was the order's
is known by its decision. Questions of one record that are the same but for the strategy, and that
failed, are taken for tries of one order.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import msgspec

from entrepot.journey.guided import Ruled, tried
from entrepot.sourcing.eligibility import Standing
from entrepot.sourcing.lab import Answer, Rules
from entrepot.sourcing.model import Ask, Plan, Stock
from entrepot.sourcing.shelves import Shelves
from entrepot.sourcing.solve import plan_on
from entrepot.sourcing.unfold import KeptKey, Stretch, Unfolded
from entrepot.sourcing.withhold import Keep


@dataclass(frozen=True, slots=True)
class Orders:
    """A record's orders, each once, in the order in which they were first asked.

    `batch` has of each its question and its answer; `places` are those where these stand.
    """

    batch: Unfolded
    places: tuple[int, ...]


def orders_of(batch: Unfolded, taken: Collection[int]) -> Orders:
    """Give each order of a record once; `taken` are the places whose answers are orders' own."""
    if not any(ask.guide is not None for ask in batch.asks):
        return Orders(batch, tuple(range(len(batch.asks))))
    own: dict[Ask, list[int]] = {}
    failed: dict[Ask, list[int]] = {}
    for at, ask in enumerate(batch.asks):
        stands = at in taken or isinstance(batch.answers[at], Plan)
        (own if stands else failed).setdefault(_bare(ask), []).append(at)
    found: list[tuple[int, int]] = []
    for ask, places in own.items():
        begun = sorted([*places, *failed.pop(ask, ())])[: len(places)]
        found += zip(begun, places, strict=True)
    found += [(places[0], places[-1]) for places in failed.values()]
    found.sort()
    last = tuple([place for _, place in found])
    asks, answers = [batch.asks[at] for at in last], [batch.answers[at] for at in last]
    stretch = Stretch(0, len(last), _kept(batch))
    whole = replace(batch, asks=tuple(asks), answers=tuple(answers), stretches=(stretch,))
    return Orders(whole, last)


def retried(batch: Unfolded, rules: Rules, ruled: Ruled) -> tuple[Unfolded, list[Answer]]:
    """Answer orders by other strategies; with them, as each was asked at last."""
    scene = batch.scene
    standing = Standing(rules.compiled, scene.days, scene.load, scene.services)
    kept = _kept(batch) if rules.kept is None else rules.kept
    asks = [_bare(ask) for ask in batch.asks]
    stock = Stock(batch.stock.free, batch.stock.owed, kept)
    shelves = Shelves(asks, stock, rules.compiled, batch.prices)
    found = tried(ruled, asks, lambda some: plan_on(shelves, some, standing), standing, scene.at)
    asked = tuple([found.asks[place] for place in found.last])
    return replace(batch, asks=asked, stretches=(Stretch(0, len(asked), dict(kept)),)), found.final


def _bare(ask: Ask) -> Ask:
    return msgspec.structs.replace(ask, guide=None)


def _kept(batch: Unfolded) -> dict[KeptKey, Keep]:
    """Give what was kept back of each sku when it was first asked for."""
    kept: dict[KeptKey, Keep] = {}
    for stretch in reversed(batch.stretches):
        kept |= stretch.kept
    return kept
