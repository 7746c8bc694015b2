"""A policy that has to be tried on history before it comes into force."""

from typing import Annotated

import msgspec
from msgspec import Meta

Percent = Annotated[float, Meta(ge=-100, le=1_000)]


class RequireReplay(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a policy has to show before it comes into force: history decided again by it.

    The replay reproduces every recorded decision by the rules of then, and stays within the limits
    that are said.
    """

    days: Annotated[
        int, Meta(ge=1, le=366, description="Days of history that it must cover at least.")
    ] = 7
    within_hours: Annotated[
        int, Meta(ge=1, le=24 * 31, description="Hours since it and its history may have ended.")
    ] = 72
    max_cost_increase_pct: (
        Annotated[Percent, Meta(description="Of the cost per order, in percent.")] | None
    ) = None
    max_split_increase: (
        Annotated[Percent, Meta(description="Of the orders that are split, percentage points.")]
        | None
    ) = None
    max_late_increase: (
        Annotated[Percent, Meta(description="Of the promises that are late, percentage points.")]
        | None
    ) = None
    max_refused_increase: (
        Annotated[Percent, Meta(description="Of the orders refused, in percentage points.")] | None
    ) = None
    surely: Annotated[
        bool, Meta(description="The whole 95 % interval must lie within the limits.")
    ] = False
