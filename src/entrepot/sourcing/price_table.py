"""Prices of stock and room as they are kept: by the names of nodes, so that they outlive a network.

Pure. MessagePack, deflated; of a sku only the nodes where a unit is worth something.
"""

import zlib
from datetime import date
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from entrepot.network.compiled import Compiled
from entrepot.sourcing.model import Prices
from entrepot.terms.ids import NodeId, Sku

_NODES, _WORTH = np.dtype("<u2"), np.dtype("<i4")


class Table(msgspec.Struct, array_like=True, frozen=True):
    """The nodes, what room is worth at each (empty: nothing), and per sku (nodes, worth).

    `room` has a row for each day from `since` on; without that, one row for any day.
    """

    nodes: tuple[NodeId, ...]
    room: bytes
    skus: dict[Sku, tuple[bytes, bytes]]
    since: date | None = None


_DECODER: Final = msgspec.msgpack.Decoder(Table)
_ENCODER: Final = msgspec.msgpack.Encoder(order="deterministic")


def pack(prices: Prices, compiled: Compiled) -> bytes:
    """Pack prices by node index as they are in a network; `unpack` gives equal ones there."""
    skus = {}
    for sku, worth in prices.stock.items():
        nodes = np.flatnonzero(worth)
        skus[sku] = (nodes.astype(_NODES).tobytes(), worth[nodes].astype(_WORTH).tobytes())
    dated = prices.rooms if prices.since else None
    rooms = prices.nodes if dated is None else dated
    room = b"" if rooms is None else rooms.astype(_WORTH).tobytes()
    since = None if dated is None else prices.since
    table = Table(tuple(node.node_id for node in compiled.network.nodes), room, skus, since)
    return zlib.compress(_ENCODER.encode(table), level=6)


def unpack(packed: bytes, version: int, compiled: Compiled) -> Prices:
    """Give the prices by node index of this network; nodes that it does not have are left out.

    Raises zlib.error or msgspec.DecodeError for what `pack` did not make.
    """
    table = _DECODER.decode(zlib.decompress(packed))
    index = np.array([compiled.index.get(node, -1) for node in table.nodes], np.int64)
    count = len(compiled.network.nodes)
    stock = {
        sku: _spread(index[np.frombuffer(nodes, _NODES)], np.frombuffer(worth, _WORTH), count)
        for sku, (nodes, worth) in table.skus.items()
    }
    if not table.room:
        return Prices(version, stock)
    days = np.frombuffer(table.room, _WORTH).reshape(-1, len(index))
    rooms = np.array([_spread(index, day, count) for day in days])
    rooms.setflags(write=False)
    if table.since is None:
        return Prices(version, stock, rooms[0])
    return Prices(version, stock, rooms[0], rooms, table.since)


def _spread(
    nodes: npt.NDArray[np.int64], worth: npt.NDArray[np.int32], count: int
) -> npt.NDArray[np.int64]:
    spread = np.zeros(count, np.int64)
    known = nodes >= 0
    spread[nodes[known]] = worth[known]
    spread.setflags(write=False)
    return spread
