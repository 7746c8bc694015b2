"""Every fact has a schema, every schema is told, and nobody waits for what nobody tells."""

import ast
import json
import re

import pytest

from entrepot.bootstrap import lifecycles
from entrepot.inventory.watch import FEED_STALE
from entrepot.journey.mend import SHORT
from entrepot.journey.milestones import AT_RISK
from entrepot.journey.offer_work import UNCLAIMED
from entrepot.journey.record import UNROUTABLE
from entrepot.journey.sweep import UNDATED
from entrepot.journey.table import STEPS, rows
from entrepot.journey.transfer import SURPLUS
from tidy import house

SCHEMAS = {file.stem: file for file in (house.ROOT / "docs" / "events").glob("*.json")}
PYTHON = house.files(".py", within=("src", "connectors"))
TELLERS = ("tell.py", "told.py")
"""How a file ends that makes facts."""

A_TYPE = re.compile(r"[a-z]+\.[a-z]+(?:_[a-z]+)?")


def strings(tree: ast.AST) -> set[str]:
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def makes_facts(tree: ast.AST) -> bool:
    called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    names = (getattr(func, "attr", getattr(func, "id", "")) for func in called)
    return not {"Fact", "fact"}.isdisjoint(names)


TREES = {file: ast.parse(file.read_text(encoding="utf-8")) for file in PYTHON}
MAKERS = [file for file, tree in TREES.items() if makes_facts(tree)]
TOLD = {word for file in MAKERS for word in strings(TREES[file]) if A_TYPE.fullmatch(word)}
NOUNS = {word.partition(".")[0] for word in TOLD}


def named() -> set[str]:
    """Find whatever the code says that looks like a fact's type: told, followed or listened to."""
    words = {word for tree in TREES.values() for word in strings(tree) if A_TYPE.fullmatch(word)}
    # steps, lives and kinds of exceptions have names of the same form
    others = {*STEPS, *(life.machine for life in lifecycles())}
    others |= {UNROUTABLE, UNDATED, SHORT, SURPLUS, FEED_STALE, UNCLAIMED, AT_RISK}
    followed = {type_ for row in rows() for type_ in row.types}
    facts = {w for w in words - others if not w.endswith(".sql")}
    return followed | {w for w in facts if w.partition(".")[0] in NOUNS}


def test_facts_are_made_by_the_tellers_only():
    assert MAKERS
    assert [house.name(file) for file in MAKERS if not file.name.endswith(TELLERS)] == []


def test_every_fact_that_is_told_has_a_schema_and_every_schema_is_told():
    assert set(SCHEMAS) == TOLD


def test_nobody_waits_for_a_fact_that_nobody_tells():
    assert named() - TOLD == set()


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_schema_is_closed_and_says_what_it_means(name):
    schema = json.loads(SCHEMAS[name].read_text(encoding="utf-8"))

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == name
    assert schema["description"].endswith(".")
    assert schema["additionalProperties"] is False
    assert [field for field, is_ in schema["properties"].items() if not is_["description"]] == []
