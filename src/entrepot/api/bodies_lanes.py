"""Rate cards as the wire has them, and the way to ours and back. Pure."""

from itertools import pairwise
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.api.bodies_network import Price
from entrepot.api.problems import invalid
from entrepot.network.model import (
    WEIGHT_BREAKS_MAX,
    ZONE_MAX,
    LaneRow,
)
from entrepot.terms.ids import LaneId

TRANSIT_DAYS_MAX = 90
BREAK_G_MAX = 10_000_000
CM3_PER_KG_MAX = 1_000_000
Zone = Annotated[int, Meta(ge=1, le=ZONE_MAX, description="1 to 8 by distance; 9: far or unknown")]
Days = Annotated[int, Meta(ge=0, le=TRANSIT_DAYS_MAX, description="carrier business days")]


class LaneBreak(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parcels up to this weight cost this much."""

    up_to_g: Annotated[int, Meta(ge=1, le=BREAK_G_MAX)]
    cost: Price


class LaneCost(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Prices by weight: breaks ascend and never fall; each started kilogram over the last adds.

    A parcel weighs as much as its volume at `cm3_per_kg`, if that is more.
    """

    breaks: Annotated[tuple[LaneBreak, ...], Meta(max_length=WEIGHT_BREAKS_MAX)]
    per_kg_over: Price = 0
    cm3_per_kg: Annotated[
        int,
        Meta(
            ge=0, le=CM3_PER_KG_MAX, description="cubic centimeters that weigh 1 kg; 0: no matter"
        ),
    ] = 0
    cost_min: Annotated[Price, Meta(description="the least a parcel costs, in minor units")] = 0


class LaneBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the rate card: a carrier's service into a zone.

    `transit_days` is what is promised, `transit_days_min` the earliest: the same if not given.
    """

    carrier: Annotated[str, Meta(min_length=1, max_length=60)]
    service: Annotated[str, Meta(min_length=1, max_length=60)]
    zone: Zone
    transit_days: Days
    transit_days_min: Days | None = None
    cost: LaneCost
    enabled: bool = True


class LaneAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A lane and its version, which is also its ETag."""

    lane: str
    carrier: str
    service: str
    zone: int
    transit_days: int
    transit_days_min: int
    cost: LaneCost
    enabled: bool
    version: int


def lane_row(name: str, body: LaneBody) -> LaneRow:
    """Read a lane; raises Problem where its days or prices are out of order."""
    earliest = body.transit_days if body.transit_days_min is None else body.transit_days_min
    if earliest > body.transit_days:
        raise invalid("/transit_days_min", "is more than transit_days")
    for at, (before, after) in enumerate(pairwise(body.cost.breaks), start=1):
        if after.up_to_g <= before.up_to_g:
            raise invalid(f"/cost/breaks/{at}/up_to_g", "is not above the break before it")
        if after.cost < before.cost:
            raise invalid(f"/cost/breaks/{at}/cost", "is below the break before it")
    return LaneRow(
        lane_id=LaneId(name),
        carrier=body.carrier,
        service=body.service,
        zone=body.zone,
        transit_days_min=earliest,
        transit_days=body.transit_days,
        breaks=msgspec.json.encode(body.cost.breaks).decode(),
        per_kg_over=body.cost.per_kg_over,
        enabled=body.enabled,
        cm3_per_kg=body.cost.cm3_per_kg,
        cost_min=body.cost.cost_min,
    )


def lane_answer(row: LaneRow) -> LaneAnswer:
    """Show a lane."""
    breaks = msgspec.json.decode(row.breaks, type=tuple[LaneBreak, ...])
    return LaneAnswer(
        lane=row.lane_id,
        carrier=row.carrier,
        service=row.service,
        zone=row.zone,
        transit_days=row.transit_days,
        transit_days_min=row.transit_days_min,
        cost=LaneCost(
            breaks=breaks,
            per_kg_over=row.per_kg_over,
            cm3_per_kg=row.cm3_per_kg,
            cost_min=row.cost_min,
        ),
        enabled=row.enabled,
        version=row.version,
    )
