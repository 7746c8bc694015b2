"""The demo's associate works where there is work."""

from collections import Counter
from datetime import UTC, datetime

from entrepot.access.model import Role
from entrepot.demo.logins import PEOPLE, busiest
from entrepot.demo.retailer import found
from entrepot.demo.shoppers import Shoppers

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def test_the_store_of_the_demos_associate_is_the_one_most_orders_are_fetched_from():
    retailer = found(seed=1, scale=0.05)
    shoppers = Shoppers(retailer, seed=1, run="logins")
    fetched = Counter(shoppers.next_visit(NOON).order.get("pickup_node") for _ in range(1500))
    del fetched[None]
    assert busiest(retailer) == fetched.most_common(1)[0][0]


def test_there_is_somebody_of_each_role():
    assert set(PEOPLE) == set(Role)
