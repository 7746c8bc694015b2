"""The only place that builds and wires things; a module for each role, for none reads all of it."""

import importlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

from entrepot.plumbing import sql
from entrepot.terms.lifecycle import Lifecycle

CAPABILITIES = (
    "plumbing", "access", "catalog", "network", "policies", "customers", "orders",
    "inventory", "sourcing", "promise", "fulfillment", "delivery", "notices", "imports", "journey",
)  # fmt: skip
"""Every room that may keep rows, from the ground floor up."""


@cache
def invariants() -> dict[str, sql.Query]:
    """Every invariant of the house, by `capability.name`: a statement that must select no rows."""
    found: dict[str, sql.Query] = {}
    for capability in CAPABILITIES:
        for name, query in sql.load_all(f"entrepot.{capability}", "invariants.sql").items():
            found[f"{capability}.{name}"] = query
    return found


def lifecycles() -> list[Lifecycle[Any, Any]]:
    """Every life that is a table, in the order of the rooms."""
    found = []
    for capability in CAPABILITIES:
        if (resources.files(f"entrepot.{capability}") / "states.py").is_file():
            module = importlib.import_module(f"entrepot.{capability}.states")
            found += [each for each in vars(module).values() if isinstance(each, Lifecycle)]
    return found


def transitions() -> Iterator[tuple[str, str, str, str]]:
    """Every legal move of every life, as rows for `plumbing.transition`."""
    for life in lifecycles():
        yield from life.rows()
