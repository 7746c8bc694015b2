"""What people may do, and who lets them in: through the real server."""

import pytest

from scenarios.client import Client
from scenarios.people import Browser, browser_of, enroll
from scenarios.shop import eventually


@pytest.fixture
def person(client, system):
    """Enroll somebody and sign them in."""
    return lambda role, nodes=None: browser_of(client, system.url, role, nodes)


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
