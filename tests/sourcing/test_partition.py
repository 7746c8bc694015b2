"""The partition of a few items among a few nodes is the cheapest there is, ties included."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.network.compiled import NO_COST
from entrepot.sourcing import partition as exact
from sourcing import worlds


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_partition_is_the_cheapest_of_all(data):
    items, width = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    price = st.one_of(st.integers(0, 6), st.just(NO_COST))
    row = st.lists(price, min_size=width, max_size=width)
    rows = data.draw(st.lists(row, min_size=1 << items, max_size=1 << items))
    extra = data.draw(st.integers(0, 3))
    best = worlds.partitions(rows, items, width, extra)
    if best is not None:
        prices = np.array(rows, np.int64)
        assert exact.partition(prices, extra) == best
        assert exact._by_nodes(prices, extra) == best  # noqa: SLF001 - the way not always taken
