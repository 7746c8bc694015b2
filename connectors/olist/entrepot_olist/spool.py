"""Bring rows of several files together by a key, on disk: memory holds one part of them at a time.

The first half of a hash join (Grace, in Kitsuregawa et al. 1983): every record goes to the part its
key's checksum names, so that what has one key is in one part, whatever order the files are in.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zlib import crc32

PARTS_MAX = 256
"""Files open at once: well below what a process may have."""

PART_BYTES = 1 << 18
"""Of the orders' file in one part: some 1,500 orders, and about 5 MB in memory with their rows."""

Record = list[Any]
"""What JSON can hold."""


def parts_for(size: int) -> int:
    """Say in how many parts to split, by the size of the orders' file in bytes."""
    return max(1, min(PARTS_MAX, size // PART_BYTES))


class Spool:
    """Records by the parts of their keys; gone with the `with`."""

    def __init__(self, folder: Path, name: str, parts: int) -> None:
        self._paths = [folder / f"{name}-{part}.jsonl" for part in range(parts)]

    def __enter__(self) -> Self:
        self._files = [path.open("w", encoding="utf-8") for path in self._paths]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file, path in zip(self._files, self._paths, strict=True):
            file.close()
            path.unlink(missing_ok=True)

    def put(self, key: str, record: Record) -> None:
        """Put a record with the others of its key."""
        part = crc32(key.encode()) % len(self._files)
        self._files[part].write(json.dumps(record, separators=(",", ":")) + "\n")

    def parts(self) -> Iterator[list[Record]]:
        """Give each part's records, in the order they were put; nothing is put after this."""
        for file, path in zip(self._files, self._paths, strict=True):
            file.close()
            with path.open(encoding="utf-8") as lines:
                yield [json.loads(line) for line in lines]
            path.unlink()
