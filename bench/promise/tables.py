"""What was said against what came: errors, windows and promised dates, by month and by region."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from entrepot.promise.learning.replay import Said
from entrepot.promise.learning.table import Bools, Floats, Strings

WITHIN_DAYS = 2.0
HEAD = (
    "| {by} | parcels | platform | rules | given | median | within 2 d | platform / given |"
    " rules / given | window holds | days wide | by the model | promised date: on time / lead |"
    " platform's: on time / lead |"
)
RULE = "|" + "---|" * 14


@dataclass(frozen=True, slots=True)
class Scored:
    """One stage of N parcels that were delivered. Days, save `begins` (days since 1970)."""

    begins: Floats
    actual: Floats
    given: Floats
    low: Floats
    high: Floats
    rules: Floats
    platform: Floats
    by_model: Bools
    regions: Strings
    clock: Floats

    def take(self, rows: Bools) -> "Scored":
        """Give some of the rows."""
        return Scored(*(getattr(self, name)[rows] for name in self.__slots__))

    def __len__(self) -> int:
        return len(self.begins)


def scored(said: Said, promised: Floats, regions: Strings, clock: Floats) -> Scored:
    """Take the parcels that were delivered and of which all that is compared was said.

    `promised` is the beginning of the day the platform had promised, in days since 1970.
    """
    asked, window = said.asked, said.window
    whole = Scored(
        asked.begins, asked.ends - asked.begins, np.expm1(said.middle), np.expm1(window.low),
        np.expm1(window.high), np.expm1(said.rules), promised - asked.begins, said.by_model,
        regions, clock,
    )  # fmt: skip
    seen = np.isfinite(whole.actual) & np.isfinite(whole.given) & np.isfinite(whole.high)
    return whole.take(seen & np.isfinite(whole.rules) & np.isfinite(whole.platform))


def between(scored: Scored, first: float, last: float) -> Scored:
    """Take those that began in a span of days since 1970."""
    return scored.take((scored.begins >= first) & (scored.begins < last))


def months(scored: Scored, shift: int) -> list[tuple[str, Scored]]:
    """Split by the month in which they began, of a calendar `shift` days earlier."""
    local = scored.begins + scored.clock - shift
    names = np.array([_day(each).strftime("%Y-%m") for each in local])
    return [(str(name), scored.take(names == name)) for name in np.unique(names)]


def regions(scored: Scored, most: int = 12) -> list[tuple[str, Scored]]:
    """Split by region, those with most parcels first; the rest together."""
    names, counts = np.unique(scored.regions, return_counts=True)
    ranked = names[np.lexsort((names, -counts))]
    found = [(str(name), scored.take(scored.regions == name)) for name in ranked[:most]]
    rest = scored.take(np.isin(scored.regions, ranked[most:]))
    return [*found, ("others", rest)] if len(rest) else found


def table(by: str, parts: Sequence[tuple[str, Scored]]) -> str:
    """Print a Markdown table, a row for each part."""
    return "\n".join([HEAD.format(by=by), RULE, *(_row(name, part) for name, part in parts)])


def error(scored: Scored, said: Floats) -> float:
    """Give the mean absolute error in days."""
    return float(np.mean(np.abs(said - scored.actual)))


def holds(scored: Scored) -> float:
    """Give the share of windows that held."""
    return float(np.mean((scored.actual >= scored.low) & (scored.actual <= scored.high)))


def _row(name: str, part: Scored) -> str:
    given, rules = error(part, part.given), error(part, part.rules)
    platform = error(part, part.platform)
    miss = np.abs(part.given - part.actual)
    cells = [
        name,
        f"{len(part):,}",
        f"{platform:.2f}",
        f"{rules:.2f}",
        f"{given:.2f}",
        f"{np.median(miss):.2f}",
        f"{np.mean(miss <= WITHIN_DAYS):.0%}",
        f"{platform / given:.2f}",
        f"{rules / given:.2f}",
        f"{holds(part):.3f}",
        f"{np.mean(part.high - part.low):.1f}",
        f"{np.mean(part.by_model):.0%}",
        _promised(part, part.high),
        _promised(part, part.platform),
    ]
    return "| " + " | ".join(cells) + " |"


def _promised(part: Scored, said: Floats) -> str:
    """Say how often a promised day held, and how many days after the order it lay."""
    began = np.floor(part.begins + part.clock)
    day = np.floor(part.begins + part.clock + said) - began
    came = np.floor(part.begins + part.clock + part.actual) - began
    return f"{np.mean(came <= day):.1%} / {np.mean(day):.1f} d"


def _day(days: float) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=float(days))
