"""What is kept back is not planned with: in batches, one by one, and when it is decided again."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.network.model import Channel
from entrepot.sourcing.eligibility import Standing
from entrepot.sourcing.explain import explain
from entrepot.sourcing.model import Elimination, Held, NoPlan, Plan, WhyNoPlan
from entrepot.sourcing.record import Scene, decision, pack, replay, unpack
from entrepot.sourcing.shelves import Shelves
from entrepot.sourcing.solve import plan_batch, plan_each, plan_on, plan_one
from entrepot.terms.audience import Audience
from entrepot.terms.ids import ChannelId, Sku
from sourcing import many, worlds
from sourcing.worlds import AT, WEB, ask_of, network_of, node, replace, world

APP, A = ChannelId("app"), Sku("A")
FOR_APP = Audience(frozenset({APP}))
NEAR, FAR = node("NEAR", region="R1"), node("FAR", region="R2")
BOTH = (Channel(WEB), Channel(APP))


def units(*at_nodes):
    return np.array(at_nodes, np.int64)


def two(free, *, kept=None, held=()):
    """A sku at FAR and NEAR (in this order), with what is kept back of it."""
    seen = world(
        network_of(NEAR, FAR, channels=BOTH), {"A": dict(zip(("FAR", "NEAR"), free, strict=True))}
    )
    stock = replace(seen.stock, kept=kept or {}, held={A: tuple(held)} if held else {})
    return replace(seen, stock=stock)


def sent(answer):
    assert isinstance(answer, Plan), answer
    return {str(s.node_id): dict(s.items)[A] for s in answer.shipments}


def in_turn(asks, seen):
    answers = []
    for ask in asks:
        answers.append(plan_one(ask, *seen.arguments))
        seen = worlds.after(seen, answers[-1], ask.buyer)
    return answers


def recorded(asks, seen):
    """Decide on shelves and pack what was decided, as capture does."""
    shelves = Shelves(asks, seen.stock, seen.compiled)
    answers = plan_on(shelves, asks, Standing(seen.compiled, seen.days, seen.load))
    scene = Scene(seen.compiled, seen.days, seen.load, AT)
    return answers, unpack(pack(asks, answers, shelves, scene))


def withholding(chance, seen):
    """Give the same world with rules in force: units kept from channels, and held for some."""
    count, kept, held = len(seen.network.nodes), {}, {}
    for sku in seen.stock.free:
        for name in ("web", "app"):
            uneven = np.array([chance.choice((0, 0, 1, 2, 4)) for _ in range(count)], np.int64)
            keep = chance.choice((None, chance.randint(0, 3), uneven))
            if keep is not None:
                kept[ChannelId(name), sku] = keep
        made = [
            Held(
                segment,
                Audience(
                    chance.choice((None, frozenset({ChannelId(name)}))),
                    chance.choice((None, None, frozenset({"gold"}))),
                ),
                np.array([chance.choice((0, 0, 1, 3, 5)) for _ in range(count)], np.int64),
                chance.choice((None, None, 0, 1)),
            )
            for segment, name in (("inner", "web"), ("outer", "app"), ("third", "other"))
            if chance.random() < 0.4
        ]
        if made:
            held[sku] = tuple(made)
    return replace(seen, stock=replace(seen.stock, kept=kept, held=held))


def random_batch(chance):
    skus, lines = chance.choice(((6, 4), (2, 1), (3, 3)))
    seen = worlds.random_world(
        chance, skus=skus, nodes_max=chance.choice((3, 6)), units_max=chance.choice((4, 9, 30))
    )
    seen = withholding(chance, worlds.plain(seen) if chance.random() < 0.5 else seen)
    asks = [
        msgspec.structs.replace(
            worlds.random_ask(chance, seen.network, skus=skus, lines_max=lines),
            customer_class=chance.choice(("", "gold")),
        )
        for _ in range(chance.randint(1, 14))
    ]
    return asks, seen


def test_a_batch_is_planned_as_its_orders_one_by_one_whatever_is_kept_back():
    planned = refused = 0
    for seed in many.drawn(400):
        asks, seen = random_batch(worlds.chance_of(seed))
        answers = plan_batch(asks, *seen.arguments)
        assert answers == in_turn(asks, seen), seed
        planned += sum(isinstance(answer, Plan) for answer in answers)
        refused += sum(isinstance(answer, NoPlan) for answer in answers)
    assert planned > many.often(700)
    assert refused > many.often(700)


def test_nothing_is_planned_that_must_stay_and_nothing_refused_that_need_not():
    for seed in many.drawn(400):
        chance = worlds.chance_of(seed)
        seen = withholding(chance, worlds.random_world(chance))
        ask = worlds.random_ask(chance, seen.network)
        answer = plan_one(ask, *seen.arguments)
        if isinstance(answer, Plan):
            worlds.check(ask, seen, answer)
        elif answer.why is WhyNoPlan.SHORT:
            assert dict(answer.missing) == worlds.missing_of(ask, seen)


def test_thousands_of_decisions_are_replayed_with_what_was_kept_back():
    decided = 0
    for seed in many.drawn(400):
        asks, seen = random_batch(worlds.chance_of(seed))
        answers, record = recorded(asks, seen)
        for place, (ask, answer) in enumerate(zip(asks, answers, strict=True)):
            one = decision(record, place, seen.compiled)
            told = msgspec.structs.replace(ask, customer_class="")  # what had to stay says it all
            assert (one.ask, one.answer) == (told, answer)
            assert replay(one) == answer, (seed, place)
        decided += len(asks)
    assert decided > many.often(2000)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_any_batch_is_replayed_with_what_was_kept_back(seed):
    asks, seen = random_batch(worlds.chance_of(seed))
    answers, record = recorded(asks, seen)
    assert answers == in_turn(asks, seen)
    assert [replay(decision(record, n, seen.compiled)) for n in range(len(asks))] == answers


def test_a_channel_leaves_what_is_kept_back_from_it_at_each_node():
    seen = two((5, 5), kept={(WEB, A): units(0, 4)})
    assert sent(plan_one(ask_of(("A", 1, 100)), *seen.arguments)) == {"NEAR": 1}
    assert sent(plan_one(ask_of(("A", 2, 100)), *seen.arguments)) == {"FAR": 2}
    assert sent(plan_one(ask_of(("A", 5, 100), channel=APP), *seen.arguments)) == {"NEAR": 5}
    short = plan_one(ask_of(("A", 7, 100)), *seen.arguments)
    assert short == NoPlan(WhyNoPlan.SHORT, ((A, 1),))


def test_what_is_kept_back_replaces_the_buffer():
    channels = (Channel(WEB, buffer=3),)
    seen = world(network_of(NEAR, channels=channels), {"A": {"NEAR": 4}, "B": {"NEAR": 4}})
    seen = replace(seen, stock=replace(seen.stock, kept={(WEB, A): 0}))
    assert sent(plan_one(ask_of(("A", 4, 100)), *seen.arguments)) == {"NEAR": 4}
    assert isinstance(plan_one(ask_of(("B", 2, 100)), *seen.arguments), NoPlan)


def test_a_segments_own_sales_use_its_protection_up_within_a_batch():
    seen = two((0, 5), held=[Held("app first", FOR_APP, units(0, 3))])
    asks = [
        ask_of(("A", 2, 100)),
        ask_of(("A", 1, 100)),
        ask_of(("A", 2, 100), channel=APP),
        ask_of(("A", 1, 100)),
        ask_of(("A", 1, 100), channel=APP),
        ask_of(("A", 1, 100), channel=APP),
    ]
    answers, record = recorded(asks, seen)
    assert [isinstance(answer, Plan) for answer in answers] == [True, False] * 3
    assert [replay(decision(record, n, seen.compiled)) for n in range(6)] == answers


def test_what_a_segment_sells_beyond_its_protection_is_everybodys():
    seen = two((0, 10), held=[Held("app first", FOR_APP, units(0, 3))])
    asks = [ask_of(("A", 5, 100), channel=APP), ask_of(("A", 5, 100))]
    assert [sent(answer) for answer in plan_batch(asks, *seen.arguments)] == [{"NEAR": 5}] * 2


@pytest.mark.parametrize(("leave", "had"), [(None, 2), (1, 4), (0, 5), (9, 2)])
def test_others_borrow_down_to_what_they_must_leave(leave, had):
    seen = two((0, 5), held=[Held("app first", FOR_APP, units(0, 3), leave)])
    for asked in range(1, 7):
        answer = plan_one(ask_of(("A", asked, 100)), *seen.arguments)
        assert isinstance(answer, Plan) == (asked <= had)


def test_offers_take_nothing_from_each_other_and_leave_what_is_held():
    seen = two((0, 5), held=[Held("app first", FOR_APP, units(0, 3))])
    asks = [ask_of(("A", 5, 100), channel=APP), ask_of(("A", 2, 100)), ask_of(("A", 3, 100))]
    answers = plan_each(asks, *seen.arguments)
    assert [isinstance(answer, Plan) for answer in answers] == [True, True, False]


def test_the_words_say_for_whom_it_was_kept_back():
    seen = two((5, 5), held=[Held("app first", FOR_APP, units(1, 5))])
    _, record = recorded([ask_of(("A", 1, 100))], seen)
    told = explain(decision(record, 0, seen.compiled))
    assert told.words[-1] == "1 node has its last units of A kept back for app first."
    assert [(n.node, n.eliminated, n.free) for n in told.nodes] == [
        ("FAR", None, None),
        ("NEAR", Elimination.KEPT_BACK, 0),
    ]


def test_the_words_speak_of_other_channels_where_only_a_rule_keeps_back():
    seen = two((5, 5), kept={(WEB, A): units(1, 5)})
    _, record = recorded([ask_of(("A", 1, 100))], seen)
    words = explain(decision(record, 0, seen.compiled)).words
    assert words[-1] == "1 node has its last units of A kept back for other channels."


def test_records_of_markets_without_rules_say_nothing_of_keeping():
    seen = two((5, 5))
    _, record = recorded([ask_of(("A", 1, 100))] * 3, seen)
    assert record.kept == ()
    assert [each.kept for each in record.decisions] == [()] * 3


def test_what_many_orders_had_to_leave_is_kept_once():
    seen = two((90, 90), kept={(WEB, A): units(1, 5)})
    _, record = recorded([ask_of(("A", 1, 100))] * 50, seen)
    assert len(record.kept) == 1
    assert {each.kept for each in record.decisions} == {(0,)}
