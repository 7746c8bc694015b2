import pytest

from entrepot.api.bodies_catalog import ItemBody
from entrepot.api.bodies_network import ChannelBody, NodeBody
from entrepot.imports.coerce import coerce


@pytest.mark.parametrize(
    ("type_", "field", "text", "value"),
    [
        (ItemBody, "weight_g", "180", 180),
        (ItemBody, "weight_g", "-5", -5),
        (ItemBody, "price", "1999", 1999),
        (ItemBody, "price", "19.99", "19.99"),
        (ItemBody, "price", "1,999", "1,999"),
        (ItemBody, "name", "180", "180"),
        (ItemBody, "stray", "180", "180"),
        (ItemBody, "components", '[{"sku": "A", "quantity": 2}]', [{"sku": "A", "quantity": 2}]),
        (ItemBody, "components", '[{"sku": "A", "quantity": "2"}]', [{"sku": "A", "quantity": 2}]),
        (ItemBody, "attributes", '{"color": "black", "n": 1}', {"color": "black", "n": 1}),
        (ItemBody, "attributes", "{", "{"),
        (NodeBody, "enabled", "TRUE", True),
        (NodeBody, "enabled", "no", False),
        (NodeBody, "enabled", "maybe", "maybe"),
        (NodeBody, "services", "ship", ["ship"]),
        (NodeBody, "services", "ship | pickup", ["ship", "pickup"]),
        (NodeBody, "services", '["ship"]', ["ship"]),
        (NodeBody, "capacity_per_day", "40", 40),
        (NodeBody, "address", {"latitude": "30.5", "city": "7"}, {"latitude": 30.5, "city": "7"}),
        (NodeBody, "address", {"latitude": "nan"}, {"latitude": "nan"}),
        (
            NodeBody,
            "calendar",
            '{"weekly": {"mon": ["09:00-18:00"]}}',
            {"weekly": {"mon": ["09:00-18:00"]}},
        ),
        (
            NodeBody,
            "calendar",
            {"weekly": {"mon": "09:00-18:00"}},
            {"weekly": {"mon": ["09:00-18:00"]}},
        ),
        (ChannelBody, "secret", "12345", "12345"),
        (ChannelBody, "nodes", "A|B", ["A", "B"]),
    ],
)
def test_text_becomes_what_the_field_wants_or_stays(type_, field, text, value):
    done = coerce({field: text}, type_, textual=True)[field]
    assert done == value
    assert type(done) is type(value)


@pytest.mark.parametrize(
    ("value", "wanted"), [(3.0, 3), (3.5, 3.5), ("3", "3"), (None, None), (True, True)]
)
def test_what_is_typed_already_is_left_but_for_whole_numbers(value, wanted):
    done = coerce({"weight_g": value}, ItemBody, textual=False)["weight_g"]
    assert done == wanted
    assert type(done) is type(wanted)
