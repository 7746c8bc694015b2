"""Decision records: what a decision saw and said, packed small enough to keep for every order.

A record and the network at its version are enough to decide again (`replay`) and to explain. Stock
is kept for the asked skus only, as raw little-endian arrays. Units are clipped to 65,535, which no
answer depends on: a node with more than is asked for, buffer included, has enough (where more than
that is asked for, 32 bits are kept). Of the load only the nodes without room are kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec
import numpy as np

from entrepot.network.compiled import Compiled, Days
from entrepot.network.model import Method, Network
from entrepot.sourcing.cost import Ints
from entrepot.sourcing.eligibility import Load, capacities
from entrepot.sourcing.model import Ask, NoPlan, Plan, Shipment, Stock, Want, WhyNoPlan
from entrepot.sourcing.solve import plan_one
from entrepot.terms.ids import ChannelId, LaneId, NodeId, Sku
from entrepot.terms.place import Place

FORM: Final = 1
"""The shape of the packed record; a later one is told apart by it."""

CLIP: Final = (1 << 16) - 1

NODES_MAX: Final = 1 << 16
"""Nodes a record can tell apart: ten times the largest retailer's stores."""

_CLOSED: Final = 255  # in days packed as bytes: open on none of the next 30
_NO_DAY: Final = -1

PackedPlace = tuple[str, str, str, float | None, float | None, str]
PackedShipment = tuple[NodeId, LaneId | None, tuple[tuple[int, int], ...], int, int, int]
PackedDays = tuple[int, bytes]


class PackedPlan(msgspec.Struct, array_like=True, frozen=True):
    """A plan; items are (line, units), shipments as in `Shipment`'s order of fields."""

    shipments: tuple[PackedShipment, ...]
    cost: int
    extra: int
    runner_up: int | None
    exact: bool
    overflow: bool
    bound: int | None


class PackedNoPlan(msgspec.Struct, array_like=True, frozen=True):
    why: WhyNoPlan
    missing: tuple[tuple[Sku, int], ...]
    detail: str


class DecisionRecord(msgspec.Struct, array_like=True, frozen=True):
    """What one decision saw and said.

    `wants` are (sku, units, grams per unit); `stock` is per want (node indexes, units), `owed` per
    want; `days` are packed as `packed_days` says; `full` are (node index, fulfillment orders of its
    work day) of the nodes without room. Exactly one of `plan` and `refusal` is there.
    """

    form: int
    network_version: int
    at: datetime
    channel: ChannelId
    method: Method
    service: str
    wants: tuple[tuple[Sku, int, int], ...]
    destination: PackedPlace | None
    pickup_node: NodeId | None
    barred: tuple[tuple[Sku, NodeId], ...]
    stock: tuple[tuple[bytes, bytes], ...]
    owed: tuple[int, ...]
    days: PackedDays
    full: tuple[tuple[int, int], ...]
    plan: PackedPlan | None
    refusal: PackedNoPlan | None


@dataclass(frozen=True, slots=True)
class Scene:
    """What a decision saw besides the stock; `at` is aware."""

    compiled: Compiled
    days: Days
    load: Load
    at: datetime


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(DecisionRecord)


def pack(ask: Ask, stock: Stock, scene: Scene, answer: Plan | NoPlan) -> bytes:
    """Pack one decision, of the stock and the load as they were when it was made."""
    return next(_packed((ask,), (answer,), stock, scene))


def pack_batch(
    asks: Sequence[Ask], answers: Sequence[Plan | NoPlan], stock: Stock, scene: Scene
) -> list[bytes]:
    """Pack what `plan_batch` answered; each record sees what the earlier orders had left."""
    return list(_packed(asks, answers, stock, scene))


def unpack(packed: bytes) -> DecisionRecord:
    """Read a record; msgspec.ValidationError for bytes that are none."""
    return _decoder.decode(packed)


def replay(record: DecisionRecord, network: Network | Compiled) -> Plan | NoPlan:
    """Decide again what the record saw; ValueError if the network is of another version."""
    compiled = network if isinstance(network, Compiled) else Compiled(network)
    if compiled.network.version != record.network_version:
        raise ValueError(
            f"decided at network version {record.network_version}, not {compiled.network.version}"
        )
    scene = scene_of(record, compiled)
    return plan_one(ask_of(record), stock_of(record), compiled, scene.days, scene.load)


def ask_of(record: DecisionRecord) -> Ask:
    """Give the ask that was decided."""
    return Ask(
        channel=record.channel,
        method=record.method,
        service=record.service,
        wants=tuple(Want(*want) for want in record.wants),
        destination=Place(*record.destination) if record.destination else None,
        pickup_node=record.pickup_node,
        barred=frozenset(record.barred),
    )


def stock_of(record: DecisionRecord) -> Stock:
    """Give the stock that was seen of the asked skus, clipped."""
    skus = [sku for sku, _, _ in record.wants]
    free = {}
    for sku, (nodes, units) in zip(skus, record.stock, strict=True):
        width = "<u2" if len(nodes) == len(units) else "<u4"
        free[sku] = (
            np.frombuffer(nodes, "<u2").astype(np.int32),
            np.frombuffer(units, width).astype(np.int32),
        )
    return Stock(free, {sku: owed for sku, owed in zip(skus, record.owed, strict=True) if owed})


def scene_of(record: DecisionRecord, compiled: Compiled) -> Scene:
    """Give the days and the load that were seen."""
    work_day = unpacked_days(record.days, len(compiled.network.nodes))
    load = {(node, int(work_day[node])): used for node, used in record.full}
    days = Days(work_day.astype(np.int32), record.at)
    return Scene(compiled, days, load, record.at)


def answer_of(record: DecisionRecord) -> Plan | NoPlan:
    """Give what was answered."""
    if record.refusal is not None:
        return NoPlan(record.refusal.why, record.refusal.missing, record.refusal.detail)
    if record.plan is None:
        raise ValueError("a record of neither a plan nor a refusal")
    plan, skus = record.plan, [sku for sku, _, _ in record.wants]
    shipments = tuple(
        Shipment(node, lane, tuple((skus[line], units) for line, units in items), *rest)
        for node, lane, items, *rest in plan.shipments
    )
    ending = (plan.cost, plan.extra, plan.runner_up, plan.exact, plan.overflow, plan.bound)
    return Plan(shipments, *ending)


def packed_days(days: Days) -> PackedDays:
    """Pack each node's work day as (first day, how many days after it).

    The second is empty where all are the first day, a bit per node where none is later than the
    next, else a byte per node, 255 for a node that stays closed.
    """
    work_day = days.work_day
    opened = work_day[work_day >= 0]
    if not len(opened):
        return _NO_DAY, b""
    first = int(opened.min())
    if len(opened) == len(work_day):
        after = work_day - first
        last = int(after.max())
        if last == 0:
            return first, b""
        if last == 1:
            return first, np.packbits(after.astype(np.bool_)).tobytes()
    after = np.where(work_day < 0, _CLOSED, work_day - first)
    return first, after.astype(np.uint8).tobytes()


def unpacked_days(packed: PackedDays, count: int) -> Ints:
    """Give int64[count], the work days that were packed."""
    first, after = packed
    if not after:
        return np.full(count, first, np.int64)
    raw = np.frombuffer(after, np.uint8)
    if len(raw) < count:
        return first + np.unpackbits(raw, count=count).astype(np.int64)
    return np.where(raw == _CLOSED, -1, first + raw.astype(np.int64))


class _Page:
    """One sku as it stands in the batch: where it is, how much, and the bytes of both."""

    def __init__(self, sku: Sku, stock: Stock) -> None:
        nodes, units = stock.free.get(sku, _NOWHERE)
        there = np.flatnonzero(units > 0)
        self.nodes = nodes[there].tolist()
        self.node_bytes = nodes[there].astype("<u2").tobytes()
        self.units = units[there].astype(np.int64)
        self.owed = max(stock.owed.get(sku, 0), 0)
        self.narrow: bytes | None = None

    def take(self, node: int, units: int) -> None:
        self.units[self.nodes.index(node)] -= units
        self.narrow = None

    def packed(self, need: int) -> tuple[bytes, bytes]:
        """Give the bytes; 32 bits per node where more than 65,535 units are needed of one."""
        if need > CLIP:
            return self.node_bytes, self.units.astype("<u4").tobytes()
        if self.narrow is None:
            self.narrow = np.minimum(self.units, CLIP).astype("<u2").tobytes()
        return self.node_bytes, self.narrow

    def owing(self, need: int) -> int:
        """Give what is owed, less what the clipping hides, so that the same remains allowed."""
        if not self.owed or need > CLIP:
            return self.owed
        return max(self.owed - int(np.maximum(self.units - CLIP, 0).sum()), 0)


_NOWHERE: Final = (np.zeros(0, np.int32), np.zeros(0, np.int32))


class _Room:
    """Fulfillment orders of each node that has a capacity, and which of them are full."""

    def __init__(self, scene: Scene) -> None:
        self._limits: list[int] = capacities(scene.compiled).tolist()
        self._used: dict[int, int] = {}
        for (node, day), used in scene.load.items():
            if scene.days.work_day[node] == day:
                self._used[node] = used
        limits = enumerate(self._limits)
        self._full = {n: self._used.get(n, 0) for n, at in limits if self._used.get(n, 0) >= at}
        self.full = tuple(sorted(self._full.items()))

    def take(self, node: int) -> None:
        self._used[node] = self._used.get(node, 0) + 1
        if self._used[node] >= self._limits[node]:
            self._full[node] = self._used[node]
            self.full = tuple(sorted(self._full.items()))


def _packed(
    asks: Sequence[Ask], answers: Sequence[Plan | NoPlan], stock: Stock, scene: Scene
) -> Iterator[bytes]:
    if len(scene.compiled.network.nodes) > NODES_MAX:
        raise ValueError(f"a record tells at most {NODES_MAX} nodes apart")
    pages = {sku: _Page(sku, stock) for sku in {w.sku for ask in asks for w in ask.wants}}
    room, days, compiled = _Room(scene), packed_days(scene.days), scene.compiled
    at, version = scene.at.astimezone(UTC), compiled.network.version
    for ask, answer in zip(asks, answers, strict=True):
        buffer = compiled.buffer(ask.channel)
        seen = [(pages[want.sku], want.quantity + buffer) for want in ask.wants]
        shelf = tuple([page.packed(need) for page, need in seen])
        owed = tuple([page.owing(need) for page, need in seen])
        yield _encoder.encode(
            (FORM, version, at, *_asked(ask), shelf, owed, days, room.full, *_answered(ask, answer))
        )
        if isinstance(answer, Plan):
            for shipment in answer.shipments:
                node = compiled.index[shipment.node_id]
                room.take(node)
                for sku, units in shipment.items:
                    pages[sku].take(node, units)


def _asked(ask: Ask) -> tuple[object, ...]:
    place = ask.destination
    return (
        ask.channel,
        ask.method,
        ask.service,
        [(want.sku, want.quantity, want.weight_g) for want in ask.wants],
        None
        if place is None
        else (
            place.country,
            place.postal_code,
            place.region,
            place.latitude,
            place.longitude,
            place.time_zone,
        ),
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
        )
        for s in answer.shipments
    ]
    ending = (answer.runner_up, answer.exact, answer.overflow, answer.bound)
    return (shipments, answer.cost, answer.extra, *ending), None
