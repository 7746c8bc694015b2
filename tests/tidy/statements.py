"""What one SQL statement touches, read off PostgreSQL's own parse tree."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pglast import parse_sql

Node = Any  # pglast's trees as plain dicts and tuples; "@" names the kind of node

UNTOLD = frozenset(
    {
        *("now", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday"),
        *("random", "random_normal", "setseed", "gen_random_uuid", "uuidv4", "uuidv7"),
    }
)
"""Functions whose answer is not in the arguments: the same statement says different things."""

_SCOPES = {"SelectStmt": "fromClause", "UpdateStmt": "fromClause", "DeleteStmt": "usingClause"}
_WRITES = ("InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt")


@dataclass(slots=True)
class Touched:
    """Schemas read and written, bare table names, untold functions, and each scope's tables."""

    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    bare: set[str] = field(default_factory=set)
    untold: set[str] = field(default_factory=set)
    scopes: list["Scope"] = field(default_factory=list)
    inserts: list[tuple[tuple[str, str], frozenset[str]]] = field(default_factory=list)


@dataclass(slots=True)
class Scope:
    """One SELECT, UPDATE or DELETE: (schema, table, alias) of each of its tables.

    `told`: the aliases whose market its predicates name; `shown`: those whose market it answers
    or groups by; "" where `market` stands without an alias.
    """

    tables: list[tuple[str, str, str]]
    told: set[str]
    shown: set[str]


def touched(text: str) -> Touched:
    """Read a text of one or more statements."""
    found = Touched()
    ctes: set[str] = set()
    for statement in parse_sql(text):
        tree = statement.stmt(skip_none=True)
        for node in walk(tree):
            if node["@"] == "CommonTableExpr":
                ctes.add(node["ctename"])
            _note(node, found)
    found.bare -= ctes
    return found


def walk(node: Node) -> Iterator[dict[str, Any]]:
    """Give every node of a tree, parents first; `FOR UPDATE OF alias` names nothing new."""
    if isinstance(node, dict):
        if node.get("@") == "LockingClause":
            return
        if "@" in node:
            yield node
        for child in node.values():
            yield from walk(child)
    elif isinstance(node, list | tuple):
        for child in node:
            yield from walk(child)


def _note(node: dict[str, Any], found: Touched) -> None:
    kind = node["@"]
    if kind == "RangeVar" and node.get("schemaname"):
        found.reads.add(node["schemaname"])
    elif kind == "RangeVar":
        found.bare.add(node["relname"])
    elif kind == "FuncCall":
        _note_call([part["sval"] for part in node["funcname"]], found)
    elif kind == "SQLValueFunction":
        found.untold.add(node["op"]["name"].removeprefix("SVFOP_").lower())
    if kind in _WRITES:
        _note_write(node, found)
    if kind in _SCOPES:
        found.scopes.append(_scope(node))


def _note_call(names: list[str], found: Touched) -> None:
    if len(names) > 1 and names[0] != "pg_catalog":
        found.reads.add(names[0])
    if names[-1] in UNTOLD:
        found.untold.add(names[-1])


def _note_write(node: dict[str, Any], found: Touched) -> None:
    relation = node["relation"]
    schema = relation.get("schemaname", "")
    found.writes.add(schema)
    if node["@"] == "InsertStmt":
        columns = frozenset(column["name"] for column in node.get("cols", ()))
        found.inserts.append(((schema, relation["relname"]), columns))


def _scope(node: dict[str, Any]) -> Scope:
    tables: list[dict[str, Any]] = []
    predicates: list[Node] = [node.get("whereClause"), node.get("havingClause")]
    told: set[str] = set()
    if "relation" in node:
        tables.append(node["relation"])
    for item in node.get(_SCOPES[node["@"]], ()):
        _spread(item, tables, predicates, told)
    names = [(t.get("schemaname", ""), t["relname"], _alias(t)) for t in tables]
    shown = [node.get("targetList"), node.get("groupClause")]
    return Scope(names, told | _markets(predicates), _markets(shown))


def _spread(
    item: dict[str, Any], tables: list[dict[str, Any]], predicates: list[Node], told: set[str]
) -> None:
    """Take a FROM item apart: its tables, what its joins demand, what USING names for both."""
    if item["@"] == "RangeVar":
        tables.append(item)
    elif item["@"] == "JoinExpr":
        first = len(tables)
        _spread(item["larg"], tables, predicates, told)
        _spread(item["rarg"], tables, predicates, told)
        predicates.append(item.get("quals"))
        if any(column["sval"] == "market" for column in item.get("usingClause", ())):
            told.update(_alias(table) for table in tables[first:])


def _alias(table: dict[str, Any]) -> str:
    return str(table["alias"]["aliasname"] if "alias" in table else table["relname"])


def _markets(tree: Node) -> set[str]:
    """Say whose market a tree speaks of: each qualifier, and "" for a bare `market`."""
    told: set[str] = set()
    for node in walk(tree):
        if node["@"] == "ColumnRef":
            parts = [part.get("sval", "*") for part in node["fields"]]
            if parts[-1] == "market":
                told.add(parts[-2] if len(parts) > 1 else "")
    return told
