"""No list, count or figure ever walks a table: each reads indexes, however many there are."""

import pytest

from entrepot.plumbing import sql

READS = {
    f"{file}:{name}": query
    for file in ("views.sql", "overview_views.sql")
    for name, query in sql.load("entrepot.journey", file).items()
}
ORDERED = [
    f"views.sql:{source}_{way}"
    for source in ("all", "phases", "stages", "terms")
    for way in ("down", "up")
]


async def planned(conn, query) -> list[str]:
    """The plan that is made without looking at the values, where no table is walked if it can be.

    An empty table would be walked, and rows of a bitmap come in no order: neither says anything.
    """
    await conn.execute("SET LOCAL enable_seqscan = off")
    await conn.execute("SET LOCAL enable_bitmapscan = off")
    await conn.execute(f"PREPARE asked AS {query.text}")
    values = ", ".join(["NULL"] * len(query.parameters))
    rows = await conn.fetch(f"EXPLAIN EXECUTE asked({values})" if values else "EXPLAIN EXECUTE asked")  # fmt: skip  # noqa: E501 - one thought
    await conn.execute("DEALLOCATE asked")
    return [row[0] for row in rows]


@pytest.mark.parametrize("name", READS)
async def test_it_goes_along_an_index(conn, name):
    plan = "\n".join(await planned(conn, READS[name]))
    assert "Seq Scan" not in plan
    assert "Index" in plan


@pytest.mark.parametrize("name", [*ORDERED, "views.sql:by_promise"])
async def test_its_rows_come_in_the_order_of_the_list(conn, name):
    lines = await planned(conn, READS[name])
    scan = next(at for at, line in enumerate(lines) if "Index" in line and "Scan" in line)
    bound = next(line for line in lines[scan:] if "Index Cond" in line)
    assert "order_id" in bound, "the list is gone on with where it ended, by the index"
    several = "unnest" in READS[name].text
    sorts = [line for line in lines[:scan] if "Sort Key" in line]
    assert len(sorts) == (1 if several else 0), "only what several values gave is sorted together"
