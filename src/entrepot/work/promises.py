"""Learned promises kept fresh: what was delivered is remembered, and learned anew by policy.

Only for markets with a version in force. Learning takes minutes of a core: it is done by a process
of its own, at a low priority, and a version that does not beat the one in force changes nothing.
"""

import asyncio
import logging
import os
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from entrepot.network import browse as network
from entrepot.plumbing import db, mint
from entrepot.policies import browse as policies
from entrepot.promise import versions
from entrepot.terms.ids import MarketId
from entrepot.work.again import again

log = logging.getLogger(__name__)

LOOK_EVERY_S = 30.0
NICER = 10
"""How much a learning process stands back behind those that serve orders."""


@dataclass(slots=True)
class Learner:
    """Runs what is due, one process at a time: `entrepot promise` with this database."""

    pool: db.Pool
    dsn: str
    tried: dict[tuple[MarketId, str], datetime] = field(default_factory=dict)

    async def keep_learning(self, stop: asyncio.Event) -> None:
        """Look again and again until `stop` is set."""

        async def once() -> object:
            return await self.turn(mint.now(), stop)

        await again("nothing could be learned", once, every_s=LOOK_EVERY_S, stop=stop)

    async def turn(self, at: datetime, stop: asyncio.Event) -> list[tuple[MarketId, str]]:
        """Do what is due in every market; answers what was."""
        async with self.pool.acquire() as conn:
            found = [each for m in await network.markets(conn) for each in await due(conn, m, at)]
        done = []
        for market, what in found:
            if stop.is_set() or self.tried.get((market, what), at - _AGAIN) > at - _AGAIN:
                continue
            self.tried[market, what] = at
            await self._run(market, what, stop)
            done.append((market, what))
        return done

    async def _run(self, market: MarketId, what: str, stop: asyncio.Event) -> None:
        words = ["train", "--promote"] if what == "train" else ["remember"]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "entrepot", "promise", *words, "--market", market,
            env=os.environ | {"ENTREPOT_DATABASE_URL": self.dsn},
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        os.setpriority(os.PRIO_PROCESS, process.pid, NICER)
        ended = asyncio.create_task(process.wait())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            process.terminate()
        stopped.cancel()
        log.info("promises of %s: %s ended with %d", market, what, await ended)


_AGAIN = timedelta(minutes=10)
"""What did not come to pass is tried again after so long."""


async def due(conn: db.Connection, market: MarketId, at: datetime) -> list[tuple[MarketId, str]]:
    """Say what is due in a market: a training, or taking in what was delivered; else nothing."""
    force = await versions.in_force(conn, market)
    if force is None:
        return []
    _, policy = await policies.current(conn, market)
    promise = policy.promise
    newest = (await versions.listed(conn, market, most=1))[0]
    if promise.retrain_days is not None and at - newest.trained_at >= timedelta(
        days=promise.retrain_days
    ):
        return [(market, "train")]
    if at - force.as_of >= timedelta(minutes=promise.remember_minutes):
        return [(market, "remember")]
    return []
