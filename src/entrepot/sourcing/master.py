"""The restricted master problem of joint planning: columns go to HiGHS, prices come back.

The only place that speaks to the solver. One thread, a fixed seed, and limits that count branches,
not seconds: the same columns in the same order give the same answer.
"""

from dataclasses import dataclass
from typing import Final

import highspy
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

BRANCHES_MAX: Final = 400
"""Nodes of the search tree at most: what is left open then stands in the gap."""

HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of a matrix: column c costs `cost[c]`, and has `row` and `value` from `start[c]`."""

    cost: Floats
    start: Ints
    row: Ints
    value: Floats


class UnsolvedError(RuntimeError):
    """The solver gave up where a solution is known to exist: a fault, not an answer."""


class Master:
    """Rows between bounds, of columns that may be taken in part, at most once each."""

    def __init__(self, low: Floats, high: Floats) -> None:
        self._highs = _solver()
        nothing = np.empty(0, np.int32)
        starts = np.zeros(len(low), np.int32)
        self._highs.addRows(len(low), low, high, 0, starts, nothing, np.empty(0))

    def add(self, columns: Columns) -> None:
        """Add columns."""
        count = len(columns.cost)
        self._highs.addCols(
            count, columns.cost, np.zeros(count), np.ones(count), len(columns.row),
            columns.start.astype(np.int32), columns.row.astype(np.int32), columns.value,
        )  # fmt: skip

    def priced(self) -> tuple[float, Floats, Floats]:
        """Solve: (the least cost, each row's price, each column's reduced cost)."""
        _run(self._highs)
        solution = self._highs.getSolution()
        value = self._highs.getInfo().objective_function_value
        return value, np.array(solution.row_dual), np.array(solution.col_dual)


def taken(columns: Columns, low: Floats, high: Floats, known: Floats, gap: float) -> Ints:
    """Choose whole columns within a relative gap of the least cost: the indexes of those taken.

    `known` float64[columns] is a choice that is possible; the answer is never dearer. HiGHS is not
    told of it: begun from a good choice, release 1.16 has reported costs that no choice has.
    """
    count = len(columns.cost)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = count, len(low)
    lp.col_cost_, lp.row_lower_, lp.row_upper_ = columns.cost, low, high
    lp.col_lower_, lp.col_upper_ = np.zeros(count), np.ones(count)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.append(columns.start, len(columns.row)).astype(np.int32)
    lp.a_matrix_.index_ = columns.row.astype(np.int32)
    lp.a_matrix_.value_ = columns.value
    lp.integrality_ = [highspy.HighsVarType.kInteger] * count
    highs = _solver()
    highs.setOptionValue("mip_rel_gap", gap)
    highs.setOptionValue("mip_max_nodes", BRANCHES_MAX)
    highs.passModel(lp)
    highs.run()
    found = np.array(highs.getSolution().col_value)
    if len(found) != count or not _fits(columns, low, high, found):
        return np.flatnonzero(known > HALF)
    better = float(columns.cost @ np.rint(found)) < float(columns.cost @ known)
    return np.flatnonzero((found if better else known) > HALF)


def _fits(columns: Columns, low: Floats, high: Floats, found: Floats) -> bool:
    """Say whether a solution, rounded, keeps to the rows."""
    length = np.diff(np.append(columns.start, len(columns.row)))
    entries = columns.value * np.repeat(np.rint(found), length)
    sums = np.bincount(columns.row, entries, len(low))
    return bool(((sums >= low - HALF) & (sums <= high + HALF)).all())


def _solver() -> highspy.Highs:
    highs = highspy.Highs()
    highs.silent()
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("random_seed", 1)
    return highs


def _run(highs: highspy.Highs) -> None:
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise UnsolvedError(str(highs.getModelStatus()))
