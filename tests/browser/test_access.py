"""Who may come in, as people meet it: the sign-in page, the settings, what a role leaves out."""

import re
import secrets

import pytest

from browser.people import NAMES, SIGN_IN
from scenarios.people import Browser, enroll

NOT_SIGNED_IN = r"status of 401"
"""What the browser itself writes when it asks whether anybody is signed in, and nobody is."""

UNSAFE = """async (headers) => {
    const answer = await fetch('/v1/preferences', {
        method: 'PUT', headers: {'content-type': 'application/json', ...headers}, body: '{}',
    });
    return [answer.status, (await answer.json()).type.split('/').pop()];
}"""


def sign_in(page, login, password):
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").first.fill(password)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("role", list(NAMES))
def test_each_role_signs_in_and_out_by_the_form(visit, allow, people, role):
    allow(NOT_SIGNED_IN)
    person = people.by_role[role]
    page = visit("/account", role=None)
    sign_in(page, person.login, person.password)
    page.get_by_role("heading", name="Your account").wait_for()
    page.get_by_role("button", name=f"Account of {person.name}").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.get_by_role("button", name="Sign in").wait_for()
    assert page.url.endswith("/account")
    assert page.evaluate("fetch('/v1/session').then((a) => a.status)") == 401


def test_the_sign_in_page_in_both_themes(visit, allow, axe, shot):
    allow(NOT_SIGNED_IN)
    page = visit("/", role=None)
    page.get_by_role("button", name="Sign in").wait_for()
    axe(page)
    shot(page, "sign-in-dark")
    sign_in(page, "mia", "not her password")
    page.get_by_role("alert").wait_for()
    assert "do not match" in page.get_by_role("alert").inner_text()
    axe(page)


def test_who_tries_too_often_is_told_when_to_come_again(visit, allow, client):
    allow(r"status of (401|429)")
    made = enroll(client, "viewer")
    page = visit("/", role=None)
    page.get_by_role("button", name="Sign in").wait_for()
    for _ in range(11):
        page.get_by_label("Login").fill(made["login"])
        page.get_by_label("Password").first.fill("wrong horse battery")
        with page.expect_response("**/v1/session"):
            page.get_by_role("button", name="Sign in").click()
    told = page.get_by_role("alert")
    told.filter(has_text="Too many attempts").wait_for()
    assert re.search(r"Try again in \d+ seconds", told.inner_text())


def test_a_session_that_ends_asks_to_sign_in_and_comes_back_to_the_page(visit, allow, client):
    allow(NOT_SIGNED_IN)
    made = enroll(client, "administrator")
    page = visit("/settings/keys?new=yes", role=None)
    sign_in(page, made["login"], made["password"])
    page.get_by_role("dialog", name="Create an API key").wait_for()
    reset = client.send("PATCH", f"/v1/users/{made['id']}", {"reset_password": True})
    page.get_by_label("Name").first.fill("late")
    page.get_by_role("checkbox", name="Orders: Read").check()
    page.get_by_role("button", name="Create key").last.click()
    page.get_by_role("button", name="Sign in").wait_for()
    assert page.url.endswith("/settings/keys?new=yes")
    sign_in(page, made["login"], reset.expect(200).json["password"])
    page.get_by_role("dialog", name="Create an API key").wait_for()


def test_a_call_without_the_csrf_token_changes_nothing(visit, allow):
    allow(r"status of 403")
    page = visit("/account", role="viewer")
    page.get_by_role("heading", name="Your account").wait_for()
    assert page.evaluate(UNSAFE, {}) == [403, "csrf"]
    assert page.evaluate(UNSAFE, {"x-csrf-token": "made up"}) == [403, "csrf"]
    cookies = page.context.cookies()
    (cookie,) = [each for each in cookies if each["name"] == "__Host-entrepot"]
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Lax")
    assert cookie["value"] not in page.evaluate("document.cookie")


def test_an_administrator_adds_somebody_who_then_signs_in(visit, axe, shot, sample, system):
    login = f"ida-{secrets.token_hex(3)}"
    page = visit("/settings/users", role="administrator")
    page.get_by_role("row", name=re.compile("Maya Ortiz")).wait_for()
    axe(page)
    shot(page, "users-dark")
    page.get_by_role("button", name="Add user").first.click()
    drawer = page.get_by_role("dialog", name="Add a user")
    drawer.get_by_label("Login").fill(login)
    drawer.get_by_label("Name").fill(f"Ida {login}")
    drawer.get_by_role("combobox", name=re.compile("Role")).click()
    page.get_by_role("option", name="Store associate").click()
    drawer.get_by_role("button", name="Add user").click()
    drawer.get_by_text("Choose at least one node.").wait_for()
    drawer.get_by_role("combobox", name=re.compile("Nodes")).click()
    page.get_by_role("option").filter(has_text="store").first.click()
    page.keyboard.press("Tab")
    axe(page)
    page.emulate_media(color_scheme="light")
    shot(page, "user-new")
    drawer.get_by_role("button", name="Add user").click()
    secret = page.locator("[data-secret]").inner_text()
    axe(page)
    shot(page, "user-password-once")
    page.get_by_role("button", name="Done").click()
    told = Browser(system.url).sign_in(login, secret).expect(201).json
    assert told["user"]["role"] == "associate"
    assert told["user"]["nodes"][0] in sample.stores


def test_who_is_disabled_is_signed_out_and_may_come_back(visit, axe, shot, client, system):
    made = enroll(client, "agent")
    browser = Browser(system.url)
    browser.sign_in(made["login"], made["password"]).expect(201)
    page = visit("/settings/users", role="administrator")
    page.get_by_role("row", name=re.compile(made["login"])).click()
    drawer = page.get_by_role("dialog", name=made["name"])
    drawer.get_by_role("button", name="Disable").wait_for()
    axe(page)
    page.emulate_media(color_scheme="light")
    shot(page, "user")
    drawer.get_by_role("button", name="Disable").click()
    ask = page.get_by_role("dialog", name=f"Disable {made['name']}?")
    axe(page)
    ask.get_by_role("button", name="Disable").click()
    drawer.get_by_role("button", name="Enable").wait_for()
    assert browser.get("/v1/session").status == 401
    drawer.get_by_role("button", name="Enable").click()
    drawer.get_by_role("button", name="Disable").wait_for()
    browser.sign_in(made["login"], made["password"]).expect(201)


def test_a_change_that_meets_another_is_told(visit, allow, client):
    allow(r"status of 412")
    made = enroll(client, "agent")
    page = visit(f"/settings/users?user={made['id']}", role="administrator")
    drawer = page.get_by_role("dialog", name=made["name"])
    drawer.get_by_label("Name").fill("Somebody Else")
    client.send("PATCH", f"/v1/users/{made['id']}", {"role": "viewer"}).expect(200)
    drawer.get_by_role("button", name="Save").click()
    drawer.get_by_text("Somebody else has changed this user meanwhile").wait_for()
    assert client.get(f"/v1/users/{made['id']}").json["name"] == made["name"]


def test_a_key_is_made_shown_once_and_revoked(visit, axe, shot, client):
    name = f"printer {secrets.token_hex(3)}"
    page = visit("/settings/keys", role="administrator")
    page.get_by_role("row").nth(1).wait_for()
    page.get_by_role("button", name="Create key").first.click()
    drawer = page.get_by_role("dialog", name="Create an API key")
    drawer.get_by_label("Name").fill(name)
    drawer.get_by_role("checkbox", name="Fulfillment: Read").check()
    axe(page)
    page.emulate_media(color_scheme="light")
    shot(page, "key-new")
    drawer.get_by_role("button", name="Create key").click()
    secret = page.locator("[data-secret]").inner_text()
    assert secret.startswith("ent_")
    shot(page, "key-once")
    page.get_by_role("button", name="Done").click()
    row = page.get_by_role("row", name=re.compile(name))
    row.wait_for()
    assert secret not in page.content()
    axe(page)
    shot(page, "keys-dark")
    page.emulate_media(color_scheme="light")
    shot(page, "keys-light")
    row.get_by_role("button", name=f"Revoke {name}").click()
    ask = page.get_by_role("dialog", name=f"Revoke the key {name}?")
    assert "never used" in ask.inner_text()
    ask.get_by_role("button", name="Revoke").click()
    row.get_by_text("Revoked").wait_for()
    listed = client.get("/v1/keys?limit=200").expect(200).json["items"]
    assert next(each for each in listed if each["name"] == name)["revoked_at"]


@pytest.mark.parametrize("role", ["operations", "agent", "viewer", "associate"])
def test_who_is_no_administrator_has_no_settings(visit, axe, role):
    page = visit("/settings/users", role=role)
    page.get_by_text("This needs the permission users:read").wait_for()
    assert page.get_by_role("link", name="Settings").count() == 0
    assert page.get_by_role("button", name="Add user").count() == 0
    axe(page)


def test_an_associate_sees_what_is_of_their_node_and_nothing_else(visit, allow, people, sample):
    allow(r"status of 403")
    mine = people.by_role["associate"].store
    page = visit("/account", role="associate")
    page.get_by_text(mine).wait_for()
    ask = """async (path) => {
        const answer = await fetch(path);
        return [answer.status, await answer.json()];
    }"""
    status, told = page.evaluate(ask, "/v1/fulfillment-orders?limit=200")
    assert status == 200
    assert {each["node"] for each in told["items"]} <= {mine}
    other = next(node for node in sample.stores if node != mine)
    for path in (f"/v1/fulfillment-orders?node={other}", f"/v1/nodes/{other}/capacity"):
        status, told = page.evaluate(ask, path)
        assert (status, told["type"].rpartition("/")[2]) == (403, "forbidden-node")


def test_a_password_is_changed_and_the_theme_chosen(visit, allow, axe, shot, client):
    allow(r"status of (401|422)")
    made = enroll(client, "agent")
    page = visit("/account", role=None)
    page.get_by_role("button", name="Sign in").wait_for()
    sign_in(page, made["login"], made["password"])
    page.get_by_role("heading", name="Your account").wait_for()
    axe(page)
    page.emulate_media(color_scheme="light")
    shot(page, "account-light")

    def change(current, new, again):
        page.get_by_label("Current password").fill(current)
        page.get_by_label(re.compile(r"^New password( \*)?$")).fill(new)
        page.get_by_label("New password again").fill(again)
        page.get_by_role("button", name="Change password").click()

    change(made["password"], "short", "short")
    page.get_by_text("12 characters at least.", exact=True).wait_for()
    change(made["password"], "staple of the century", "staple of the centuries")
    page.get_by_text("The two are not the same.").wait_for()
    change("wrong horse battery", "staple of the century", "staple of the century")
    page.get_by_text("is not the password").wait_for()
    change(made["password"], "staple of the century", "staple of the century")
    page.get_by_text("The password is changed.").wait_for()
    page.get_by_text("Dark", exact=True).click()
    page.wait_for_function("document.documentElement.dataset.mantineColorScheme === 'dark'")
    shot(page, "account-dark")
    page.evaluate("fetch('/v1/session').then((a) => a.status)")
    other = visit("/account", role=None)
    other.get_by_role("button", name="Sign in").wait_for()
    wrong = other.evaluate(
        f"({SIGN_IN})({{login: '{made['login']}', password: '{made['password']}'}}).catch(String)"
    )
    assert "401" in wrong
    sign_in(other, made["login"], "staple of the century")
    other.get_by_role("heading", name="Your account").wait_for()
