"""Delivery promises on a real history, walked forward week by week, and in a simulated world.

    python -m bench.promise --data FOLDER      an order history in the Olist layout
    python -m bench.promise --world            the simulated world with a known floor

Everything is said by the product's own functions, of each parcel when it was ordered (or handed
over), having learned on Mondays from what had happened by then. Nothing is tuned here.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from bench.promise import folder, tables, world
from entrepot.promise.learning.replay import replayed

WARM_UP_DAYS = 240
"""Days of a history that are only learned from before anything is said: rules need 120."""

REHEARSED_DAYS = 120
"""Days in which things are said before what is shown: windows are calibrated by them."""

STAGES = {"whole": "At the order", "transit": "At the hand-over to the carrier"}


def on_history(data: Path, months_last: int, shift: int) -> None:
    """Print the tables of a folder."""
    told = folder.read(data)
    parcels = told.parcels
    last = float(np.nanmax(parcels.delivered))
    first = max(
        float(parcels.placed.min()) + WARM_UP_DAYS, last - 31 * months_last - REHEARSED_DAYS
    )
    said = replayed(
        parcels, first=first, last=last, stages=tuple(STAGES),
        each=lambda _: print(".", end="", file=sys.stderr, flush=True),
    )  # fmt: skip
    print(file=sys.stderr)
    for stage, heading in STAGES.items():
        scored = tables.scored(said[stage], told.promised, told.regions, parcels.clock)
        by_month = tables.months(scored, shift)[-months_last:]
        judged = tables.between(
            scored, min(float(part.begins.min()) for _, part in by_month), last + 1
        )
        print(f"\n### {heading}\n")
        print(tables.table("month", [*by_month, ("all of them", judged)]))
        print()
        print(tables.table("region", tables.regions(judged)))


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m bench.promise", description=__doc__)
    asked.add_argument("--data", type=Path, help="a folder in the Olist layout")
    asked.add_argument(
        "--months", type=int, default=6, help="how many of its last months are shown"
    )
    asked.add_argument(
        "--shift-days",
        type=int,
        default=0,
        help="days its dates were moved by: months are named without",
    )
    asked.add_argument("--world", action="store_true", help="run the simulated world")
    asked.add_argument("--seeds", default="101", help="of worlds, comma-separated")
    asked.add_argument("--per-day", type=int, default=120, help="parcels of a world's day")
    given = asked.parse_args()
    if given.data is not None and not given.data.is_dir():
        print(f"{given.data} is not there: skipped", file=sys.stderr)
    elif given.data is not None:
        on_history(given.data, given.months, given.shift_days)
    if given.world or given.data is None:
        world.main([int(seed) for seed in given.seeds.split(",")], given.per_day)


if __name__ == "__main__":
    main()
