"""The page on carts works as written: its blocks run in order against a fresh system."""

import os
import shutil
import subprocess

import pytest

from scenarios import test_readme_tour as tour

PAGE = tour.ROOT / "docs" / "how-to" / "carts.md"

system = tour.system

pytestmark = pytest.mark.slow


@pytest.mark.skipif(not shutil.which("curl"), reason="the page is told in curl; .ci/run brings it")
def test_the_page_works_as_written(system, tmp_path):
    between = "-- next --"
    steps = tour.steps(PAGE)
    done = subprocess.run(
        ["bash", "-c", tour.script(between, steps)],
        cwd=tmp_path,
        env={**os.environ, "URL": system, "KEY": tour.KEY},
        capture_output=True,
        text=True,
        timeout=tour.READY_S_MAX,
        check=False,
    )

    told = done.stdout.split(f"{between}\n")
    assert done.returncode == 0, f"block {len(told)} failed: {done.stderr}\n{told[-1]}"
    shown = {number: text for number, (_, text) in enumerate(steps) if text is not None}
    assert {number: told[number] for number in shown} == shown
    assert len(shown) >= 7
