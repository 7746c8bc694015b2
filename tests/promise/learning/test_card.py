"""The card says what a version was made of and how good it was."""

from entrepot.promise.learning.card import page
from entrepot.promise.learning.judge import StageCard
from entrepot.promise.learning.train import Card

STAGE = StageCard(
    learned_from=900, judged=120, model_error=1.234, rules_error=1.5, given_error=1.25,
    holds=0.905, width=None, by_model=0.875,
)  # fmt: skip
CARD = Card(
    parcels=1_000, delivered=900, first_placed=20_458.0, last_placed=20_570.4, trained_at=20_571.0,
    confidence=0.9, stages={"transit": STAGE}, features=["km", "hour"], rounds=150,
    lightgbm="4.7.0", numpy="2.3.0",
)  # fmt: skip


def test_it_is_a_page_for_people():
    text = page(7, "ops", CARD)
    assert text.startswith("# Promises, version 7\n")
    assert "Trained 2026-04-28 by ops, on 1,000 parcels ordered from 2026-01-05" in text
    row = "| from the hand-over to the door | 900 | 120 | 1.23 | 1.50 | 1.25 | 0.91 |  | 88% |"
    assert row in text
    assert "`km`, `hour`" in text
