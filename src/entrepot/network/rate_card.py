"""Rate cards: a carrier's prices laid out for arithmetic, and the card a market starts with."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from entrepot.network.model import Lane, WeightBreak
from entrepot.terms.ids import LaneId

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

NO_COST: Final = 1 << 48
"""What stands where no lane goes: dearer than any plan, and 2^14 of them still add up."""


@dataclass(frozen=True, slots=True)
class Layer:
    """At most one lane per zone, all with the same weight breaks and the same view of volume."""

    zone: Int64s  # [L]
    lane_ix: Int32s  # [L]
    up_to_g: Int64s  # [B]
    cost: Int64s  # [B, L]
    per_kg_over: Int64s  # [L]
    cost_min: Int64s  # [L]
    cm3_per_kg: int

    def underbid(self, parcels: "Parcels", cost: Int64s, lane_ix: Int32s) -> None:
        """Write these lanes into `cost` and `lane_ix` where they are cheaper than what stands.

        Shapes: K parcels; both others [K, zones], indexed by zone.
        """
        weights_g = parcels.billed(self.cm3_per_kg)
        row = np.searchsorted(self.up_to_g, weights_g)
        mine = self.cost[np.minimum(row, len(self.up_to_g) - 1)]
        over = weights_g - self.up_to_g[-1]
        if (over > 0).any():
            started_kg = np.maximum(-(-over // 1000), 0)
            mine = mine + started_kg[:, None] * self.per_kg_over
        mine = np.maximum(mine, self.cost_min)
        if parcels.added is not None:
            mine = mine + parcels.added[self.lane_ix]
        better = mine < cost[:, self.zone]
        cost[:, self.zone] = np.where(better, mine, cost[:, self.zone])
        lane_ix[:, self.zone] = np.where(better, self.lane_ix, lane_ix[:, self.zone])


@dataclass(frozen=True, slots=True)
class Parcels:
    """K parcels to be priced: grams, cubic centimeters (None: nothing is known of any).

    `added` is int64[lanes], what each lane costs beside its price; NO_COST closes a lane.
    """

    weights_g: Int64s
    volumes_cm3: Int64s | None = None
    added: Int64s | None = None

    def billed(self, cm3_per_kg: int) -> Int64s:
        """Give int64[K], the grams a carrier bills that has so many cubic centimeters weigh 1 kg.

        A started gram counts. 0: volume is not looked at.
        """
        if not cm3_per_kg or self.volumes_cm3 is None:
            return self.weights_g
        return np.maximum(self.weights_g, -(-self.volumes_cm3 * 1000 // cm3_per_kg))


def order_of_ties(lanes: Sequence[Lane], services: Collection[str]) -> list[int]:
    """List the enabled lanes of some services by what decides among equal prices.

    Fewer transit days come first, then the lower lane id.
    """
    return sorted(
        (ix for ix, lane in enumerate(lanes) if lane.enabled and lane.service in services),
        key=lambda ix: (lanes[ix].transit_days, lanes[ix].lane_id),
    )


def layers(lanes: tuple[Lane, ...], services: Collection[str]) -> tuple[Layer, ...]:
    """Lay some services' enabled lanes out so that underbidding layer by layer breaks ties rightly.

    A layer takes of every zone the best lane not yet taken, if its weight breaks are those of the
    layer. A card with one lane per zone and the same breaks throughout, as most are, is a single
    layer.
    """
    left = order_of_ties(lanes, services)
    made: list[Layer] = []
    while left:
        kind = _kind(lanes[left[0]])
        best: dict[int, int] = {}
        for ix in left:
            best.setdefault(lanes[ix].zone, ix)
        taken = [ix for ix in best.values() if _kind(lanes[ix]) == kind]
        made.append(_layer(lanes, taken))
        left = [ix for ix in left if ix not in taken]
    return tuple(made)


def _layer(lanes: tuple[Lane, ...], taken: list[int]) -> Layer:
    costs = [[weight.cost for weight in lanes[ix].breaks] or [0] for ix in taken]
    edges, cm3_per_kg = _kind(lanes[taken[0]])
    return Layer(
        zone=np.array([lanes[ix].zone for ix in taken], np.int64),
        lane_ix=np.array(taken, np.int32),
        up_to_g=np.array(edges, np.int64),
        cost=np.array(costs, np.int64).T,
        per_kg_over=np.array([lanes[ix].per_kg_over for ix in taken], np.int64),
        cost_min=np.array([lanes[ix].cost_min for ix in taken], np.int64),
        cm3_per_kg=cm3_per_kg,
    )


def _kind(lane: Lane) -> tuple[tuple[int, ...], int]:
    # Without weight breaks a lane is priced by the kilogram from the first gram.
    return edges_of(lane), lane.cm3_per_kg


def edges_of(lane: Lane) -> tuple[int, ...]:
    """Give the weights in grams up to which a lane's prices hold, ascending."""
    return tuple(weight.up_to_g for weight in lane.breaks) or (0,)


@dataclass(frozen=True, slots=True)
class _Tariff:
    """A service by zone, from zone 1: minor units per parcel and per kilogram, days in transit."""

    service: str
    per_parcel: tuple[int, ...]
    per_kg: tuple[int, ...]
    days_min: tuple[int, ...]
    days: tuple[int, ...]


_TARIFFS: Final = (
    _Tariff(
        service="standard",
        per_parcel=(520, 540, 565, 595, 635, 680, 730, 785, 2400),
        per_kg=(45, 55, 70, 85, 105, 130, 155, 185, 900),
        days_min=(1, 1, 1, 2, 3, 3, 4, 5, 5),
        days=(1, 2, 2, 3, 4, 4, 5, 6, 7),
    ),
    _Tariff(
        service="expedited",
        per_parcel=(1150, 1200, 1260, 1340, 1440, 1560, 1700, 1860, 4500),
        per_kg=(120, 140, 165, 195, 235, 280, 330, 390, 1500),
        days_min=(1, 1, 1, 2, 2, 2, 2, 2, 3),
        days=(2, 2, 2, 2, 2, 3, 3, 3, 3),
    ),
    _Tariff(
        service="next_day",
        per_parcel=(2300, 2400, 2550, 2750, 3000, 3300, 3650, 4050),
        per_kg=(220, 250, 290, 340, 400, 470, 550, 640),
        days_min=(1,) * 8,
        days=(1,) * 8,
    ),
)
"""US-like parcel prices. Per parcel plus a fixed price per kilogram: two parcels never cost less
than the one they would make together."""

DEFAULT_BREAKS_G: Final = (250, 500, *range(1000, 10_000, 1000), *range(10_000, 30_001, 2000))
"""Where the default card's prices step: finely for small parcels, every 2 kg from 10 to 30 kg."""


def default_rate_card() -> tuple[Lane, ...]:
    """Give the card a market starts with: carrier "default", three services, in minor units.

    `standard` and `expedited` go to zones 1 to 9, `next_day` to zones 1 to 8. Above 30 kg each
    started kilogram adds its price.
    """
    return tuple(
        _default_lane(tariff, zone)
        for tariff in _TARIFFS
        for zone in range(1, len(tariff.days) + 1)
    )


def _default_lane(tariff: _Tariff, zone: int) -> Lane:
    per_parcel, per_kg = tariff.per_parcel[zone - 1], tariff.per_kg[zone - 1]
    return Lane(
        lane_id=LaneId(f"default-{tariff.service}-{zone}"),
        carrier="default",
        service=tariff.service,
        zone=zone,
        transit_days=tariff.days[zone - 1],
        transit_days_min=tariff.days_min[zone - 1],
        breaks=tuple(
            WeightBreak(up_to_g, per_parcel + per_kg * up_to_g // 1000)
            for up_to_g in DEFAULT_BREAKS_G
        ),
        per_kg_over=per_kg,
    )
