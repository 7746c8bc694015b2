"""Tickets of a launch's waiting line: numbers drawn in turn, each used once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from entrepot.inventory.launch import Q
from entrepot.inventory.launch_model import TicketsIssued, TicketUse
from entrepot.plumbing import db
from entrepot.terms.ids import LaunchId, MarketId


async def issue(
    conn: db.Connection, market: MarketId, counts: Mapping[LaunchId, int]
) -> dict[LaunchId, int]:
    """Draw so many tickets of each launch; answers the last number of each that has a line.

    The numbers before it, down to the one after the last of the batch before, are the caller's. A
    launch that is not there, has ended or has no line is not in the answer. Holds their rows.
    """
    rows = await db.fetch(
        conn, Q["issue_tickets"], TicketsIssued,
        market=market, launch_ids=list(counts), counts=list(counts.values()),
    )  # fmt: skip
    return {row.launch_id: row.issued for row in rows}


async def use(
    conn: db.Connection, market: MarketId, uses: Sequence[TicketUse], *, at: datetime
) -> set[tuple[LaunchId, int]]:
    """Use these tickets, each named once; answers those that were not used before.

    Waits for a transaction that uses one of them. The caller owns the transaction, and gives back
    those of whoever got nothing.
    """
    rows = await db.fetch(
        conn, Q["use_tickets"], TicketUse,
        market=market, at=at, launch_ids=[each.launch_id for each in uses],
        numbers=[each.number for each in uses], holders=[each.holder for each in uses],
    )  # fmt: skip
    return {(row.launch_id, row.number) for row in rows}


async def give_back(conn: db.Connection, market: MarketId, uses: Collection[TicketUse]) -> None:
    """Let tickets be used again that were used in this transaction and brought nothing."""
    if uses:
        await db.execute(
            conn, Q["return_tickets"],
            market=market, holders=[each.holder for each in uses],
            launch_ids=[each.launch_id for each in uses], numbers=[each.number for each in uses],
        )  # fmt: skip
