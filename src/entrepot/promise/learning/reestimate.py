"""When parcels arrive, said again on their way: given where they are and for how long. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from entrepot.promise.learning.learned import Answers, Learned
from entrepot.promise.learning.table import DAY_S, Parcels, Row, parcels_of
from entrepot.promise.model import Engine

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Window:
    """It arrives between `earliest` and `latest` (UTC) with this confidence."""

    earliest: datetime
    expected: datetime
    latest: datetime
    confidence: float
    engine: Engine


def reestimate(
    learned: Learned, rows: Sequence[Row], now: datetime, *, model: bool = True
) -> list[Window | None]:
    """Say of each parcel when it arrives, as of now; None where too little has been learned.

    One that was handed over is asked about from then on, another from its order on. The window of
    one that is late begins now: what it might have been faster is over. `model` False: rules only.
    """
    stages = ["whole" if row.handed is None else "transit" for row in rows]
    found: list[Window | None] = [None] * len(rows)
    for stage in ("whole", "transit"):
        places = [at for at, each in enumerate(stages) if each == stage]
        if not places:
            continue
        # As `parcels_of` ranks them.
        ranked = sorted(places, key=lambda at: (rows[at].placed, rows[at].order, rows[at].node))
        parcels = parcels_of(rows[at] for at in ranked)
        answers = learned.answer(stage, parcels, now.timestamp() / DAY_S, model=model)
        for place, window in zip(ranked, windows(stage, parcels, answers, learned), strict=True):
            found[place] = window
    return found


def windows(
    stage: str, parcels: Parcels, answers: Answers, learned: Learned
) -> list[Window | None]:
    """Make moments of answers, outward to whole minutes; None where nothing was said."""
    begins = parcels.handed if stage == "transit" else parcels.placed
    found: list[Window | None] = []
    for row, begin in enumerate(begins):
        days = answers.low[row], answers.middle[row], answers.high[row]
        if not np.isfinite(days).all():
            found.append(None)
            continue
        low, middle, high = (_moment(float(begin + each)) for each in days)
        engine = Engine.MODEL if answers.by_model[row] else Engine.RULES
        found.append(
            Window(_floor(low), _floor(middle), _floor(high) + MINUTE, learned.confidence, engine)
        )
    return found


def _moment(days: float) -> datetime:
    return datetime.fromtimestamp(days * DAY_S, UTC)


def _floor(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
