"""The faces are built when their sources have changed, and not else; a failure leaves word."""

import pytest

from entrepot.cli import console_build
from entrepot.cli.console_build import FAILED, build, digest, out_of


@pytest.fixture
def checkout(tmp_path):
    console = tmp_path / "console"
    (console / "src" / "test").mkdir(parents=True)
    (console / "package.json").write_text("{}")
    (console / "package-lock.json").write_text("{}")
    (console / "src" / "main.tsx").write_text("one")
    (console / "src" / "a.test.ts").write_text("a test")
    return tmp_path


@pytest.fixture
def asked(monkeypatch):
    """What npm was asked to do."""
    calls = []

    def npm(console, *arguments):
        calls.append(" ".join(arguments))
        (console / "node_modules").mkdir(exist_ok=True)
        out = out_of(console.parent)
        out.mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(console_build, "npm", npm)
    return calls


def test_unchanged_sources_are_not_built_again(checkout, asked):
    assert build(checkout, lambda _: None)
    assert [call.split()[0] for call in asked] == ["ci", "run"]
    assert not build(checkout, lambda _: None)
    assert len(asked) == 2


def test_a_changed_source_is_built_with_what_is_installed(checkout, asked):
    build(checkout, lambda _: None)
    (checkout / "console" / "src" / "main.tsx").write_text("two")
    assert build(checkout, lambda _: None)
    assert [call.split()[0] for call in asked] == ["ci", "run", "run"]


def test_tests_and_types_make_no_other_build(checkout):
    console = checkout / "console"
    before = digest(console)
    (console / "src" / "a.test.ts").write_text("another test")
    (console / "src" / "test" / "setup.ts").write_text("another setup")
    (console / "openapi.json").write_text("{}")
    assert digest(console) == before
    (console / ".npmrc").write_text("fund=false")
    assert digest(console) != before


def test_a_changed_lock_is_installed_again(checkout, asked):
    console = checkout / "console"
    assert console_build.install(console, tests=False)
    assert not console_build.install(console, tests=False)
    assert console_build.install(console, tests=True), "the tests' tools were left out before"
    assert not console_build.install(console, tests=False), "and are not taken away"
    (console / "package-lock.json").write_text('{"a": 1}')
    assert console_build.install(console, tests=True)
    assert len(asked) == 3


def test_a_build_that_fails_leaves_word_for_the_page(checkout, monkeypatch):
    def npm(*_):
        raise RuntimeError("npm ci failed (1): no network")

    monkeypatch.setattr(console_build, "npm", npm)
    with pytest.raises(RuntimeError, match="no network"):
        build(checkout, lambda _: None)
    assert "no network" in (out_of(checkout) / FAILED).read_text()


@pytest.mark.parametrize(
    ("version", "good"),
    [("v20.18.3", False), ("v20.19.0", True), ("v21.7.0", False), ("v22.11.0", False),
     ("v22.12.0", True), ("v24.1.0", True), ("nonsense", False)],
)  # fmt: skip
def test_only_a_node_that_is_good_enough_is_taken(tmp_path, monkeypatch, version, good):
    for name in ("node", "npm"):
        file = tmp_path / name
        file.write_text(f"#!/bin/sh\necho {version}\n")
        file.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (console_build.system_npm() is not None) == good
    monkeypatch.setenv("ENTREPOT_CONSOLE_NODE", "wheel")
    assert console_build.system_npm() is None
