"""People sign in, do what is theirs, and are out when they should be: through the real server."""

import threading
import time

import httpx
import pytest

from scenarios.client import Client
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


def test_who_is_disabled_or_gets_another_password_is_out_within_moments(client, system):
    made = enroll(client, "operations")
    browser = Browser(system.url)
    browser.sign_in(made["login"], made["password"]).expect(201)
    path = f"/v1/users/{made['id']}"
    reset = client.send("PATCH", path, {"reset_password": True}).expect(200).json
    assert reset["password"] != made["password"]
    browser.get("/v1/orders").expect(401)
    browser.sign_in(made["login"], made["password"]).expect(401)
    browser.sign_in(made["login"], reset["password"]).expect(201)
    client.send("PATCH", path, {"enabled": False}).expect(200)
    browser.get("/v1/orders").expect(401)


def test_a_role_that_changes_is_another_within_moments(client, system):
    made = enroll(client, "viewer")
    browser = Browser(system.url)
    browser.sign_in(made["login"], made["password"]).expect(201)
    item = {"name": "Tee", "weight_g": 100}
    browser.send("PUT", "/v1/items/ROLE-TEE", item).expect(403)
    client.send("PATCH", f"/v1/users/{made['id']}", {"role": "operations"}).expect(200)
    eventually(
        lambda: browser.send("PUT", "/v1/items/ROLE-TEE", item).status == 200, what="the new role"
    )
    assert browser.get("/v1/session").json["user"]["role"] == "operations"


def test_a_viewer_reads_and_changes_nothing(person, shop):
    sku, node = shop.stocked(3)
    browser = person("viewer")
    browser.get(f"/v1/items/{sku}").expect(200)
    browser.get("/v1/exceptions").expect(200)
    for method, path, body in (
        ("PUT", f"/v1/items/{sku}", {"name": "No", "weight_g": 1}),
        ("POST", "/v1/inventory/counts", {"counts": [{"sku": sku, "node": node, "on_hand": 0}]}),
        ("POST", "/v1/users", {"login": "x", "name": "X", "role": "administrator"}),
    ):
        assert browser.send(method, path, body).expect(403).code == "insufficient-scope"
    assert browser.get("/v1/users").expect(403).code == "insufficient-scope"


def test_an_associate_works_at_their_nodes_and_nowhere_else(client, system, shop):
    sku, mine = shop.stocked(5)
    order = shop.buy([(sku, 2)])
    [work] = shop.released(order)
    other = shop.node("ELSEWHERE")
    here = browser_of(client, system.url, "associate", [mine])
    there = browser_of(client, system.url, "associate", [other])

    items = here.get("/v1/fulfillment-orders").expect(200).json["items"]
    assert {each["node"] for each in items} == {mine}
    assert work["id"] in [each["id"] for each in items]
    assert there.get("/v1/fulfillment-orders").expect(200).json["items"] == []
    for path in (
        f"/v1/fulfillment-orders?node={mine}", f"/v1/fulfillment-orders/{work['id']}",
        f"/v1/orders/{order['id']}", f"/v1/nodes/{mine}", f"/v1/nodes/{mine}/capacity",
        f"/v1/nodes/{mine}/count-list", f"/v1/nodes/{mine}/overrides",
        f"/v1/inventory/movements?sku={sku}&node={mine}", f"/v1/offers?node={mine}",
    ):  # fmt: skip
        here.get(path).expect(200)
        assert there.get(path).expect(403).code == "forbidden-node", path
    assert there.get("/v1/orders").expect(200).json["items"] == []
    assert here.get("/v1/orders").expect(200).json["items"]
    there.get(f"/v1/inventory/positions?sku={sku}").expect(200)

    count = {"counts": [{"sku": sku, "node": mine, "on_hand": 4}]}
    pause = {"kind": "pause", "reason": "flood", "until": "2030-01-01T00:00:00Z"}
    for method, path, body in (
        ("POST", f"/v1/fulfillment-orders/{work['id']}/accept", {}),
        ("POST", "/v1/inventory/counts", count),
        ("POST", f"/v1/nodes/{mine}/overrides", pause),
    ):
        assert there.send(method, path, body).expect(403).code == "forbidden-node", path
    assert shop.balance(sku, mine) == (5, 2)
    here.send("POST", f"/v1/fulfillment-orders/{work['id']}/accept", {}).expect(200)
    here.send("POST", "/v1/inventory/counts", count).expect(200)
    whole = client.get(f"/v1/fulfillment-orders/{work['id']}").expect(200).json
    actor = here.get("/v1/session").json["user"]["name"]
    assert actor in str(whole), "the timeline names the person"

    for method, path, body in (
        ("PUT", f"/v1/nodes/{mine}", {}), ("PUT", f"/v1/items/{sku}", {}),
        ("POST", "/v1/transfers", {}), ("GET", "/v1/exceptions", None),
        ("GET", "/v1/nodes", None), ("PUT", f"/v1/launches/{sku}", {}),
    ):  # fmt: skip
        assert here.send(method, path, body).expect(403).code in {
            "forbidden-node", "insufficient-scope"
        }, path  # fmt: skip


def test_an_associate_of_two_nodes_sees_both_lists_as_one_page_by_page(client, system, shop):
    sku, first = shop.stocked(9)
    works = [shop.released(shop.buy([(sku, 1)]))[0] for _ in range(3)]
    both = browser_of(client, system.url, "associate", [first, shop.node("TWIN")])
    seen, path = [], "/v1/fulfillment-orders?limit=2"
    while path:
        page = both.get(path).expect(200)
        seen += [each["id"] for each in page.json["items"]]
        link = page.headers.get("link", "")
        path = link[1:].partition(">")[0] if link else ""
    assert seen == sorted(work["id"] for work in works)
    assert both.get(f"/v1/inventory/movements?sku={sku}").expect(403).code == "forbidden-node"


def test_the_feed_tells_an_associate_of_their_nodes_only(client, system, shop):
    sku, mine = shop.stocked(5)
    here = browser_of(client, system.url, "associate", [mine])
    shop.released(shop.buy([(sku, 1)]))

    def told():
        page = here.get("/v1/events?limit=1000").expect(200).json
        return page["events"]

    eventually(lambda: any(e["type"] == "fulfillment.released" for e in told()), what="its work")
    assert {each["data"].get("node") for each in told()} == {mine}


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


def test_keys_are_made_shown_once_used_and_revoked(client, system):
    told = {"name": "label printer", "scopes": ["fulfillment:read"]}
    first = client.send("POST", "/v1/keys", told, key="key-once").expect(201)
    again = client.send("POST", "/v1/keys", told, key="key-once").expect(201)
    made = first.json
    assert again.json == made | {"key": None}
    assert made["made_by"] == "bootstrap"
    printer = Client(system.url, made["key"])
    printer.get("/v1/fulfillment-orders").expect(200)
    printer.get("/v1/keys").expect(403)

    def row():
        listed = client.get("/v1/keys?limit=200").expect(200)
        assert made["key"] not in listed.body.decode()
        return next(each for each in listed.json["items"] if each["id"] == made["id"])

    eventually(lambda: row()["used_on"], what="the day of its use")
    client.send("DELETE", f"/v1/keys/{made['id']}").expect(204)
    printer.get("/v1/fulfillment-orders").expect(401)
    assert row()["revoked_at"]
    client.send("DELETE", "/v1/keys/no-such-key").expect(404)
    printer.close()


def test_nobody_makes_who_or_what_may_do_more(client, system, make_keys):
    [key] = make_keys([frozenset({"users:write", "users:read", "keys:write", "orders:read"})])
    clerk = Client(system.url, key)
    user = {"login": "grab", "name": "Grab", "role": "administrator"}
    assert clerk.post("/v1/users", user).expect(403).code == "insufficient-scope"
    more = {"name": "more", "scopes": ["orders:read", "orders:write"]}
    assert clerk.post("/v1/keys", more).expect(403).code == "insufficient-scope"
    clerk.post("/v1/keys", {"name": "same", "scopes": ["orders:read"]}).expect(201)
    made = enroll(client, "operations")
    patch = {"reset_password": True}
    refused = clerk.send("PATCH", f"/v1/users/{made['id']}", patch).expect(403)
    assert "password" not in refused.json
    clerk.close()


def test_people_are_listed_changed_and_shown_their_password_once(client, shop):
    node = shop.node("HOME")
    told = {"login": f"ida-{shop.tag}", "name": f"Ida {shop.tag}", "role": "associate"}
    assert client.post("/v1/users", told).expect(422).pointers == ["/nodes"]
    nowhere = told | {"nodes": ["no-such-node"]}
    assert client.post("/v1/users", nowhere).expect(422).pointers == ["/nodes"]
    first = client.send("POST", "/v1/users", told | {"nodes": [node]}, key=f"u-{shop.tag}")
    again = client.send("POST", "/v1/users", told | {"nodes": [node]}, key=f"u-{shop.tag}")
    made = first.expect(201).json
    assert again.expect(201).json == made | {"password": None}
    assert client.post("/v1/users", told | {"nodes": [node]}).expect(409).pointers == ["/login"]
    twin = told | {"nodes": [node], "login": f"twin-{shop.tag}"}
    assert client.post("/v1/users", twin).expect(409).pointers == ["/name"]

    path = f"/v1/users/{made['id']}"
    shown = client.get(path).expect(200)
    assert "password" not in shown.json
    assert shown.headers["etag"] == '"1"'
    stale = client.send("PATCH", path, {"name": "x"}, headers={"if-match": '"9"'})
    assert stale.expect(412).code == "precondition-failed"
    done = client.send("PATCH", path, {"role": "agent"}, headers={"if-match": '"1"'})
    assert done.expect(200).json["nodes"] is None
    assert client.send("PATCH", path, {"role": "associate"}).expect(422).pointers == ["/nodes"]
    assert client.send("PATCH", path, {"nodes": []}).expect(422).pointers == ["/nodes"]
    logins, cursor = [], ""
    while True:
        page = client.get(f"/v1/users?limit=2{cursor}").expect(200).json
        logins += [each["login"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert logins == sorted(set(logins))
    assert made["login"] in logins
    client.get("/v1/users/01920000-0000-7000-8000-000000000000").expect(404)
    client.get("/v1/users/x").expect(404)


def test_preferences_are_ones_own_small_and_not_overwritten_unseen(person):
    mia, tom = person("agent"), person("agent")
    first = mia.get("/v1/preferences").expect(200)
    assert (first.json, first.headers["etag"]) == ({}, '"0"')
    done = mia.send("PUT", "/v1/preferences", {"theme": "dark"}, {"if-match": '"0"'}).expect(200)
    assert done.headers["etag"] == '"1"'
    stale = mia.send("PUT", "/v1/preferences", {}, {"if-match": '"0"'})
    assert stale.expect(412).code == "precondition-failed"
    assert mia.get("/v1/preferences").json == {"theme": "dark"}
    assert tom.get("/v1/preferences").json == {}
    mia.send("PUT", "/v1/preferences", {"x": "y" * 17_000}).expect(413)
    for body in ([], "x", 7):
        assert mia.send("PUT", "/v1/preferences", body).status in {400, 422}


def test_the_command_line_enrolls_the_first_and_gives_another_password(system, other_market):
    other_market("cold-start")
    told = ("--login", "first", "--name", "First One", "--role", "administrator")
    done = system.command("user", "create", *told, "--random", "--market", "cold-start")
    assert done.returncode == 0, done.stderr
    browser = Browser(system.url)
    word = done.stdout.strip()
    browser.sign_in("first", word).expect(401)
    browser.sign_in("first", word, market="cold-start").expect(201)
    assert browser.get("/v1/session").json["market"] == "cold-start"
    last = browser.send("PATCH", f"/v1/users/{browser.get('/v1/session').json['user']['id']}",
                        {"enabled": False}).expect(409)  # fmt: skip
    assert last.code == "conflict"

    again = system.command("user", "password", "--login", "first", "--random",
                           "--market", "cold-start")  # fmt: skip
    assert again.returncode == 0, again.stderr
    eventually(lambda: browser.get("/v1/session").status == 401, what="signed out")
    browser.sign_in("first", again.stdout.strip(), market="cold-start").expect(201)
    listed = system.command("user", "list", "--market", "cold-start")
    assert "First One" in listed.stdout
    for wrong in (("--role", "associate"), ("--role", "agent", "--node", "x")):
        refused = system.command(
            "user", "create", "--login", "w", "--name", "W", *wrong, "--random"
        )
        assert refused.returncode != 0
        assert "node" in refused.stderr
    unasked = system.command("user", "create", "--login", "w", "--name", "W", "--role", "agent")
    assert unasked.returncode != 0


def test_no_password_and_no_token_is_ever_logged_or_kept_readable(client, system):
    made = enroll(client, "agent")
    browser = Browser(system.url)
    browser.sign_in(made["login"], made["password"]).expect(201)
    browser.sign_in(made["login"], "a-wrong-word-to-find").expect(401)
    browser.send("PUT", "/v1/session/password", {"current": made["password"], "new": 7}).expect(422)
    log = system.log.read_text(encoding="utf-8", errors="replace")
    for secret in (made["password"], "a-wrong-word-to-find", browser.token, browser.csrf):
        assert secret not in log
