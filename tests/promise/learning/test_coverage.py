"""Windows hold as often as they say, in every region and month; and again after a collapse."""

from datetime import timedelta

import msgspec
import numpy as np
import pytest

from entrepot.promise.learning.replay import replayed
from entrepot.promise.learning.table import parcels_of
from promise.learning.parcels import DAY, REGIONS, moment, rows

DAYS = 140
COLLAPSE = 98
"""From this day on everything takes three days longer."""


def walked(told):
    parcels = parcels_of(told)
    said = replayed(parcels, first=DAY + 56, last=DAY + DAYS, stages=("whole",), rounds=40)["whole"]
    window, outcome = said.window, said.asked.outcome
    claimed = np.isfinite(window.low) & np.isfinite(outcome)
    held = (outcome >= window.low) & (outcome <= window.high)
    return parcels, said, claimed, held


@pytest.fixture(scope="module")
def calm():
    return walked(rows(days=DAYS, per_day=18))


@pytest.mark.parametrize("region", REGIONS)
def test_in_every_region(calm, region):
    parcels, _, claimed, held = calm
    rows_ = claimed & (parcels.keys["region"] == region)
    assert rows_.sum() > 150
    assert held[rows_].mean() >= 0.82


def test_overall_and_in_every_month(calm):
    parcels, said, claimed, held = calm
    assert 0.87 <= held[claimed].mean() <= 0.93
    for month in (84, 112):
        now = claimed & (parcels.placed >= DAY + month) & (parcels.placed < DAY + month + 28)
        assert held[now].mean() >= 0.84
    assert said.by_model[claimed].mean() > 0.6, "the windows are the model's"


def test_within_two_weeks_after_everything_slowed_down():
    told = [
        msgspec.structs.replace(row, delivered=row.delivered + timedelta(days=3))
        if row.handed >= moment(COLLAPSE)
        else row
        for row in rows(days=DAYS, per_day=18)
    ]
    parcels, _, claimed, held = walked(told)

    def week(number):
        begins = DAY + COLLAPSE + 7 * number
        return held[claimed & (parcels.placed >= begins) & (parcels.placed < begins + 7)].mean()

    assert week(0) < 0.85, "nobody could know"
    assert np.mean([week(number) for number in (2, 3, 4, 5)]) >= 0.86
