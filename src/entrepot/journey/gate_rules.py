"""Whether a replay is enough for its policy to come into force. Pure."""

from datetime import datetime, timedelta

import msgspec

from entrepot.journey.replay_result import Result
from entrepot.journey.tally import Figure
from entrepot.policies.model import Policy
from entrepot.policies.trial import RequireReplay

_BESIDE = (
    "release_after_s", "hold_expiry_s", "feed_stale_after_s", "max_replans", "truth", "publication",
    "revisions", "promise", "learned_transit", "pickup_consent",
)  # fmt: skip
"""What of a policy has no say in which node sends what."""


def sources_alike(one: Policy, other: Policy) -> bool:
    """Say whether two policies differ in nothing that decides which node sends what."""
    fields = {name: getattr(one, name) for name in _BESIDE}
    return msgspec.structs.replace(other, **fields) == one


def lacks(
    limits: RequireReplay, result: Result, from_at: datetime, to_at: datetime, at: datetime
) -> list[str]:
    """Say what a replay of [from_at, to_at) lacks at a moment; nothing where it passes."""
    missed = []
    if to_at - from_at < timedelta(days=limits.days):
        missed.append(f"it covers less than {limits.days} days")
    if to_at < at - timedelta(hours=limits.within_hours):
        missed.append(f"its history ended more than {limits.within_hours} hours ago")
    if result.differing:
        missed.append(f"{result.differing} decisions are not what was recorded")
    if result.figures is None:
        return [*missed, "it tried no policy"]
    figures, surely = result.figures, limits.surely
    cost = figures.cost
    checks = (
        ("cost per order, in percent", limits.max_cost_increase_pct, _percent(cost, surely=surely)),
        ("split orders", limits.max_split_increase, _points(figures.split, surely=surely)),
        ("late promises", limits.max_late_increase, _points(figures.late, surely=surely)),
        ("refused orders", limits.max_refused_increase, _points(figures.refused, surely=surely)),
    )
    for name, most, found in checks:
        if most is not None and found is None:
            missed.append(f"{name}: too few orders to be sure")
        elif most is not None and found is not None and found > most:
            missed.append(f"{name}: {found:+.2f}, at most {most:+.2f}")
    return missed


def _percent(figure: Figure, *, surely: bool) -> float | None:
    """Give the increase in percent, at its worst where that is asked for; None: not known."""
    if surely:
        return figure.percent_high
    return 0.0 if figure.percent is None else figure.percent


def _points(figure: Figure, *, surely: bool) -> float | None:
    return figure.high if surely else figure.difference
