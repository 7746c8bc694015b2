"""Barcodes as SVG, drawn of plain rectangles: nothing in them needs a style or a script. Pure."""

import segno
from barcode.codex import Code128
from barcode.ean import EuropeanArticleNumber13
from markupsafe import Markup

from entrepot.catalog.barcodes import compared, is_gtin

BAR, TALL, QUIET = 2, 60, 20
"""A module's width, the height, and the white beside them, in user units."""


def bars(code: str) -> Markup:
    """Draw a code of printable ASCII: an article number as EAN-13, anything else as Code 128.

    A GTIN-14 that is no EAN-13, and what EAN cannot say, is Code 128 too.
    """
    number = compared(code)
    if is_gtin(code) and number.startswith("0"):
        modules = EuropeanArticleNumber13(number[1:13]).build()[0]
    else:
        modules = Code128(code).build()[0]
    dark = modules.replace("G", "1")
    path = "".join(f"M{QUIET + at * BAR} 0h{many * BAR}v{TALL}h-{many * BAR}z"
                   for at, many in _runs(dark))  # fmt: skip
    width = len(dark) * BAR + 2 * QUIET
    return _svg(width, TALL, path)


def square(text: str) -> Markup:
    """Draw a QR code, with its quiet zone."""
    code = segno.make(text, error="m", micro=False)
    rows = list(code.matrix_iter(border=4))
    path = "".join(
        f"M{at} {y}h{many}v1h-{many}z"
        for y, row in enumerate(rows)
        for at, many in _runs("".join("1" if dark else "0" for dark in row))
    )
    return _svg(len(rows), len(rows), path)


def _runs(modules: str) -> list[tuple[int, int]]:
    """Where dark modules begin, and how many stand together."""
    runs: list[tuple[int, int]] = []
    for at, module in enumerate(modules):
        if module != "1":
            continue
        if runs and sum(runs[-1]) == at:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((at, 1))
    return runs


def _svg(width: int, height: int, path: str) -> Markup:
    return Markup(  # noqa: S704 - digits and letters of our own
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" shape-rendering="crispEdges" role="img" '
        f'aria-hidden="true"><path fill="#fff" d="M0 0h{width}v{height}h-{width}z"/>'
        f'<path fill="#000" d="{path}"/></svg>'
    )
