"""`entrepot policy …`: the market's rules as files in git, pulled, pushed, compared and tested.

It speaks to a server as everybody does: `--url` and `--key`, or ENTREPOT_API_URL and
ENTREPOT_API_KEY.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import httpx
import msgspec
import typer

from entrepot.cli import policy_files as files
from entrepot.cli.policy_examples import Example, Examples, differences
from entrepot.policies.diff import Difference
from entrepot.policies.diff import differences as differing

app = typer.Typer(help="The market's rules as files in git.", no_args_is_help=True)

TIMEOUT_S = 60
TROUBLE = 2

Url = Annotated[str, typer.Option("--url", envvar="ENTREPOT_API_URL", help="The server's address.")]
Key = Annotated[
    str, typer.Option("--key", envvar="ENTREPOT_API_KEY", help="An API key: policies:read, :write.")
]
File = Annotated[Path, typer.Argument(help="YAML or JSON, by the file's name.")]
HERE = "http://127.0.0.1:8000"


@app.command("pull", help="Write a policy into a file: the one in force, or a version.")
def pull(
    file: File,
    version: Annotated[int | None, typer.Option("--version", help="Another one.")] = None,
    url: Url = HERE,
    key: Key = "",
) -> None:
    """Pull."""
    with _server(url, key) as server:
        found = server.ask("GET", f"/v1/policies/{version}" if version else "/v1/policy")
    try:
        file.write_text(files.written(files.short(found["document"]), file), encoding="utf-8")
    except OSError as fault:
        _end(f"{file}: {fault.strerror}")
    typer.echo(f"version {found['version']} in {file}")


@app.command("push", help="Draft the policy in a file; let it come into force now, or at a time.")
def push(
    file: File,
    note: Annotated[str, typer.Option("--note", help="What it is for.")],
    activate: Annotated[bool, typer.Option("--activate", help="From now on.")] = False,
    at: Annotated[
        datetime | None,
        typer.Option("--at", help="From then on; without an offset in this machine's time."),
    ] = None,
    url: Url = HERE,
    key: Key = "",
) -> None:
    """Push; pushing the same file with the same note again changes nothing."""
    if activate and at is not None:
        raise typer.BadParameter("say --activate or --at", param_hint="--at")
    document = _read(file)
    with _server(url, key) as server:
        body = {"document": document, "note": note}
        digest = hashlib.blake2b(msgspec.json.encode(body), digest_size=12).hexdigest()
        made = server.ask("POST", "/v1/policies", body, key=f"push-{digest}")
        path = f"/v1/policies/{made['version']}"
        if activate:
            step = {"reason": note}
            made = server.ask("POST", f"{path}/activate", step, key=f"push-{digest}-activate")
        elif at is not None:
            step = {"effective_at": at.astimezone().isoformat(), "reason": note}
            made = server.ask("POST", f"{path}/schedule", step, key=f"push-{digest}-{at}")
    typer.echo(f"version {made['version']} is {made['state']}")


@app.command("diff", help="Where the policy in a file differs; ends 1 where it does.")
def diff(
    file: File,
    version: Annotated[
        int | None, typer.Option("--version", help="From this one, not the one in force.")
    ] = None,
    url: Url = HERE,
    key: Key = "",
) -> None:
    """Compare."""
    document = _read(file)
    with _server(url, key) as server:
        found = server.ask("GET", f"/v1/policies/{version}" if version else "/v1/policy")
    try:
        told = differing(files.whole(found["document"]), files.whole(document))
    except msgspec.ValidationError as wrong:
        _end(f"{file}: {wrong}")
    for each in told:
        typer.echo(_line(each))
    typer.echo(f"{len(told)} differences from version {found['version']}", err=True)
    raise typer.Exit(1 if told else 0)


@app.command("test", help="Try examples of orders; ends 1 where the policy says something else.")
def try_examples(
    examples: Annotated[Path, typer.Argument(help="A file of examples, YAML or JSON.")],
    policy: Annotated[
        Path | None,
        typer.Option("--policy", help="The policy to test; else the one the examples name."),
    ] = None,
    url: Url = HERE,
    key: Key = "",
) -> None:
    """Test."""
    try:
        asked = msgspec.convert(files.read(examples), Examples)
    except (msgspec.ValidationError, files.Unreadable) as wrong:
        _end(str(wrong) if isinstance(wrong, files.Unreadable) else f"{examples}: {wrong}")
    if policy is None and asked.policy is not None:
        policy = examples.parent / asked.policy
    document = None if policy is None else _read(policy)
    failed = 0
    with _server(url, key) as server:
        for example in asked.examples:
            told = differences(example.expect, _rehearsed(server, example, document))
            failed += bool(told)
            typer.echo(f"{'differs' if told else 'ok'}: {example.example}")
            for each in told:
                typer.echo(f"  {each}")
    typer.echo(f"{len(asked.examples) - failed} of {len(asked.examples)} as expected", err=True)
    raise typer.Exit(1 if failed else 0)


class _Server:
    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def ask(self, method: str, path: str, body: object = None, *, key: str = "") -> Any:  # noqa: ANN401 - JSON
        """Give the answer; a refusal ends the command with each of its places."""
        headers = {"idempotency-key": key} if key else {}
        try:
            answer = self._http.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as fault:
            _end(f"the server does not answer: {fault}")
        if not answer.is_success:
            _end(_refusal(answer))
        return answer.json()


@contextmanager
def _server(url: str, key: str) -> Iterator[_Server]:
    if not key:
        _end("give --key or ENTREPOT_API_KEY")
    headers = {"authorization": f"Bearer {key}"}
    with httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_S) as http:
        yield _Server(http)


def _rehearsed(server: _Server, example: Example, document: object) -> dict[str, Any]:
    body = {"order": example.order, "at": example.at, "document": document}
    said = {name: value for name, value in body.items() if value is not None}
    found: dict[str, Any] = server.ask("POST", "/v1/policies/rehearse", said)
    return found


def _read(file: Path) -> Any:  # noqa: ANN401 - JSON
    try:
        return files.read(file) or {}
    except files.Unreadable as wrong:
        _end(str(wrong))


def _refusal(answer: httpx.Response) -> str:
    try:
        told = answer.json()
        errors = [f"{each.get('pointer', '')}: {each['detail']}" for each in told["errors"]]
        return "\n".join(errors) or f"{told['title']}: {told['detail']}"
    except (ValueError, KeyError, AttributeError):
        return f"the server answered {answer.status_code}"


def _line(each: Difference) -> str:
    if each.old is msgspec.UNSET:
        return f"+ {each.pointer}: {_json(each.new)}"
    if each.new is msgspec.UNSET:
        return f"- {each.pointer}: {_json(each.old)}"
    return f"~ {each.pointer}: {_json(each.old)} -> {_json(each.new)}"


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _end(said: str) -> NoReturn:
    typer.echo(said, err=True)
    raise typer.Exit(TROUBLE)
