"""What a unit of stock and a place in a node's day are worth to the orders still to come. Pure.

Days that could come are drawn from the forecast. In each of them stock and room get the prices at
which nobody wants more of them than there is: dual ascent on the exact choice of every order. The
mean of a price over the days is what a router should ask for a unit now: what is needed elsewhere
or tomorrow becomes dear where it is scarce, the last units of a store first. Orders that are here
already but not released are answered once, at the mean prices, as they cannot know which day it
will be. `docs/algorithms/sourcing.md` says why, with sources.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from entrepot.network.model import Method
from entrepot.sourcing.eligibility import Standing, capacities
from entrepot.sourcing.forecast import Drawn, Forecast, drawn
from entrepot.sourcing.laid_out import LaidOut, fits, laid_out, sending_of
from entrepot.sourcing.model import Ask, Prices
from entrepot.sourcing.parcels import Loads, table
from entrepot.sourcing.questions import (
    NEVER,
    Floats,
    Held,
    Ints,
    Nodes,
    Priced,
    Questions,
    Used,
    answering,
    held,
)
from entrepot.terms.ids import Sku

SCENARIOS: Final = 16
"""Days drawn: with eight the prices are noisy, beyond twenty hardly better."""

STEPS: Final = 40
"""Steps of ascent, of which the later half is averaged."""

FIRST_STEP: Final = 0.3
"""By how much of a parcel's price a price moves at first where it is off by all there is."""

SLOWER_AFTER: Final = 8
"""Steps after which the step is half as long."""

LAST_UNIT: Final = 0.3
"""By how many units a position is thought smaller: a price should be what the unit that goes was
worth, which where few are left is more than what the next one would be."""

UNSERVED: Final = 4500
"""Minor units a line costs that nobody can send: what running out is to be avoided for."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What look-ahead looks at.

    `stock` is int64[S, N] by the forecast's skus, what `known` orders hold included, and so is
    `room`, int64[N], the shipments the nodes may still take today. `known` are the orders that are
    here and not released; of today's orders the part `today` is still to come, and `days` follow
    until the shelves are filled again. `markdown` is per sku what a unit is worth less at each
    node, int64[N] minor units: of what is overstocked or aging there. `unserved` is what a line
    costs that is not to be had.
    """

    forecast: Forecast
    standing: Standing
    stock: Ints
    room: Ints
    days: int
    today: float = 0.0
    known: Sequence[Ask] = ()
    markdown: Mapping[Sku, Ints] = field(default_factory=dict)
    unserved: int = UNSERVED


@dataclass(frozen=True, slots=True)
class Chance:
    """How the days are drawn: how many of them, and by which seed."""

    seed: int
    scenarios: int = SCENARIOS


def look_ahead(
    outlook: Outlook, chance: Chance, version: int, before: Prices | None = None
) -> Prices:
    """Price stock and room: the same outlook and chance give the same prices, on any machine.

    `before` are prices to begin from, those of yesterday. Skus of the forecast have prices at the
    nodes that hold some; all others cost nothing.
    """
    stock = held(outlook.stock)
    known = _known(outlook)
    days = _scenarios(outlook, chance, known)
    start = _begin(outlook, stock, before)
    prices, room = _Ascent(outlook, stock, known, days, start).climbed()
    return _published(outlook, stock, prices, room, version)


class _Ascent:
    """Prices of each scenario, raised where more is asked than there is, lowered where less."""

    def __init__(
        self,
        outlook: Outlook,
        stock: Held,
        known: LaidOut | None,
        scenarios: Sequence[LaidOut],
        start: Floats,
    ) -> None:
        count = len(scenarios)
        self._stock, self._known, self._scenarios = stock, known, scenarios
        later = np.tile(capacities(outlook.standing.compiled), (outlook.days, 1))
        self._rooms = np.concatenate([outlook.room[None], later]).astype(np.float64).clip(0)
        self._prices = np.tile(start, (count, 1))
        self._room_prices = np.zeros((count, *self._rooms.shape))
        self._typical = _typical(known, scenarios)

    def climbed(self) -> tuple[Floats, Floats]:
        """Climb; gives the mean prices of positions and of each day's room, late steps' mean."""
        total, total_room = np.zeros(len(self._stock.node)), np.zeros(self._rooms.shape)
        for step in range(STEPS):
            self._climb(FIRST_STEP * self._typical / (1 + step / SLOWER_AFTER))
            if step >= STEPS // 2:
                total += self._prices.mean(axis=0)
                total_room += self._room_prices.mean(axis=0)
        late = STEPS - STEPS // 2
        return total / late, total_room / late

    def _climb(self, step: float) -> None:
        by_known = self._used(
            self._known, self._prices.mean(axis=0), self._room_prices.mean(axis=0)
        )
        units = self._stock.units - LAST_UNIT
        for at, scenario in enumerate(self._scenarios):
            used = self._used(scenario, self._prices[at], self._room_prices[at])
            asked = used.stock + by_known.stock
            over = (asked - units) / np.maximum(asked, self._stock.units)
            self._prices[at] = np.maximum(self._prices[at] + step * over, 0)
            asked = used.room + by_known.room
            over = (asked - self._rooms) / np.maximum(np.maximum(asked, self._rooms), 1)
            self._room_prices[at] = np.maximum(self._room_prices[at] + step * over, 0)

    def _used(self, orders: LaidOut | None, prices: Floats, room: Floats) -> Used:
        lines = len(orders.questions.sku) if orders else 0
        used = Used(
            np.zeros(len(self._stock.node)), np.zeros(self._rooms.shape), np.empty(lines, np.int64)
        )
        if orders:
            answering().answer(
                orders.questions, orders.nodes, self._stock, Priced(prices, room), used
            )
        return used


def _known(outlook: Outlook) -> LaidOut | None:
    """Lay out the known orders that can be, of skus that have a forecast."""
    rows = {sku: row for row, sku in enumerate(outlook.forecast.skus)}
    asks = [a for a in outlook.known if fits(a) and all(want.sku in rows for want in a.wants)]
    if not asks:
        return None
    unserved = np.full(sum(len(ask.wants) for ask in asks), float(outlook.unserved))
    return laid_out(asks, [sending_of(ask) for ask in asks], rows, outlook.standing, unserved)


def _scenarios(outlook: Outlook, chance: Chance, known: LaidOut | None) -> list[LaidOut]:
    rng = np.random.default_rng(chance.seed)
    left = outlook.stock.sum(axis=1)
    if known:
        asked = np.bincount(known.questions.sku, known.questions.units, len(left))
        left = left - asked.astype(np.int64)
    nodes = _nodes(outlook)
    days = []
    for _ in range(chance.scenarios):
        orders = drawn(outlook.forecast, left, outlook.today, outlook.days, rng)
        days.append(LaidOut(_questions(outlook, orders), nodes))
    return days


def _nodes(outlook: Outlook) -> Nodes:
    """Give the nodes as the forecast's orders see them: whoever ships may send to them."""
    standing, compiled = outlook.standing, outlook.standing.compiled
    able = compiled.enabled & compiled.offers[Method.SHIP] & (standing.days.work_day >= 0)
    zone = np.array(compiled.zones_of(outlook.forecast.places), np.int64)
    _, delay = np.unique(standing.days.work_day, return_inverse=True)
    beside = np.where(able, compiled.making_up.astype(np.float64), NEVER)[None]
    extra = float(compiled.network.costs.extra_shipment)
    return Nodes(zone, delay.astype(np.int64), beside, compiled.handling.astype(np.int64), extra)


def _questions(outlook: Outlook, orders: Drawn) -> Questions:
    forecast, standing = outlook.forecast, outlook.standing
    loads = Loads(orders.first, forecast.weight_g[orders.sku], forecast.volume_cm3[orders.sku])
    days = np.unique(standing.days.work_day).tolist()
    row, parcel = table(loads, forecast.sendings, orders.sending, standing.compiled, days)
    return Questions(
        orders.first,
        orders.sku,
        np.ones(len(orders.sku), np.int64),
        row,
        parcel,
        orders.place,
        np.zeros(len(orders.place), np.int64),
        orders.day,
        np.full(len(orders.sku), float(outlook.unserved)),
    )


def _typical(known: LaidOut | None, scenarios: Sequence[LaidOut]) -> float:
    """Say what a parcel costs, about: the middle of what the cheapest zone asks for any of them."""
    tables = [each.questions.parcel for each in (known, *scenarios) if each]
    cheapest = [each.min(axis=(1, 2)) for each in tables if len(each)]
    prices = np.concatenate([np.zeros(0), *cheapest])
    prices = prices[prices < NEVER]
    return float(np.median(prices)) if len(prices) else 0.0


def _begin(outlook: Outlook, stock: Held, before: Prices | None) -> Floats:
    start = np.zeros(len(stock.node))
    if before is None:
        return start
    for row, sku in enumerate(outlook.forecast.skus):
        if sku in before.stock:
            span = slice(stock.first[row], stock.first[row + 1])
            start[span] = before.stock[sku][stock.node[span]]
    return start


def _published(outlook: Outlook, stock: Held, prices: Floats, room: Floats, version: int) -> Prices:
    """Round, mark down, and keep what is more than nothing; room of today if orders still come.

    A line is always served, so that the same amount on all nodes of a sku changes no choice: what
    is marked down below nothing raises the others instead.
    """
    found: dict[Sku, npt.NDArray[np.int64]] = {}
    for row, sku in enumerate(outlook.forecast.skus):
        span = slice(stock.first[row], stock.first[row + 1])
        worth = np.zeros(room.shape[1], np.int64)
        worth[stock.node[span]] = np.rint(prices[span])
        if sku in outlook.markdown:
            worth -= outlook.markdown[sku]
            worth -= min(int(worth.min()), 0)
        if worth.any():
            worth.setflags(write=False)
            found[sku] = worth
    rooms = np.rint(room).astype(np.int64)
    if not outlook.today:
        rooms[0] = 0
    rooms.setflags(write=False)
    if not rooms.any():
        return Prices(version, found)
    return Prices(version, found, rooms[0] if rooms[0].any() else None, rooms)
