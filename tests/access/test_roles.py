import pytest

from entrepot.access import roles
from entrepot.access.model import PERSON, Principal, Role, Scope
from entrepot.terms.ids import KeyId, MarketId

READS = {scope for scope in Scope if scope.endswith(":read")}


def test_every_role_and_every_scope_stands_in_the_table():
    assert set(roles.SCOPES) == set(Role)
    named = [line.split()[0] for line in roles.TABLE.strip().splitlines()[1:]]
    assert sorted(named) == sorted(Scope)
    assert len(set(named)) == len(named)


def test_only_an_administrator_is_everything_and_lets_others_in():
    for role, scopes in roles.SCOPES.items():
        gates = {
            Scope.ADMIN,
            Scope.USERS_WRITE,
            Scope.KEYS_WRITE,
            Scope.USERS_READ,
            Scope.KEYS_READ,
        }
        assert bool(scopes & gates) == (role is Role.ADMINISTRATOR)


def test_a_viewer_changes_nothing():
    assert roles.SCOPES[Role.VIEWER] < READS


def test_each_role_opens_no_more_than_an_administrator():
    for scopes in roles.SCOPES.values():
        assert scopes <= roles.SCOPES[Role.ADMINISTRATOR]


def test_who_has_signed_in_may_do_what_is_everybodys_own():
    for role in Role:
        assert PERSON in roles.scopes_of(role)
    clerk = Principal(MarketId("m"), KeyId("k"), "n", frozenset({Scope.ORDERS_READ}))
    assert not clerk.may(PERSON)


@pytest.mark.parametrize("cell", ["no", "Yes", "x"])
def test_a_table_with_another_word_in_it_is_not_read(cell):
    with pytest.raises(ValueError, match="neither"):
        roles.read(f"scope viewer\norders:read {cell}")


def test_a_table_with_a_cell_missing_is_not_read():
    with pytest.raises(ValueError, match="zip"):
        roles.read("scope viewer agent\norders:read yes")
