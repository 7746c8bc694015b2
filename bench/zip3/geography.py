"""Where the people of ZIP3-205 live: three-digit postal areas, their centers and populations."""

import csv
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from entrepot.demo import places

Floats = npt.NDArray[np.float64]

ENVIRONMENT = "BENCH_ZIP3_GEOGRAPHY"


@dataclass(frozen=True, slots=True)
class Geography:
    """Areas ascending by code; `people` is float64[Z] in any unit, the centers are in degrees."""

    codes: tuple[str, ...]
    people: Floats
    latitude: Floats
    longitude: Floats


def named(path: str | None) -> Geography | None:
    """Read the table that was named, here or by the environment; None where none was."""
    name = path or os.environ.get(ENVIRONMENT)
    return read(Path(name)) if name else None


def read(path: Path) -> Geography:
    """Read a table with the columns zip3, pop, lat, lon."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["zip3"])
    return Geography(
        tuple(row["zip3"] for row in rows),
        np.array([float(row["pop"]) for row in rows]),
        np.array([float(row["lat"]) for row in rows]),
        np.array([float(row["lon"]) for row in rows]),
    )


def stand_in() -> Geography:
    """Make a geography of the installed postal codes: for tests, which have no census.

    An area's people are the weights of its codes, as the sample retailer weighs them.
    """
    areas: dict[str, list[places.ZipCode]] = defaultdict(list)
    for each in places.zip_codes():
        areas[each.postal_code[:3]].append(each)
    codes = tuple(sorted(areas))
    return Geography(
        codes,
        np.array([sum(each.weight for each in areas[code]) for code in codes]),
        np.array([np.mean([each.latitude for each in areas[code]]) for code in codes]),
        np.array([np.mean([each.longitude for each in areas[code]]) for code in codes]),
    )
