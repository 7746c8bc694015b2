"""A world that is put back as it was, and read so that two ends of it can be compared.

Only what was written since is put back: some milliseconds. Ids that a command has minted are
called by what they are of, so that two runs that did the same read the same.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from entrepot.bootstrap import invariants
from entrepot.terms.order_number import number_of

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_NUMBER = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")

LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    "plumbing.outbox": ("outbox_id",),
    "sourcing.record": ("packed",),
    "sourcing.network_snapshot": ("document",),
    "inventory.movement": ("writer",),
}
"""Columns that say what a decision saw, or in which order rows were made, and not what stands."""

HINT = re.compile(r'"type": "inventory.supplied"')
"""A fact that only says where to look: that it is told where it must be is looked at by itself."""

UNTOLD_OF = """
WITH fact AS (
    SELECT o.type, o.order_id, o.data, NULL::bigint AS sequence FROM plumbing.outbox AS o
    UNION ALL
    SELECT e.type, e.order_id, e.data, e.sequence FROM plumbing.event AS e
),

news AS (
    SELECT f.type, f.order_id, f.data, c.step
    FROM fact AS f CROSS JOIN plumbing.cursor AS c
    WHERE f.sequence IS NULL OR f.sequence > c.sequence
)

SELECT DISTINCT d.sku AS name
FROM inventory.demand AS d
INNER JOIN inventory.position AS p ON d.market = p.market AND d.sku = p.sku
WHERE
    p.on_hand - p.reserved - p.unavailable - p.safety > 0
    AND NOT EXISTS (
        SELECT FROM news AS n
        WHERE n.step = 'sourcing.supply' AND n.type IN ('inventory.supplied', 'supply.changed')
        AND strpos(n.data, '"' || d.sku || '"') > 0
    )
    AND NOT EXISTS (
        SELECT FROM news AS n
        WHERE n.step = 'sourcing.seek' AND n.type IN ('order.captured', 'exception.opened')
        AND n.order_id = d.order_id
    )
"""
"""Skus that somebody waits for though they are free, and no fact is on its way to have it seen."""

Rows = tuple[str, ...]
State = Mapping[str, Rows]
"""By table: its rows, ascending, as text."""


@dataclass(slots=True)
class Kept:
    """The tables of a database as they were when it was kept."""

    conn: asyncpg.Connection
    columns: dict[str, list[str]] = field(default_factory=dict)
    ids: frozenset[str] = frozenset()
    numbers: dict[str, str] = field(default_factory=dict)
    state: dict[str, Rows] = field(default_factory=dict)

    @classmethod
    async def of(cls, conn: asyncpg.Connection) -> "Kept":
        """Keep what stands now; the connection is the proof's own."""
        kept = cls(conn)
        await conn.execute("SET session_replication_role = replica; CREATE SCHEMA proof")
        for row in await conn.fetch(_COLUMNS):
            kept.columns[row["name"]] = row["columns"]
        for table in kept.columns:
            await conn.execute(f"CREATE TABLE {_copy(table)} AS TABLE {_quoted(table)}")
        raw = await kept._texts(kept.columns)
        kept.ids = frozenset(_UUID.findall("\n".join(text for _, text in raw)))
        kept.numbers = {number_of(UUID(each)): each for each in kept.ids}
        kept.state = await kept.read(kept.columns)
        return kept

    async def put_back(self, tables: Collection[str], given: Iterable[str] = ()) -> None:
        """Put these tables back as they were, then do what is given."""
        script = [
            f"DELETE FROM {_quoted(t)}; INSERT INTO {_quoted(t)} ({', '.join(self.columns[t])})"  # noqa: S608 - our own tables
            f" OVERRIDING SYSTEM VALUE SELECT {', '.join(self.columns[t])} FROM {_copy(t)}"
            for t in sorted(tables)
        ]
        script += given
        if script:
            await self.conn.execute("BEGIN;" + ";".join(script) + ";COMMIT")

    async def read(self, tables: Collection[str]) -> dict[str, Rows]:
        """Read these tables; an id that is not known from before is called by what it is of."""
        texts = await self._texts({*tables, *_NAMING})
        names = dict(_names(texts))
        found: dict[str, list[str]] = {table: [] for table in tables}
        for table, text in texts:
            if table in found and not (table == "plumbing.outbox" and HINT.search(text)):
                found[table].append(self.named(text, names))
        return {table: tuple(sorted(rows)) for table, rows in found.items()}

    def named(self, text: str, names: Mapping[str, str]) -> str:
        """Call ids and order numbers in a text by what they are of."""
        numbers = {number_of(UUID(id_)): name for id_, name in names.items()}
        text = _UUID.sub(lambda m: m[0] if m[0] in self.ids else names.get(m[0], "(new)"), text)
        return _NUMBER.sub(lambda m: self.numbers.get(m[0]) or numbers.get(m[0], m[0]), text)

    async def _texts(self, tables: Collection[str]) -> list[tuple[str, str]]:
        parts = [
            f"SELECT '{t}' AS name, (to_jsonb(t) - '{{{','.join(LEFT_OUT.get(t, ()))}}}'::text[])"  # noqa: S608 - our own tables
            f"::text AS text FROM {_quoted(t)} AS t"
            for t in sorted(tables)
        ]
        return [(r["name"], r["text"]) for r in await self.conn.fetch(" UNION ALL ".join(parts))]


_NAMING = ("orders.order", "inventory.cart")

_NAMES = {
    "orders.order": (re.compile(r'"order_id": "([^"]+)"'), re.compile(r'"external_id": "([^"]+)"')),
    "inventory.cart": (re.compile(r'"cart_id": "([^"]+)"'), re.compile(r'"customer": "([^"]+)"')),
}


def _names(texts: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    for table, text in texts:
        if table in _NAMES:
            id_, name = (pattern.search(text) for pattern in _NAMES[table])
            if id_ and name:
                yield id_[1], f"({name[1]})"


def _quoted(table: str) -> str:
    room, _, name = table.partition(".")
    return f'{room}."{name}"'


def _copy(table: str) -> str:
    return f'proof."{table}"'


_COLUMNS = """
SELECT
    c.table_schema || '.' || c.table_name AS name,
    array_agg(quote_ident(c.column_name) ORDER BY c.ordinal_position) AS columns
FROM information_schema.columns AS c
INNER JOIN information_schema.tables AS t USING (table_schema, table_name)
WHERE
    c.table_schema NOT IN ('pg_catalog', 'information_schema', 'proof')
    AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'
GROUP BY 1
"""


def every_invariant() -> str:
    """All invariants in one statement: it gives the names of those that are broken."""
    parts = [
        f"SELECT '{name}' AS name WHERE EXISTS (\n{query.text}\n)"
        for name, query in invariants().items()
    ]
    return " UNION ALL ".join(parts)


def differences(one: State, other: State) -> list[str]:
    """Say in which rows two ends differ."""
    found = []
    for table in sorted({*one, *other}):
        left, right = list(one.get(table, ())), list(other.get(table, ()))
        for row in one.get(table, ()):
            if row in right:
                right.remove(row)
                left.remove(row)
        found += [f"  here      {table}: {row}" for row in left]
        found += [f"  serially  {table}: {row}" for row in right]
    return found
