"""A measured figure beside its floor and its goal, and how people and machines read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import msgspec


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor microseconds per unit of work: ours, PostgreSQL's, the load generator's."""

    server: float
    postgres: float
    client: float


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, in `unit`, beside what the machine gives with nothing of ours in the way.

    `floor` is in the same unit; `ratio` is value / floor, the median of the rounds where there are
    several. `met` None: there is no goal, or it could not be measured. `notes` are sentences.
    """

    name: str
    value: float
    unit: str
    goal: str
    met: bool | None = None
    floor: float | None = None
    floor_is: str = ""
    ratio: float | None = None
    cost: Cost | None = None
    floor_cost: Cost | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Environment:
    """What the figures were measured on; `others`: cores that other programs took meanwhile."""

    cores: int
    processor: str
    memory_gib: float
    postgres: str
    python: str
    storage: str
    generator: str
    others: float


@dataclass(frozen=True, slots=True)
class Report:
    environment: Environment
    figures: tuple[Figure, ...]


def middle(values: Sequence[float]) -> float:
    """Take the median: rounds are few and one of them may meet a busy neighbor."""
    return float(median(values))


def middle_cost(costs: Sequence[Cost]) -> Cost:
    return Cost(
        server=middle([c.server for c in costs]),
        postgres=middle([c.postgres for c in costs]),
        client=middle([c.client for c in costs]),
    )


def as_json(report: Report) -> str:
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode()


def as_text(report: Report) -> str:
    """Print for a terminal: one block per figure."""
    lines = [environment_line(report.environment), ""]
    for figure in report.figures:
        lines += _block(figure)
    return "\n".join(lines)


def as_markdown(report: Report) -> str:
    """Print the table, then each figure's notes."""
    rows = [
        "| figure | measured | floor | ratio | goal | met | CPU µs: server / PostgreSQL / client |",
        "|---|---|---|---|---|---|---|",
    ]
    rows += [_row(figure) for figure in report.figures]
    notes = [f"- **{f.name}**: {' '.join(_said(f))}" for f in report.figures if _said(f)]
    return "\n".join([*rows, "", *notes])


def environment_line(env: Environment) -> str:
    return (
        f"{env.cores} cores ({env.processor}), {env.memory_gib:.0f} GiB, PostgreSQL {env.postgres},"
        f" Python {env.python}, data on {env.storage}, load from {env.generator},"
        f" other programs used {env.others:.2f} cores meanwhile"
    )


def _block(figure: Figure) -> list[str]:
    lines = [f"{figure.name}: {_number(figure.value)} {figure.unit}{_verdict(figure)}"]
    if figure.floor is not None:
        lines.append(f"  floor  {_number(figure.floor)} {figure.unit} ({figure.floor_is})")
    if figure.ratio is not None:
        lines.append(f"  ratio  {figure.ratio:.2f}")
    if figure.cost is not None:
        lines.append(f"  cpu    {_cost(figure.cost)} µs: server / PostgreSQL / client")
    if figure.floor_cost is not None:
        lines.append(f"  floor's cpu  {_cost(figure.floor_cost)} µs")
    return [*lines, *(f"  {note}" for note in figure.notes), ""]


def _row(figure: Figure) -> str:
    cells = (
        figure.name,
        f"{_number(figure.value)} {figure.unit}",
        "" if figure.floor is None else _number(figure.floor),
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        figure.goal,
        {True: "yes", False: "**no**", None: ""}[figure.met],
        "" if figure.cost is None else _cost(figure.cost),
    )
    return "| " + " | ".join(cells) + " |"


def _said(figure: Figure) -> tuple[str, ...]:
    floor = (f"Floor: {figure.floor_is}.",) if figure.floor_is else ()
    cost = (f"The floor's CPU: {_cost(figure.floor_cost)} µs.",) if figure.floor_cost else ()
    return (*floor, *cost, *figure.notes)


def _verdict(figure: Figure) -> str:
    if figure.met is None:
        return f" (goal: {figure.goal})" if figure.goal else ""
    return f" (goal: {figure.goal}: {'met' if figure.met else 'NOT met'})"


def _cost(cost: Cost) -> str:
    return f"{cost.server:.0f} / {cost.postgres:.0f} / {cost.client:.0f}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
