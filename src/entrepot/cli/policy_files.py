"""Policies as files that people keep in git: YAML or JSON, without what has its default anyway."""

import json
import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import msgspec
import yaml

from entrepot.policies.model import Policy

YAML = frozenset({".yaml", ".yml"})
BYTES_MAX = 16_000_000
"""The largest body that the server reads."""


class Unreadable(Exception):  # noqa: N818 - what was found
    """A file that is none of ours, and why."""


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # it has no annotations
    """YAML 1.2 for data: a `no` is a text, so is a date; no name comes twice, none is aliased."""

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401 - the library's types
        if self.check_event(yaml.events.AliasEvent):
            event = self.peek_event()
            raise yaml.constructor.ConstructorError(None, None, "aliases", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:  # noqa: ANN401 - as above
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        for at, name in enumerate(names):
            if name in names[:at]:
                mark = node.value[at][0].start_mark
                raise yaml.constructor.ConstructorError(None, None, f"{name} comes twice", mark)
        made: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return made


_WORDS = {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool"}
_Loader.yaml_implicit_resolvers = {
    char: [(tag, regex) for tag, regex in found if tag not in _WORDS]
    for char, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def read(path: Path) -> Any:  # noqa: ANN401 - JSON
    """Read a file; raises Unreadable."""
    try:
        if path.stat().st_size > BYTES_MAX:
            raise Unreadable(f"{path}: is larger than {BYTES_MAX} bytes")
        text = path.read_text(encoding="utf-8")
        if path.suffix in YAML:
            return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader with fewer words
        return json.loads(text)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as fault:
        raise Unreadable(f"{path}: {fault}") from None
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise Unreadable(f"{where}: {getattr(fault, 'problem', fault)}") from None


def written(document: Any, path: Path) -> str:  # noqa: ANN401 - JSON
    """Write a document as a file of this name says it; its members stay in their order."""
    if path.suffix in YAML:
        said: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
        return said
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def short(document: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Leave out of a policy's document what has its default anyway."""
    policy = msgspec.convert(document, Policy)
    said: dict[str, Any] = msgspec.to_builtins(_short(policy))
    return said


def whole(document: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Spell every default of a policy's document out; raises msgspec.ValidationError."""
    policy = msgspec.convert(document, Policy)
    said: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(policy))
    return said


def _short(value: Any) -> Any:  # noqa: ANN401 - whatever a policy is made of
    if isinstance(value, msgspec.Struct):
        return {
            field.encode_name: _short(said)
            for field in msgspec.structs.fields(value)
            if (said := getattr(value, field.name)) != field.default
        }
    return [_short(each) for each in value] if isinstance(value, tuple) else value
