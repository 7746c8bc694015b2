"""What is still open: how long it will have taken, given that it has taken so long already. Pure.

Learning from what is done alone learns that things are fast: of what began last week only the fast
part is done. An open row is given the quantile, conditional on its age, of how far others were from
what had been thought of them (imputation from the residuals' conditional distribution).
"""

from typing import Final

import numpy as np

from entrepot.promise.learning.table import Floats

RESIDUALS_MAX: Final = 700
"""Outcomes whose distance from what was thought is looked at: the newest ones."""

TAIL: Final = 0.1
"""Days added to what is older than anything seen: it has not arrived yet."""


def given_age(thought: Floats, age: Floats, residuals: Floats, quantile: float) -> Floats:
    """Give log(1 + days) at a quantile, given that it will be more than `age` days.

    `thought` is the log estimate, `residuals` are log outcomes less log estimates, any order. Where
    no outcome was so far beyond its estimate, a little more than the age.
    """
    ranked = np.sort(residuals)
    least: Floats = np.log1p(np.maximum(age, 0))
    if not len(ranked):
        late: Floats = np.maximum(thought, least + np.log1p(TAIL))
        return late
    passed = np.searchsorted(ranked, least - thought, side="right")
    left = len(ranked) - passed
    place = np.minimum(passed + (left * quantile).astype(np.int64), len(ranked) - 1)
    beyond = np.where(left > 0, thought + ranked[place], least + np.log1p(TAIL))
    found: Floats = np.maximum(beyond, least)
    return found
