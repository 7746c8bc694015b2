"""What a replay found, added up: totals, differences, and how sure they are. Pure.

Orders of one record shared its stock, so they are no independent witnesses: a record is one. An
interval comes from drawing records again, with replacement, and is the middle 95 % of what the
draws say (Efron 1979; of clusters: Field and Welsh 2007). The seed makes it the same every time.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from entrepot.journey.compare import AT
from entrepot.terms.ids import NodeId

DRAWS = 1_000
"""Draws of records; the ends of an interval move by some hundredths of its width beyond it."""

DRAWN_MAX = 4_096
"""Groups that are drawn from: of more records, neighbors in time are put together."""

RECORDS_MIN = 10
"""Of fewer records nothing is said of how sure a figure is."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Figure(msgspec.Struct, frozen=True):
    """One thing, then and now, with the difference and the interval it lies in with 95 %.

    `percent` is of what it was then; None where that was nothing. `low` and `high` are of the
    difference, `percent_low` and `percent_high` of the percentage; None where there are too few
    records to say.
    """

    then: float
    now: float
    difference: float
    low: float | None = None
    high: float | None = None
    percent: float | None = None
    percent_low: float | None = None
    percent_high: float | None = None


class NodeLoad(msgspec.Struct, frozen=True):
    """Shipments of a node, then and now."""

    node: NodeId
    then: int
    now: int


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What other rules would have made of history.

    Costs are minor units per order with a plan then and now: `cost` by the prices of the day,
    `landed` freight and handling alone. `split` and `late` are percentages of orders, `refused` of
    those asked; distances are kilometers per order.
    """

    orders: int
    planned_both: int
    changed: int
    cost: Figure
    landed: Figure
    shipments: Figure
    split: Figure
    late: Figure
    refused: Figure
    kilometers: Figure
    cost_total_then: int
    cost_total_now: int
    nodes: tuple[NodeLoad, ...]


def figures(table: Ints, nodes: Sequence[NodeLoad], *, seed: int, draws: int = DRAWS) -> Figures:
    """Add up records' counts, int64[R, COLUMNS] in the order of time."""
    groups = _grouped(table)
    drawn = _drawn(groups, seed, draws) if len(groups) >= RECORDS_MIN else None
    sums = table.sum(axis=0, keepdims=True, dtype=np.int64)
    total = {name: int(sums[0, at]) for name, at in AT.items()}

    def ratio(then: str, now: str, of: str, scale: float = 1.0) -> Figure:
        return _figure(sums, drawn, (then, now, of), scale)

    return Figures(
        orders=total["asked"],
        planned_both=total["both"],
        changed=total["changed"],
        cost=ratio("cost_then", "cost_now", "both"),
        landed=ratio("landed_then", "landed_now", "both"),
        shipments=ratio("shipments_then", "shipments_now", "both"),
        split=ratio("split_then", "split_now", "both", 100),
        late=ratio("late_then", "late_now", "dated", 100),
        refused=_refused(sums, drawn),
        kilometers=ratio("meters_then", "meters_now", "measured", 0.001),
        cost_total_then=total["cost_then"],
        cost_total_now=total["cost_now"],
        nodes=tuple(nodes),
    )


def _grouped(table: Ints) -> Ints:
    if len(table) <= DRAWN_MAX:
        return table
    starts = np.linspace(0, len(table), DRAWN_MAX, endpoint=False).astype(np.int64)
    return np.add.reduceat(table, starts, axis=0)


def _drawn(groups: Ints, seed: int, draws: int) -> Floats:
    """Give float64[draws, COLUMNS], the sums of as many groups drawn with replacement."""
    chance = np.random.default_rng(seed)
    count = len(groups)
    sums = np.empty((draws, groups.shape[1]))
    for at in range(draws):
        often = np.bincount(chance.integers(count, size=count), minlength=count)
        sums[at] = often @ groups
    return sums


def _refused(sums: Ints, drawn: Floats | None) -> Figure:
    """Count who was asked and has no plan, in percent."""
    return _figure(
        _with_refused(sums), None if drawn is None else _with_refused(drawn),
        ("planned_then", "planned_now", "asked"), 100,
    )  # fmt: skip


def _with_refused(sums: npt.NDArray[np.generic]) -> Floats:
    told = sums.astype(np.float64)
    for name in ("planned_then", "planned_now"):
        told[:, AT[name]] = told[:, AT["asked"]] - told[:, AT[name]]
    return told


def _figure(
    sums: npt.NDArray[np.generic], drawn: Floats | None, names: tuple[str, str, str], scale: float
) -> Figure:
    a, b, n = (AT[name] for name in names)
    row = sums[0].astype(np.float64)
    then, now = _over(row[a], row[n]) * scale, _over(row[b], row[n]) * scale
    low = high = percent_low = percent_high = None
    if drawn is not None:
        per = np.maximum(drawn[:, n], 1)
        low, high = _middle((drawn[:, b] - drawn[:, a]) / per * scale)
        if row[a]:
            base = np.maximum(drawn[:, a], 1)
            percent_low, percent_high = _middle((drawn[:, b] - drawn[:, a]) / base * 100)
    percent = (now - then) / then * 100 if then else None
    return Figure(then, now, now - then, low, high, percent, percent_low, percent_high)


def _over(value: float, count: float) -> float:
    return float(value / count) if count else 0.0


def _middle(values: Floats) -> tuple[float, float]:
    low, high = np.quantile(values, (0.025, 0.975)).tolist()
    return low, high
