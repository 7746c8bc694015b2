"""Lay a batch out for the kernel: asks, stock and nodes as arrays of integers."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from entrepot.network.compiled import NO_COST, Compiled
from entrepot.network.model import Method
from entrepot.network.rate_card import edges_of, order_of_ties
from entrepot.sourcing.board import (
    BIT_ROWS,
    CELL_ROWS,
    MASK_ROWS,
    SHIPMENT_WIDTH,
    SHIPMENTS,
    STAMP,
    ZONES,
    Board,
)
from entrepot.sourcing.cost import Bools, Ints, lateness
from entrepot.sourcing.eligibility import Standing, allowed_by, rating_by, services_of
from entrepot.sourcing.model import EXACT_LINES_MAX, Ask, Due, Guide
from entrepot.sourcing.shelves import Shelves
from entrepot.terms.ids import ChannelId, Sku

MANY: Final = 1 << 30
"""As many shipments as one likes."""

_Question = tuple[int, int, int, int, int, int, bool, int]


class Questions:
    """What a batch asks of the nodes: per ask rows of tables, each different thing once."""

    def __init__(self, asks: Sequence[Ask], standing: Standing) -> None:
        self._standing = standing
        self._views: dict[tuple[ChannelId, Method], int] = {}
        self.able: list[Bools] = []
        services = standing.compiled.services  # all of them: mostly the same lanes are laid out
        self.cards: dict[tuple[str, ...], int] = {(s,): card for card, s in enumerate(services)}
        self.dues: dict[Due, int] = {}
        self.guides: dict[Guide, int] = {}
        self.rows = [self._row(ask) for ask in asks]

    def _row(self, ask: Ask) -> _Question:
        """Give (able, only, card, due, guide, most, left, kind) of an ask."""
        view = self._view(ask)
        if view < 0 or not ask.wants or len(ask.wants) > EXACT_LINES_MAX or ask.barred or ask.own:
            return 0, -1, -1, -1, -1, MANY, True, 0
        only, card, due, guide, most = -1, -1, -1, -1, MANY
        if ask.method is not Method.SHIP:
            only = self._standing.compiled.index.get(ask.pickup_node, -2) if ask.pickup_node else -2
        elif ask.destination is not None:
            card = self.cards.setdefault(services_of(ask), len(self.cards))
            if ask.due is not None:
                due = self.dues.setdefault(ask.due, len(self.dues))
        elif not ask.anywhere:
            only = -2
        if ask.guide is not None:
            guide = self.guides.setdefault(ask.guide, len(self.guides))
            most = ask.guide.shipments_max or MANY
        kind = self._standing.kinds.get(ask.method, 0)
        return view, only, card, due, guide, most, only == -2, kind

    def _view(self, ask: Ask) -> int:
        key = (ask.channel, ask.method)
        found = self._views.get(key)
        if found is None:
            able = self._standing.able(*key)
            found = self._views[key] = -1 if able is None else len(self.able)
            if able is not None:
                self.able.append(able)
        return found


class Keeps:
    """What must stay of each line, as units at every node and rows that differ from node to node.

    `of_sku` are the rows of each sku of which units are held, with the arrays that change.
    """

    def __init__(self, asks: Sequence[Ask], shelves: Shelves, compiled: Compiled) -> None:
        self.rows: list[Ints] = []
        self.of_sku: dict[Sku, dict[int, Ints]] = {}
        self._known: dict[int, int] = {}
        withheld = shelves.withheld
        if withheld.plain:
            buffers = {channel: compiled.buffer(channel) for channel in {a.channel for a in asks}}
            leave = [buffers[ask.channel] for ask in asks]
            self.leave = np.repeat(np.array(leave, np.int64), [len(ask.wants) for ask in asks])
            self.stays = np.full(len(self.leave), -1, np.int64)
            return
        flat = [
            (want.sku, keep)
            for ask in asks
            for want, keep in zip(ask.wants, withheld.of(ask), strict=True)
        ]
        self.leave = np.array([k if isinstance(k, int) else 0 for _, k in flat], np.int64)
        self.stays = np.array(
            [-1 if isinstance(k, int) else self._row(sku, k) for sku, k in flat], np.int64
        )

    def _row(self, sku: Sku, keep: Ints) -> int:
        row = self._known.setdefault(id(keep), len(self.rows))
        if row == len(self.rows):
            self.rows.append(keep)
        self.of_sku.setdefault(sku, {})[row] = keep
        return row


def board_of(
    asks: Sequence[Ask], shelves: Shelves, standing: Standing, keeps: Keeps, asked: Questions
) -> Board:
    """Lay out all that the kernel works on. Shelves and standing are shared, not copied."""
    compiled, count, lines_max = standing.compiled, len(standing.room), 1
    for ask, row in zip(asks, asked.rows, strict=True):
        if not row[-2] and len(ask.wants) > lines_max:
            lines_max = len(ask.wants)
    alike, many = _alike(standing) if asked.dues else (np.zeros(count, np.int64), 1)
    masks = 1 << lines_max
    cells = np.empty((CELL_ROWS, masks * ZONES * many), np.int64)
    cells[STAMP] = -1
    orders, zones = _orders(asks, asked, compiled)
    return Board(
        orders,
        zones,
        _lines(asks, shelves, keeps),
        shelves.free,
        shelves.stock,
        np.zeros((0, count), np.int64) if shelves.worth is None else shelves.worth,
        np.array(keeps.rows) if keeps.rows else np.zeros((0, count), np.int64),
        _nodes(compiled, shelves.room, alike),
        standing.rooms,
        standing.fulls,
        np.array(asked.able) if asked.able else np.zeros((1, count), np.bool_),
        _rating(asked, count),
        _added(asked, standing),
        *rates_of(compiled, tuple(asked.cards)),
        np.zeros((len(asks), SHIPMENTS + SHIPMENT_WIDTH * lines_max), np.int64),
        np.empty((BIT_ROWS, lines_max), np.int64),
        np.empty((MASK_ROWS, masks), np.int64),
        cells,
    )


def _alike(standing: Standing) -> tuple[Ints, int]:
    days, alike = np.unique(standing.days.work_day, return_inverse=True)
    return alike.astype(np.int64), len(days)


def _nodes(compiled: Compiled, room: Ints | None, alike: Ints) -> Ints:
    worth = np.zeros(len(alike), np.int64) if room is None else room
    return np.array([compiled.handling, compiled.making_up, worth, alike, worth])


def _lines(asks: Sequence[Ask], shelves: Shelves, keeps: Keeps) -> Ints:
    wants, row = [want for ask in asks for want in ask.wants], shelves.row
    quantity = np.array([want.quantity for want in wants], np.int64)
    grams = quantity * np.array([want.weight_g for want in wants], np.int64)
    cm3 = quantity * np.array([want.volume_cm3 for want in wants], np.int64)
    rows = np.array([row[want.sku] for want in wants], np.int64)
    return np.array([rows, quantity, grams, cm3, keeps.leave, keeps.stays, np.zeros_like(rows)])


def _orders(
    asks: Sequence[Ask], asked: Questions, compiled: Compiled
) -> tuple[Ints, npt.NDArray[np.uint8]]:
    lengths = np.array([len(ask.wants) for ask in asks], np.int64)
    columns = [np.cumsum(lengths) - lengths, lengths, *np.array(asked.rows, np.int64).T]
    sent = [
        ask.destination
        for ask, row in zip(asks, asked.rows, strict=True)
        if row[2] >= 0 and ask.destination is not None
    ]
    found = iter(compiled.zones_of(sent))
    nowhere = np.zeros(len(compiled.network.nodes), np.uint8)
    zones = [next(found) if row[2] >= 0 else nowhere for row in asked.rows]
    return np.array(columns), np.concatenate(zones).reshape(len(asks), -1)


def _rating(asked: Questions, count: int) -> Ints:
    rating = np.zeros((len(asked.guides), count), np.int64)
    for guide, row in asked.guides.items():
        may, rated = allowed_by(guide, count), rating_by(guide)
        if rated is not None:
            rating[row] = rated
        if may is not None:
            rating[row, ~may] = NO_COST
    return rating


def _added(asked: Questions, standing: Standing) -> Ints:
    if not asked.dues:
        return np.zeros((1, 1, 0), np.int64)
    compiled, days = standing.compiled, np.unique(standing.days.work_day).tolist()
    added = np.full((len(asked.dues), len(days), len(compiled.network.lanes)), NO_COST)
    for due, row in asked.dues.items():
        for at, day in enumerate(days):
            if day >= 0:
                added[row, at] = lateness(compiled, day, due)
    return added


@lru_cache(maxsize=4)
def rates_of(
    compiled: Compiled, cards: tuple[tuple[str, ...], ...]
) -> tuple[Ints, Ints, Ints, Ints]:
    """Lay the lanes out: a board's `zone_from`, `by_zone`, `edges` and `lanes`.

    A card is a set of services that may be used together.
    """
    lanes = compiled.network.lanes
    by_zone: list[int] = []
    zone_from = np.zeros((max(len(cards), 1), ZONES + 1), np.int64)
    for card, services in enumerate(cards):
        order = order_of_ties(lanes, services)
        for zone in range(ZONES):
            zone_from[card, zone] = len(by_zone)
            by_zone += [ix for ix in order if lanes[ix].zone == zone]
        zone_from[card, ZONES] = len(by_zone)
    edges: list[tuple[int, int]] = []
    rows: list[tuple[int, int, int, int]] = []
    for lane in lanes:
        rows.append((len(edges), lane.per_kg_over, lane.cm3_per_kg, lane.cost_min))
        prices = [each.cost for each in lane.breaks] or [0]
        edges += zip(edges_of(lane), prices, strict=True)
    rows.append((len(edges), 0, 0, 0))
    return (
        zone_from,
        np.array(by_zone, np.int64),
        np.ascontiguousarray(np.array(edges, np.int64).reshape(-1, 2).T),
        np.ascontiguousarray(np.array(rows, np.int64).T),
    )
