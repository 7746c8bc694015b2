from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.customers.model import Customer, Status, Upserted, WhyRefused
from entrepot.customers.rules import settle
from entrepot.terms.ids import CustomerId

KIM, LEE = CustomerId("kim"), CustomerId("lee")


def customer(name: str, email: str | None = None, *, version: int = 0) -> Customer:
    return Customer(CustomerId(name), email=email, version=version)


def known(*customers: Customer) -> dict[CustomerId, Customer]:
    return {each.customer_id: each for each in customers}


def test_a_new_customer_begins_at_version_one():
    settled = settle([customer("kim")], {})
    assert settled.answers == [Upserted(KIM, Status.CREATED, 1)]
    assert (settled.created, settled.updated) == ([customer("kim", version=1)], [])


def test_a_changed_customer_has_the_next_version():
    settled = settle([customer("kim", "k@x.com")], known(customer("kim", version=4)))
    assert settled.answers == [Upserted(KIM, Status.UPDATED, 5)]
    assert (settled.created, settled.updated) == ([], [customer("kim", "k@x.com", version=5)])


def test_a_customer_that_is_as_it_was_is_not_written():
    settled = settle([customer("kim", "k@x.com")], known(customer("kim", "k@x.com", version=4)))
    assert settled.answers == [Upserted(KIM, Status.UNCHANGED, 4)]
    assert (settled.created, settled.updated) == ([], [])


def test_a_customer_that_comes_twice_is_taken_the_first_time():
    settled = settle([customer("kim"), customer("lee"), customer("kim", "k@x.com")], {})
    assert [(a.customer_id, a.status, a.version, a.why) for a in settled.answers] == [
        (KIM, Status.CREATED, 1, None),
        (LEE, Status.CREATED, 1, None),
        (KIM, Status.REFUSED, 1, WhyRefused.REPEATED),
    ]
    assert settled.created == [customer("kim", version=1), customer("lee", version=1)]


NAMES, EMAILS = st.sampled_from(["a", "b", "c"]), st.sampled_from([None, "x@y.z", "z@y.x"])
ROWS = st.lists(st.builds(customer, NAMES, EMAILS), max_size=6)


@given(rows=ROWS, before=ROWS)
@settings(max_examples=100, deadline=None)
def test_sending_it_again_changes_nothing(rows, before):
    there = known(*settle(before, {}).created)
    first = settle(rows, there)
    again = settle(rows, there | known(*first.created, *first.updated))
    assert again.created + again.updated == []
    assert [a.customer_id for a in again.answers] == [row.customer_id for row in rows]
