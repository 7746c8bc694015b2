"""A body of lines as it arrives: unpacked, cut into lines, in bounds whatever its length."""

import zlib
from collections.abc import AsyncIterator, Iterator

from entrepot.api.problems import Code, Problem

PART_BYTES_MAX = 65_536
"""Bytes looked at together: some 300 rows, a millisecond's work."""

GZIP = 31
"""What zlib calls a gzip stream of any window."""


class CutOffError(Exception):
    """The body ended where it may not."""


class Lines:
    """Cuts parts of a body into lines. What a line has beyond `most` bytes is thrown away.

    A line that is too long comes out one byte longer than is allowed.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._rest = bytearray()

    def cut(self, part: bytes) -> list[bytes]:
        """Give the lines that this part ends."""
        first, *others = part.split(b"\n")
        self._add(first)
        if not others:
            return []
        *whole, rest = others
        lines = [bytes(self._rest), *(line[: self._most + 1] for line in whole)]
        self._rest.clear()
        self._add(rest)
        return lines

    def rest(self) -> bytes:
        """Give what stands after the last end of a line."""
        return bytes(self._rest)

    def _add(self, more: bytes) -> None:
        room = self._most + 1 - len(self._rest)
        self._rest += more[:room]


async def parts(chunks: AsyncIterator[bytes], encoding: str | None) -> AsyncIterator[bytes]:
    """Give a body part by part, unpacked where it is packed; raises CutOffError.

    Problem where it is packed in a way that is not taken.
    """
    if encoding in {None, "", "identity"}:
        async for chunk in chunks:
            for at in range(0, len(chunk), PART_BYTES_MAX):
                yield chunk[at : at + PART_BYTES_MAX]
        return
    if encoding not in {"gzip", "x-gzip"}:
        raise Problem(
            Code.NOT_JSON, f"takes gzip or nothing packed, not {encoding!r}"[:200],
            headers=[("accept-encoding", "gzip, identity")],
        )  # fmt: skip
    packed = _Packed()
    async for chunk in chunks:
        for part in packed.unpack(chunk):
            yield part
    packed.end()


class _Packed:
    """Unpacks gzip, one member after the other, a bounded part at a time."""

    def __init__(self) -> None:
        self._zip = zlib.decompressobj(GZIP)
        self._begun = False

    def unpack(self, chunk: bytes) -> Iterator[bytes]:
        full = False
        while chunk or full:
            if self._zip.eof:
                self._zip = zlib.decompressobj(GZIP)
            self._begun = True
            try:
                part = self._zip.decompress(chunk, PART_BYTES_MAX)
            except zlib.error as wrong:
                raise CutOffError(f"the body is not gzip: {wrong}") from None
            if part:
                yield part
            full = len(part) == PART_BYTES_MAX and not self._zip.eof
            chunk = self._zip.unconsumed_tail or self._zip.unused_data

    def end(self) -> None:
        if self._begun and not self._zip.eof:
            raise CutOffError("the body ends within its gzip stream")
