"""What an order costs with two million orders stored, beside what it costs with none.

The stored orders are copies of captured ones, made by SQL with everything that capture writes for
an order, each round of copies an earlier stretch of time: ids, times and keys are moved back, so
they lie in the indexes as if they had been captured then. Copies are delivered, as old orders are;
balances do not know of them, so this database is not to be verified.
"""

from collections.abc import Sequence

from bench import capture, postgres
from bench.effort import FULL, Effort, command
from bench.figure import Figure, middle, middle_cost
from bench.report import show
from bench.stage import Body, Stage, order_bodies, staged

CONNECTIONS = 256
RATIO_MAX = 1.25

TABLES = {
    "orders.order": "",
    "orders.line": "",
    "plumbing.idempotency": "WHERE t.subject IS NOT NULL",
    "plumbing.event": "WHERE t.order_id IS NOT NULL",
    "inventory.reservation": "",
    "inventory.movement": "WHERE t.order_id IS NOT NULL",
    "sourcing.record": "",
    "sourcing.decision": "",
    "fulfillment.fulfillment_order": "",
    "fulfillment.line": "",
    "fulfillment.move": "",
    "journey.summary": "",
    "journey.posting": "",
}
"""All that capture and its background work write for an order, and which rows those are."""

OTHERWISE = {
    "orders.order.external_id": "t.external_id || '~' || {copy}",
    "plumbing.idempotency.key": "bench.earlier(t.key::uuid, {ms})::text",
    "plumbing.event.sequence": "t.sequence - {copy} * {events}",
    "inventory.reservation.consumed": "t.quantity",
    "fulfillment.fulfillment_order.state": "'delivered'",
    "journey.summary.phase": "'closed'",
    "journey.summary.stage": "'done'",
}
"""Columns that are neither moved back in time nor copied as they are."""

BY_TYPE = {
    "uuid": "bench.earlier(t.{column}, {ms})",
    "timestamp with time zone": "t.{column} - {ms} * interval '1 millisecond'",
}

FUNCTION = """
CREATE SCHEMA IF NOT EXISTS bench;
-- A UUIDv7 of so many milliseconds before: its first 48 bits are the time (RFC 9562). One
-- expression, so that the planner puts it in place: it is called some thirty times an order.
CREATE OR REPLACE FUNCTION bench.earlier(id uuid, ms bigint) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (
        lpad(to_hex(
            ('x' || left(id::text, 8) || substr(id::text, 10, 4))::bit(48)::bigint - ms
        ), 12, '0') || substr(id::text, 15)
    )::uuid
$$;
"""

HASTE = "SET LOCAL synchronous_commit = off; SET LOCAL session_replication_role = replica"
"""Copies of legal moves need not be looked up in the table of moves one by one."""

COLUMNS = """
SELECT c.column_name, c.data_type
FROM information_schema.columns AS c
WHERE c.table_schema = $1 AND c.table_name = $2 AND c.is_generated = 'NEVER'
ORDER BY c.ordinal_position
"""

INDEXES = """
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made
FROM pg_index AS i
INNER JOIN pg_class AS t ON i.indrelid = t.oid
INNER JOIN pg_namespace AS n ON t.relnamespace = n.oid
WHERE
    n.nspname || '.' || t.relname = any($1::text [])
    AND NOT EXISTS (SELECT 1 FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)
"""
"""Indexes that guard nothing: made again when the rows are there, which is sooner done."""

SPAN = """
SELECT
    count(*) AS orders,
    1000 + extract(EPOCH FROM max(o.captured_at) - min(o.captured_at))::bigint * 1000 AS ms,
    (SELECT coalesce(max(f.last_sequence), 0) FROM plumbing.feed AS f) AS events
FROM orders."order" AS o
"""


def figures(stage: Stage, effort: Effort) -> list[Figure]:
    """Measure, store, measure again."""
    bodies = order_bodies(stage, seed=4)
    capture.warm(stage, bodies, effort.warmup)
    none = _measured(stage, bodies, effort)
    stored = store(stage, effort.stored)
    capture.warm(stage, bodies, effort.warmup)
    many = _measured(stage, bodies, effort)
    cost, floor_cost = middle_cost([c.cost for c in many]), middle_cost([c.cost for c in none])
    value, floor = cost.server + cost.postgres, floor_cost.server + floor_cost.postgres
    return [
        Figure(
            name=f"CPU per order with {stored:,} orders stored",
            value=value,
            unit="µs/order",
            goal=f"≤ {RATIO_MAX} of the cost with none",
            met=value / floor <= RATIO_MAX,
            floor=floor,
            floor_is="the same capture in the same run, before the orders were stored",
            ratio=value / floor,
            cost=cost,
            floor_cost=floor_cost,
            notes=(
                *capture.told(many[-1]),
                _told(stage, none, many),
            ),
        )
    ]


def store(stage: Stage, orders: int) -> int:
    """Copy what was captured until so many orders more are stored; answer how many."""
    url = stage.system.database_url
    postgres.execute(url, FUNCTION)
    span = postgres.fetch(url, SPAN)[0]
    captured = int(span["orders"])
    copies = -(-orders // captured)
    kept = "".join(_keeping(table, rows) for table, rows in TABLES.items())
    postgres.execute(url, kept)
    indexes = postgres.fetch(url, INDEXES, list(TABLES))
    postgres.execute(url, ";".join(f"DROP INDEX {row['name']}" for row in indexes))
    for copy in range(copies, 0, -1):
        values = {"copy": copy, "ms": copy * span["ms"], "events": span["events"]}
        script = ";\n".join(_copying(url, table, values) for table in TABLES)
        postgres.execute(url, f"BEGIN; {HASTE};\n{script};\nCOMMIT")
    for row in indexes:
        postgres.execute(url, f"SET maintenance_work_mem = '1GB'; {row['made']}")
    postgres.execute(url, "DROP SCHEMA bench CASCADE")
    postgres.calm(url)
    return copies * captured


def size_gib(stage: Stage) -> float:
    sql = "SELECT pg_database_size(current_database())"
    return float(postgres.value(stage.system.database_url, sql)) / 2**30


def _told(stage: Stage, none: Sequence[capture.Captured], many: Sequence[capture.Captured]) -> str:
    return (
        f"{middle([c.orders_per_second for c in many]):,.0f} orders/s,"
        f" {middle([c.orders_per_second for c in none]):,.0f} before;"
        f" the database holds {size_gib(stage):.1f} GiB."
    )


def _keeping(table: str, rows: str) -> str:
    """Put the originals aside, so that copies are not copied again."""
    schema, name = table.split(".")
    source = f'{schema}."{name}" AS t {rows}'
    return f'CREATE UNLOGGED TABLE bench."{table}" AS SELECT t.* FROM {source};\n'  # noqa: S608 - our own constants


def _copying(url: str, table: str, values: dict[str, int]) -> str:
    schema, name = table.split(".")
    columns = [
        (str(row["column_name"]), str(row["data_type"]))
        for row in postgres.fetch(url, COLUMNS, schema, name)
    ]
    if not columns:
        raise LookupError(f"no table {table}: bench/growth.py must follow the migrations")
    terms = [
        OTHERWISE.get(f"{table}.{column}", BY_TYPE.get(kind, "t.{column}")).format(
            column=f'"{column}"', **values
        )
        for column, kind in columns
    ]
    names = ", ".join(f'"{column}"' for column, _ in columns)
    select = f'SELECT {", ".join(terms)} FROM bench."{table}" AS t'  # noqa: S608 - from the catalog
    return f'INSERT INTO {schema}."{name}" ({names}) {select}'


def _measured(stage: Stage, bodies: list[Body], effort: Effort) -> list[capture.Captured]:
    return [
        capture.measure(stage, bodies, connections=CONNECTIONS, seconds=effort.seconds)
        for _ in range(effort.rounds)
    ]


def main(*, json: bool = False, effort: Effort = FULL) -> None:
    with staged(effort) as stage:
        show(stage.system, figures(stage, effort), json=json)


if __name__ == "__main__":
    command(main)
