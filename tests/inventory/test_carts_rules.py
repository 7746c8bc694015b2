"""When a cart lives, how long, and what its order gets of it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.inventory import carts_rules
from entrepot.inventory.carts_model import (
    LIFE_MAX,
    Cart,
    CartClaim,
    CartState,
    Held,
    WhyNotLive,
)
from entrepot.inventory.rules import totals
from inventory.stock import CAP, LYON, NICE, NOON, TEE, claim, minutes, order_id

CART = order_id(77)


def cart(state: str = "held", until: float = 10, channel: str = "web") -> Cart:
    """A cart of noon that lives for so many minutes."""
    order = order_id(1) if state == "committed" else None
    return Cart(CART, channel, None, state, NOON, minutes(until), order)


def keeps(*units: tuple[int, str, str], line: int = 1) -> tuple[CartClaim, ...]:
    return tuple(CartClaim(CART, line, sku, node, quantity) for quantity, sku, node in units)


@pytest.mark.parametrize(
    ("seen", "at", "channel", "why"),
    [
        (None, 0, "web", WhyNotLive.UNKNOWN),
        (cart(), 0, "app", WhyNotLive.OTHER_CHANNEL),
        (cart("committed"), 0, "app", WhyNotLive.OTHER_CHANNEL),
        (cart("committed"), 99, "web", WhyNotLive.COMMITTED),
        (cart("freed"), 99, "web", WhyNotLive.FREED),
        (cart("expired"), 0, "web", WhyNotLive.EXPIRED),
        (cart(), 10, "web", WhyNotLive.EXPIRED),
        (cart(), 9.999, "web", None),
        (cart(), 0, None, None),
    ],
)
def test_a_cart_is_live_until_its_time_swept_or_not(seen, at, channel, why):
    assert carts_rules.why_not_live(seen, minutes(at), channel) is why


@pytest.mark.parametrize(
    ("until", "at", "ttl_s", "then"),
    [
        (10, 5, 600, 15),
        (10, 5, 60, 10),
        (10, 9, 3600, 69),
        (70, 69, 3600, 120),
        (120, 60, 60, None),
    ],
)
def test_time_counts_from_now_only_grows_and_ends(until, at, ttl_s, then):
    found = carts_rules.extended(cart(until=until), minutes(at), ttl_s)
    assert found == (None if then is None else minutes(then))


@given(st.lists(st.tuples(st.floats(0, 60), st.integers(1, 3600)), max_size=20))
def test_however_often_it_is_extended_it_ends(asks):
    seen, at = cart(), NOON
    for later, ttl_s in asks:
        at += timedelta(minutes=later)
        if carts_rules.why_not_live(seen, at) is None:
            until = carts_rules.extended(seen, at, ttl_s)
            assert until is None or until >= seen.expires_at
            seen = seen if until is None else carts_rules.until(seen, until)
    assert seen.expires_at <= NOON + LIFE_MAX


def test_let_go_before_its_time_it_was_freed_and_after_it_expired():
    held = Held(cart(), keeps((2, TEE, LYON)))
    early, late = (carts_rules.let_go(held, minutes(at)) for at in (9, 10))
    assert (early.state, late.state) == (CartState.FREED, CartState.EXPIRED)
    assert (early.used, early.spare, early.order_id) == ((), held.claims, None)


def test_an_order_gets_its_own_at_its_own_nodes_and_the_rest_is_spare():
    held = Held(cart(), (*keeps((2, TEE, LYON), (1, TEE, NICE)), *keeps((3, CAP, LYON), line=2)))
    basket = [claim(5, 3), claim(5, 1, CAP, line=2), claim(5, 1, CAP, line=3)]
    ended = carts_rules.handed_over(held, basket, order_id(5))
    assert (ended.state, ended.order_id) == (CartState.COMMITTED, order_id(5))
    assert ended.used == (*keeps((2, TEE, LYON)), *keeps((2, CAP, LYON), line=2))
    assert ended.spare == (*keeps((1, TEE, NICE)), *keeps((1, CAP, LYON), line=2))
    assert carts_rules.beyond(basket, held) == [claim(5, 1)]
    assert carts_rules.spare_units([ended]) == {(TEE, NICE): 1, (CAP, LYON): 1}


UNITS = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from([TEE, CAP]), st.sampled_from([LYON, NICE])),
    max_size=5,
)


@given(UNITS, UNITS)
def test_nothing_is_lost_and_nothing_is_asked_for_twice(kept, wanted):
    held = Held(cart(), keeps(*kept))
    basket = [claim(5, units, sku, node, line=n) for n, (units, sku, node) in enumerate(wanted, 1)]
    ended = carts_rules.handed_over(held, basket, order_id(5))
    more, used = totals(carts_rules.beyond(basket, held)), totals(ended.used)
    for key in {*totals(basket), *totals(held.claims)}:
        assert used.get(key, 0) + more.get(key, 0) == totals(basket).get(key, 0)
        spare = carts_rules.spare_units([ended]).get(key, 0)
        assert used.get(key, 0) + spare == totals(held.claims).get(key, 0)
        assert not (more.get(key) and spare)
