"""The house as `house.toml` describes it is the house as it stands."""

import ast
import re
import tomllib
from datetime import date
from graphlib import TopologicalSorter

import pytest

from entrepot import bootstrap
from tidy import house

PACKAGES = sorted(p.name for p in house.SRC.iterdir() if (p / "__init__.py").is_file())
MODULES = sorted(p.stem for p in house.SRC.glob("*.py") if p.stem != "__init__")
PYTHON = house.files(".py", within=("src", "connectors"))
PRODUCT = house.files(".py", ".sql", within=("src", "connectors", "bench"))
A_STATEMENT = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE \w+|DELETE FROM|WITH \w+ AS)\s")
TOLD_BY_THE_WORLD = re.compile(r"\b(datetime\.now\(|time\.time\(|time_ns\(|uuid4\(|uuid1\()")


def test_who_reads_whom_is_acyclic():
    order = list(TopologicalSorter(house.READS).static_order())
    assert set(order) == set(house.READS)


def test_who_reads_whom_speaks_of_every_capability_that_keeps_rows():
    assert set(house.READS) == set(bootstrap.CAPABILITIES)
    assert set(house.READS) <= set(PACKAGES)


def test_every_package_stands_on_a_floor():
    contracts = tomllib.loads((house.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
    floors = next(c for c in contracts if c["type"] == "layers")
    rooms = {room.strip() for floor in floors["layers"] for room in re.split(r"[|:]", floor)}
    assert floors["exhaustive"] is True
    assert {*PACKAGES, *MODULES} <= rooms


@pytest.mark.parametrize("statement", house.RULES["sql"]["exceptions"])
def test_an_exception_says_why_and_since_when(statement):
    exception = house.RULES["sql"]["exceptions"][statement]
    assert set(exception) == {"allows", "reason", "date"}
    assert exception["allows"]
    assert len(exception["reason"].split()) >= 4
    assert isinstance(exception["date"], date)


@pytest.mark.parametrize("file", list(house.RULES["shells"]))
def test_a_shell_exists_and_says_why(file):
    assert (house.ROOT / file).exists()
    assert len(house.RULES["shells"][file].split()) >= 4


@pytest.mark.parametrize("file", PRODUCT, ids=house.name)
def test_no_file_is_named_after_a_layer(file):
    words = {*file.stem.split("_"), *file.parent.name.split("_")}
    assert words.isdisjoint(house.RULES["names"]["banned"])


@pytest.mark.parametrize(
    "file", [f for f in PYTHON if house.name(f) not in house.RULES["shells"]], ids=house.name
)
def test_only_the_shells_read_the_clock_and_mint_ids(file):
    text = file.read_text(encoding="utf-8")
    assert [m[0] for m in TOLD_BY_THE_WORLD.finditer(text)] == []


@pytest.mark.parametrize(
    "file",
    [f for f in PYTHON if house.name(f) not in house.RULES["sql"]["in_python"]],
    ids=house.name,
)
def test_sql_stays_in_sql_files(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    strings = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert [text for text in strings if A_STATEMENT.match(text)] == []


def decisions() -> list[str]:
    wanted = house.RULES["docstrings"]
    return [
        house.name(file)
        for file in PYTHON
        if (
            {file.name, f"{file.parent.name}/{file.name}"} & set(wanted["files"])
            or file.parent.name in wanted["packages"]
        )
        and file.stat().st_size
    ]


@pytest.mark.parametrize("file", decisions())
def test_a_decision_says_what_it_answers(file):
    tree = ast.parse((house.ROOT / file).read_text(encoding="utf-8"))
    silent = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []
    assert ast.get_docstring(tree), "the module itself says what it decides"


@pytest.mark.parametrize("file", decisions())
def test_a_decision_never_waits(file):
    tree = ast.parse((house.ROOT / file).read_text(encoding="utf-8"))
    waits = [n.lineno for n in ast.walk(tree) if isinstance(n, ast.AsyncFunctionDef | ast.Await)]
    assert waits == []
