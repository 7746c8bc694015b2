"""Orders' questions as arrays, for arithmetic over many of them; see `offers`, which answers them.

Plain values: the compiler that `offers` needs is loaded when the first question is asked.
"""

import importlib
from collections.abc import Sequence
from functools import cache
from types import ModuleType
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NEVER: Final = float(1 << 48)
"""What no node can do costs this, and more is never asked."""


@cache
def answering() -> ModuleType:
    """Give the module of machine code that answers questions: `offers`."""
    return importlib.import_module("entrepot.sourcing.offers")


class Held(NamedTuple):
    """Positions by sku row: `node` and `units` of row s stand from `first[s]` to `first[s + 1]`."""

    first: Ints
    node: Ints
    units: Ints


class Questions(NamedTuple):
    """Orders of at most EXACT_LINES_MAX lines, laid out flat.

    Lines of order a stand from `first[a]` to `first[a + 1]` in `sku` (rows of `Held`) and `units`.
    `row[a]` + subset is the subset's row in `parcel`, float64[rows, delays, zones]: shipping and
    what being late costs, NEVER where it cannot be. `area` is the row of `Nodes.zone`, `group` that
    of `Nodes.beside`, `day` that of the room's prices. `unserved` is what a line costs that nobody
    sends, NEVER where all must be sent.
    """

    first: Ints
    sku: Ints
    units: Ints
    row: Ints
    parcel: Floats
    area: Ints
    group: Ints
    day: Ints
    unserved: Floats


class Nodes(NamedTuple):
    """Nodes: `zone` int64[areas, N], `delay` int64[N] the rows of `parcel`, `per_unit` int64[N].

    `beside` is float64[groups, N], what a parcel costs beside its freight and its units; NEVER
    where a node may not send for a group. `extra` is the price of a shipment after the first.
    """

    zone: Ints
    delay: Ints
    beside: Floats
    per_unit: Ints
    extra: float


class Priced(NamedTuple):
    """Minor units for one unit of each position, float64[P], and a parcel, float64[days, N]."""

    stock: Floats
    room: Floats


class Used(NamedTuple):
    """What answers use: units of each position, float64[P], and parcels, float64[days, N].

    `chosen` is int64[lines], the node of each line in the last answers; -1 where it is unserved.
    """

    stock: Floats
    room: Floats
    chosen: Ints


def held(free: Ints) -> Held:
    """List the positions of int64[S, N] that hold something, by sku row, then by node."""
    sku, node = np.nonzero(free > 0)
    counts = np.bincount(sku, minlength=len(free))
    first = np.concatenate([[0], counts.cumsum()]).astype(np.int64)
    return Held(first, node.astype(np.int64), free[sku, node].astype(np.int64))


def rows(lengths: Sequence[int] | Ints) -> Ints:
    """Say where the subsets of orders of these many lines begin in a table: int64[n + 1]."""
    return np.concatenate([[0], (1 << np.asarray(lengths, np.int64)).cumsum()])


class Parcels(NamedTuple):
    """Parcels: `order`, `subset` of its lines as a mask, `node` (-1: unserved), all int64[C]."""

    order: Ints
    subset: Ints
    node: Ints


class Rows(NamedTuple):
    """The rows of the master: of each position, -1 where there is plenty; of each node's room."""

    stock: Ints
    room: Ints


class Out(NamedTuple):
    """Where columns are written: from `start[c]` on `filled[c]` entries, and what each costs."""

    start: Ints
    row: Ints
    value: Floats
    cost: Floats
    filled: Ints
