"""An endpoint on this machine that notes what it is sent, and webhooks that lead to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from entrepot.journey import told
from entrepot.notices.model import Wanted, Webhook
from entrepot.notices.register import put
from entrepot.plumbing import db, mint, outbox
from entrepot.plumbing.relay import relay
from entrepot.terms.ids import MarketId
from fulfillment.world import order_id

US = MarketId("US")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the one of the standard's example


@dataclass(slots=True)
class Heard:
    """A message as it came."""

    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Endpoint:
    """Answers what `answer` says, a status for each message; notes every message."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    answer: Callable[[Heard], int] = lambda _: 204
    slow_s: float = 0.0
    says: bytes = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one message of a connection, and close it."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = [line.partition(":") for line in head.split("\r\n")[1:] if line]
            headers = {name.lower(): value.strip() for name, _, value in lines}
            body = await reader.readexactly(int(headers["content-length"]))
            message = Heard(headers, body)
            self.heard.append(message)
            await asyncio.sleep(self.slow_s)
            status = self.answer(message)
            head = f"HTTP/1.1 {status} So\r\ncontent-length: {len(self.says)}\r\n"
            writer.write(f"{head}connection: close\r\n\r\n".encode() + self.says)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def endpoint() -> AsyncIterator[Endpoint]:
    """Run an endpoint while inside."""
    made = Endpoint()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    try:
        yield made
    finally:
        server.close()


async def webhook(pool: db.Pool, url: str, name: str = "erp", **changes) -> Webhook:
    """Register a webhook for all facts, from now on."""
    wanted = {"types": [], "channels": None, "enabled": True, "secret": SECRET} | changes
    async with pool.acquire() as conn, conn.transaction():
        done = await put(conn, US, Wanted(webhook_id=name, url=url, **wanted), at=mint.now())
    return done.webhook


async def happens(pool: db.Pool, *subjects: int, kind: str = "order.closed", **data) -> None:
    """Let a fact be told of each of these orders, and numbered."""
    facts = [told.fact(kind, order_id(n), {"n": n, **data}) for n in subjects]
    async with pool.acquire() as conn, conn.transaction():
        await outbox.tell(conn, US, facts, at=mint.now())
    await relay(pool)
