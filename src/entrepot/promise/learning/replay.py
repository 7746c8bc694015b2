"""A history replayed: what each engine would have said of each parcel, and who would have answered.

Pure. What `train` rehearses, `evaluate` prints and the benchmark measures is this.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from entrepot.promise.learning import gate, measured, walk
from entrepot.promise.learning.blend import Choir
from entrepot.promise.learning.features import Memory
from entrepot.promise.learning.forest import MIDDLE, QUANTILES, ROUNDS
from entrepot.promise.learning.habit import Habits
from entrepot.promise.learning.questions import Question, questions
from entrepot.promise.learning.table import Bools, Floats, Parcels
from entrepot.promise.learning.walk import Windows


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of N parcels about one stage, each as it began: log(1 + days), NaN for nothing.

    `made` are the forests' quantiles, float64[N, 4], `blended` the model's: moved to the blend of
    the voices. `by_model` says who answered; `middle` and `window` are the answer.
    """

    asked: Question
    made: Floats
    blended: Floats
    model: Windows
    rules: Floats
    ruled: Windows
    by_model: Bools

    @property
    def middle(self) -> Floats:
        """The estimate that was given."""
        return np.where(self.by_model, self.blended[:, MIDDLE], self.rules)

    @property
    def window(self) -> Windows:
        """The window that was given."""
        return Windows(
            np.where(self.by_model, self.model.low, self.ruled.low),
            np.where(self.by_model, self.model.high, self.ruled.high),
        )


def replayed(  # noqa: PLR0913 - the history, and how it is walked
    parcels: Parcels,
    *,
    first: float,
    last: float,
    stages: Sequence[str],
    confidence: float = 0.9,
    holidays: Sequence[int] = (),
    rounds: int = ROUNDS,
    each: Callable[[int], None] | None = None,
) -> dict[str, Said]:
    """Replay the weeks from `first` to `last` (days since 1970), learning anew every Monday."""
    weeks = walk.mondays(first, last)
    found = {}
    for stage, asked in questions(parcels, Memory(parcels, holidays), stages).items():
        made = walk.walk(asked, weeks, rounds=rounds, each=each)
        rules = measured.walked(parcels, asked, weeks)
        found[stage] = said(parcels, asked, made, rules, weeks, confidence)
    return found


def said(
    parcels: Parcels,
    asked: Question,
    made: Floats,
    rules: Floats,
    weeks: Sequence[int],
    confidence: float,
) -> Said:
    """Calibrate both engines and say who answered."""
    lanes = parcels.keys["lane"]
    points = np.repeat(rules[:, None], len(QUANTILES), axis=1)
    blended = Choir(asked, made).blended()
    blended = Habits(asked, blended).kept(blended)
    return Said(
        asked,
        made,
        blended,
        walk.Calibration(asked, blended, confidence).windows(),
        rules,
        walk.Calibration(asked, points, confidence).windows(),
        gate.gated(asked, blended[:, MIDDLE], rules, lanes, weeks),
    )
