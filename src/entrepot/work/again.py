"""Do something again and again beside the journey, whatever goes wrong with one time of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from entrepot.plumbing import db

log = logging.getLogger(__name__)


async def again(
    what: str, run: Callable[[], Awaitable[object]], *, every_s: float, stop: asyncio.Event
) -> None:
    """Run it every so many seconds until `stop` is set. A database that is away is waited out.

    `what` could not be done, the log says then.
    """
    while not stop.is_set():
        try:
            await run()
        except (*db.UNREACHABLE, *db.TRY_AGAIN) as fault:
            log.warning("%s: %r", what, fault)
        except Exception:
            log.exception(what)
        try:
            await asyncio.wait_for(stop.wait(), every_s)
        except TimeoutError:
            continue
