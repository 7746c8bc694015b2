"""Pack a network as it was at a version, for the decisions that were made of it. Pure.

MessagePack, deflated. The same network gives the same bytes: sets are written in order.
"""

import zlib

import msgspec

from entrepot.network.model import Network

_ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_DECODER = msgspec.msgpack.Decoder(Network)


def pack(network: Network) -> bytes:
    """Pack a network; `unpack` gives an equal one."""
    return zlib.compress(_ENCODER.encode(network), level=6)


def unpack(packed: bytes) -> Network:
    """Unpack what `pack` made. Raises zlib.error or msgspec.DecodeError for anything else."""
    return _DECODER.decode(zlib.decompress(packed))
