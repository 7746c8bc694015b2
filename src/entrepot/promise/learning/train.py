"""Train a version on a history, and say how good it would have been. Pure.

It rehearses the last sixteen weeks first, week by week: that is where its scores, its windows'
calibration and its card come from. The forests that will answer are grown last, on all of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

import msgspec
import numpy as np

from entrepot.promise.learning import measured
from entrepot.promise.learning.features import Memory, of_names
from entrepot.promise.learning.forest import QUANTILES, ROUNDS
from entrepot.promise.learning.judge import StageCard, stage_card
from entrepot.promise.learning.learned import History, Trained
from entrepot.promise.learning.questions import STAGES, questions
from entrepot.promise.learning.replay import Said, replayed
from entrepot.promise.learning.table import Floats, Ints, Parcels, Strings
from entrepot.promise.learning.walk import ROWS_MIN, learn, mondays

REHEARSED_DAYS: Final = 112


class Card(msgspec.Struct, frozen=True):
    """What a version was made of. Times are days since 1970 (UTC)."""

    parcels: int
    delivered: int
    first_placed: float
    last_placed: float
    trained_at: float
    confidence: float
    stages: dict[str, StageCard]
    features: list[str]
    rounds: int
    lightgbm: str
    numpy: str


@dataclass(frozen=True, slots=True)
class Made:
    """A version, what it answers from, and its card."""

    trained: Trained
    past: History
    card: Card


def train(  # noqa: PLR0913 - the history, and how it is learned from
    ids: Strings,
    parcels: Parcels,
    at: float,
    *,
    confidence: float = 0.9,
    holidays: Sequence[int] = (),
    rounds: int = ROUNDS,
    each: Callable[[int], None] | None = None,
) -> Made | None:
    """Train on what is known at a moment (days since 1970); None where too little has arrived."""
    known = parcels.known_at(at)
    if np.isfinite(known.delivered).sum() < ROWS_MIN:
        return None
    said = replayed(
        known, first=at - REHEARSED_DAYS, last=at, stages=STAGES, confidence=confidence,
        holidays=holidays, rounds=rounds, each=each,
    )  # fmt: skip
    forests = {}
    for stage, answers in said.items():
        forest = learn(answers.asked, at, rounds)
        if forest is not None:
            forests[stage] = forest
    past = History(
        ids[parcels.placed < at],
        known,
        {stage: answers.made for stage, answers in said.items()},
        {stage: answers.asked.rules for stage, answers in said.items()},
        {stage: answers.rules for stage, answers in said.items()},
    )
    trained = Trained(forests, confidence, tuple(holidays))
    return Made(trained, past, _card(known, said, at, confidence, rounds))


def brought_up(
    trained: Trained, before: History, ids: Strings, parcels: Parcels, at: float
) -> History:
    """Give what had happened by a moment, with what a version says of parcels new since `before`.

    What was said of a parcel before stays as it was said.
    """
    known, ids = parcels.known_at(at), ids[parcels.placed < at]
    where = {str(name): row for row, name in enumerate(before.ids)}
    places = np.array([where.get(str(name), -1) for name in ids], np.int64)
    said = asked_again(trained, known, at)
    return History(
        ids,
        known,
        {stage: _kept(before.made.get(stage), places, each[0]) for stage, each in said.items()},
        {stage: _kept(before.thought.get(stage), places, each[1]) for stage, each in said.items()},
        {stage: _kept(before.rules.get(stage), places, each[2]) for stage, each in said.items()},
    )


def asked_again(
    trained: Trained, known: Parcels, at: float
) -> Mapping[str, tuple[Floats, Floats, Floats]]:
    """Say per stage what a version would say of all parcels, each as it began.

    The forests' quantiles, the estimate they are offsets from, that of the rules' engine.
    """
    weeks = mondays(at - REHEARSED_DAYS, at)
    found = {}
    for stage, asked in questions(known, Memory(known, trained.holidays)).items():
        forest = trained.forests.get(stage)
        made = np.full((len(asked), len(QUANTILES)), np.nan)
        if forest is not None:
            rows = np.flatnonzero(asked.begins >= at - REHEARSED_DAYS)
            features = of_names(asked.names, asked.matrix[rows], forest.names)
            made[rows] = asked.rules[rows, None] + forest.offsets(features)
        found[stage] = made, asked.rules, measured.walked(known, asked, weeks)
    return found


def _kept(before: Floats | None, places: Ints, new: Floats) -> Floats:
    """Keep what was said before; `places` are its rows, -1 for a parcel that is new."""
    if before is None or not len(before):
        return new
    old = before[np.maximum(places, 0)]
    seen = places >= 0
    return np.where((seen[:, None] if new.ndim == 2 else seen) & np.isfinite(old), old, new)


def _card(
    known: Parcels, said: Mapping[str, Said], at: float, confidence: float, rounds: int
) -> Card:
    return Card(
        parcels=len(known),
        delivered=int(np.isfinite(known.delivered).sum()),
        first_placed=float(known.placed.min()),
        last_placed=float(known.placed.max()),
        trained_at=at,
        confidence=confidence,
        stages={stage: stage_card(answers, at) for stage, answers in said.items()},
        features=list(said["whole"].asked.names),
        rounds=rounds,
        lightgbm=version("lightgbm"),
        numpy=np.__version__,
    )
