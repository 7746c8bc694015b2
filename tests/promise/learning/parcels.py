"""Small worlds of parcels, for tests: seeded, of a few lanes, with a weekly rhythm."""

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np

from entrepot.promise.learning.table import Parcels, Row, parcels_of

BEGINS = datetime(2026, 1, 5, tzinfo=UTC)
DAY = (BEGINS - datetime(1970, 1, 1, tzinfo=UTC)).days
NODES = ("ana", "bia", "cai")
REGIONS = ("east", "west", "north")


def rows(days: int = 120, per_day: int = 12, seed: int = 1) -> list[Row]:
    """Draw parcels: slow nodes, far lanes, heavy parcels, weekends, a slow month in the middle."""
    dice = np.random.default_rng(seed)
    found = []
    for number in range(days * per_day):
        placed = number / per_day
        node, region = int(dice.integers(3)), int(dice.integers(3))
        slow = 1.3 if days * 0.3 < placed < days * 0.4 else 1.0
        weight = float(dice.integers(200, 1_000))
        handling = (0.6 + 0.8 * node) * dice.lognormal(0, 0.2) + (placed % 7 >= 5) * 1.5
        heavy = 2.2 if weight > 600 else 1.0
        transit = (2 + 2 * abs(node - region)) * slow * heavy * dice.lognormal(0, 0.2)
        left = placed + handling
        found.append(
            Row(
                order=f"{number:05}", placed=moment(placed), node=NODES[node],
                origin=REGIONS[node], region=REGIONS[region], postal_code=f"{region}{number % 7}0",
                carrier="post/ground", category=f"k{number % 3}", handed=moment(left),
                delivered=moment(left + transit), latitude=float(region), longitude=1.0,
                from_latitude=float(node), from_longitude=0.0, weight_g=weight,
                price=20.0, freight=4.0, payment="card", volume_l=2.0,
            )
        )  # fmt: skip
    return found


def moment(days: float) -> datetime:
    return BEGINS + timedelta(days=days)


def parcels(**size: int) -> Parcels:
    return parcels_of(rows(**size))


def other_future(told: list[Row], at: float, seed: int = 7) -> list[Row]:
    """Tell everything after a moment differently: what is ordered, sent and delivered then."""
    dice, now = np.random.default_rng(seed), moment(at)
    found = []
    for row in told:
        if row.placed >= now:
            placed = now + timedelta(days=float(dice.uniform(0, 20)))
            moved = replace_times(
                row, placed, float(dice.uniform(0, 9)), float(dice.uniform(0, 30))
            )
            region, node = str(dice.choice([*REGIONS, "south"])), str(dice.choice([*NODES, "dan"]))
            found.append(msgspec.structs.replace(moved, region=region, node=node))
            continue
        handed, delivered = row.handed, row.delivered
        if handed is not None and handed >= now:
            handed = now + timedelta(days=float(dice.uniform(0, 9)))
        if delivered is not None and delivered >= now:
            lost = dice.random() < 0.3
            later = max(now, handed or now) + timedelta(days=float(dice.uniform(0, 30)))
            delivered = None if lost else later
        found.append(msgspec.structs.replace(row, handed=handed, delivered=delivered))
    return found


def replace_times(row: Row, placed: datetime, handling: float, transit: float) -> Row:
    left = placed + timedelta(days=handling)
    return msgspec.structs.replace(
        row, placed=placed, handed=left, delivered=left + timedelta(days=transit)
    )
