"""Why this node? In words and numbers, and the same again when the decision is run again."""

import pytest


@pytest.fixture
def choice(shop):
    """Three nodes: the cheapest cannot ship, one is dear, one is right."""
    sku = shop.item()
    nodes = {
        "off": shop.node("A-OFF", enabled=False),
        "empty": shop.node("B-EMPTY"),
        "dear": shop.node("C-DEAR", handling_cost=900),
        "right": shop.node("D-RIGHT", handling_cost=100),
    }
    for name in ("off", "dear", "right"):
        shop.stock(sku, nodes[name], 5)
    return sku, nodes


def decisions(shop, order):
    found = shop.client.get(f"/v1/orders/{order['id']}/decisions").expect(200).json["items"]
    return [{**each, **each["explanation"]} for each in found]


def test_each_node_has_its_reason_and_its_numbers(shop, choice):
    sku, nodes = choice
    order = shop.buy([(sku, 2)])

    [decision] = decisions(shop, order)

    shown = {each["node"]: each for each in decision["nodes"]}
    assert set(nodes.values()) <= set(shown)
    assert shown[nodes["off"]]["eliminated"] == "disabled"
    assert shown[nodes["empty"]]["eliminated"] == "no_stock"
    assert shown[nodes["right"]]["chosen"] is True
    assert shown[nodes["dear"]]["handling"] == 1800
    assert shown[nodes["right"]]["handling"] == 200
    assert decision["cost"] == order["plan"]["cost"]
    assert decision["cost"] == shown[nodes["right"]]["shipping"] + 200
    assert decision["runner_up_node"] == nodes["dear"]
    assert decision["runner_up"] - decision["cost"] == 1600
    assert decision["exact"] is True


def test_the_words_name_the_node_and_the_runner_up(shop, choice):
    sku, nodes = choice
    order = shop.buy([(sku, 1)])
    said = " ".join(decisions(shop, order)[0]["words"])
    assert nodes["right"] in said
    assert nodes["dear"] in said


def test_run_again_the_decision_is_the_same_also_when_the_world_has_changed(shop, choice):
    sku, nodes = choice
    order = shop.buy([(sku, 2)])
    [before] = decisions(shop, order)
    assert before["reproduced"] is True

    shop.stock(sku, nodes["right"], 2)  # what is claimed: not one more
    shop.node("D-RIGHT", handling_cost=5000)
    shop.node("E-NEW")

    assert decisions(shop, order) == [before]


def test_a_second_choice_is_a_second_decision_with_the_bar_in_it(shop, choice):
    sku, nodes = choice
    order = shop.buy([(sku, 2)])
    shop.did(shop.released(order)[0], "reject", {"reason": "not found"})
    [again] = shop.released(order)
    assert again["node"] == nodes["dear"]

    first, second = decisions(shop, order)

    assert first["at"] < second["at"]
    shown = {each["node"]: each for each in second["nodes"]}
    assert shown[nodes["right"]]["eliminated"] == "barred"
    assert shown[nodes["dear"]]["chosen"] is True
    assert second["reproduced"] is True
