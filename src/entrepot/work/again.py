"""Do something again and again beside the journey, whatever goes wrong with one time of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from entrepot.plumbing import db

log = logging.getLogger(__name__)


async def again(
    what: str,
    run: Callable[[], Awaitable[object]],
    *,
    every_s: float,
    stop: asyncio.Event,
    busy_s: float | None = None,
    after_fault_s: float | None = None,
) -> None:
    """Run it every so many seconds until `stop` is set. A database that is away is waited out.

    `what` could not be done, the log says then. Where they are given, `busy_s` pass after a time
    that answered it did something, and `after_fault_s` after one that faulted.
    """
    while not stop.is_set():
        wait_s = every_s
        try:
            if await run() and busy_s is not None:
                wait_s = busy_s
        except (*db.UNREACHABLE, *db.TRY_AGAIN) as fault:
            log.warning("%s: %r", what, fault)
            wait_s = every_s if after_fault_s is None else after_fault_s
        except Exception:
            log.exception(what)
            wait_s = every_s if after_fault_s is None else after_fault_s
        try:
            await asyncio.wait_for(stop.wait(), wait_s)
        except TimeoutError:
            continue
