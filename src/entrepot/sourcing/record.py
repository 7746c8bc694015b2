"""Decision records: what a batch of decisions saw and said, packed once for all of them.

Orders that arrive together are decided together, each on what the earlier ones left. A record
keeps the stock of the asked skus as it was before the first of them, and then every question with
its answer: what the third order saw is what the first two left. With the network at its version
that is enough to decide any of them again (`replay`) and to explain it.

Stock is kept as raw little-endian arrays; of the load, the days' work of nodes with a capacity.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from entrepot.network.compiled import Compiled, Days
from entrepot.network.model import Method, Network
from entrepot.sourcing.cost import Ints
from entrepot.sourcing.eligibility import (
    NO_LIMIT,
    Load,
    ServiceLoad,
    limits_on,
    service_limits_on,
)
from entrepot.sourcing.model import (
    Ask,
    Guide,
    NoPlan,
    Plan,
    Prices,
    Shipment,
    Stock,
    Want,
)
from entrepot.sourcing.noted import BUFFER, KeptBack
from entrepot.sourcing.packing import packed_days, unpacked_days, unpacked_units
from entrepot.sourcing.record_form import (
    FORM,
    NODES_MAX,
    PackedDecision,
    Record,
)
from entrepot.sourcing.shelves import Shelves
from entrepot.sourcing.solve import plan_one
from entrepot.sourcing.steered import (
    packed_prices,
    packed_wish,
    prices_of,
    wished,
)
from entrepot.sourcing.withhold import Keep
from entrepot.terms.ids import ChannelId, NodeId, Sku
from entrepot.terms.place import Place

NARROW_MAX: Final = (1 << 16) - 1


@dataclass(frozen=True, slots=True)
class Scene:
    """What a decision saw besides the stock; `at` is aware."""

    compiled: Compiled
    days: Days
    load: Load
    at: datetime
    services: ServiceLoad = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, unpacked: the question, what it saw, and what was answered."""

    ask: Ask
    stock: Stock
    scene: Scene
    answer: Plan | NoPlan
    prices: Prices | None = None


_Keeps = dict[tuple[ChannelId, Sku], Keep]
_Names = dict[tuple[ChannelId, Sku], tuple[str, ...]]
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Record)


def pack(
    asks: Sequence[Ask], answers: Sequence[Plan | NoPlan], shelves: Shelves, scene: Scene
) -> bytes:
    """Pack what `plan_on` answered on these shelves, of the load as it was when it began."""
    if len(scene.compiled.network.nodes) > NODES_MAX:
        raise ValueError(f"a record tells at most {NODES_MAX} nodes apart")
    seen, row = shelves.seen, shelves.row
    wide = bool(len(seen.units)) and int(seen.units.max()) > NARROW_MAX
    kept = KeptBack(shelves, asks, scene.compiled)
    guides: dict[Guide, int] = {}
    decisions = [
        (*_asked(a, row), *_answered(a, said), *_beside(a, places, guides))
        for a, said, places in zip(asks, answers, kept.places, strict=True)
    ]
    return _encoder.encode(
        (
            FORM,
            scene.compiled.network.version,
            scene.at.astimezone(UTC),
            packed_days(scene.days),
            _used(scene),
            list(row),
            seen.counts,
            seen.nodes.astype("<u2").tobytes(),
            seen.units.astype("<u4" if wide else "<u2").tobytes(),
            seen.owed,
            decisions,
            kept.table,
            list(guides),
            packed_prices(shelves),
            _used_by(scene),
        )
    )


def unpack(packed: bytes) -> Record:
    """Read a record; msgspec.ValidationError for bytes that are none."""
    return _decoder.decode(packed)


def decision(record: Record, place: int, network: Network | Compiled) -> Decision:
    """Give one of a record's decisions (from 0), with the stock and the load as it saw them.

    ValueError if the network is of another version; IndexError for a place beyond the last.
    """
    compiled = network if isinstance(network, Compiled) else Compiled(network)
    if compiled.network.version != record.network_version:
        raise ValueError(
            f"decided at network version {record.network_version}, not {compiled.network.version}"
        )
    kept = record.decisions[place]
    work_day = unpacked_days(record.days, len(compiled.network.nodes))
    taken = _taken(record, place, compiled, work_day)
    load = {(node, int(work_day[node])): count for node, count in taken.used.items()}
    services = {(n, int(work_day[n]), m): count for (n, m), count in taken.used_by.items()}
    days = compiled.days_of(work_day.astype(np.int32), record.at, record.at)
    return Decision(
        ask_of(record, kept),
        _stock_of(record, kept, taken, len(compiled.network.nodes)),
        Scene(compiled, days, load, record.at, services),
        answer_of(record, kept),
        prices_of(record.prices, record.skus, nodes_of(record), len(compiled.network.nodes)),
    )


def replay(seen: Decision) -> Plan | NoPlan:
    """Decide again what was seen."""
    scene = seen.scene
    return plan_one(
        seen.ask, seen.stock, scene.compiled, scene.days, scene.load, seen.prices, scene.services
    )


@dataclass(frozen=True, slots=True)
class _Taken:
    """Units the earlier decisions of a record took per (shelf, node); days' work after them."""

    units: dict[tuple[int, int], int]
    used: dict[int, int]
    used_by: dict[tuple[int, Method], int]


def _taken(record: Record, place: int, compiled: Compiled, work_day: Ints) -> _Taken:
    limits, own = limits_on(compiled, work_day), service_limits_on(compiled, work_day)
    used_by = {(node, method): count for method, node, count in record.used_by}
    taken = _Taken({}, dict(record.used), used_by)
    for kept in record.decisions[:place]:
        for shipment in kept.plan.shipments if kept.plan else ():
            node = compiled.index[shipment.node_id]
            if limits[node] < NO_LIMIT:
                taken.used[node] = taken.used.get(node, 0) + 1
            if kept.method in own and own[kept.method][node] < NO_LIMIT:
                by = (node, kept.method)
                taken.used_by[by] = taken.used_by.get(by, 0) + 1
            for line, units in _off_the_shelf(record, kept, shipment.node_id, shipment.items):
                key = (kept.wants[line][0], node)
                taken.units[key] = taken.units.get(key, 0) + units
    return taken


def _off_the_shelf(
    record: Record, kept: PackedDecision, node_id: NodeId, items: Sequence[tuple[int, int]]
) -> Sequence[tuple[int, int]]:
    """Say what a shipment took of what was seen: (line, units) beyond what its cart held."""
    if not kept.own:
        return items
    own = {sku: units for sku, node, units in kept.own if node == node_id}
    skus = [record.skus[shelf] for shelf, *_ in kept.wants]
    return [(line, units - min(units, own.get(skus[line], 0))) for line, units in items]


def ask_of(record: Record, kept: PackedDecision) -> Ask:
    """Give a decision's question."""
    ask = Ask(
        channel=kept.channel,
        method=kept.method,
        service=kept.service,
        wants=tuple(Want(record.skus[shelf], *rest) for shelf, *rest in kept.wants),
        destination=Place(*kept.destination) if kept.destination else None,
        pickup_node=kept.pickup_node,
        barred=frozenset(kept.barred),
        own=kept.own,
    )
    return wished(ask, kept.wish, record.guides)


def _kept_of(record: Record, kept: PackedDecision, count: int) -> tuple[_Keeps, _Names]:
    """Give what a decision had to leave, and for whom, by channel and sku."""
    keeps: _Keeps = {}
    names: _Names = {}
    for (shelf, *_), place in zip(kept.wants, kept.kept, strict=bool(kept.kept)):
        if place == BUFFER:
            continue
        units, segments = record.kept[place]
        key = (kept.channel, record.skus[shelf])
        if isinstance(units, int):
            keeps[key] = units
        else:
            keeps[key] = unpacked_units(units, count)
        names[key] = segments
    return keeps, names


def nodes_of(record: Record) -> list[npt.NDArray[np.int32]]:
    """Give per shelf the nodes that held some."""
    nodes = np.frombuffer(record.nodes, "<u2").astype(np.int32)
    return np.split(nodes, np.cumsum(record.counts)[:-1])


def units_of(record: Record) -> list[npt.NDArray[np.int32]]:
    """Give per shelf how much each of its nodes held before the first decision."""
    width = "<u2" if len(record.nodes) == len(record.units) else "<u4"
    units = np.frombuffer(record.units, width).astype(np.int32)
    return np.split(units, np.cumsum(record.counts)[:-1])


def _stock_of(record: Record, kept: PackedDecision, taken: _Taken, count: int) -> Stock:
    nodes, units = nodes_of(record), units_of(record)
    free = {}
    for shelf, *_ in kept.wants:
        left = units[shelf].copy()
        for at, node in enumerate(nodes[shelf].tolist()):
            left[at] -= taken.units.get((shelf, node), 0)
        free[record.skus[shelf]] = (nodes[shelf], left)
    owed = {record.skus[shelf]: record.owed[shelf] for shelf, *_ in kept.wants}
    keeps, names = _kept_of(record, kept, count)
    return Stock(free, {sku: units for sku, units in owed.items() if units}, keeps, held_for=names)


def answer_of(record: Record, kept: PackedDecision) -> Plan | NoPlan:
    """Give a decision's answer, as it was recorded."""
    if kept.refusal is not None:
        return NoPlan(kept.refusal.why, kept.refusal.missing, kept.refusal.detail)
    if kept.plan is None:
        raise ValueError("a record of neither a plan nor a refusal")
    plan, skus = kept.plan, [record.skus[shelf] for shelf, *_ in kept.wants]
    shipments = tuple(
        Shipment(
            s.node_id, s.lane_id, tuple((skus[line], units) for line, units in s.items),
            *msgspec.structs.astuple(s)[3:],
        )
        for s in plan.shipments
    )  # fmt: skip
    ending = (plan.cost, plan.extra, plan.runner_up, plan.exact, plan.overflow, plan.bound)
    return Plan(shipments, *ending)


def _beside(ask: Ask, places: Sequence[int], guides: dict[Guide, int]) -> tuple[object, ...]:
    """Give what few decisions have: a cart's units, what was kept back, what else was wished."""
    wish = packed_wish(ask, guides)
    if wish is not None:
        return ask.own, places, wish
    if places:
        return ask.own, places
    return (ask.own,) if ask.own else ()


def _used(scene: Scene) -> list[tuple[int, int]]:
    limits = limits_on(scene.compiled, scene.days.work_day)
    work_day = scene.days.work_day.tolist()
    used = [(node, count) for (node, day), count in scene.load.items() if work_day[node] == day]
    return [(node, count) for node, count in sorted(used) if limits[node] < NO_LIMIT]


def _used_by(scene: Scene) -> list[tuple[Method, int, int]]:
    if not scene.services:
        return []
    work_day = scene.days.work_day
    limits = service_limits_on(scene.compiled, work_day)
    used = [(m, n, units) for (n, day, m), units in scene.services.items() if work_day[n] == day]
    return [
        (m, n, units) for m, n, units in sorted(used) if m in limits and limits[m][n] < NO_LIMIT
    ]


def _asked(ask: Ask, row: dict[Sku, int]) -> tuple[object, ...]:
    place = ask.destination
    return (
        ask.channel,
        ask.method,
        ask.service,
        [
            (row[w.sku], w.quantity, w.weight_g, w.volume_cm3)
            if w.volume_cm3
            else (row[w.sku], w.quantity, w.weight_g)
            for w in ask.wants
        ],
        place and msgspec.structs.astuple(place),
        ask.pickup_node,
        sorted(ask.barred),
    )


def _answered(ask: Ask, answer: Plan | NoPlan) -> tuple[object, object]:
    if isinstance(answer, NoPlan):
        return None, (answer.why, answer.missing, answer.detail)
    line = {want.sku: at for at, want in enumerate(ask.wants)}
    shipments = [
        (
            s.node_id,
            s.lane_id,
            [(line[sku], units) for sku, units in s.items],
            s.weight_g,
            s.shipping,
            s.handling,
            *((s.late, s.rating, s.shadow) if s.late or s.rating or s.shadow else ()),
        )
        for s in answer.shipments
    ]
    ending = (answer.runner_up, answer.exact, answer.overflow, answer.bound)
    return (shipments, answer.cost, answer.extra, *ending), None
