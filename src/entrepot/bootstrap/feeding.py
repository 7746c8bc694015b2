"""The process that applies feeds, so that no order waits while rows are read and answered."""

import asyncio
import mmap
import socket
import sys
from functools import partial
from typing import Any

from entrepot.api.feed_windows import Feeder
from entrepot.api.feed_wire import BUFFER_BYTES
from entrepot.api.feeder import answer_feed
from entrepot.bootstrap.collecting import calm_collector
from entrepot.journey.world import World
from entrepot.plumbing import db, mint
from entrepot.plumbing.settings import Settings

KEEP_PATH: dict[str, Any] = {"cleanup_socket": False} if sys.version_info >= (3, 13) else {}
"""The socket's path is the server's: whoever listens next finds it there."""

CONNECTIONS = 6
"""Commits under way at the same time, of all feeds."""


async def feed(
    settings: Settings, dsn: str, *, listening: int, rush: int, stop: asyncio.Event
) -> None:
    """Apply feeds that come over a listening socket until `stop` is set; both are descriptors.

    `rush` is a file of one byte: how it is with orders.
    """
    pool = await db.open_pool(dsn, size=CONNECTIONS)
    world = World(pool, mint.now, stock=False, plans=False)
    flag = mmap.mmap(rush, 1, access=mmap.ACCESS_READ)
    feeder = Feeder(pool, world, settings.view_poll_ms / 1000, lambda: flag[0])
    calm_collector()
    server = await asyncio.start_unix_server(
        partial(answer_feed, feeder),
        sock=socket.socket(fileno=listening),
        limit=BUFFER_BYTES,
        **KEEP_PATH,
    )
    try:
        await stop.wait()
    finally:
        server.close()
        await pool.close()
