"""What people look at all day reads no table of a million rows from end to end.

Small tables are read so whatever their indexes: here that is forbidden where there is another way.
"""

from datetime import date
from uuid import UUID

import pytest

from entrepot.catalog import search
from entrepot.inventory import grid
from entrepot.journey import network_overview as overview
from inventory.stock import NOON

LARGE = {"position", "movement", "reservation", "chapter", "item", "fulfillment_order", "line",
         "order", "cart_claim", "transfer_line"}  # fmt: skip
STATEMENTS = {**grid.Q, **overview.Q, **search.Q}
VALUES = {
    "market": "US", "skus": ["TEE", "CAP"], "sku": "TEE", "node_ids": ["LYON"], "node_id": "LYON",
    "most": 10, "ways": 10, "at": NOON, "since": UUID(int=0), "first": date(2026, 3, 2),
    "befores": [UUID(int=1 << 120), UUID(int=1 << 127)], "prefix": "te", "prefix_end": "tf",
    "words": "te:*", "category": None, "stocked": True, "after": "",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(STATEMENTS))
async def test_no_large_table_is_read_whole(conn, name):
    query = STATEMENTS[name]
    await conn.execute("SET LOCAL enable_seqscan = off")
    values = [VALUES[each] for each in query.parameters]
    plan = [row[0] for row in await conn.fetch(f"EXPLAIN {query.text}", *values)]
    read_whole = {
        line.split("Seq Scan on ")[1].split()[0].strip('"') for line in plan if "Seq Scan" in line
    }
    assert read_whole & LARGE == set(), "\n".join(plan)


@pytest.mark.parametrize("bound", ["position_short", "movement_pkey"])
async def test_the_indexes_are_those_meant(conn, bound):
    """A sanity of the test itself: the plans name them."""
    await conn.execute("SET LOCAL enable_seqscan = off")
    plans = []
    for query in STATEMENTS.values():
        values = [VALUES[each] for each in query.parameters]
        plans += [row[0] for row in await conn.fetch(f"EXPLAIN {query.text}", *values)]
    assert any(bound in line for line in plans)
