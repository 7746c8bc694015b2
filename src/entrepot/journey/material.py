"""Which change of what a channel may sell is worth telling. Pure."""

from collections.abc import Mapping, Sequence
from enum import IntEnum

from entrepot.journey.model import Due, News, Published, Why
from entrepot.policies.model import Publication
from entrepot.terms.ids import Sku

Key = tuple[str, Sku]


class Band(IntEnum):
    """How much there is, as a shopper sees it."""

    NONE = 0
    LOW = 1
    NORMAL = 2


def band(units: int, low_at: int) -> Band:
    """Say which band so many units are in: none, low up to `low_at`, or normal."""
    if units <= 0:
        return Band.NONE
    return Band.LOW if units <= low_at else Band.NORMAL


def material(rule: Publication, was: int | None, now: int) -> Why | None:
    """Say why going from `was` units, told last, to `now` is to be told; None: it is not.

    What was never told is. A crossing of a band is, whatever the steps. Any other change is where
    it reaches one of the steps the rule has: smaller than both, it is not.
    """
    if was is None:
        return Why.FIRST
    if band(was, rule.low_at) is not band(now, rule.low_at):
        return Why.THRESHOLD
    change = abs(now - was)
    if change == 0:
        return None
    if rule.step_units is not None and change >= rule.step_units:
        return Why.STEP
    if rule.step_share is not None and change >= rule.step_share * was:
        return Why.STEP
    return None


def news(
    due: Sequence[Due],
    rules: Mapping[str, Publication],
    now: Mapping[Key, int],
    before: Mapping[Key, Published],
) -> list[News]:
    """List what is to be told, in the order of `due`, each with the next version of its sku.

    What `now` does not know is left out: no such item, or a channel that publishes no longer.
    """
    told: list[News] = []
    for each in due:
        key = (each.channel, each.sku)
        if key not in now:
            continue
        last = before.get(key)
        was = last.available if last else None
        rule = rules[each.channel]
        why = Why.REPUBLISH if each.forced else material(rule, was, now[key])
        if why is not None:
            version = last.version + 1 if last else 1
            told.append(News(each.channel, each.sku, now[key], was, version, why))
    return told
