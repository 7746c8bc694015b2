"""Every kind of exception that is raised has its choices, and every choice does something."""

import ast
import importlib
from typing import get_args

from entrepot.journey.choices import MOVES, Move
from entrepot.journey.resolve import EFFECTS
from entrepot.policies.today import WITHIN_MINUTES, Trouble
from tidy import house


def raised():
    """Find the kinds that the source raises: the first word of every `Stuck`, and of hooks' own."""
    found = set()
    for file in house.SRC.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            if call.func.id == "Stuck":
                named = [k.value for k in call.keywords if k.arg == "kind"]
                found |= kinds(file, (call.args or named)[0])
            elif call.func.id == "_stuck" and file.name == "hooks.py":
                found |= kinds(file, call.args[3])
    return found


def kinds(file, node):
    if isinstance(node, ast.Constant):
        return {node.value}
    name = ".".join(file.relative_to(house.SRC.parent).with_suffix("").parts)
    value = getattr(importlib.import_module(name), node.id, None)
    return {value} if value else set()


def test_every_kind_that_is_raised_has_a_row_and_no_row_is_idle():
    assert set(MOVES) == set(WITHIN_MINUTES) == set(get_args(Trouble)) == raised()


def test_every_choice_has_an_effect():
    assert set(EFFECTS) == set(Move)
