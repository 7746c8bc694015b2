"""A version promises: the same whenever it is asked, the rules where it has not earned to."""

import zlib
from dataclasses import replace as changed
from datetime import timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest

from entrepot.promise.learning.judge import cards, wins
from entrepot.promise.learning.learned import (
    Learned,
    pack,
    pack_history,
    unpack,
    unpack_history,
    usual,
)
from entrepot.promise.learning.reestimate import reestimate
from entrepot.promise.learning.table import parcels_of
from entrepot.promise.learning.train import brought_up, train
from entrepot.promise.model import Engine
from promise.learning.parcels import DAY, moment, rows

AT = 112.0
KEPT = Path(__file__).parent / "kept"


@pytest.fixture(scope="module")
def told():
    return rows(days=119, per_day=7)


@pytest.fixture(scope="module")
def made(told):
    ids = np.array([row.order for row in told])
    return train(ids, parcels_of(told), DAY + AT, rounds=80)


@pytest.fixture(scope="module")
def learned(made):
    return Learned(made.trained, made.past, DAY + AT)


def asked(told, day=AT, **changes):
    """Give a parcel that is ordered on a day, and has not been sent."""
    one = next(row for row in told if row.placed >= moment(day))
    return msgspec.structs.replace(one, handed=None, delivered=None, **changes)


def test_a_version_is_nearer_than_the_rules_and_its_windows_hold(learned, told):
    """Judged on the week after it was trained."""
    later = [row for row in told if row.placed >= moment(AT)]
    open_ = [msgspec.structs.replace(row, handed=None, delivered=None) for row in later]
    windows = reestimate(learned, open_, moment(AT))
    ruled = reestimate(learned, open_, moment(AT), model=False)
    held = [w.earliest <= r.delivered <= w.latest for w, r in zip(windows, later, strict=True)]
    assert days_off(windows, later) < 0.9 * days_off(ruled, later)
    assert 0.8 <= np.mean(held) <= 1.0
    assert all(w.earliest <= w.expected <= w.latest for w in windows)
    assert {window.engine for window in windows} == {Engine.MODEL}


def days_off(windows, later):
    return np.mean(
        [
            abs((window.expected - row.delivered).total_seconds()) / 86_400
            for window, row in zip(windows, later, strict=True)
        ]
    )


def test_it_answers_the_same_after_it_was_kept_and_read(made, learned, told):
    read = Learned(unpack(pack(made.trained)), unpack_history(pack_history(made.past)), DAY + AT)
    rows_ = [asked(told), asked(told, AT + 1)]
    assert reestimate(read, rows_, moment(AT)) == reestimate(learned, rows_, moment(AT))


def test_training_twice_makes_the_same_version(made, told):
    again = train(np.array([row.order for row in told]), parcels_of(told), DAY + AT, rounds=80)
    assert pack(again.trained) == pack(made.trained)
    assert again.card == made.card


def test_a_version_of_long_ago_still_gives_the_promise_it_gave():
    """Kept by the first version of this code; `promised.json` is what it said then."""
    past = unpack_history((KEPT / "past.npz").read_bytes())
    version = Learned(unpack((KEPT / "forests.zlib").read_bytes()), past, DAY + AT)
    said = msgspec.json.decode((KEPT / "promised.json").read_bytes())
    row = msgspec.convert(said["asked"], type=type(rows(days=1, per_day=1)[0]))
    (window,) = reestimate(version, [row], moment(AT))
    assert msgspec.to_builtins(window) == said["window"]


def test_a_shape_that_is_not_known_is_refused(made):
    packed = msgspec.msgpack.decode(zlib.decompress(pack(made.trained)))
    strange = zlib.compress(msgspec.msgpack.encode(packed | {"format": 3}))
    with pytest.raises(ValueError, match="shape 3"):
        unpack(strange)


def test_the_rules_answer_where_the_model_may_not(learned, told):
    (by_rules,) = reestimate(learned, [asked(told)], moment(AT), model=False)
    assert by_rules.engine is Engine.RULES
    assert by_rules.earliest < by_rules.expected < by_rules.latest


def test_the_rules_answer_where_the_model_was_worse(made, told):
    """All that the model had said is moved by a factor of four, and so is what it was made of."""
    worse = {stage: each + 1.4 for stage, each in made.past.made.items()}
    thought = {stage: each + 1.4 for stage, each in made.past.thought.items()}
    bad = changed(made.past, made=worse, thought=thought)
    (window,) = reestimate(Learned(made.trained, bad, DAY + AT), [asked(told)], moment(AT))
    (usual_one,) = reestimate(Learned(made.trained, made.past, DAY + AT), [asked(told)], moment(AT))
    assert usual_one.engine is Engine.MODEL
    assert window.engine is Engine.RULES


def test_nothing_is_learned_from_too_little():
    few = rows(days=20, per_day=4)
    assert train(np.array([row.order for row in few]), parcels_of(few), DAY + 20.0) is None


def test_nothing_is_said_before_enough_has_been_delivered(made, told):
    early = Learned(made.trained, made.past, DAY + 3.0)
    assert reestimate(early, [asked(told, 3)], moment(3)) == [None]


def test_what_is_late_is_said_to_come_later_and_never_before_now(learned, told):
    row = asked(told, AT)
    left = msgspec.structs.replace(row, handed=row.placed + timedelta(days=1))
    at_once, later, much_later = (
        reestimate(learned, [left], left.handed + timedelta(days=d))[0] for d in (0, 12, 40)
    )
    assert at_once.latest < later.latest < much_later.latest
    assert later.earliest >= left.handed + timedelta(days=12) - timedelta(minutes=1)
    assert much_later.earliest >= left.handed + timedelta(days=40) - timedelta(minutes=1)


def test_a_parcel_on_its_way_is_told_nearer_than_one_just_ordered(learned, told):
    row = asked(told)
    left = msgspec.structs.replace(row, handed=row.placed + timedelta(hours=1))
    ordered, on_its_way = (
        reestimate(learned, [each], row.placed + timedelta(hours=1))[0] for each in (row, left)
    )
    assert on_its_way.latest - on_its_way.earliest < ordered.latest - ordered.earliest


def test_answers_come_in_the_order_of_the_questions(learned, told):
    one, other = asked(told, AT + 3), asked(told, AT)
    both = reestimate(learned, [one, other], moment(AT + 3))
    assert both == [reestimate(learned, [each], moment(AT + 3))[0] for each in (one, other)]


def test_what_is_not_known_of_a_parcel_is_taken_as_usual(learned, told):
    bare = asked(told, payment="", price=None, freight=None, volume_l=None)
    filled = usual(parcels_of([bare]), parcels_of(told))
    assert filled.keys["payment"].tolist() == ["card"]
    assert filled.facts["price"].tolist() == [20.0]
    assert reestimate(learned, [bare], moment(AT)) == reestimate(learned, [asked(told)], moment(AT))


def test_what_happens_after_training_is_remembered_without_another_training(made, told):
    ids, now = np.array([row.order for row in told]), DAY + AT + 7
    news = brought_up(made.trained, made.past, ids, parcels_of(told), now)
    assert len(news.ids) > len(made.past.ids)
    same = len(made.past.ids)
    kept = made.past.made["whole"]
    said = np.isfinite(kept)
    np.testing.assert_array_equal(news.made["whole"][:same][said], kept[said])
    assert np.isfinite(news.made["whole"][same:]).all(), "what is new was asked about too"


def test_a_challenger_has_to_be_nearer_than_the_one_in_force(made):
    mine = made.card.stages
    won, why = wins(mine, None)
    assert won
    assert "the rules" in why
    better = {"whole": msgspec.structs.replace(mine["whole"], given_error=0.01)}
    lost, why = wins(mine, better)
    assert not lost
    assert "the version in force" in why
    few = {"whole": msgspec.structs.replace(mine["whole"], judged=9)}
    assert wins(few, None)[0] is False


def test_the_card_says_what_judging_again_finds(made):
    again = cards(made.past, 0.9, DAY + AT)
    for stage, card in made.card.stages.items():
        assert again[stage].given_error == pytest.approx(card.given_error)
        assert again[stage].holds == pytest.approx(card.holds)
