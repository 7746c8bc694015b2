"""How hard a benchmark tries: how long, how often, on how big a retailer."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard. In each of the `rounds` a figure and its floor take turns, `seconds` each.

    `scale` is the sample retailer's (1.0: 205 nodes, 20,000 skus), `stored` the orders of `growth`,
    `feed` the rows of a count of everything, `deltas` those of a feed of movements, `events` the
    orders that the relay is given to tell of, `carts` those that run out at once, `attempts` those
    on the `drop_units` of the surge, `history` the orders that are decided again.
    """

    seconds: int = 5
    rounds: int = 2
    scale: float = 1.0
    stored: int = 2_000_000
    feed: int = 1_000_000
    deltas: int = 400_000
    events: int = 50_000
    carts: int = 100_000
    attempts: int = 50_000
    drop_units: int = 1_000
    history: int = 20_000
    warmup: int = 2


FULL = Effort()
QUICK = Effort(
    seconds=2, rounds=1, scale=0.05, stored=20_000, feed=20_000, deltas=10_000, events=2_000,
    carts=5_000, attempts=4_000, drop_units=200, history=1_000, warmup=1,
)  # fmt: skip


def asked(argv: Sequence[str] | None = None) -> tuple[bool, Effort]:
    """Read the command line: JSON or not, and the effort."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true", help="machine-readable")
    parser.add_argument("--quick", action="store_true", help="a short look at a small retailer")
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--scale", type=float)
    parser.add_argument("--stored", type=int)
    parser.add_argument("--feed", type=int)
    parser.add_argument("--deltas", type=int)
    parser.add_argument("--events", type=int)
    parser.add_argument("--attempts", type=int)
    parser.add_argument("--history", type=int)
    args = vars(parser.parse_args(argv))
    json, quick = args.pop("json"), args.pop("quick")
    given = {name: value for name, value in args.items() if value is not None}
    return json, replace(QUICK if quick else FULL, **given)


def command(main: Callable[..., None]) -> None:
    """Run one figure's `main` as the command line asks."""
    json, effort = asked()
    main(json=json, effort=effort)
