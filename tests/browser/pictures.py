"""A page as pictures: light and dark, on a desk's screen and on a small one."""

import os
from collections.abc import Callable
from typing import Any

SCHEMES = ("light", "dark")
WIDTHS = (1440, 1024)
SETTLED_MS = 200


def pictures(page: Any, shot: Callable[..., None], name: str, *, full: bool = False) -> None:
    """Save the page in each scheme and width, where pictures are wanted; it is left as it was."""
    if not os.environ.get("ENTREPOT_SCREENS"):
        return
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(SETTLED_MS)
            shot(page, f"{name}-{scheme}-{width}", full=full)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
