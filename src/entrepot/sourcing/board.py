"""What the kernel works on: a batch's orders, the stock and the nodes, as arrays of integers.

Few and wide arrays, because handing one over costs a tenth of a microsecond: the names below are
their rows.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

LEFT: Final = 0
"""Not decided: `choose` does."""

PLANNED: Final = 1
SHORT: Final = 2

ZONES: Final = 10
"""Columns of what is indexed by zone, as in `Compiled.lane_costs`."""

BLOCK: Final = 1 << 10
"""A block is node * BLOCK + mask: blocks ascend by node, then by mask."""

START: Final = 0
"""Rows of `orders`: the first of an order's lines, and how many it has."""
LINES: Final = 1
ABLE: Final = 2
"""Which row of `able` says who may work for it."""
ONLY: Final = 3
"""The one node that may, or -1."""
CARD: Final = 4
"""Which lanes it may be sent by: a row of `zone_from`; -1: nothing is sent."""
DUE: Final = 5
"""Which lateness counts: a row of `added`, or -1."""
GUIDE: Final = 6
"""What the rules say: a row of `rating`, or -1."""
MOST: Final = 7
"""The most shipments it may have."""
PASS: Final = 8
"""1: the kernel does not decide it."""
KIND: Final = 9
"""Whose room it takes beside that of all work: a row of `rooms`, or 0."""
ORDER_ROWS: Final = 10

ROW: Final = 0
"""Rows of `lines`: the sku's row of the stock."""
QUANTITY: Final = 1
GRAMS: Final = 2
"""Of all its units, and so the next."""
CM3: Final = 3
LEAVE: Final = 4
"""Units that stay at every node."""
STAYS: Final = 5
"""A row of `stays`: units that stay beside, or -1."""
MISSING: Final = 6
"""An answer: the units that cannot be had."""
LINE_ROWS: Final = 7

HANDLING: Final = 0
"""Rows of `nodes`: minor units per unit."""
MAKING_UP: Final = 1
"""Minor units per parcel."""
ROOM_WORTH: Final = 2
ALIKE: Final = 3
"""Nodes of the same number have the same work day: every lane is equally late from them."""
FILLS: Final = 4
"""Where the kernel works: the mask of the lines a node can fill, -1 where it may not supply."""
NODE_ROWS: Final = 5

TOTAL: Final = 0
"""Rows of `stock`."""
OWED: Final = 1

EDGE_G: Final = 0
"""Rows of `edges`: up to so many grams a parcel costs so much."""
EDGE_PRICE: Final = 1

EDGES_FROM: Final = 0
"""Rows of `lanes`: where a lane's edges begin; the next lane's begin where they end."""
PER_KG_OVER: Final = 1
CM3_PER_KG: Final = 2
COST_MIN: Final = 3
LANE_ROWS: Final = 4

STATE: Final = 0
"""Columns of `found`; from SHIPMENTS on five for each: node, mask, lane, freight, lateness."""
COUNT: Final = 1
RUNNER_UP: Final = 2
OVERFLOW: Final = 3
SHIPMENTS: Final = 4
SHIPMENT_WIDTH: Final = 5

SPARE: Final = 0
"""Rows of `bits`, by line: units where there is room, nodes that fill it there, and in all."""
SPARE_FITS: Final = 1
FITS: Final = 2
ONE: Final = 3
"""Room for two lists of blocks."""
OTHER: Final = 4
BIT_ROWS: Final = 5

MASK_GRAMS: Final = 0
"""Rows of `masks`, by subset of lines: their sums, their two cheapest nodes, their partition."""
MASK_CM3: Final = 1
MASK_UNITS: Final = 2
BEST: Final = 3
AT: Final = 4
SECOND: Final = 5
SECOND_AT: Final = 6
REST: Final = 7
"""The cheapest node but one, and which it is."""
REST_AT: Final = 8
PLAN: Final = 9
PLAN_COUNT: Final = 10
PART: Final = 11
MASK_ROWS: Final = 12

STAMP: Final = 0
"""Rows of `cells`, by alike nodes, zone and subset: of which order, its freight, its lane."""
CELL_PRICE: Final = 1
CELL_LANE: Final = 2
CELL_ROWS: Final = 3


class Board(NamedTuple):
    """All arrays, in the order in which the kernel takes them."""

    orders: Ints  # [ORDER_ROWS, A]
    zones: Bytes  # [A, N]
    lines: Ints  # [LINE_ROWS, lines]
    free: Ints  # [S, N]
    stock: Ints  # [2, S]
    worth: Ints  # [S, N], what a unit is worth to others; [0, N] where nothing is known
    stays: Ints  # [patterns, N]
    nodes: Ints  # [NODE_ROWS, N]
    rooms: Ints  # [kinds, N]
    fulls: Bools  # [kinds, N]
    able: Bools  # [views, N]
    rating: Ints  # [guides, N], NO_COST where the rules let no shipment leave
    added: Ints  # [dues, alike, lanes], the price of lateness, NO_COST where it may not be
    zone_from: Ints  # [cards, ZONES + 1], where in `by_zone` the lanes into a zone begin
    by_zone: Ints  # lanes by card and zone, by what decides among equal prices
    edges: Ints  # [2, edges]
    lanes: Ints  # [LANE_ROWS, lanes + 1]
    found: Ints  # [A, SHIPMENTS + SHIPMENT_WIDTH * Lmax]
    bits: Ints  # [BIT_ROWS, Lmax]
    masks: Ints  # [MASK_ROWS, 2^Lmax]
    cells: Ints  # [CELL_ROWS, alike * ZONES * 2^Lmax]
