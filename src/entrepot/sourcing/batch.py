"""A batch before the kernel: decide its orders in turn, and read the answers."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from entrepot.network.compiled import NO_COST
from entrepot.sourcing.board import (
    COUNT,
    GRAMS,
    GUIDE,
    HANDLING,
    MAKING_UP,
    MISSING,
    PLANNED,
    QUANTITY,
    ROOM_WORTH,
    ROW,
    SHIPMENT_WIDTH,
    SHIPMENTS,
    START,
    STATE,
)
from entrepot.sourcing.cost import worth_of
from entrepot.sourcing.eligibility import Standing
from entrepot.sourcing.lay import Keeps, Questions, board_of
from entrepot.sourcing.machine import machine
from entrepot.sourcing.model import Ask, NoPlan, Plan, Shipment, WhyNoPlan
from entrepot.sourcing.shelves import Shelves

NONE: Final = NO_COST >> 1
"""A runner-up of this or more is none."""


class Batch:
    """Orders on these shelves and this standing, which the kernel decides and takes from."""

    def __init__(self, asks: Sequence[Ask], shelves: Shelves, standing: Standing) -> None:
        if not all(ask.wants for ask in asks):
            raise ValueError("an ask that wants nothing")
        self.asks, self._shelves, self.compiled = asks, shelves, standing.compiled
        self._keeps = Keeps(asks, shelves, standing.compiled)
        asked = Questions(asks, standing)
        self.board = board_of(asks, shelves, standing, self._keeps, asked)
        self.extra = standing.compiled.network.costs.extra_shipment
        kernel = machine()
        assert kernel is not None
        self._kernel = kernel
        self._drawing = [at for at, ask in enumerate(asks) if shelves.withheld.draws(ask)]

    def decide(self, begin: int, end: int, *, taking: bool) -> int:
        """Decide orders from `begin` to before `end`; answers the first that is left, or `end`.

        `taking`: each sees what the earlier ones took; else each is alone.
        """
        found: int = self._kernel.decide(self.extra, begin, end, taking, *self.board)
        return found

    def next_stop(self, at: int) -> int:
        """Say before which order to stop: after one that changes what must stay on the shelves.

        That is one of a segment for which units it wants are held.
        """
        while self._drawing and self._drawing[0] < at:
            self._drawing.pop(0)
        return self._drawing[0] + 1 if self._drawing else len(self.asks)

    def note(self, begin: int, end: int) -> None:
        """Remember what decisions of the kernel had to leave, and take what segments hold."""
        withheld = self._shelves.withheld
        if withheld.plain:
            return
        found = self.board.found
        for at in range(begin, end):
            ask = self.asks[at]
            self._shelves.note(ask)
            if not withheld.draws(ask) or found[at, STATE] != PLANNED:
                continue
            for place in range(int(found[at, COUNT])):
                node, mask = found[at, SHIPMENTS + SHIPMENT_WIDTH * place :][:2].tolist()
                for bit, want in enumerate(ask.wants):
                    if mask >> bit & 1:
                        withheld.take(ask, node, want.sku, want.quantity)
            self.renew(at)

    def renew(self, at: int) -> None:
        """Let the kernel know what must stay after an order took from what segments hold."""
        for want in self.asks[at].wants:
            for row, keep in self._keeps.of_sku.get(want.sku, {}).items():
                self.board.stays[row] = keep

    def answers(self, left: Mapping[int, Plan | NoPlan]) -> list[Plan | NoPlan]:
        """Give all answers in order; `left` are those that the kernel left, by their places."""
        state = self.board.found[:, STATE].tolist()
        reading = _Reading(self)
        return [
            left[at]
            if at in left
            else (reading.plan(at) if state[at] == PLANNED else self._refusal(at))
            for at in range(len(self.asks))
        ]

    def _refusal(self, at: int) -> NoPlan:
        start, wants = int(self.board.orders[START, at]), self.asks[at].wants
        missing = self.board.lines[MISSING, start : start + len(wants)].tolist()
        pairs = [(want.sku, units) for want, units in zip(wants, missing, strict=True) if units]
        return NoPlan(WhyNoPlan.SHORT, tuple(pairs))


class _Reading:
    """The kernel's answers, as lists."""

    def __init__(self, batch: Batch) -> None:
        board = batch.board
        found, starts = board.found, board.orders[START]
        self._board = board
        self._asks, self._extra = batch.asks, batch.extra
        network = batch.compiled.network
        self._nodes, self._lanes = network.nodes, network.lanes
        width = max(int(found[:, COUNT].max(initial=0)), 1)
        self._found = found[:, : SHIPMENTS + SHIPMENT_WIDTH * width].tolist()
        self._grams = np.add.reduceat(board.lines[GRAMS], starts).tolist()
        self._units = np.add.reduceat(board.lines[QUANTITY], starts).tolist()
        self._handling = board.nodes[HANDLING].tolist()
        self._making_up = board.nodes[MAKING_UP].tolist()
        steers = (board.rating, board.added, board.worth, board.nodes[ROOM_WORTH].nonzero()[0])
        self._steers = any(each.size for each in steers)

    def plan(self, at: int) -> Plan:
        _, count, runner_up, overflow, *_ = row = self._found[at]
        if count == 1:
            shipments: tuple[Shipment, ...] = (self._whole(at, row),)
        else:
            shipments = tuple([self._part(at, row, place) for place in range(count)])
        if self._steers:
            shipments = tuple([self._steered(at, row, n, each) for n, each in enumerate(shipments)])
        extra = self._extra * (count - 1)
        cost = sum([each.shipping + each.handling for each in shipments]) + extra
        return Plan(
            shipments, cost, extra, None if runner_up >= NONE else runner_up, True,  # noqa: FBT003 - exact
            overflow > 0,
        )  # fmt: skip

    def _whole(self, at: int, row: list[int]) -> Shipment:
        """Read the one shipment of all."""
        node, _, lane, shipping = row[SHIPMENTS : SHIPMENTS + 4]
        return Shipment(
            self._nodes[node].node_id,
            self._lanes[lane].lane_id if lane >= 0 else None,
            tuple([(want.sku, want.quantity) for want in self._asks[at].wants]),
            self._grams[at],
            shipping,
            self._handling[node] * self._units[at] + self._making_up[node],
        )

    def _part(self, at: int, row: list[int], place: int) -> Shipment:
        """Read one of several shipments."""
        column = SHIPMENTS + SHIPMENT_WIDTH * place
        node, mask, lane, shipping = row[column : column + 4]
        wants = [want for bit, want in enumerate(self._asks[at].wants) if mask >> bit & 1]
        units = sum([want.quantity for want in wants])
        return Shipment(
            self._nodes[node].node_id,
            self._lanes[lane].lane_id if lane >= 0 else None,
            tuple([(want.sku, want.quantity) for want in wants]),
            sum([want.quantity * want.weight_g for want in wants]),
            shipping,
            self._handling[node] * units + self._making_up[node],
        )

    def _steered(self, at: int, row: list[int], place: int, shipment: Shipment) -> Shipment:
        """Add what was weighed beside the money."""
        board, column = self._board, SHIPMENTS + SHIPMENT_WIDTH * place
        node, mask, late = row[column], row[column + 1], row[column + 4]
        guide, start = int(board.orders[GUIDE, at]), int(board.orders[START, at])
        shadow = int(board.nodes[ROOM_WORTH, node])
        if board.worth.size:
            bits = np.flatnonzero(mask >> np.arange(len(self._asks[at].wants)) & 1)
            rows, units = board.lines[ROW, start + bits], board.lines[QUANTITY, start + bits]
            shadow += int(worth_of(board.worth[rows, node], units).sum())
        rating = int(board.rating[guide, node]) if guide >= 0 else 0
        if not (late or rating or shadow):
            return shipment
        return msgspec.structs.replace(shipment, late=late, rating=rating, shadow=shadow)
