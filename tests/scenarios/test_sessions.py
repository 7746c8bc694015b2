"""A session begins, is shown to be one's own, and ends: through the real server."""

import threading
import time

import httpx
import pytest

from scenarios.people import COOKIE, Browser, browser_of, cookie, enroll
from scenarios.shop import eventually


@pytest.fixture
def person(client, system):
    """Enroll somebody and sign them in."""
    return lambda role, nodes=None: browser_of(client, system.url, role, nodes)


def test_a_sign_in_answers_who_one_is_and_sets_a_cookie_no_script_reads(client, system):
    made = enroll(client, "agent")
    browser = Browser(system.url)
    answer = browser.sign_in(f"  {made['login'].upper()} ", made["password"]).expect(201)
    told = answer.json
    assert told["user"] == {
        "id": made["id"], "login": made["login"], "name": made["name"], "role": "agent",
        "nodes": None,
    }  # fmt: skip
    assert told["market"] == "default"
    assert "orders:write" in told["scopes"]
    assert "admin" not in told["scopes"]
    flags = [each.strip() for each in cookie(answer).split(";")[1:]]
    assert flags == ["Path=/", "Secure", "HttpOnly", "SameSite=Lax", "Max-Age=57600"]
    assert answer.headers["cache-control"] == "no-store"
    assert browser.token not in answer.body.decode()

    shown = browser.get("/v1/session").expect(200)
    assert shown.json == told
    assert shown.headers["cache-control"] == "no-store"
    browser.get("/v1/orders").expect(200)


def test_an_unknown_login_a_wrong_password_and_a_disabled_account_are_told_the_same(client, system):
    made, gone = enroll(client, "agent"), enroll(client, "agent")
    client.send("PATCH", f"/v1/users/{gone['id']}", {"enabled": False}).expect(200)
    tried = [
        (made["login"], "wrong horse battery"),
        ("nobody-at-all", made["password"]),
        (gone["login"], gone["password"]),
    ]
    told = []
    for login, password in tried:
        answer = Browser(system.url).sign_in(login, password).expect(401)
        assert answer.code == "invalid-credentials"
        assert cookie(answer) == ""
        told.append(answer.body)
    assert len(set(told)) == 1


def test_nothing_is_changed_with_a_cookie_alone(person, client):
    browser = person("agent")
    made = enroll(client, "agent")
    csrf = browser.csrf
    body = {"columns": ["number"]}
    for wrong in ("", "x", made["id"], csrf[:-1]):
        browser.csrf = wrong
        refused = browser.send("PUT", "/v1/preferences", body).expect(403)
        assert refused.code == "csrf"
    browser.csrf = csrf
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        refused = browser.send("PUT", "/v1/preferences", body, headers).expect(403)
        assert refused.code == "csrf"
    assert browser.get("/v1/preferences").expect(200).json == {}
    own = browser.url.partition("//")[2]
    good = {"origin": f"http://{own}", "sec-fetch-site": "same-origin"}
    browser.send("PUT", "/v1/preferences", body, good).expect(200)


def test_another_site_cannot_sign_somebody_in(client, system):
    made = enroll(client, "agent")
    told = {"login": made["login"], "password": made["password"]}
    browser = Browser(system.url)
    refused = browser.send("POST", "/v1/session", told, {"origin": "https://evil.example"})
    assert refused.expect(403).code == "csrf"
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.send("POST", "/v1/session", told, form).status == 415


def test_a_key_wins_over_the_cookie_and_needs_no_csrf_token(person, client, system):
    browser = person("viewer")
    headers = {"authorization": f"Bearer {system.key}"}
    browser.csrf = ""
    item = {"name": "Tee", "weight_g": 100}
    assert browser.send("PUT", "/v1/items/COOKIE-TEE", item).code == "csrf"
    browser.send("PUT", "/v1/items/COOKIE-TEE", item, headers).expect(200)
    assert browser.get("/v1/session", headers).expect(403).code == "insufficient-scope"
    wrong = {"authorization": "Bearer ent_no_such_key"}
    browser.get("/v1/orders", wrong).expect(401)
    client.get("/v1/preferences").expect(403)


def test_a_session_from_before_a_sign_in_is_worth_nothing_after_it(client, system):
    made = enroll(client, "agent")
    planted = Browser(system.url, token="ZGVmYXVsdA." + "A" * 43)
    planted.sign_in(made["login"], made["password"]).expect(201)
    assert planted.token != "ZGVmYXVsdA." + "A" * 43
    before = Browser(system.url, planted.token)
    planted.sign_in(made["login"], made["password"]).expect(201)
    before.get("/v1/session").expect(401)
    planted.get("/v1/session").expect(200)


def test_signing_out_ends_the_session_and_takes_the_cookie(person):
    browser = person("viewer")
    other = Browser(browser.url, browser.token, browser.csrf)
    refused = Browser(browser.url, browser.token).send("DELETE", "/v1/session")
    assert refused.expect(403).code == "csrf"
    answer = browser.send("DELETE", "/v1/session").expect(204)
    assert cookie(answer).startswith(f"{COOKIE}=; ")
    assert "Max-Age=0" in cookie(answer)
    other.get("/v1/session").expect(401)
    other.get("/v1/orders").expect(401)


def test_a_new_password_ends_every_session_but_the_one_it_begins(client, system):
    made = enroll(client, "agent")
    here, there = Browser(system.url), Browser(system.url)
    for browser in (here, there):
        browser.sign_in(made["login"], made["password"]).expect(201)
    old = Browser(system.url, here.token, here.csrf)

    def change(current, new):
        return here.send("PUT", "/v1/session/password", {"current": current, "new": new})

    assert change("wrong horse battery", "staple of the century").expect(422).pointers == [
        "/current"
    ]
    for weak in ("short", made["login"] + "-and-more", made["password"], "aaaaaaaaaaaaaa"):
        assert change(made["password"], weak).expect(422).pointers == ["/new"]
    there.get("/v1/session").expect(200)
    change(made["password"], "staple of the century").expect(200)
    here.get("/v1/session").expect(200)
    for browser in (old, there):
        browser.get("/v1/session").expect(401)
    again = Browser(system.url)
    again.sign_in(made["login"], made["password"]).expect(401)
    again.sign_in(made["login"], "staple of the century").expect(201)


def test_who_tries_too_often_is_told_when_to_come_again_and_others_are_not(client, system):
    made, other = enroll(client, "agent"), enroll(client, "agent")
    browser = Browser(system.url)
    answers = [browser.sign_in(made["login"], "wrong horse battery") for _ in range(12)]
    assert [each.status for each in answers] == [401] * 10 + [429] * 2
    assert answers[-1].code == "too-many-attempts"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 31
    browser.sign_in(made["login"], made["password"]).expect(429)
    browser.sign_in(other["login"], other["password"]).expect(201)


def test_the_stream_takes_the_cookie_and_ends_with_the_session(person):
    browser = person("operations")
    heard, ended = [], threading.Event()

    def listen():
        headers = {"cookie": f"{COOKIE}={browser.token}"}
        with httpx.stream(
            "GET", f"{browser.url}/v1/events/stream", headers=headers, timeout=60, trust_env=False
        ) as answer:
            heard.append(answer.status_code)
            for _ in answer.iter_raw():
                pass
        ended.set()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    eventually(lambda: heard == [200], what="the stream")
    time.sleep(1.5)
    assert not ended.is_set()
    browser.send("DELETE", "/v1/session").expect(204)
    assert ended.wait(10), "the stream ends when its session does"
    thread.join(5)


def test_a_key_that_is_revoked_hears_nothing_more(client, system):
    made = client.post("/v1/keys", {"name": "ears", "scopes": ["events:read"]}).expect(201).json
    ended = threading.Event()

    def listen():
        headers = {"authorization": f"Bearer {made['key']}"}
        with httpx.stream(
            "GET", f"{system.url}/v1/events/stream", headers=headers, timeout=60, trust_env=False
        ) as answer:
            for _ in answer.iter_raw():
                pass
        ended.set()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    time.sleep(1)
    assert not ended.is_set()
    client.send("DELETE", f"/v1/keys/{made['id']}").expect(204)
    assert ended.wait(10)
    thread.join(5)


def test_no_password_and_no_token_is_ever_logged_or_kept_readable(client, system):
    made = enroll(client, "agent")
    browser = Browser(system.url)
    browser.sign_in(made["login"], made["password"]).expect(201)
    browser.sign_in(made["login"], "a-wrong-word-to-find").expect(401)
    browser.send("PUT", "/v1/session/password", {"current": made["password"], "new": 7}).expect(422)
    log = system.log.read_text(encoding="utf-8", errors="replace")
    for secret in (made["password"], "a-wrong-word-to-find", browser.token, browser.csrf):
        assert secret not in log
