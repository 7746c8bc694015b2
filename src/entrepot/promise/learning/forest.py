"""Quantiles of an offset by boosted trees (LightGBM; Ke et al. 2017): same rows, same trees.

Trees learn what rules miss: the target is log(1 + days) less the rules' estimate of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from entrepot.promise.learning.table import Floats

QUANTILES: Final = (0.05, 0.5, 0.9, 0.95)
LOW, MIDDLE, LATE, HIGH = range(4)

ROUNDS: Final = 150
LARGE_FROM: Final = 12_000
LARGE_LEAVES: Final = 31
LARGE_ROUNDS: Final = 2
"""From so many rows on trees have so many leaves, and there are so many times as many of them: they
tell nodes, lanes and hours apart that fewer rows could not."""

SEEDS: Final = {0.5: (1, 2, 3)}
"""The median is the mean of three forests; other quantiles are calibrated anyway."""

PARAMETERS: Final[Mapping[str, Any]] = {
    "objective": "quantile",
    "learning_rate": 0.05,
    "num_leaves": 15,
    "min_data_in_leaf": 40,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "feature_fraction": 0.35,
    "lambda_l2": 5.0,
    "max_bin": 63,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


@dataclass(frozen=True)
class Forest:
    """Boosters as text, by quantile in the order of QUANTILES; several for one are averaged."""

    names: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]

    @cached_property
    def _boosters(self) -> list[list[Any]]:
        import lightgbm  # noqa: PLC0415 - a process without a version in force need not load it

        return [[lightgbm.Booster(model_str=text) for text in each] for each in self.texts]

    def offsets(self, matrix: Floats) -> Floats:
        """Give float64[N, 4], the quantiles of the offset, ascending in each row."""
        if not len(matrix):
            return np.empty((0, len(QUANTILES)))
        found = [
            np.mean([np.asarray(b.predict(matrix, num_threads=1)) for b in each], axis=0)
            for each in self._boosters
        ]
        return ascending(np.column_stack(found))


def grown(
    names: Sequence[str],
    matrix: Floats,
    offsets: Sequence[Floats],
    weights: Floats | None = None,
    rounds: int = ROUNDS,
) -> Forest:
    """Grow forests on rows float64[N, F]; `offsets` are each quantile's target, float64[N]."""
    import lightgbm  # noqa: PLC0415 - as above

    texts, parameters = [], dict(PARAMETERS)
    if len(matrix) >= LARGE_FROM:
        parameters["num_leaves"], rounds = LARGE_LEAVES, rounds * LARGE_ROUNDS
    rows = lightgbm.Dataset(
        matrix, label=offsets[0], weight=weights, params=parameters, free_raw_data=False
    ).construct()
    for quantile, target in zip(QUANTILES, offsets, strict=True):
        rows.set_label(target)
        texts.append(
            tuple(
                lightgbm.train(
                    {**parameters, "alpha": quantile, "seed": seed}, rows, num_boost_round=rounds
                ).model_to_string()
                for seed in SEEDS.get(quantile, (1,))
            )
        )
    return Forest(tuple(names), tuple(texts))


def ascending(quantiles: Floats) -> Floats:
    """Make the quantiles of each row ascend; the middle one stays where it is."""
    found = quantiles.copy()
    middle = found[:, MIDDLE]
    found[:, LOW] = np.minimum(found[:, LOW], middle)
    found[:, LATE] = np.maximum(found[:, LATE], middle)
    found[:, HIGH] = np.maximum(found[:, HIGH], found[:, LATE])
    return found
