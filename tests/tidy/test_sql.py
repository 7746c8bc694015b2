"""The SQL keeps house: it prepares, it fits its row types, and it writes only where it lives."""

import dataclasses
import datetime as dt
import decimal
import importlib
import types
import typing
import uuid
from collections.abc import Sequence
from enum import StrEnum

import msgspec
import pytest

from entrepot.plumbing import sql
from tidy import house
from tidy.statements import Touched, touched

EXCEPTIONS = house.RULES["sql"]["exceptions"]
ONLY_LOOKS = ("views.sql", "invariants.sql")
STATEMENTS = [
    pytest.param(file.parent.name, file.name, query, id=f"{file.parent.name}.{query.name}")
    for file in sorted(house.SRC.glob("*/*.sql"))
    for query in sql.parse(file.read_text(encoding="utf-8")).values()
]
each_statement = pytest.mark.parametrize(("capability", "file", "query"), STATEMENTS)

PYTHON_TYPES = {
    "bool": bool,
    "bytea": bytes,
    "date": dt.date,
    "float8": float,
    "int2": int,
    "int4": int,
    "int8": int,
    "interval": dt.timedelta,
    "json": str,
    "jsonb": str,
    "numeric": decimal.Decimal,
    "text": str,
    "time": dt.time,
    "timestamptz": dt.datetime,
    "uuid": uuid.UUID,
}


def allowed(capability: str, query: sql.Query, what: str) -> bool:
    return what in EXCEPTIONS.get(f"{capability}.{query.name}", {}).get("allows", ())


def row_type(capability: str, name: str) -> type:
    """Find a row type where the capability defines it: in its model, or with its topic."""
    names = [file.stem for file in (house.SRC / capability).glob("*.py")]
    modules = [importlib.import_module(f"entrepot.{capability}.{stem}") for stem in names]
    (found,) = {
        made
        for module in modules
        if (made := getattr(module, name, None)) and made.__module__ == module.__name__
    }
    return typing.cast("type", found)


def field_names(row: type) -> list[str]:
    if dataclasses.is_dataclass(row):
        return [field.name for field in dataclasses.fields(row)]
    assert issubclass(row, msgspec.Struct), f"{row} is neither a dataclass nor a Struct"
    return [field.name for field in msgspec.structs.fields(row)]


def fits(hint: object, postgres: str) -> bool:
    """Say whether a field so annotated may hold what the driver gives for a PostgreSQL type."""
    hint = getattr(hint, "__supertype__", hint)
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin in {types.UnionType, typing.Union}:
        return any(fits(option, postgres) for option in inside if option is not types.NoneType)
    if origin is typing.Annotated:
        return fits(inside[0], postgres)
    if postgres.endswith("[]"):
        return origin in {list, Sequence} and fits(inside[0], postgres.removesuffix("[]"))
    wanted = PYTHON_TYPES[postgres]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return False  # the driver gives text; naming it a state is the store's word
    return hint is wanted


@each_statement
async def test_it_prepares_and_fits_its_row(conn, capability, file, query):
    statement = await conn.prepare(query.text)

    assert len(statement.get_parameters()) == len(query.parameters)
    if query.row:
        row = row_type(capability, query.row)
        columns = {column.name: column.type.name for column in statement.get_attributes()}
        assert list(columns) == field_names(row), f"{file}: by name and in order"
        hints = typing.get_type_hints(row, include_extras=True)
        misfits = {
            name: (columns[name], hints[name])
            for name in columns
            if not fits(hints[name], columns[name])
        }
        assert misfits == {}


@each_statement
def test_it_writes_its_own_rows_and_reads_only_upstream(capability, file, query):
    told = touched(query.text)
    mine = {capability, *house.READS[capability]}

    strangers = {f"writes:{s}" for s in told.writes - {capability}}
    strangers |= {f"reads:{s}" for s in told.reads - told.writes - mine}
    assert {s for s in strangers if not allowed(capability, query, s)} == set()
    assert told.bare == set(), "every table is named with its schema"
    if file.endswith(ONLY_LOOKS):
        assert told.writes == set(), "views and invariants only look"


@each_statement
def test_its_answer_depends_on_its_arguments_alone(capability, file, query):
    untold = touched(query.text).untold
    assert {f for f in untold if not allowed(capability, query, f)} == set(), file


@each_statement
def test_a_sentence_says_why_it_exists(capability, file, query):
    assert query.why.endswith((".", "?")), f"{capability}/{file}"
    assert len(query.why.split()) >= 3


@each_statement
async def test_it_never_forgets_the_market(conn, capability, file, query):
    business = await business_tables(conn)
    told = touched(query.text)
    if allowed(capability, query, "market"):
        return
    everywhere = file.endswith(
        "invariants.sql"
    )  # they look at all markets, each row within its own
    assert unbound(told, business, shown_is_enough=everywhere) == set(), file
    touches = {(schema, table) for scope in told.scopes for schema, table, _ in scope.tables}
    if not everywhere and business & (touches | {t for t, _ in told.inserts}):
        assert {"market", "markets"} & set(query.parameters), "no :market is bound"


async def business_tables(conn) -> set[tuple[str, str]]:
    """Find the tables whose rows belong to a market."""
    rows = await conn.fetch(
        "SELECT table_schema, table_name FROM information_schema.columns"
        " WHERE column_name = 'market' AND table_schema NOT LIKE 'pg\\_%'"
    )
    return {(row["table_schema"], row["table_name"]) for row in rows}


def unbound(told: Touched, business: set[tuple[str, str]], *, shown_is_enough: bool) -> set[str]:
    """Find business tables in a FROM, UPDATE, DELETE or INSERT without a word on their market.

    Where showing it is enough, a scope's only table may give its rows' market in the answer.
    """
    forgotten = {
        f"{schema}.{table}"
        for (schema, table), columns in told.inserts
        if (schema, table) in business and "market" not in columns
    }
    for scope in told.scopes:
        ours = [(s, t, alias) for s, t, alias in scope.tables if (s, t) in business]
        named = scope.told | (scope.shown if shown_is_enough and len(ours) == 1 else set())
        alone = len(ours) == 1 and "" in named
        forgotten |= {f"{s}.{t}" for s, t, a in ours if not alone and a not in named}
    return forgotten


def test_the_statements_were_found():
    assert len(STATEMENTS) > 20
