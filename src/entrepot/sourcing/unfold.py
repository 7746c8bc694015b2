"""A record laid open whole: every question it holds, and what stood before the first of them.

One decision of a record is rebuilt by taking off what the earlier ones took (`record.decision`).
Whoever decides all of them again needs that only once, and lets the shelves follow by themselves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from entrepot.network.compiled import Compiled
from entrepot.sourcing.model import Ask, NoPlan, Plan, Prices, Stock
from entrepot.sourcing.noted import BUFFER
from entrepot.sourcing.packing import unpacked_days, unpacked_units
from entrepot.sourcing.record import Scene, answer_of, ask_of, nodes_of, units_of
from entrepot.sourcing.record_form import Record
from entrepot.sourcing.steered import prices_of
from entrepot.sourcing.withhold import Keep
from entrepot.terms.ids import ChannelId, Sku

KeptKey = tuple[ChannelId, Sku]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive decisions, first to last (exclusive), that left the same units to others."""

    first: int
    last: int
    kept: dict[KeptKey, Keep]


@dataclass(frozen=True, slots=True)
class Unfolded:
    """All that a record's decisions saw. `stock` is as before the first, nothing kept back in it.

    What each had to leave is in the stretches.
    """

    asks: tuple[Ask, ...]
    answers: tuple[Plan | NoPlan, ...]
    stock: Stock
    stretches: tuple[Stretch, ...]
    scene: Scene
    prices: Prices | None = None


def unfold(record: Record, compiled: Compiled) -> Unfolded:
    """Lay a record open. ValueError if the network is of another version."""
    network = compiled.network
    if network.version != record.network_version:
        raise ValueError(f"decided at network version {record.network_version}, not this one")
    work_day = unpacked_days(record.days, len(network.nodes)).astype(np.int32)
    owed = {sku: units for sku, units in zip(record.skus, record.owed, strict=True) if units}
    load = {(node, int(work_day[node])): count for node, count in record.used}
    services = {(node, int(work_day[node]), m): count for m, node, count in record.used_by}
    nodes = nodes_of(record) if record.skus else []
    rows = zip(nodes, units_of(record) if record.skus else [], strict=True)
    asks = tuple([ask_of(record, kept) for kept in record.decisions])
    return Unfolded(
        asks=asks,
        answers=tuple([answer_of(record, kept) for kept in record.decisions]),
        stock=Stock(dict(zip(record.skus, rows, strict=True)), owed),
        stretches=tuple(_stretches(record, asks, len(network.nodes))),
        scene=Scene(
            compiled, compiled.days_of(work_day, record.at, record.at), load, record.at, services
        ),
        prices=prices_of(record.prices, record.skus, nodes, len(network.nodes)),
    )


def _stretches(record: Record, asks: Sequence[Ask], count: int) -> Iterator[Stretch]:
    if not record.kept:
        yield Stretch(0, len(asks), {})
        return
    first, places = 0, dict[KeptKey, int]()
    for at, ask in enumerate(asks):
        own = record.decisions[at].kept or (BUFFER,) * len(ask.wants)
        said = {(ask.channel, want.sku): n for want, n in zip(ask.wants, own, strict=True)}
        if any(places.get(key, place) != place for key, place in said.items()):
            yield Stretch(first, at, _keeps(record, places, count))
            first, places = at, {}
        places |= said
    yield Stretch(first, len(asks), _keeps(record, places, count))


def _keeps(record: Record, places: dict[KeptKey, int], count: int) -> dict[KeptKey, Keep]:
    keeps: dict[KeptKey, Keep] = {}
    for key, place in places.items():
        if place != BUFFER:
            units, _ = record.kept[place]
            keeps[key] = units if isinstance(units, int) else unpacked_units(units, count)
    return keeps
