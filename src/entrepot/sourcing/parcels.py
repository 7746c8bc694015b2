"""What every parcel that many orders could be made of costs to send, as one table.

An order of L lines has 2^L subsets of them, each a parcel of its own weight and volume. What it
costs depends on the zone and on the node's work day, on which lateness depends; not on the node.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from entrepot.network.compiled import NO_COST, Compiled
from entrepot.network.model import ZONE_MAX
from entrepot.network.rate_card import Parcels
from entrepot.sourcing.cost import lateness
from entrepot.sourcing.model import Due
from entrepot.sourcing.questions import Floats, Ints, rows


@dataclass(frozen=True, slots=True)
class Sending:
    """How an order may be sent: by which services, due when; `latest`: nothing comes after it."""

    services: tuple[str, ...]
    due: Due | None = None
    latest: date | None = None


@dataclass(frozen=True, slots=True)
class Loads:
    """Orders' lines, flat: `first` int64[n + 1], grams and cm3 of each whole line, int64[lines]."""

    first: Ints
    weight_g: Ints
    volume_cm3: Ints


def table(
    loads: Loads,
    sendings: Sequence[Sending],
    which: npt.NDArray[np.int64],
    compiled: Compiled,
    work_days: Sequence[int],
) -> tuple[Ints, Floats]:
    """Price every subset of every order: (where each order's rows begin, the prices).

    `which` int64[n] says each order's sending; `work_days` are the nodes' different ones, ordinals,
    -1 for nodes that do not work. Prices are float64[rows, work days, zones], lateness counted,
    NO_COST where no lane goes or none arrives in time.
    """
    row = rows(np.diff(loads.first))
    weight, volume = (_sums(loads.first, row, each) for each in (loads.weight_g, loads.volume_cm3))
    prices = np.full((row[-1], len(work_days), ZONE_MAX + 1), float(NO_COST))
    sending_of = np.repeat(which, np.diff(row))
    for at, sending in enumerate(sendings):
        mine = np.flatnonzero(sending_of == at)
        for delay, work_day in enumerate(work_days):
            if len(mine) and work_day >= 0:
                parcels = Parcels(weight[mine], volume[mine], added(compiled, work_day, sending))
                prices[mine, delay] = compiled.lane_costs(sending.services, parcels)[0]
    return row, np.minimum(prices, NO_COST)


def added(compiled: Compiled, work_day: int, sending: Sending) -> Ints | None:
    """Give int64[lanes], what a lane costs beside its price from a work day; None: nothing does.

    That is its lateness; NO_COST where it may not be so late.
    """
    late = None if sending.due is None else lateness(compiled, work_day, sending.due)
    if sending.latest is None:
        return late
    beyond = compiled.arrivals(work_day) > sending.latest.toordinal()
    return np.where(beyond, NO_COST, 0 if late is None else late)


def _sums(first: Ints, row: Ints, values: Ints) -> Ints:
    """Give for every row the sum of its subset's lines."""
    lengths = np.diff(first)
    order = np.repeat(np.arange(len(lengths)), np.diff(row))
    subset = np.arange(row[-1]) - row[order]
    total = np.zeros(row[-1], np.int64)
    for line in range(int(lengths.max(initial=0))):
        inside = np.flatnonzero(subset >> line & 1)
        total[inside] += values[first[order[inside]] + line]
    return total
