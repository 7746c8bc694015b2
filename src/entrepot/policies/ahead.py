"""Policies that think of the orders still to come: prices of stock and room, and waves."""

from typing import Annotated

import msgspec
from msgspec import Meta

DAY_MINUTES = 24 * 60


class Waves(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When what is planned and not yet released is planned again, all of it together."""

    every_minutes: Annotated[
        int, Meta(ge=1, le=DAY_MINUTES, description="Minutes from one wave to the next.")
    ] = 15
    orders_max: Annotated[
        int, Meta(ge=2, le=20_000, description="Orders planned together; the first to be released.")
    ] = 5_000
    saving_min: Annotated[
        int, Meta(ge=1, le=10**9, description="Minor units an order must save to be moved.")
    ] = 25


class Overstock(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Stock that lasts too long where it is: sending a unit of it from there is worth something."""

    days: Annotated[int, Meta(ge=1, le=3_650, description="Days of sales there; more is too much.")]
    units_worth: Annotated[
        int, Meta(ge=1, le=10**6, description="Minor units that each unit sent is worth.")
    ]


class LookAhead(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How stock and room are priced for the orders still to come."""

    every_hours: Annotated[
        int, Meta(ge=1, le=168, description="Hours from one pricing to the next.")
    ] = 24
    restocked_percent: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=1_000,
                description="Units that came in, in percent of all that was free, after which "
                "prices are made again at once; null: never.",
            ),
        ]
        | None
    ) = 10
    days: Annotated[
        int, Meta(ge=1, le=28, description="Days until the shelves are filled again, about.")
    ] = 7
    history_days: Annotated[
        int, Meta(ge=1, le=365, description="Days of orders that say what will be ordered.")
    ] = 28
    unserved: Annotated[
        int, Meta(ge=0, le=10**7, description="Minor units that running out of a line costs.")
    ] = 4_500
    overstock: Overstock | None = None
