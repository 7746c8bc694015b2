"""Take a file in while it comes: its parts are kept where every process sees them.

They are rows: they survive what the database survives, are gone with it, and need no disk that
servers and workers share. A copy beside them is only read for the file's columns.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from entrepot.imports import store
from entrepot.imports.model import PART_BYTES, Preview
from entrepot.imports.tables import preview
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


class TooLarge(ValueError):  # noqa: N818 - what was found
    """The file has more bytes than are taken."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A file whose parts are kept; it is of no job yet."""

    import_id: UUID
    size: int
    digest: bytes
    parts: int
    preview: Preview


async def take_in(
    pool: db.Pool,
    market: MarketId,
    import_id: UUID,
    suffix: str,
    chunks: AsyncIterator[bytes],
    *,
    bytes_max: int,
) -> TakenIn:
    """Keep a file's parts; answers what it looks like.

    Raises TooLarge, or FileUnreadable where it has no columns; nothing is kept then.
    """
    digest, size, parts = hashlib.sha256(), 0, 0
    held = bytearray()
    with TemporaryDirectory(prefix="entrepot-") as folder:
        path = Path(folder) / f"file{suffix}"
        try:
            with path.open("wb") as copy:
                async for chunk in chunks:
                    size += len(chunk)
                    _bound(size, bytes_max)
                    digest.update(chunk)
                    copy.write(chunk)
                    held += chunk
                    while len(held) >= PART_BYTES:
                        await _keep(pool, market, import_id, parts, bytes(held[:PART_BYTES]))
                        parts, held = parts + 1, held[PART_BYTES:]
            if held:
                await _keep(pool, market, import_id, parts, bytes(held))
                parts += 1
            seen = await asyncio.to_thread(preview, path)
        except BaseException:
            await asyncio.shield(let_go(pool, market, import_id))
            raise
    return TakenIn(import_id, size, digest.digest(), parts, seen)


def _bound(size: int, bytes_max: int) -> None:
    if size > bytes_max:
        raise TooLarge(f"more than {bytes_max} bytes")


async def let_go(pool: db.Pool, market: MarketId, import_id: UUID) -> None:
    """Drop the parts of a file that is not taken."""

    async def work(conn: db.Connection) -> None:
        await store.drop_parts(conn, market, import_id)

    await db.in_transaction(pool, work)


async def _keep(pool: db.Pool, market: MarketId, import_id: UUID, part: int, bytes_: bytes) -> None:
    async def work(conn: db.Connection) -> None:
        await store.add_part(conn, market, import_id, part, bytes_)

    await db.in_transaction(pool, work)
