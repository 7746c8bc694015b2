"""The schema keeps the way to bigger engines open: market first, and nothing hidden."""

import pytest

from tidy import house

EXCEPTIONS = house.RULES["schema"]["exceptions"]

INDEXES = """
SELECT
    n.nspname || '.' || t.relname AS owner,
    n.nspname || '.' || i.relname AS name,
    x.indisprimary OR x.indisunique AS is_key,
    (SELECT a.attname FROM pg_attribute AS a
     WHERE a.attrelid = t.oid AND a.attnum = x.indkey[0]) AS first
FROM pg_index AS x
INNER JOIN pg_class AS i ON x.indexrelid = i.oid
INNER JOIN pg_class AS t ON x.indrelid = t.oid
INNER JOIN pg_namespace AS n ON t.relnamespace = n.oid
WHERE n.nspname = any($1::text[])
ORDER BY 2
"""
HIDDEN = {
    "triggers": "SELECT tgname AS name FROM pg_trigger WHERE NOT tgisinternal",
    "functions": (
        "SELECT oid::regprocedure::text AS name FROM pg_proc"
        " WHERE pronamespace::regnamespace::text = any($1::text[])"
    ),
    "rules": "SELECT rulename AS name FROM pg_rules WHERE schemaname NOT LIKE 'pg_%'",
    "extensions": "SELECT extname AS name FROM pg_extension WHERE extname <> 'plpgsql'",
    "deferrable constraints": "SELECT conname AS name FROM pg_constraint WHERE condeferrable",
    "defaults that ask the clock or chance": (
        "SELECT table_name || '.' || column_name AS name FROM information_schema.columns"
        " WHERE table_schema = any($1::text[])"
        " AND column_default ~ '(now|random|timestamp|uuid)\\w*\\(|CURRENT_'"
    ),
    "tables without a primary key": (
        "SELECT n.nspname || '.' || t.relname AS name FROM pg_class AS t"
        " INNER JOIN pg_namespace AS n ON t.relnamespace = n.oid"
        " WHERE t.relkind IN ('r', 'p') AND n.nspname = any($1::text[]) AND NOT EXISTS"
        " (SELECT 1 FROM pg_index AS x WHERE x.indrelid = t.oid AND x.indisprimary)"
    ),
}


async def test_the_market_comes_first_in_every_key_and_index(conn):
    rows = await conn.fetch(INDEXES, list(house.READS))
    strangers = {row["name"] for row in rows if row["first"] != "market"}
    assert strangers == set(EXCEPTIONS)
    assert len(rows) > len(EXCEPTIONS)


@pytest.mark.parametrize("kind", HIDDEN)
async def test_there_are_no_hidden_hands(conn, kind):
    arguments = [list(house.READS)] if "$1" in HIDDEN[kind] else []
    assert [row["name"] for row in await conn.fetch(HIDDEN[kind], *arguments)] == []


async def test_foreign_keys_stay_within_a_capability_and_a_market(conn):
    rows = await conn.fetch(
        "SELECT c.conname AS name, split_part(c.conrelid::regclass::text, '.', 1) AS here,"
        " split_part(c.confrelid::regclass::text, '.', 1) AS there,"
        " pg_get_constraintdef(c.oid) AS says FROM pg_constraint AS c WHERE c.contype = 'f'"
        " AND c.connamespace::regnamespace::text = any($1::text[])",
        list(house.READS),
    )
    abroad = {
        row["name"]
        for row in rows
        if row["here"] != row["there"] or "FOREIGN KEY (market, " not in row["says"]
    }
    assert abroad == {"only_legal_moves"}, "the lifecycles' rows belong to no market"


async def test_every_check_is_named_as_a_sentence(conn):
    rows = await conn.fetch(
        "SELECT conname AS name FROM pg_constraint WHERE contype = 'c'"
        " AND connamespace::regnamespace::text = any($1::text[])",
        list(house.READS),
    )
    assert [row["name"] for row in rows if row["name"].endswith(("_check", "_check1"))] == []


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_an_exception_has_a_reason(name):
    assert len(EXCEPTIONS[name].split()) >= 5
