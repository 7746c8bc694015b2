"""A tripwire in the database: notes every time a reader of the feed is set back.

A cursor that goes back makes its reader do things again. It is gone in a moment, when the reader
has caught up, so it is noted in the very statement that does it.
"""

import asyncpg

_LAY = """
CREATE SCHEMA proof;
CREATE TABLE proof.set_back (step text, was bigint, became bigint);
CREATE FUNCTION proof.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO proof.set_back VALUES (old.step, old.sequence, new.sequence);
    RETURN new;
END $$;
CREATE TRIGGER set_back BEFORE UPDATE ON plumbing.cursor
FOR EACH ROW WHEN (new.sequence < old.sequence) EXECUTE FUNCTION proof.note();
"""


async def lay(database_url: str) -> None:
    """Lay the wire."""
    conn = await asyncpg.connect(database_url)
    try:
        await conn.execute(_LAY)
    finally:
        await conn.close()


async def tripped(database_url: str) -> list[tuple[str, int, int]]:
    """Give every (step, sequence it was at, sequence it was set back to)."""
    conn = await asyncpg.connect(database_url)
    try:
        return [tuple(row) for row in await conn.fetch("SELECT * FROM proof.set_back")]
    finally:
        await conn.close()
