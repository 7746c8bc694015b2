"""A feed's way through the feeder: its body goes there as it comes, its answers come back."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from datetime import timedelta

from entrepot.api import feed_wire as wire
from entrepot.api.arriving import PART_BYTES_MAX, CutOffError
from entrepot.api.face import Request
from entrepot.api.feed_lines import broken_off, encode
from entrepot.api.problems import Code, Problem
from entrepot.inventory import browse as inventory
from entrepot.journey.world import Market
from entrepot.plumbing import db, mint
from entrepot.terms.ids import id_at

log = logging.getLogger(__name__)

Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]
"""Reach the process that applies feeds; it is started where there is none."""

READY_S_MAX = 30.0
"""A feeder starts in two seconds where it has a core."""

SILENT_S_MAX = 300.0
"""A sender that says nothing for so long has left."""

TOLD_AHEAD_MAX = 2
"""Windows of answers that wait for the client."""

LATE_S = 0.5
"""What moved longer ago waited behind a client that does not read, and is read: orders may have
come since."""

LATELY = timedelta(minutes=1)
CATCH_UP_AFTER_S = (1.0, 10.0)
"""A feeder that nobody hears ends after the window it is at."""

NOBODY = 0
"""No process writes as this one."""

LOST = "the process that applies feeds ended"

_CATCHING_UP: set[asyncio.Task[None]] = set()
"""Tasks that nobody else refers to."""


class Link:
    """One feed: `begins` waits for its first rows, `answers` gives what became of them."""

    def __init__(
        self,
        request: Request,
        market: Market,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._request, self._market = request, market
        self._reader, self._writer = reader, writer
        self._told: asyncio.Queue[wire.Said] = asyncio.Queue(TOLD_AHEAD_MAX)
        self._heard_out = False
        self._tasks = [asyncio.create_task(self._pass_on()), asyncio.create_task(self._hear())]

    async def begins(self) -> None:
        """Wait until there are rows; where there will be none, ends it and raises Problem."""
        told = None
        try:
            told = await self._told.get()
        finally:
            if not isinstance(told, wire.Begun):
                self.close()
        if isinstance(told, wire.Refused):
            raise wire.problem(told)
        if isinstance(told, wire.Over):
            raise Problem(Code.UNAVAILABLE, LOST, headers=[("retry-after", "1")])

    async def answers(self) -> AsyncGenerator[bytes, None]:
        """Give the answers window by window, and why they end, where they should not."""
        stopping = asyncio.create_task(self._request.app.stopping.wait())
        stopping.add_done_callback(lambda _: self._tasks[0].cancel())
        try:
            while True:
                told = await self._told.get()
                if isinstance(told, wire.Told):
                    yield told.data
                elif isinstance(told, wire.Over):
                    if told.why is not None:
                        yield encode([broken_off(told.next_line, told.why)])
                    return
        finally:
            stopping.cancel()
            self.close()

    def close(self) -> None:
        """End it, whatever is under way: what was not sent yet is not, whoever waits for it."""
        for task in self._tasks:
            task.cancel()
        self._writer.transport.abort()
        if not self._heard_out:
            task = asyncio.create_task(self._catch_up())
            _CATCHING_UP.add(task)
            task.add_done_callback(_CATCHING_UP.discard)

    async def _catch_up(self) -> None:
        """Read what was written and told to nobody: its client left before the feeder had ended."""
        for pause_s in CATCH_UP_AFTER_S:
            await asyncio.sleep(pause_s)
            await self._read_what_moved()

    async def _pass_on(self) -> None:
        why = None
        try:
            assert self._request.arriving is not None, "the route streams"
            async for chunk in _timely(self._request.arriving):
                for at in range(0, len(chunk), PART_BYTES_MAX):
                    wire.send(self._writer, wire.Part(chunk[at : at + PART_BYTES_MAX]))
                    await self._writer.drain()
        except CutOffError as cut_off:
            why = str(cut_off)
        except TimeoutError:
            why = f"nothing has come for {SILENT_S_MAX:.0f} s"
        except OSError:
            why = LOST  # who hears of it says so
        except asyncio.CancelledError:
            why = "the server is stopping"
            raise
        except Exception:
            log.exception("a feed could not be read")
            why = "a fault of ours"
        finally:
            with contextlib.suppress(OSError):
                wire.send(self._writer, wire.End(why))

    async def _hear(self) -> None:
        """Hear what is said, to its end; what moved is told to the view of the stock at once."""
        next_line = 1
        try:
            while True:
                told = await wire.said(self._reader)
                if isinstance(told, wire.Moved):
                    await self._moved(told)
                    continue
                if isinstance(told, wire.Told):
                    next_line = told.next_line
                self._heard_out = isinstance(told, wire.Over | wire.Refused)
                await self._told.put(told)
                if self._heard_out:
                    return
        except (EOFError, OSError):
            log.warning(LOST)
            await self._read_what_moved()
            self._heard_out = True
            await self._told.put(wire.Over(next_line, LOST))
        except Exception:
            log.exception("a feed could not be heard")
            await self._told.put(wire.Over(next_line, "a fault of ours"))

    async def _moved(self, told: wire.Moved) -> None:
        free = told.free
        if time.monotonic() - told.at > LATE_S:
            async with self._request.app.pool.acquire() as conn:
                free = await inventory.free_at(
                    conn, self._market.id, [(each.sku, each.node_id) for each in free]
                )
        self._market.stock.put(free)

    async def _read_what_moved(self) -> None:
        """Read what was written of late: not all of it may have been told."""
        since = id_at(mint.now() - LATELY)
        try:
            async with self._request.app.pool.acquire() as conn:
                rows = await inventory.free_since(conn, self._market.id, since, but=NOBODY)
        except db.UNREACHABLE as fault:
            log.warning("the view is not told of what a feed moved last: %r", fault)
        else:
            self._market.stock.put(rows)


async def open_link(request: Request, connect: Connect) -> Link:
    """Begin a feed; raises Problem where nobody is there to apply it."""
    market = await request.app.world.market(request.principal.market)
    try:
        async with asyncio.timeout(READY_S_MAX):
            reader, writer = await connect()
            try:
                await wire.said(reader)
                packed = request.headers.get("content-encoding")
                wire.send(writer, wire.Begin(market.id, request.actor, packed))
            except BaseException:
                writer.close()
                raise
    except (EOFError, OSError, TimeoutError) as fault:
        log.warning("nobody applies feeds: %r", fault)
        raise Problem(
            Code.UNAVAILABLE, "nobody applies feeds at this moment", headers=[("retry-after", "5")]
        ) from None
    return Link(request, market, reader, writer)


async def _timely(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        async with asyncio.timeout(SILENT_S_MAX):
            part = await anext(body, None)
        if part is None:
            return
        yield part
