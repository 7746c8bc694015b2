"""The worked tables of the pages on promises, as they are printed there."""

import re
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from entrepot.policies.afterwards import Milestones
from entrepot.policies.model import Policy
from entrepot.promise.milestones import counted_back
from entrepot.promise.performance_rules import learned_days
from promise.test_rules import EASTERN, WEEKDAYS, network, node, utc

DOCS = Path(__file__).parents[2] / "docs"
HOW_TO = (DOCS / "how-to" / "milestones.md").read_text(encoding="utf-8")
ALGORITHM = (DOCS / "algorithms" / "promise.md").read_text(encoding="utf-8")


def rows(text: str, head: str) -> list[list[str]]:
    """Read the rows of the table that begins with this line."""
    lines = text[text.index(head) :].splitlines()[2:]
    table = lines[: next((n for n, line in enumerate(lines) if not line.startswith("|")), None)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_the_milestones_of_the_example():
    zone = ZoneInfo(EASTERN)
    compiled = network(node("A", WEEKDAYS, cut_off=time(10)))
    tuesday = compiled.cut_off(0, utc("2026-11-03T12:00-05:00").date().toordinal())
    found = counted_back(
        0, tuesday, utc("2026-11-06T20:00-05:00"), compiled, Milestones(),
        begins=utc("2026-11-02T09:00-05:00"), order_by=compiled.order_by(0, tuesday.toordinal()),
    )  # fmt: skip
    table = rows(HOW_TO, "| milestone | New York |")
    assert len(table) == 4
    for name, said in table:
        assert getattr(found, name) == datetime.fromisoformat(said).replace(tzinfo=zone), name


def test_the_policy_of_the_page_is_one_and_its_defaults_are_ours():
    (document,) = re.findall(r"```json\n(.*?)```", HOW_TO, re.DOTALL)
    policy = msgspec.json.decode(document, type=Policy)
    assert policy.milestones is not None
    assert policy.milestones.replan_unaccepted_after_minutes == 45
    changed = msgspec.structs.replace(policy.milestones, replan_unaccepted_after_minutes=None)
    assert changed == Milestones()
    assert msgspec.json.decode('{"milestones": null}', type=Policy).milestones is None


TABLE = rows(ALGORITHM, "| deliveries by carrier days | n | q | days |")


@pytest.mark.parametrize(("seen", "count", "quantile", "days"), TABLE)
def test_transit_as_lanes_have_shown_it(seen, count, quantile, days):
    counts = {int(d): int(n) for d, n in re.findall(r"(\d+): (\d+)", seen)}
    assert sum(counts.values()) == int(count)
    if quantile:
        assert learned_days(counts, 99, share=0.9, card_weight=0) == int(quantile)
    assert learned_days(counts, 4, share=0.9, card_weight=20) == int(days)
