"""The OpenAPI 3.1 document, printed from the table of routes: what it says is what is served."""

from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Any

import msgspec

from entrepot.access.model import PERSON
from entrepot.api.face import Route
from entrepot.api.problems import Code, Problem, ProblemDocument, phrase
from entrepot.api.signed_in import COOKIE
from entrepot.inventory.launch_model import HEADER_CHARS_MAX

REF = "#/components/schemas/{name}"
_ALWAYS = (Code.UNAVAILABLE, Code.OVERLOADED, Code.INTERNAL)
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and request again answer what was answered before.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}
_TICKET = {
    "name": "Entrepot-Ticket",
    "in": "header",
    "required": False,
    "description": "Tickets of launches that are sold by turns, with commas between.",
    "schema": {"type": "string", "minLength": 1, "maxLength": HEADER_CHARS_MAX},
}


def printed(routes: Sequence[Route], root: str) -> bytes:
    """Print the document as JSON."""
    return msgspec.json.encode(document(routes, root))


def document(routes: Sequence[Route], root: str) -> dict[str, Any]:
    """Print the document. `root` is the public URL problem types hang under."""
    types = [t for route in routes for t in (route.body, route.lines, route.answer) if t]
    types += [field.type for route in routes for field in _fields(route)]
    _, schemas = msgspec.json.schema_components([*types, ProblemDocument], ref_template=REF)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Entrepot",
            "version": version("entrepot"),
            "summary": "An order management system.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": f"Problem types: {root}/problems/(code).",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{route.method.lower()}{_camel(route.path)}",
        "summary": route.summary,
        "tags": [_tag(route.path)],
        "parameters": [*_path_parameters(route), *_query_parameters(route)],
        "responses": _responses(route),
    }
    if route.keyed:
        operation["parameters"].append(_KEY)
    if route.ticketed:
        operation["parameters"].append(_TICKET)
    if route.scope is not None:
        own = route.scope == PERSON
        operation["security"] = [{"session": []}] if own else [{"key": []}, {"session": []}]
        says = "Whoever has signed in, for themselves." if own else f"Scope: `{route.scope}`."
        operation["description"] = says
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _schema(route.body)}},
        }
    elif route.lines is not None:
        operation["requestBody"] = {
            "required": True,
            "description": "One on each line, of any number: they are applied while they come.",
            "content": {route.answer_type: {"schema": _schema(route.lines)}},
        }
    elif route.upload:
        operation["requestBody"] = {
            "required": True,
            "description": "The file as it is.",
            "content": {"application/octet-stream": {"schema": {}}},
        }
    elif route.raw_body:  # it is read by whoever speaks as its answer does
        operation["requestBody"] = {
            "required": True,
            "content": {route.answer_type: {"schema": {}}},
        }
    return operation


def _responses(route: Route) -> dict[str, Any]:
    good: dict[str, Any] = {"description": phrase(route.status)}
    if route.answer is not None:
        good["content"] = {route.answer_type: {"schema": _schema(route.answer)}}
    elif route.status != 204:
        good["content"] = {route.answer_type: {"schema": {}}}
    responses = {str(route.status): good}
    by_status: dict[int, list[Code]] = {}
    for code in _codes(route):
        by_status.setdefault(Problem(code).status, []).append(code)
    for status, codes in sorted(by_status.items()):
        if str(status) not in responses:
            responses[str(status)] = {
                "description": ", ".join(codes),
                "content": {"application/problem+json": {"schema": _schema(ProblemDocument)}},
            }
    return responses


def _codes(route: Route) -> Iterable[Code]:
    codes = {*route.problems, *_ALWAYS}
    if route.scope is not None:
        codes |= {Code.UNAUTHORIZED, Code.FORBIDDEN, Code.INVALID}
        codes |= {Code.FORBIDDEN_NODE} if route.at is not None else set()
        codes |= {Code.CSRF} if route.method != "GET" else set()
    if route.lines is not None:
        codes |= {Code.NOT_JSON, route.code}
    if route.body is not None or route.raw_body or route.upload:
        codes |= {Code.MALFORMED, Code.TOO_LARGE, route.code}
    if route.body is not None:
        codes.add(Code.NOT_JSON)
    if route.keyed:
        codes |= {Code.KEY_REUSED, Code.KEY_INVALID}
    if "{" in route.path:
        codes |= {Code.NOT_FOUND, Code.INVALID}
    return sorted(codes)


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": 128},
        }
        for name in names
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    parameters = []
    for field in _fields(route):
        schema = dict(_schema(field.type))
        required = field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT
        parameters.append(
            {
                "name": field.encode_name,
                "in": "query",
                "required": required,
                "description": schema.pop("description", ""),
                "schema": _without_null(schema),
            }
        )
    return parameters


def _fields(route: Route) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(route.query) if route.query is not None else ()


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is absent or it is there; it is never null."""
    options = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    return options[0] if len(options) == 1 else schema


def _schema(type_: type) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([type_], ref_template=REF)
    return schema


def _camel(path: str) -> str:
    words = path.replace("{", "").replace("}", "").replace("-", "/").replace(":", "/").split("/")
    return "".join(word[:1].upper() + word[1:] for word in words if word)


def _tag(path: str) -> str:
    parts = path.split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "v1" else "system"
