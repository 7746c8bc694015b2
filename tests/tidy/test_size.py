"""Every file is read in one sitting; every function fits on a screen."""

import ast

import pytest

from tidy import house

SIZE = house.RULES["size"]


@pytest.mark.parametrize("file", house.files(".py", ".sql"), ids=house.name)
def test_file_is_read_in_one_sitting(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= SIZE["file_lines_max"]


@pytest.mark.parametrize("file", house.files(".py"), ids=house.name)
def test_functions_fit_on_a_screen(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    too_long = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= SIZE["function_lines_max"]
    ]
    assert too_long == []
