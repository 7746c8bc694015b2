"""Tours work as written: the blocks of a page run in order, each page in a market of its own."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scenarios.conftest import admin_key

ROOT = Path(__file__).parents[2]
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
"""With the environment's own commands first, as for whoever has activated it."""

BLOCK = re.compile(r"^```(?P<kind>sh|text) tour\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
TOUR_S_MAX = 120
PAGES = [
    "README.md",
    "docs/how-to/feeds.md",
    "docs/how-to/carts.md",
    "docs/how-to/launches.md",
    "docs/how-to/lots-and-serials.md",
    "docs/how-to/policies.md",
    "docs/how-to/replay.md",
]

pytestmark = pytest.mark.slow


def steps(page: str) -> list[tuple[str, str | None]]:
    """Read a page: each block of its tour, and the output shown for it, None where none is."""
    found: list[tuple[str, str | None]] = []
    for block in BLOCK.finditer((ROOT / page).read_text(encoding="utf-8")):
        if block["kind"] == "sh":
            found.append((block["body"], None))
        else:
            found[-1] = (found[-1][0], block["body"])
    return found


@pytest.fixture
def key(system, page) -> str:
    """Give a key of a fresh market: what a new system is to who begins with the page."""
    return admin_key(system, f"tour-{Path(page).stem.lower()}")


def script(page: str, between: str) -> str:
    """Put the blocks into one script, with a line after each that tells their outputs apart."""
    body = "".join(f"{block}echo '{between}'\n" for block, _ in steps(page))
    return f"set -euo pipefail\n{body}"


@pytest.mark.skipif(not shutil.which("curl"), reason="tours are told in curl; .ci/run brings it")
@pytest.mark.parametrize("page", PAGES)
def test_the_tour_works_as_written(system, key, tmp_path, page):
    between = "-- next --"
    done = subprocess.run(
        ["bash", "-c", script(page, between)],
        cwd=tmp_path,
        env={**os.environ, "URL": system.url, "KEY": key, "PATH": PATH},
        capture_output=True,
        text=True,
        timeout=TOUR_S_MAX,
        check=False,
    )

    told = done.stdout.split(f"{between}\n")
    assert done.returncode == 0, f"block {len(told)} failed: {done.stderr}\n{told[-1]}"
    shown = {number: text for number, (_, text) in enumerate(steps(page)) if text is not None}
    assert {number: told[number] for number in shown} == shown


@pytest.mark.parametrize(("page", "blocks", "outputs"), [("README.md", 9, 4), (PAGES[1], 6, 5)])
def test_the_tour_shows_what_it_does(page, blocks, outputs):
    assert len(steps(page)) >= blocks
    assert sum(text is not None for _, text in steps(page)) >= outputs
