"""What a replay found, for people and for spreadsheets."""

import csv
import io
from collections.abc import Iterable
from typing import Final

import msgspec

from entrepot.journey.compare import Change, Side
from entrepot.journey.replay_result import Result
from entrepot.journey.tally import Figure, Figures, NodeLoad
from entrepot.sourcing.replay_model import Replay

Row = tuple[bool, Change]
"""A decision that differs: whether the rules of then give what was recorded, and what it is."""

NODES_SHOWN_MAX: Final = 10

COLUMNS: Final = (
    "faithful", "order", "kind", "at", "because", "nodes_then", "nodes_now", "cost_then",
    "cost_now", "shipping_then", "shipping_now", "handling_then", "handling_now", "extra_then",
    "extra_now", "latest_then", "latest_now", "words",
)  # fmt: skip


def change_of(document: str) -> Change:
    """Read a change as it is kept."""
    return msgspec.json.decode(document, type=Change)


def as_text(replay: Replay, result: Result) -> str:
    """Print what was found: first whether history is reproduced, then what would be different."""
    span = f"{replay.from_at:%Y-%m-%d %H:%M} to {replay.to_at:%Y-%m-%d %H:%M} UTC"
    differ = f", {result.differing:,} differ" if result.differing else ""
    lines = [
        f"{span}: {result.decisions:,} decisions, {result.orders:,} of them of orders",
        f"baseline reproduced {_share(result)} % of logged decisions{differ}",
    ]
    if result.figures is not None:
        lines += ["", *_figures(result.figures)]
    if result.not_simulated:
        lines += ["", f"not simulated: {', '.join(result.not_simulated)}"]
    return "\n".join(lines)


def _share(result: Result) -> str:
    """Write hundredths of a percent, rounded down: 100.00 is said of all and nothing less."""
    return f"{int(result.fidelity_percent * 100) / 100:.2f}"


def _figures(found: Figures) -> list[str]:
    lines = [
        f"{found.changed:,} of {found.orders:,} orders change",
        f"{'':24}{'then':>12}{'now':>12}{'difference':>12}   95 % interval",
        _line("cost per order", found.cost, 0.01),
        _line("  in percent", found.cost, percent=True),
        _line("freight and handling", found.landed, 0.01),
        _line("shipments per order", found.shipments),
        _line("split orders, %", found.split),
        _line("late promises, %", found.late),
        _line("refused, %", found.refused),
        _line("kilometers per order", found.kilometers),
    ]
    return lines + _nodes(found.nodes)


def _line(name: str, figure: Figure, scale: float = 1.0, *, percent: bool = False) -> str:
    low, high = (figure.percent_low, figure.percent_high) if percent else (figure.low, figure.high)
    sure = "" if low is None or high is None else f"   {low * scale:+.3f} to {high * scale:+.3f}"
    if percent:
        said = "" if figure.percent is None else f"{figure.percent:+.2f} %"
        return f"{name:24}{'':24}{said:>12}{sure}"
    return (
        f"{name:24}{figure.then * scale:12.3f}{figure.now * scale:12.3f}"
        f"{figure.difference * scale:+12.3f}{sure}"
    )


def _nodes(nodes: Iterable[NodeLoad]) -> list[str]:
    most = sorted(nodes, key=lambda each: (-abs(each.now - each.then), each.node))
    moved = [each for each in most if each.now != each.then][:NODES_SHOWN_MAX]
    if not moved:
        return []
    return ["shipments per node, where they change most:"] + [
        f"  {each.node:22}{each.then:12,}{each.now:12,}{each.now - each.then:+12,}"
        for each in moved
    ]


def as_csv(rows: Iterable[Row]) -> str:
    """Write the decisions that differ, one a row, amounts in minor units."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for faithful, each in rows:
        writer.writerow([_cell(value) for value in _cells(faithful, each)])
    return out.getvalue()


def _cells(faithful: bool, each: Change) -> list[object]:
    sides = (each.then, each.now)
    columns: list[object] = [
        "yes" if faithful else "no", each.order, each.kind, each.at.isoformat(), each.because
    ]  # fmt: skip
    columns += [" ".join(sent.node for sent in side.shipments) for side in sides]
    columns += [side.cost for side in sides]
    columns += [_sum(side, "shipping") for side in sides]
    columns += [_sum(side, "handling") for side in sides]
    columns += [side.extra if side.shipments else None for side in sides]
    columns += [side.latest.isoformat() if side.latest else None for side in sides]
    return [*columns, each.words]


def _sum(side: Side, part: str) -> int | None:
    return sum(getattr(sent, part) for sent in side.shipments) if side.shipments else None


def _cell(value: object) -> str:
    """Write a cell; what a spreadsheet would take for a formula begins with an apostrophe."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "@", "\t"} else text
