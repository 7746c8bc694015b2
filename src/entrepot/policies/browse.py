"""What servers and faces ask of the policies. No locks, no writes."""

import msgspec

from entrepot.plumbing import db
from entrepot.policies import store
from entrepot.policies.model import Policy, PublishedRow
from entrepot.terms.ids import MarketId

VERSION_MAX = 2**31 - 1


async def current(conn: db.Connection, market: MarketId) -> tuple[int, Policy]:
    """Answer the version in force and what it says; version 0 and the defaults where none is."""
    row = await store.current(conn, market)
    if row is None:
        return 0, Policy()
    return row.version, msgspec.json.decode(row.document, type=Policy)


async def history(
    conn: db.Connection, market: MarketId, *, before: int = VERSION_MAX, most: int
) -> list[PublishedRow]:
    """Answer the versions before one, newest first, with who made them and why."""
    return await store.history(conn, market, before, most)
