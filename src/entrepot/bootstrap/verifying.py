"""Checks every invariant of a live database, once its background has worked all off."""

import asyncio
import time
from dataclasses import dataclass

from entrepot.bootstrap import invariants
from entrepot.journey import audit, safeguard
from entrepot.network import browse
from entrepot.plumbing import cursors, db


@dataclass(frozen=True, slots=True)
class Finding:
    """An invariant, how many rows break it, the first of them, and how long the check took."""

    name: str
    violations: int
    first: list[dict[str, object]]
    seconds: float


FIRST_MAX = 20


AUDITS = {
    "journey.summaries_say_what_the_rows_say": audit.stale_summaries,
    "sourcing.decisions_run_again_say_the_same": audit.changed_decisions,
    "inventory.safety_is_what_the_rules_say": safeguard.unsafe_positions,
    "promise.performance_is_what_happened": audit.miscounted_nodes,
}
"""What `verify --full` checks beside the invariants: it takes more than a statement."""


async def verify(dsn: str, *, full: bool) -> list[Finding]:
    """Check every invariant in one snapshot; `full` runs the audits too."""
    conn = await db.connect(dsn, db.Limits(statement_ms=0))
    found = []
    try:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            for name, query in invariants().items():
                began = time.perf_counter()
                rows = [dict(row) for row in await conn.fetch(query.text)]
                found.append(_finding(name, rows, began))
            markets = await browse.markets(conn) if full else []
            for name, check in AUDITS.items() if full else ():
                began = time.perf_counter()
                found.append(
                    _finding(name, [r for m in markets for r in await check(conn, m)], began)
                )
    finally:
        await conn.close()
    return found


def _finding(name: str, rows: list[dict[str, object]], began: float) -> Finding:
    return Finding(name, len(rows), rows[:FIRST_MAX], time.perf_counter() - began)


async def drained(dsn: str, *, within_s: float) -> bool:
    """Wait until every fact is numbered and every row of the journey has read it all."""
    conn = await db.connect(dsn)
    try:
        ends = asyncio.get_running_loop().time() + within_s
        while asyncio.get_running_loop().time() < ends:
            if not await cursors.are_behind(conn):
                return True
            await asyncio.sleep(0.1)
        return False
    finally:
        await conn.close()
