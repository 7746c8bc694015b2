"""A feed's way through the feeder: its body goes there as it comes, its answers come back."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

from entrepot.api import feed_wire as wire
from entrepot.api.arriving import PART_BYTES_MAX, CutOffError
from entrepot.api.face import Request
from entrepot.api.feed_lines import broken_off, encode
from entrepot.api.problems import Code, Problem

log = logging.getLogger(__name__)

Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]
"""Reach the process that applies feeds; it is started where there is none."""

READY_S_MAX = 30.0
"""A feeder starts in two seconds where it has a core."""

SILENT_S_MAX = 300.0
"""A sender that says nothing for so long has left."""

TOLD_AHEAD_MAX = 2
"""Windows of answers that wait for the client."""

LOST = "the process that applies feeds ended"


class Link:
    """One feed: `begins` waits for its first rows, `answers` gives what became of them."""

    def __init__(
        self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._request = request
        self._reader, self._writer = reader, writer
        self._told: asyncio.Queue[wire.Said] = asyncio.Queue(TOLD_AHEAD_MAX)
        self._next_line = 1
        self._tasks = [asyncio.create_task(self._pass_on()), asyncio.create_task(self._hear())]

    async def begins(self) -> None:
        """Wait until there are rows; raises Problem where there will be none."""
        told = await self._told.get()
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
                    self._next_line = told.next_line
                    yield told.data
                elif isinstance(told, wire.Over):
                    if told.why is not None:
                        yield encode([broken_off(told.next_line, told.why)])
                    return
        finally:
            stopping.cancel()
            self.close()

    def close(self) -> None:
        """End it, whatever is under way."""
        for task in self._tasks:
            task.cancel()
        self._writer.close()

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
            wire.send(self._writer, wire.End(why))

    async def _hear(self) -> None:
        try:
            while True:
                told = await wire.said(self._reader)
                if isinstance(told, wire.Moved):
                    world = self._request.app.world
                    market = await world.market(self._request.principal.market)
                    market.stock.put(told.free)
                    continue
                await self._told.put(told)
                if isinstance(told, wire.Over | wire.Refused):
                    return
        except (EOFError, OSError):
            log.warning(LOST)
            await self._told.put(wire.Over(self._next_line, LOST))


async def open_link(request: Request, connect: Connect) -> Link:
    """Begin a feed; raises Problem where nobody is there to apply it."""
    try:
        async with asyncio.timeout(READY_S_MAX):
            reader, writer = await connect()
            try:
                await wire.said(reader)
            except BaseException:
                writer.close()
                raise
    except (EOFError, OSError, TimeoutError) as fault:
        log.warning("nobody applies feeds: %r", fault)
        raise Problem(
            Code.UNAVAILABLE, "nobody applies feeds at this moment", headers=[("retry-after", "5")]
        ) from None
    packed = request.headers.get("content-encoding")
    wire.send(writer, wire.Begin(request.principal.market, request.actor, packed))
    return Link(request, reader, writer)


async def _timely(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        async with asyncio.timeout(SILENT_S_MAX):
            part = await anext(body, None)
        if part is None:
            return
        yield part
