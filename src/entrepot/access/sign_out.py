"""Sign out: the session ends, here at once and in other processes within a second."""

from entrepot.access import store, tokens
from entrepot.access.model import Ending
from entrepot.plumbing import clock, db


async def sign_out(conn: db.Connection, token: str) -> bool:
    """Answer whether there was a session to end."""
    market = tokens.market_of(token)
    if market is None:
        return False
    at = await clock.read(conn)
    return await store.end_session(conn, market, tokens.digest(token), Ending.SIGNED_OUT, at)
