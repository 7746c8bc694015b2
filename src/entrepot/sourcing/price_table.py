"""Prices of stock and room as they are kept: by the names of nodes, so that they outlive a network.

Pure. MessagePack, deflated; of a sku only the nodes where a unit is worth something.
"""

import zlib
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from entrepot.network.compiled import Compiled
from entrepot.sourcing.model import Prices
from entrepot.terms.ids import NodeId, Sku

_NODES, _WORTH = np.dtype("<u2"), np.dtype("<i4")


class Table(msgspec.Struct, array_like=True, frozen=True):
    """The nodes, what room is worth at each (empty: nothing), and per sku (nodes, worth)."""

    nodes: tuple[NodeId, ...]
    room: bytes
    skus: dict[Sku, tuple[bytes, bytes]]


_DECODER: Final = msgspec.msgpack.Decoder(Table)
_ENCODER: Final = msgspec.msgpack.Encoder(order="deterministic")


def pack(prices: Prices, compiled: Compiled) -> bytes:
    """Pack prices by node index as they are in a network; `unpack` gives equal ones there."""
    skus = {}
    for sku, worth in prices.stock.items():
        nodes = np.flatnonzero(worth)
        skus[sku] = (nodes.astype(_NODES).tobytes(), worth[nodes].astype(_WORTH).tobytes())
    room = b"" if prices.nodes is None else prices.nodes.astype(_WORTH).tobytes()
    table = Table(tuple(node.node_id for node in compiled.network.nodes), room, skus)
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
    room = _spread(index, np.frombuffer(table.room, _WORTH), count) if table.room else None
    return Prices(version, stock, room)


def _spread(
    nodes: npt.NDArray[np.int64], worth: npt.NDArray[np.int32], count: int
) -> npt.NDArray[np.int64]:
    spread = np.zeros(count, np.int64)
    known = nodes >= 0
    spread[nodes[known]] = worth[known]
    spread.setflags(write=False)
    return spread
