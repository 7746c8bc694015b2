"""The worked table of docs/algorithms/store-truth.md is what the functions answer."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from entrepot.inventory import truth, truth_rules
from entrepot.inventory.truth_model import Evidence, Look, Sighting
from inventory.stock import LYON, NOON, TEE

PAGE = Path(__file__).parents[2] / "docs" / "algorithms" / "store-truth.md"
ROW = re.compile(r"^\| (\d+) \| (counted|waited|found|empty|fewer) ?(\d*) \|(.+)\|$", re.MULTILINE)
RATES = truth_rules.prior("store")


def after(belief, day, what, number, book):
    """Give the belief after one row's event; `number`: units counted, or in hand."""
    at = NOON + timedelta(days=day)
    if belief is None:
        return truth_rules.begun(TEE, LYON, at)
    belief = truth_rules.advanced(belief, RATES, book=book, left=0, at=at)
    if what == "waited":
        return belief
    if what == "counted":
        return truth_rules.looked(belief, Look(TEE, LYON, book, number, at))
    seen = Sighting(TEE, LYON, Evidence(what), 1, number, at)
    return truth_rules.seen(belief, RATES, seen, book=book)


def lines(rows):
    """Give each row's numbers as the functions answer them."""
    belief, book = None, 5
    for day, what, number, _ in rows:
        belief = after(belief, int(day), what, int(number or 0), book)
        book = int(number) if what == "counted" else book
        chances = truth.at_least(belief.missing, book)
        shown = [f"{chance:.3f}" for chance in chances] + ["-"] * (5 - len(chances))
        missing = truth.expected_missing(belief.missing, book)
        yield [str(book), *shown, f"{missing:.2f}", str(truth.doubtful(belief.missing, book, 0.9))]


def test_the_worked_table_is_what_the_functions_answer():
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    assert len(rows) >= 6
    for row, made in zip(rows, lines(rows), strict=True):
        assert [cell.strip() for cell in row[3].split("|")] == made, row


@pytest.mark.parametrize("word", ["DeHoratius", "Raman", "Mersereau", "Schrage"])
def test_the_page_names_its_sources(word):
    assert word in PAGE.read_text(encoding="utf-8")
