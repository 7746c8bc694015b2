"""What is expected to be ordered, and days drawn from it that could come. Pure: chance is a seed.

Rates per sku and where orders come from are values, whoever forecast them. What has sold since
corrects them: a rate is as sure as its `error` says, and every day seen makes it surer.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from entrepot.sourcing.parcels import Sending
from entrepot.sourcing.questions import Floats, Ints
from entrepot.terms.ids import Sku
from entrepot.terms.place import Place

REDRAWS: Final = 4
"""How often a line is drawn again that an order has twice, or that there is no stock for."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a day's orders will be like.

    `units_a_day` is float64[S], of `skus`, a unit of which weighs `weight_g` and measures
    `volume_cm3` (int64[S]). `error` is the spread of their logarithms: how wrong they may be.
    `places` send orders in these `shares`; `lengths` are the shares of orders with one sku, two and
    so on; `sendings` are the ways they are sent, and `sent` the shares of these, dates as of today.
    """

    skus: tuple[Sku, ...]
    units_a_day: Floats
    weight_g: Ints
    volume_cm3: Ints
    places: tuple[Place, ...]
    shares: Floats
    lengths: Floats
    sendings: tuple[Sending, ...]
    sent: Floats
    error: float = 0.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """Orders of a scenario, one unit a line, in no order: lines are flat, as rows of the forecast.

    `day` counts from today's 0, `place` and `sending` are those of the forecast; all int64[n].
    """

    first: Ints
    sku: Ints
    day: Ints
    place: Ints
    sending: Ints


def learned(forecast: Forecast, sold: Floats, days: Floats) -> Forecast:
    """Correct the rates by what sold: units and days on which there were some, float64[S].

    Sales are Poisson's and the rates were sure to `error`: the mean of what they are, given both
    (Gamma's conjugacy). With no error what was forecast stands.
    """
    if not forecast.error:
        return forecast
    rates = corrected_rates(forecast.units_a_day, forecast.error, sold, days)
    return replace(forecast, units_a_day=rates)


def corrected_rates(rates: Floats, error: float, sold: Floats, days: Floats | float) -> Floats:
    """Give rates that were sure to `error`, above 0, as what sold on so many days corrects them."""
    weight = 1 / np.expm1(error**2)
    before = weight / np.maximum(rates, 1e-12)
    found: Floats = (weight + sold) / (before + days)
    return found


def drawn(
    forecast: Forecast, left: Ints, today: float, days: int, rng: np.random.Generator
) -> Drawn:
    """Draw the orders of a part of today and of so many days after it.

    They take of what is left in the whole network, int64[S], and no more: nobody sells the rest.
    """
    mean = float(forecast.lengths @ np.arange(1, len(forecast.lengths) + 1))
    count = int(rng.poisson(forecast.units_a_day.sum() * (today + days) / mean))
    lengths = rng.choice(len(forecast.lengths), count, p=forecast.lengths) + 1
    order = np.repeat(np.arange(count), lengths)
    sku = _lines(forecast.units_a_day, left, order, rng)
    order, sku = order[sku >= 0], sku[sku >= 0]
    full = np.bincount(order, minlength=count)
    full = full[full > 0]
    return Drawn(
        first=np.concatenate([[0], full.cumsum()]).astype(np.int64),
        sku=sku,
        day=np.ceil(rng.random(len(full)) * (today + days) - today).clip(0, days).astype(np.int64),
        place=rng.choice(len(forecast.shares), len(full), p=forecast.shares).astype(np.int64),
        sending=rng.choice(len(forecast.sent), len(full), p=forecast.sent).astype(np.int64),
    )


def _lines(rates: Floats, left: Ints, order: Ints, rng: np.random.Generator) -> Ints:
    """Draw a sku for every line: none twice in an order, none more often than it is left; or -1."""
    sku = np.full(len(order), -1)
    rest = np.maximum(left, 0)
    for _ in range(REDRAWS):
        open_lines = np.flatnonzero(sku < 0)
        odds = np.where(rest > 0, rates, 0.0).cumsum()
        if not len(open_lines) or odds[-1] <= 0:
            break
        draws = rng.random(len(open_lines)) * odds[-1]
        sku[open_lines] = np.minimum(np.searchsorted(odds, draws, side="right"), len(odds) - 1)
        sku[_repeated(order * len(rates) + sku, sku < 0)] = -1
        sku[_beyond(sku, left)] = -1
        rest = left - np.bincount(sku[sku >= 0], minlength=len(left))
    return sku


def _repeated(keys: Ints, unset: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    _, first = np.unique(keys, return_index=True)
    again = np.ones(len(keys), np.bool_)
    again[first] = False
    return again & ~unset


def _beyond(sku: Ints, left: Ints) -> Ints:
    """Give the lines that come after as many of their sku as there are."""
    lines = np.flatnonzero(sku >= 0)
    lines = lines[np.argsort(sku[lines], kind="stable")]
    counts = np.bincount(sku[lines], minlength=len(left))
    rank = np.arange(len(lines)) - np.repeat(counts.cumsum() - counts, counts)
    return lines[rank >= left[sku[lines]]]
