"""Where the house is, and its rules as `house.toml` states them."""

import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "entrepot"
RULES: dict[str, Any] = tomllib.loads((ROOT / "house.toml").read_text(encoding="utf-8"))
READS: dict[str, list[str]] = RULES["sql"]["reads"]

_FOLDERS = ("src", "connectors", "bench", "tests", "migrations", "docs", ".ci")
_SKIPPED = re.compile(r"(^|/)(\.\w+_cache|__pycache__|node_modules|[\w.]+\.egg-info)(/|$)")


def files(*suffixes: str, within: tuple[str, ...] = _FOLDERS) -> list[Path]:
    """List our files with these suffixes under the named folders, sorted, caches left out."""
    found = (
        path
        for folder in within
        for path in (ROOT / folder).rglob("*")
        if path.suffix in suffixes and path.is_file()
    )
    return sorted(path for path in found if not _SKIPPED.search(name(path)))


def name(path: Path) -> str:
    """Say a file's path as people do: from the root of the checkout, with forward slashes."""
    return path.relative_to(ROOT).as_posix()
