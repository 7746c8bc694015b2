"""Units at nodes are written as JSON around their numbers: byte for byte what an encoder writes."""

import msgspec
import pytest

from entrepot.api.availability import NodeAvailable, SkuAvailable, nodes_json
from entrepot.inventory.model import AtNodes

AWKWARD = ("100%d", '"quoted"', "back\\slash", "tab\t", "Zürich", "{}", "%")


@pytest.mark.parametrize(
    ("nodes", "units"),
    [((), ()), (("DC-1",), (7,)), (tuple(sorted(AWKWARD)), (0, 1, 2, 3, 4, 5, 1_000_000))],
)
def test_it_is_what_the_encoder_would_have_written(nodes, units):
    plain = [NodeAvailable(node, n) for node, n in zip(nodes, units, strict=True)]
    written = nodes_json(AtNodes(nodes, units))
    for known in (True, False):
        wanted = SkuAvailable("TEE", sum(units), known, nodes=plain)
        got = SkuAvailable("TEE", sum(units), known, nodes=written)
        assert msgspec.json.encode(got) == msgspec.json.encode(wanted)
