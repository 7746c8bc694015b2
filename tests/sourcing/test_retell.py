"""A day told again with a rule lifted: what is taken elsewhere is missing there later."""

import pytest

from entrepot.sourcing.hindsight import Day
from entrepot.sourcing.model import Plan
from entrepot.sourcing.record import Scene, pack, unpack
from entrepot.sourcing.regret import bound_of
from entrepot.sourcing.retell import Retold, Rule, only, regret_of
from entrepot.sourcing.shelves import Shelves
from entrepot.sourcing.solve import plan_batch
from entrepot.sourcing.unfold import unfold
from sourcing import steering, worlds
from sourcing.worlds import AT, WEB, after, ask_of, network_of, node, replace, world


def recorded(asks, seen):
    answers = plan_batch(asks, *seen.arguments)
    scene = Scene(seen.compiled, seen.days, seen.load, AT)
    packed = pack(asks, answers, Shelves(asks, seen.stock, seen.compiled), scene)
    return unfold(unpack(packed), seen.compiled), answers


def told(batches):
    """Tell records again in turn, without each rule."""
    found = {rule: Retold(rule) for rule in Rule}
    for batch in batches:
        planned = [at for at, answer in enumerate(batch.answers) if isinstance(answer, Plan)]
        for each in found.values():
            each.add(only(batch, planned))
    return found


def cost_of(batches):
    return sum(a.cost for batch in batches for a in batch.answers if isinstance(a, Plan))


def test_what_the_first_record_takes_now_the_second_does_not_find():
    """The last unit near is kept back: without the rule only one of the two orders can have it."""
    channel = worlds.Channel(WEB, buffer=1)
    seen = world(
        network_of(node("NEAR", handling=0), node("DEAR", handling=300), channels=(channel,)),
        {"A": {"NEAR": 1, "DEAR": 9}},
    )
    ask = ask_of(("A", 1, 400))
    first, answers = recorded([ask], seen)
    second, _ = recorded([ask], after(seen, answers[0]))
    found = told([first, second])

    assert cost_of([first, second]) == 2 * 800
    assert found[Rule.KEPT_BACK].cost == 500 + 800
    assert found[Rule.KEPT_BACK].changed == 1
    assert found[Rule.CHANNEL_VIEWS].cost == found[Rule.CAPACITY].cost == 1_600


def test_each_rule_owns_what_lifting_it_alone_would_have_saved():
    view = worlds.Channel(WEB, node_ids=frozenset({"FULL", "DEAR"}))
    seen = world(
        network_of(
            node("FULL", handling=0, capacity_per_day=1), node("HIDDEN", handling=100),
            node("DEAR", handling=300), channels=(view,),
        ),
        {"A": {"FULL": 9, "HIDDEN": 9, "DEAR": 9}}, load={"FULL": 1},
    )  # fmt: skip
    batch, _ = recorded([ask_of(("A", 1, 400))], seen)
    day = Day()
    day.add(batch, [0])
    bound = bound_of(day.laid(), 800)
    found = regret_of(told([batch]), orders=1, cost=800, bound=bound.cost, bound_alone=bound.alone)
    assert {each.rule: each.saves for each in found.rules} == {
        Rule.KEPT_BACK: 0, Rule.CHANNEL_VIEWS: 200, Rule.CAPACITY: 300, Rule.STRATEGIES: 0,
        Rule.WORTH: 0,
    }  # fmt: skip
    assert (found.bound, found.regret, found.together, found.arrival) == (500, 300, 300, 0)


@pytest.mark.parametrize("seed", range(60))
def test_without_any_rule_a_day_still_costs_no_less_than_the_bound(seed):
    chance, steered = worlds.chance_of(seed), seed % 2
    seen = (steering.steered_world if steered else worlds.random_world)(chance, skus=3)
    make = steering.steered_ask if steered else worlds.random_ask
    day, batches = Day(), []
    for _ in range(4):
        asks = [make(chance, seen.network, skus=3) for _ in range(3)]
        batch, answers = recorded(asks, seen)
        day.add(batch, [at for at, a in enumerate(answers) if isinstance(a, Plan)])
        batches.append(batch)
        for answer in answers:
            seen = after(seen, answer)
    cost, found = cost_of(batches), told(batches)
    bound = bound_of(day.laid(), cost)
    for each in found.values():
        assert bound.cost <= each.cost
    assert bound.cost <= cost


def test_a_record_of_some_of_its_questions_decides_only_those():
    seen = world(network_of(node("A")), {"S0": {"A": 1}})
    batch, _ = recorded([ask_of(("S0", 1, 400)), ask_of(("S0", 1, 400))], seen)
    second = only(batch, [1])
    assert (second.asks, second.answers) == (batch.asks[1:], batch.answers[1:])
    assert [(each.first, each.last) for each in second.stretches] == [(0, 1)]
    assert only(batch, []).stretches == ()
    retold = Retold(Rule.ALL)
    retold.add(replace(second, answers=only(batch, [0]).answers))
    assert retold.changed == 0
