"""Where machine code is kept, that it is not loaded before it is needed, and doing without it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from entrepot.sourcing import machine as loading
from entrepot.sourcing.machine import SOURCES, kept_in, machine
from entrepot.sourcing.warm import warm


@pytest.fixture
def sources(tmp_path, monkeypatch):
    """Make a copy of the kernel's sources, and a home that has no cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    room = tmp_path / "room"
    room.mkdir()
    for name in SOURCES:
        (room / name).write_bytes((Path(loading.__file__).parent / name).read_bytes())
    return room


def test_what_is_compiled_is_kept_beside_its_sources(sources):
    place = kept_in(sources)
    assert place.parent == sources / "__pycache__"
    assert kept_in(sources) == place


def test_another_source_has_another_place(sources):
    before = kept_in(sources)
    (sources / "board.py").write_text("START = 1\n")
    assert kept_in(sources) != before


def test_where_the_sources_cannot_be_written_the_users_cache_is(sources, tmp_path):
    (sources / "__pycache__").write_text("in the way")
    assert kept_in(sources).parent == tmp_path / "home" / "entrepot"


def test_where_nothing_can_be_written_it_is_kept_until_the_process_ends(sources, tmp_path):
    (sources / "__pycache__").write_text("in the way")
    (tmp_path / "home").write_text("in the way")
    places = {kept_in(sources), kept_in(sources)}
    assert len(places) == 2
    for place in places:
        assert place.stat().st_mode & 0o077 == 0
        place.rmdir()


def test_what_others_can_write_is_not_run(sources):
    place = kept_in(sources)
    place.chmod(0o777)
    assert kept_in(sources) != place


def test_a_made_up_order_is_planned_with_and_without_a_compiler(monkeypatch):
    assert machine() is not None
    assert warm()
    monkeypatch.setitem(sys.modules, "numba", None)
    machine.cache_clear()
    try:
        assert machine() is None
        assert warm()
    finally:
        machine.cache_clear()


def test_nothing_loads_the_compiler_before_an_order_comes():
    seen = "import sys, entrepot.cli, entrepot.bootstrap; sys.exit('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", seen], env=dict(os.environ), check=False)
    assert done.returncode == 0
