"""The worked tables of docs/algorithms/promise.md are what the functions answer."""

from pathlib import Path

import numpy as np
import pytest

from entrepot.promise.learning import calibrate
from entrepot.promise.learning.blend import weights_of
from entrepot.promise.learning.calibrate import Level
from entrepot.promise.learning.censored import given_age

PAGE = (Path(__file__).parents[3] / "docs" / "algorithms" / "promise.md").read_text("utf-8")


def table(heading):
    """Give the rows of the first table after a heading."""
    lines = PAGE.split(f"### Worked: {heading}\n")[1].splitlines()
    rows = [line for line in lines if line.startswith("|")]
    first = lines.index(rows[0])
    length = next(n for n, line in enumerate(lines[first:]) if not line.startswith("|"))
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:length]]


def test_what_is_open():
    residuals = np.log1p(np.array([1.0, 2.0, 3.0, 4.0, 9.0]))
    rows = table("what is open")
    assert len(rows) == 4
    for age, quantile, given, _ in rows:
        told = given_age(np.zeros(1), np.array([float(age)]), residuals, float(quantile))
        assert f"{np.expm1(told[0]):.2f}" == given


def test_a_windows_end():
    scores, goal = np.arange(1.0, 100.0), Level(0.05, 0.05)
    assert calibrate.goal_of(0.9).high == pytest.approx(0.05)
    rows = table("a window's end")
    assert len(rows) == 4
    for level, missed, after, moved in rows:
        found = calibrate.adapted(Level(0.05, float(level)), goal, 0.05, float(missed))
        assert f"{found.high:.3f}" == after
        assert calibrate.tails(scores, scores, found).high == float(moved)


def test_voices():
    rows = table("voices")
    assert len(rows) == 3
    for *errors, heard in rows:
        weights = weights_of(np.array([float(each) for each in errors]))
        assert [f"{each:.2f}" for each in weights] == heard.split()


@pytest.mark.parametrize("word", ["Ke et al.", "Romano", "Gibbs", "Nelson", "Cesa-Bianchi"])
def test_the_page_names_its_sources(word):
    assert word in PAGE
