"""The OpenAPI document says what is served, and what is served keeps to it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31

from scenarios.shop import Shop

EXAMPLES = 3
PHASES = os.environ.get("ENTREPOT_CONFORMANCE", "examples,fuzzing")
"""`examples,coverage,fuzzing` takes some minutes more: every boundary of every member."""
SECONDS_MAX = 300
NOT_MADE_UP = "/v1/events/stream|/metrics|/v1/inventory/feed$"
"""A stream never ends, and of lines of JSON schemathesis can make none: its stories send them."""
LINES_SHOWN_MAX, LINE_SHOWN_MAX = 300, 300
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)

CONTRACT = """
PUT /v1/items/{}                           GET /v1/items/{}
PUT /v1/nodes/{}                           GET /v1/nodes/{}
PUT /v1/channels/{}                        GET /v1/channels/{}
PUT /v1/lanes/{}                           GET /v1/lanes/{}
PUT /v1/customers/{}                       GET /v1/customers/{}
GET /v1/customers                          POST /v1/import/customers
POST /v1/inventory/counts                  POST /v1/inventory/movements
GET /v1/inventory/positions                GET /v1/availability
POST /v1/promises                          POST /v1/orders
GET /v1/orders                             GET /v1/orders/{}
POST /v1/orders/{}/hold                    POST /v1/orders/{}/unhold
POST /v1/orders/{}/cancel                  GET /v1/orders/{}/decisions
GET /v1/fulfillment-orders                 POST /v1/fulfillment-orders/{}/accept
POST /v1/fulfillment-orders/{}/reject      POST /v1/fulfillment-orders/{}/pick
POST /v1/fulfillment-orders/{}/short       POST /v1/fulfillment-orders/{}/pack
POST /v1/fulfillment-orders/{}/ready       POST /v1/fulfillment-orders/{}/collect
POST /v1/fulfillment-orders/{}/ship        POST /v1/tracking
GET /v1/events                             GET /v1/events/stream
POST /v1/hooks/{}                          GET /healthz
GET /readyz                                GET /metrics
GET /openapi.json                          GET /docs
"""
"""What outsiders rely on."""

METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}


@pytest.fixture(scope="module")
def document(client):
    answer = client.get("/openapi.json").expect(200)
    assert answer.headers["content-type"] == "application/json"
    return answer.json


def operations(document):
    """Give (method, path, operation) of each operation."""
    return [
        (method.upper(), path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def plain(path):
    """A path with its parameters' names left out."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def references(value):
    """Find every $ref."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def test_the_document_is_openapi_3_1(document):
    validator = jsonschema_rs.Draft202012Validator(OPENAPI_31)
    assert [str(error)[:500] for error in validator.iter_errors(document)] == []
    assert document["openapi"].startswith("3.1.")


def test_every_schema_is_a_json_schema_and_every_reference_leads_somewhere(document):
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        jsonschema_rs.meta.validate(
            {**schema, "$schema": "https://json-schema.org/draft/2020-12/schema"}
        )
        assert schema, name
    for reference in references(document):
        assert reference.startswith("#/components/schemas/"), reference
        assert reference.rpartition("/")[2] in schemas, reference


def test_everything_of_the_contract_is_in_it(document):
    words = CONTRACT.split()
    wanted = set(zip(words[::2], words[1::2], strict=True))
    served = {(method, plain(path)) for method, path, _ in operations(document)}
    assert wanted - served == set()


OWN = {"/v1/session", "/v1/session/password", "/v1/preferences"}
"""What is a person's own: no key will do."""


def test_operations_have_names_of_their_own_and_say_what_can_go_wrong(document):
    found = operations(document)
    names = [operation["operationId"] for _, _, operation in found]
    assert len(names) == len(set(names))
    for method, path, operation in found:
        where = f"{method} {path}"
        assert operation["summary"], where
        named = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
        assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}, where
        if path.startswith("/v1/") and "/hooks/" not in path and where != "POST /v1/session":
            keys = [] if path in OWN else [{"key": []}]
            assert operation["security"] == [*keys, {"session": []}], where
            assert {"401", "403"} <= set(operation["responses"]), where
        for status, answer in operation["responses"].items():
            if status.startswith("4"):
                assert set(answer["content"]) == {"application/problem+json"}, f"{where} {status}"


@pytest.fixture(scope="module")
def names(client):
    """Names of things that are there, so that what is made up reaches them: path parameters."""
    shop = Shop(client)
    sku, node = shop.stocked(1000)
    order = shop.buy([(sku, 2)])
    [work] = shop.released(order)
    return {
        "order_id": order["id"],
        "fulfillment_order": work["id"],
        "sku": sku,
        "node": node,
        "channel": shop.web,
    }


def test_whatever_is_made_up_there_is_no_5xx_and_no_undocumented_answer(system, names, tmp_path):
    known = "".join(f'"path.{name}" = "{value}"\n' for name, value in names.items())
    coverage = '[phases.coverage]\nunexpected-methods = ["DELETE"]\n'
    config = f"{coverage}[parameters]\n{known}"
    (tmp_path / "schemathesis.toml").write_text(config, encoding="utf-8")
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{system.url}/openapi.json",
        "--header", f"Authorization: Bearer {system.key}",
        "--checks", ",".join(CHECKS), "--phases", PHASES,
        "--max-examples", str(EXAMPLES), "--exclude-path-regex", NOT_MADE_UP,
        "--suppress-health-check", "all", "--generation-deterministic", "--warnings", "off",
        "--request-timeout", "40", "--no-color", "--continue-on-failure",
    ]  # fmt: skip
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": "140"},
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    told = [line[:LINE_SHOWN_MAX] for line in (done.stdout + done.stderr).splitlines()]
    assert done.returncode == 0, "\n".join(told[-LINES_SHOWN_MAX:])
    assert re.search(r"[0-9]{3,} generated, [0-9]{3,} passed", done.stdout), done.stdout
