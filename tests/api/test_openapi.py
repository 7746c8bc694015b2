"""The OpenAPI document is what is served: every route, every body, every refusal."""

import pytest

from entrepot.api.openapi import document
from entrepot.api.problems import Problem
from entrepot.api.routes import ROUTES

DOCUMENT = document(ROUTES, "https://oms.example")
OPERATIONS = [
    (path, method, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


def operation(route):
    return DOCUMENT["paths"][route.path][route.method.lower()]


def references(value):
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def test_every_route_is_in_the_document_and_nothing_else_is():
    served = {(route.path, route.method.lower()) for route in ROUTES}
    assert {(path, method) for path, method, _ in OPERATIONS} == served
    assert len(served) == len(ROUTES)


THERE = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}


def test_every_schema_that_is_named_is_there():
    assert set(references(DOCUMENT)) <= THERE


def test_no_schema_is_idle():
    assert set(references(DOCUMENT)) >= THERE


def test_every_operation_has_a_name_of_its_own():
    ids = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_an_operation_says_all_that_its_route_does(route):
    told = operation(route)
    assert told["summary"]
    assert ("security" in told) == (route.scope is not None)
    reads = route.body is not None or route.lines is not None or route.raw_body or route.upload
    assert ("requestBody" in told) == reads
    named = {each["name"] for each in told["parameters"]}
    assert ("Idempotency-Key" in named) == route.keyed
    assert {part[1:-1] for part in route.path.split("/") if part.startswith("{")} <= named
    answers = set(told["responses"])
    wanted = {str(Problem(code).status) for code in route.problems} | {str(route.status), "503"}
    if route.scope is not None:
        wanted |= {"401", "403"}
    assert wanted <= answers
