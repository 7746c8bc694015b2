"""Customers through the face, on a database of their own."""

import json

import pytest

HOME = {"name": "Kim Doe", "line1": "1 Main St", "postal_code": "78701", "country": "US"}
KIM = {
    "name": "Kim Doe",
    "email": "Kim@Example.com",
    "phone": "+12025550123",
    "class": "vip",
    "addresses": [HOME],
    "attributes": {"since": 2019},
}


async def test_a_customer_is_given_back_as_it_was_put(call):
    bare = dict.fromkeys(("line2", "city", "region", "latitude", "longitude"))
    shown = {"customer": "K 1", **KIM, "addresses": [{**HOME, **bare}], "version": 1}
    assert await call.ok("PUT", "/v1/customers/K%201", KIM) == shown
    assert await call.ok("GET", "/v1/customers/K%201") == shown
    assert await call.ok("PUT", "/v1/customers/K%201", KIM) == shown
    assert await call.ok("PUT", "/v1/customers/K%201", {}) == {
        **dict.fromkeys(("name", "email", "phone", "class")),
        "customer": "K 1",
        "addresses": [],
        "attributes": {},
        "version": 2,
    }


async def test_customers_are_found_by_their_address_page_by_page(call):
    for name in ("A", "B", "C"):
        await call.ok("PUT", f"/v1/customers/{name}", KIM)
    await call.ok("PUT", "/v1/customers/D", {**KIM, "email": "lee@example.com"})
    answer = await call("GET", "/v1/customers?email=kim@example.COM&limit=2")
    page = json.loads(answer.body)
    assert [each["customer"] for each in page["items"]] == ["A", "B"]
    link = dict(answer.headers)["link"]
    rest = await call.ok("GET", link[1 : link.index(">")])
    assert ([each["customer"] for each in rest["items"]], rest["next"]) == (["C"], None)
    everybody = (await call.ok("GET", "/v1/customers"))["items"]
    assert [each["customer"] for each in everybody] == ["A", "B", "C", "D"]


async def test_customers_come_in_bulk_and_a_wrong_one_says_why(call):
    rows = [{"customer": "A", **KIM}, {"customer": "B", "email": "b"}, {"customer": "A"}, KIM]
    results = (await call.ok("POST", "/v1/import/customers", {"rows": rows}))["results"]
    names = ("id", "status", "code", "pointer")
    assert [tuple(each.get(name, "") for name in names) for each in results] == [
        ("A", "created", "", ""),
        ("B", "refused", "invalid", "/email"),
        ("A", "refused", "repeated", ""),
        ("", "refused", "invalid", "/customer"),
    ]
    assert (await call("GET", "/v1/customers/B")).status == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"email": "kim"}, "/email"),
        ({"phone": 7}, "/phone"),
        ({"class": ""}, "/class"),
        ({"addresses": [HOME] * 101}, "/addresses"),
        ({"addresses": [HOME, {**HOME, "postal_code": " "}]}, "/addresses/1/postal_code"),
        ({"addresses": [{**HOME, "country": "us"}]}, "/addresses/0/country"),
        ({"attributes": {"a": []}}, "/attributes"),
        ({"attributes": {"": 1}}, "/attributes"),
        ({"customer_class": "vip"}, "/customer_class"),
    ],
)
async def test_a_field_that_is_wrong_is_named_and_nothing_is_written(call, change, pointer):
    answer = await call.refused("PUT", "/v1/customers/A", {**KIM, **change})
    assert answer == (422, "invalid-request", [pointer])
    assert (await call("GET", "/v1/customers/A")).status == 404


async def test_the_same_key_and_body_is_answered_once_and_again(call):
    first = await call("PUT", "/v1/customers/A", KIM, idempotency_key="k")
    await call.ok("PUT", "/v1/customers/A", {**KIM, "class": None})
    again = await call("PUT", "/v1/customers/A", KIM, idempotency_key="k")
    assert (again.body, ("idempotency-replayed", "true") in again.headers) == (first.body, True)
    assert (await call.ok("GET", "/v1/customers/A"))["class"] is None
