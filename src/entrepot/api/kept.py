"""An answer that is kept for a moment: however many ask, it is made once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Kept:
    """One answer; who asks while it is being made waits for it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    until: float = 0.0
    body: bytes = b""

    async def get(self, make: Callable[[], Awaitable[bytes]], *, for_s: float) -> bytes:
        """Give it, made anew where it is older than `for_s` seconds."""
        async with self.lock:
            now = asyncio.get_running_loop().time()
            if now >= self.until:
                self.body = await make()
                self.until = now + for_s
            return self.body
