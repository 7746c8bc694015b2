import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.access import rules
from entrepot.access.model import Role


@pytest.mark.parametrize("login", ["mia", "mia.chen@example.com", "a", "x" * 64, "7-eleven_2"])
def test_what_people_sign_in_with_is_a_login(login):
    assert rules.flaw_of_login(login) is None


@pytest.mark.parametrize(
    "login", ["", " ", "Mia", "mia chen", "x" * 65, "mía", "a\x00", "a/b", "<b>"]
)
def test_what_is_no_login_is_said(login):
    assert rules.flaw_of_login(login)


@given(text=st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_a_login_that_is_taken_is_kept_as_it_will_be_asked_for(text):
    login = rules.login_of(text)
    assert rules.login_of(login) == login or rules.flaw_of_login(login)


@pytest.mark.parametrize(
    "password",
    ["", "short", "x" * 11, "aaaaaaaaaaaa", "y" * 257, "mia-is-my-name", "MIA is my name"],
)
def test_a_password_that_is_guessed_is_none(password):
    assert rules.flaw_of_password(password, "mia")


@pytest.mark.parametrize(
    "password", ["correct horse battery", "δώδεκα χαρακτήρες", "x1!" * 4 + "abc"]
)
def test_any_twelve_characters_will_do_whatever_they_are(password):
    assert rules.flaw_of_password(password, "mia") is None


@given(dice=st.binary(min_size=20, max_size=20))
@settings(max_examples=200, deadline=None)
def test_a_written_password_can_be_read_out(dice):
    text = rules.written(dice)
    assert [len(part) for part in text.split("-")] == [4] * 5
    assert not set(text) & set("il1o0")


def test_a_written_password_is_made_of_all_its_dice():
    assert rules.written(bytes(range(20))) != rules.written(bytes(range(1, 21)))
    with pytest.raises(ValueError, match="20 bytes, not 8"):
        rules.written(bytes(8))


def test_associates_work_somewhere_and_nobody_else_does():
    for role in Role:
        bound = role is Role.ASSOCIATE
        assert (rules.flaw_of_nodes(role, None) is not None) == bound
        assert (rules.flaw_of_nodes(role, ["store-1"]) is None) == bound
        assert rules.flaw_of_nodes(role, [])
    assert rules.flaw_of_nodes(Role.ASSOCIATE, [f"n{each}" for each in range(51)])


def test_nobody_gives_what_is_not_theirs():
    own = frozenset({"orders:read", "users:write"})
    assert rules.may_give(own, {"orders:read"})
    assert not rules.may_give(own, {"orders:read", "orders:write"})
    assert not rules.may_give(own, {"admin"})
    assert rules.may_give(frozenset({"admin"}), {"admin", "orders:write"})


@pytest.mark.parametrize(
    ("role", "enabled", "others", "none_left"),
    [
        (Role.ADMINISTRATOR, True, 0, False),
        (Role.ADMINISTRATOR, False, 0, True),
        (Role.AGENT, True, 0, True),
        (Role.AGENT, True, 1, False),
        (Role.ADMINISTRATOR, False, 1, False),
    ],
)
def test_the_last_administrator_stays(role, enabled, others, none_left):
    assert rules.leaves_none(role, enabled=enabled, others=others) == none_left


@pytest.mark.parametrize("name", ["", " ", " Mia", "Mia ", "a\nb", "x" * 201])
def test_a_name_people_cannot_read_is_none(name):
    assert rules.flaw_of_name(name)
    assert rules.flaw_of_name("Mia Chen") is None
