"""The instances: a week of orders, the stock it finds, and the forecast that was made of it.

One replenishment cycle: nothing arrives. Orders are drawn against what the whole network has left,
as a shop that asks for availability would sell. Popularity is Zipf's, stock is spread badly on
purpose, and the forecast is wrong by a lognormal factor for each sku.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from bench.zip3 import tariff
from bench.zip3.geography import Floats, Geography

Ints = npt.NDArray[np.int64]

WAREHOUSES: Final = ("923", "750", "432", "181", "303")
"""Inland Empire, Dallas, Columbus, Allentown, Atlanta."""

EARTH_KM: Final = 6371.0088
LINES_MAX: Final = 5

TUNING: Final = (0, 1, 2)
JUDGING: Final = (101, 102, 103)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a kind of instance is like.

    `cover` is stock over demand; `imbalance` the sigma of how unevenly warehouses are stocked;
    `line_mix` the shares of orders with one line, two and so on; `express` the share due in two
    days; `forecast_error` the sigma of the forecast's error.
    """

    name: str = "base"
    stores: int = 200
    skus: int = 2000
    days: int = 7
    per_day: int = 500
    cover: float = 1.05
    store_share: float = 0.35
    imbalance: float = 0.6
    line_mix: tuple[float, ...] = (0.60, 0.22, 0.10, 0.05, 0.03)
    express: float = 0.2
    forecast_error: float = 0.3


BASE: Final = Shape()
LOOSE: Final = replace(BASE, name="well-stocked", cover=2.0, imbalance=0.3)
LARGE: Final = replace(BASE, name="large", per_day=1000, skus=4000)


@dataclass(frozen=True, slots=True)
class Orders:
    """Orders in the sequence they came: lines are flat, one unit each.

    `first` is int64[n + 1], where each order's lines begin; `sku` int64[lines]; `day`, `area` and
    `due` are int64[n], due in days from the order's own.
    """

    first: Ints
    sku: Ints
    day: Ints
    area: Ints
    due: Ints

    def __len__(self) -> int:
        return len(self.day)


@dataclass(frozen=True, slots=True)
class Instance:
    """A week. Nodes are the warehouses, then the stores.

    `node_area` int64[N]; `km` float64[N, Z] great circles; `zone` int64[N, Z] from 0; `kind`
    int64[N], 0 a warehouse and 1 a store; `room` int64[N] parcels a day; `weight_g` int64[S];
    `stock` int64[N, S]; `share` float64[Z], the part of the orders an area sends; `forecast`
    float64[S], the units a day that policies are told to expect.
    """

    shape: Shape
    seed: int
    geography: Geography
    node_area: Ints
    km: Floats
    zone: Ints
    kind: Ints
    room: Ints
    weight_g: Ints
    stock: Ints
    share: Floats
    forecast: Floats
    orders: Orders


def made(shape: Shape, seed: int, geography: Geography) -> Instance:
    """Make the instance of a seed."""
    rng = np.random.default_rng(seed)
    share = geography.people / geography.people.sum()
    node_area = _nodes(rng, shape, share, geography)
    km = _kilometers(geography, node_area)
    kind = (np.arange(len(node_area)) >= len(WAREHOUSES)).astype(np.int64)
    regions = np.bincount(km[: len(WAREHOUSES)].argmin(axis=0), share, len(WAREHOUSES))
    popularity = 1 / np.arange(1, shape.skus + 1)
    popularity /= popularity.sum()
    pounds = np.clip(rng.lognormal(np.log(1.2), 0.8, shape.skus), 0.1, 20)
    count = shape.days * shape.per_day
    units = count * float(np.dot(np.arange(1, LINES_MAX + 1), shape.line_mix))
    stock = _stock(rng, shape, popularity * units, regions, share[node_area])
    error = rng.lognormal(-(shape.forecast_error**2) / 2, shape.forecast_error, shape.skus)
    rooms = np.maximum(1, regions * shape.per_day * 1.15).astype(np.int64)
    return Instance(
        shape=shape, seed=seed, geography=geography, node_area=node_area, km=km,
        zone=np.searchsorted(np.array(tariff.ZONE_KM, np.float64), km).astype(np.int64),
        kind=kind,
        room=np.concatenate([rooms, rng.integers(4, 12, shape.stores)]),
        weight_g=np.rint(pounds * tariff.POUND_G).astype(np.int64),
        stock=stock, share=share,
        forecast=popularity * units / shape.days * error,
        orders=_orders(rng, shape, popularity, share, stock.sum(axis=0)),
    )  # fmt: skip


def _nodes(rng: np.random.Generator, shape: Shape, share: Floats, geography: Geography) -> Ints:
    warehouses = np.array([geography.codes.index(code) for code in WAREHOUSES])
    others = np.setdiff1d(np.arange(len(share)), warehouses)
    odds = share[others] / share[others].sum()
    stores = rng.choice(others, shape.stores, replace=False, p=odds)
    return np.concatenate([warehouses, stores]).astype(np.int64)


def _kilometers(geography: Geography, node_area: Ints) -> Floats:
    latitude, longitude = np.radians(geography.latitude), np.radians(geography.longitude)
    north = np.sin((latitude[node_area, None] - latitude) / 2) ** 2
    east = np.sin((longitude[node_area, None] - longitude) / 2) ** 2
    h = north + np.cos(latitude[node_area, None]) * np.cos(latitude) * east
    km: Floats = 2 * EARTH_KM * np.arcsin(np.sqrt(h))
    return km


def _stock(
    rng: np.random.Generator, shape: Shape, demand: Floats, regions: Floats, local: Floats
) -> Ints:
    """Spread each sku: most of it over some warehouses, unevenly, the rest over stores."""
    stock = np.zeros((len(WAREHOUSES) + shape.stores, shape.skus), np.int64)
    crowd = local[len(WAREHOUSES) :] / local[len(WAREHOUSES) :].sum()
    odds = crowd / 2 + 0.5 / shape.stores
    for sku in range(shape.skus):
        total = int(rng.poisson(shape.cover * demand[sku] + 1.0)) + 1
        in_stores = round(total * shape.store_share)
        held_by = 5 if sku < shape.skus / 10 else 3 if sku < shape.skus * 0.4 else 2
        chosen = rng.choice(len(WAREHOUSES), held_by, replace=False)
        weight = regions[chosen] * rng.lognormal(0, shape.imbalance, held_by)
        stock[chosen, sku] += rng.multinomial(total - in_stores, weight / weight.sum())
        wide = min(shape.stores, max(1, int(in_stores / 1.5)))
        stores = len(WAREHOUSES) + rng.choice(shape.stores, wide, replace=False, p=odds)
        stock[stores, sku] += rng.multinomial(in_stores, np.full(wide, 1 / wide))
    return stock


def _orders(
    rng: np.random.Generator, shape: Shape, popularity: Floats, share: Floats, left: Ints
) -> Orders:
    """Draw orders of different skus, each while the network has a unit of it left."""
    count = shape.days * shape.per_day
    lengths = rng.choice(LINES_MAX, count, p=shape.line_mix) + 1
    left = left.copy()
    cumulated = popularity.cumsum()
    lines: list[int] = []
    draws: list[int] = []
    for length in lengths.tolist():
        order: list[int] = []
        while len(order) < length:
            if not draws:
                places = np.searchsorted(cumulated, rng.random(1 << 16)).tolist()
                draws = [min(place, shape.skus - 1) for place in places]
            sku = draws.pop()
            if left[sku] > 0 and sku not in order:
                left[sku] -= 1
                order.append(sku)
        lines += order
    express = rng.random(count) < shape.express
    return Orders(
        first=np.concatenate([[0], lengths.cumsum()]).astype(np.int64),
        sku=np.array(lines, np.int64),
        day=np.repeat(np.arange(shape.days), shape.per_day),
        area=rng.choice(len(share), count, p=share).astype(np.int64),
        due=np.where(express, *tariff.DUE_DAYS).astype(np.int64),
    )
