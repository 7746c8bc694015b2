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
    price = st.one_of(st.integers(-2, 6), st.just(NO_COST))
    row = st.lists(price, min_size=width, max_size=width)
    rows = data.draw(st.lists(row, min_size=1 << items, max_size=1 << items))
    extra = data.draw(st.integers(0, 3))
    prices = np.array(rows, np.int64)
    best = worlds.partitions(rows, items, width, extra) or ()
    assert exact.partition(prices, extra) == best
    assert exact._by_nodes(prices, extra) == best  # noqa: SLF001 - the way not always taken
    most = data.draw(st.integers(1, 4))
    best = worlds.partitions(rows, items, width, extra, most=most) or ()
    assert exact.partition(prices, extra, most) == best
    assert exact._by_nodes(prices, extra, most) == best  # noqa: SLF001 - likewise
