"""What is in the database for one market: a digest of every table, to see that nothing changed.

But for the ledger's contents, how far safety was swept and where it is asked for still, when
milestones are looked at next, and the day a key was last used: the background writes them when
their time has come.
"""

from entrepot.plumbing import db

TABLES = """
SELECT c.table_schema, c.table_name
FROM information_schema.columns AS c
INNER JOIN information_schema.tables AS t USING (table_schema, table_name)
WHERE c.column_name = 'market' AND t.table_type = 'BASE TABLE'
AND NOT (table_schema = 'inventory' AND table_name IN ('chapter', 'chapter_mark'))
AND NOT (table_schema = 'promise' AND table_name = 'milestone')
AND NOT (table_schema = 'inventory' AND table_name = 'safeguard')
ORDER BY 1, 2
"""
DIGEST = """
SELECT coalesce(md5(string_agg(s.said, E'\\n' ORDER BY s.said)), '')
FROM (
    SELECT (to_jsonb(r) - ARRAY['used_on', 'unsecured'])::text AS said
    FROM {schema}."{table}" AS r WHERE r.market = $1
) AS s
"""


async def digests(database_url: str, market: str) -> dict[str, str]:
    """Read a digest of the market's rows, by table; "" where it has none."""
    conn = await db.connect(database_url)
    try:
        tables = [(row[0], row[1]) for row in await conn.fetch(TABLES)]
        assert len(tables) >= 20, tables
        return {
            f"{schema}.{table}": await conn.fetchval(
                DIGEST.format(schema=schema, table=table), market
            )
            for schema, table in tables
        }
    finally:
        await conn.close()
