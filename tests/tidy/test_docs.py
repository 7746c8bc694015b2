"""The documents say what the code says, and every link in them leads somewhere."""

import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

from entrepot.cli import docs
from tidy import house

PAGES = [*sorted(house.ROOT.glob("*.md")), *house.files(".md", within=("docs", "connectors"))]
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\((?P<to>[^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
ELSEWHERE = re.compile(
    r"py"
    r"pi\.(?:org|python)|python"
    r"hosted|registry\.npm"
    r"js|proxy\.go"
    r"lang"
    r"|--(?:extra-)?index-url[ =]\S+|(?<![\w.])/(?:work|opt|root|home)/\w"
)
"""Package registries' hosts and paths of somebody's machine: neither belongs in the tree."""
ANYWHERE = {".md", ".py", ".sql", ".toml", ".lock", ".json", ".yaml", ".yml", ".cfg", ".sh", ""}


@pytest.mark.parametrize("page", sorted(docs.pages(docs.DOCS)))
def test_a_made_page_is_what_the_code_says(page):
    made = docs.pages(docs.DOCS)[page]
    assert (docs.DOCS / page).read_text(encoding="utf-8") == made, "make docs"


@pytest.mark.parametrize("page", PAGES, ids=house.name)
def test_every_link_leads_somewhere(page):
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    broken = [
        match["to"] for match in LINK.finditer(text) if not leads_somewhere(page, match["to"])
    ]
    assert broken == []


def leads_somewhere(page: Path, to: str) -> bool:
    if to.startswith(("http://", "https://", "mailto:")):
        return True
    path, _, anchor = unquote(to).partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists():
        return False
    return not anchor or anchor in anchors(target)


def anchors(page: Path) -> set[str]:
    """Give the anchors a page's headings have when rendered."""
    heads = re.findall(r"^#+\s+(.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    kept = (
        re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", head)) for head in heads
    )
    return {head.strip().lower().replace(" ", "-") for head in kept}


def test_every_decision_is_listed():
    folder = house.ROOT / "docs" / "adr"
    listed = (folder / "README.md").read_text(encoding="utf-8")
    pages = sorted(page.name for page in folder.glob("[0-9]*.md"))
    assert [page for page in pages if f"({page})" not in listed] == []
    assert [int(page[:4]) for page in pages] == list(range(1, len(pages) + 1))


def test_every_capability_is_in_the_architecture():
    text = (house.ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    packages = (p.name for p in house.SRC.iterdir() if (p / "__init__.py").is_file())
    assert sorted(name for name in packages if f"\n  {name}/ " not in text) == []


def tracked() -> list[Path]:
    """List what belongs to the tree: git's word where there is git, else the folders we know."""
    if shutil.which("git") and (house.ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=house.ROOT, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        return [house.ROOT / name for name in listed.splitlines()]
    top = [path for path in house.ROOT.iterdir() if path.is_file()]
    return [*top, *house.files(*ANYWHERE)]


def test_no_file_names_a_registry_or_a_machine():
    named = {}
    for file in tracked():
        if file.suffix in ANYWHERE and file.is_file() and file != Path(__file__):
            found = ELSEWHERE.search(file.read_text(encoding="utf-8", errors="replace"))
            if found:
                named[house.name(file)] = found[0]
    assert named == {}
