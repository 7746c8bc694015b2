"""What is committed beside the console is what the code says, and what npm can install."""

import json
from pathlib import Path

from entrepot.cli.openapi import printed

CONSOLE = Path(__file__).parents[2] / "console"


def test_the_committed_document_is_the_apis_own():
    committed = (CONSOLE / "openapi.json").read_text("utf-8")
    assert committed == printed(), "the API has changed: make api"


def test_the_lock_names_no_host_and_lacks_no_machine():
    packages = json.loads((CONSOLE / "package-lock.json").read_text("utf-8"))["packages"]
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert not [name for name, package in packages.items() if name and "integrity" not in package]
    present = {name.rpartition("node_modules/")[2] for name in packages}
    wanted = {each for p in packages.values() for each in p.get("optionalDependencies", {})}
    assert wanted <= present, f"npm left out {sorted(wanted - present)}"


def test_versions_are_exact_and_mantines_are_one():
    package = json.loads((CONSOLE / "package.json").read_text("utf-8"))
    versions = package["dependencies"] | package["devDependencies"]
    assert not [name for name, version in versions.items() if not version[0].isdigit()]
    assert len({v for name, v in versions.items() if name.startswith("@mantine/")}) == 1
