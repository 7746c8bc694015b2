"""What WCAG 2.2 A and AA asks of a page, as far as axe can tell."""

from typing import Any

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
SETTLED_MS = 150


def accessible(page: Any, *, schemes: tuple[str, ...] = ("light", "dark")) -> None:
    """Assert that axe finds nothing, in each scheme; names what it finds, and where."""
    from axe_playwright_python.sync_playwright import Axe

    found = []
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(SETTLED_MS)
        for violation in Axe().run(page, options=RULES).response["violations"]:
            nodes = [f"{n['target']} {n.get('failureSummary', '')}" for n in violation["nodes"][:4]]
            found.append(f"{scheme}: {violation['id']} ({violation['impact']}): {nodes}")
    assert not found, "\n".join(found)
