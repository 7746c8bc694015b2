"""How good a version has been, and whether it takes another's place. Pure."""

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np

from entrepot.promise.learning import replay
from entrepot.promise.learning.forest import MIDDLE
from entrepot.promise.learning.learned import History
from entrepot.promise.learning.questions import Question
from entrepot.promise.learning.replay import Said
from entrepot.promise.learning.table import Bools, Floats
from entrepot.promise.learning.walk import mondays

JUDGED_DAYS: Final = 56
"""Figures are of the parcels that began in the last eight weeks."""

JUDGED_MIN: Final = 100
"""With fewer of them nobody is put in force by figures."""

REPLAYED_DAYS: Final = 112


class StageCard(msgspec.Struct, frozen=True):
    """Figures of the rehearsal. Errors and widths are days; `holds` is the share of windows."""

    learned_from: int
    judged: int
    model_error: float | None
    rules_error: float | None
    given_error: float | None
    holds: float | None
    width: float | None
    by_model: float


def cards(past: History, confidence: float, at: float) -> dict[str, StageCard]:
    """Judge a version by what it had said of each parcel as it began."""
    weeks = mondays(at - REPLAYED_DAYS, at)
    found = {}
    for stage, made in past.made.items():
        parcels = past.parcels
        begins = parcels.handed if stage == "transit" else parcels.placed
        ends = parcels.handed if stage == "handling" else parcels.delivered
        nothing = np.empty((len(parcels), 0))
        asked = Question(stage, (), nothing, past.thought[stage], begins, ends, parcels.clock)
        said = replay.said(parcels, asked, made, past.rules[stage], weeks, confidence)
        found[stage] = stage_card(said, at)
    return found


def wins(
    challenger: Mapping[str, StageCard], champion: Mapping[str, StageCard] | None
) -> tuple[bool, str]:
    """Say whether a version takes the place of the one in force (None: the rules), and why."""
    mine = challenger.get("whole")
    if mine is None or mine.judged < JUDGED_MIN or mine.given_error is None:
        return False, f"fewer than {JUDGED_MIN} deliveries to judge it by"
    its = None if champion is None else champion.get("whole")
    against, whose = mine.rules_error, "the rules"
    if its is not None and its.given_error is not None:
        against, whose = its.given_error, "the version in force"
    if against is None:
        return False, f"nothing is known of how near {whose} came"
    told = f"{mine.given_error:.2f} days off against {against:.2f} of {whose}"
    return mine.given_error <= against, f"{told}, over {mine.judged} deliveries"


def stage_card(said: Said, at: float) -> StageCard:
    """Judge what was said of the parcels that began in the eight weeks before a moment."""
    asked = said.asked
    done = np.isfinite(asked.ends)
    judged = done & (asked.begins >= at - JUDGED_DAYS)
    window = said.window
    claimed = judged & np.isfinite(window.low)
    held = (asked.outcome >= window.low) & (asked.outcome <= window.high)
    wide = np.expm1(window.high) - np.expm1(window.low)
    return StageCard(
        learned_from=int(done.sum()),
        judged=int(judged.sum()),
        model_error=_error(said.blended[:, MIDDLE], said, judged),
        rules_error=_error(said.rules, said, judged),
        given_error=_error(said.middle, said, judged),
        holds=float(held[claimed].mean()) if claimed.any() else None,
        width=float(wide[claimed].mean()) if claimed.any() else None,
        by_model=float(said.by_model[judged].mean()) if judged.any() else 0.0,
    )


def _error(said: Floats, answers: Said, rows: Bools) -> float | None:
    """Give the mean absolute error in days, of those that both engines spoke of."""
    both = rows & np.isfinite(answers.made[:, MIDDLE]) & np.isfinite(answers.rules)
    if not both.any():
        return None
    return float(np.abs(np.expm1(said) - np.expm1(answers.asked.outcome))[both].mean())
