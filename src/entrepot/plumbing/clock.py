"""The database's clock: the same for every process, whatever its own machine believes."""

from datetime import datetime

from entrepot.plumbing import db, sql
from entrepot.plumbing.model import Clock

Q = sql.load(__package__)


async def read(conn: db.Connection) -> datetime:
    """Say what time it is where the rows are, in UTC."""
    rows = await db.fetch(conn, Q["database_clock"], Clock)
    return rows[0].at
