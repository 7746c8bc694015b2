"""A version's card as a page for people. Pure."""

from datetime import UTC, datetime, timedelta

from entrepot.promise.learning.judge import JUDGED_DAYS, StageCard
from entrepot.promise.learning.train import Card

STAGES = {
    "whole": "from the order to the door",
    "handling": "from the order to the hand-over",
    "transit": "from the hand-over to the door",
}


HEAD = (
    "| stage | learned from | judged | model | rules | given | windows hold | days wide |"
    " by the model |\n|---|---|---|---|---|---|---|---|---|"
)
USE = (
    "Dates of delivery of this market's parcels, where it has beaten the rules lately, lane by"
    " lane. It knows no weather and no news: what it knows of a delay is what the delay has done"
    " to parcels already."
)


def page(version: int, actor: str, card: Card) -> str:
    """Write it in Markdown."""
    made = (
        f"Trained {_day(card.trained_at)} by {actor}, on {card.parcels:,} parcels ordered from"
        f" {_day(card.first_placed)} to {_day(card.last_placed)}, of which {card.delivered:,} had"
        f" been delivered. {card.rounds} rounds a forest; LightGBM {card.lightgbm}, NumPy"
        f" {card.numpy}. Windows are to hold {card.confidence:.0%} of the time."
    )
    judged = (
        f"Rehearsed week by week; figures are of what began in the last {JUDGED_DAYS} days. Errors"
        " are mean absolute errors in days."
    )
    paragraphs = [
        f"# Promises, version {version}",
        made,
        judged,
        "\n".join([HEAD, *(_row(stage, each) for stage, each in card.stages.items())]),
        "## For what it is",
        USE,
        "## Features",
        ", ".join(f"`{name}`" for name in card.features),
    ]
    return "\n\n".join(paragraphs) + "\n"


def _row(stage: str, card: StageCard) -> str:
    cells = [
        STAGES.get(stage, stage), f"{card.learned_from:,}", f"{card.judged:,}",
        _number(card.model_error), _number(card.rules_error), _number(card.given_error),
        _number(card.holds), _number(card.width), f"{card.by_model:.0%}",
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _day(days: float) -> str:
    return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=days):%Y-%m-%d}"
