"""What a process is told by its environment: one frozen struct; docs/settings.md is its print."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any

from entrepot.terms.ids import MarketId

DEFAULT_MARKET = MarketId("default")
"""The market of the bootstrap key."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Read from `ENTREPOT_<NAME>`; the default's type says how the text is read."""

    database_url: Annotated[
        str, "PostgreSQL 17 or later; empty: one is embedded in the data directory."
    ] = ""
    data_dir: Annotated[str, "Where the embedded PostgreSQL keeps its data."] = ".entrepot"
    host: Annotated[str, "The address the HTTP face listens on."] = "127.0.0.1"
    port: Annotated[int, "The port the HTTP face listens on; 0 takes a free one."] = 8000
    bootstrap_key: Annotated[
        str, "An administrator's API key, accepted by a database that has none yet."
    ] = ""
    pool_size: Annotated[int, "Database connections of a serving process, captures' beside."] = 8
    batch_max: Annotated[int, "Orders captured, or carts held, in one commit at most."] = 256
    queue_max: Annotated[
        int, "Orders that may wait for capture, and carts to be held; beyond it 503."
    ] = 4096
    captures_at_once: Annotated[int, "Capture batches in flight in one process."] = 2
    body_bytes_max: Annotated[
        int, "The largest request body in bytes; beyond it 413. Feeds and files have their own."
    ] = 16_777_216
    import_bytes_max: Annotated[
        int, "The largest file in bytes that is taken in to be imported; beyond it 413."
    ] = 268_435_456
    view_poll_ms: Annotated[int, "How often a server reads what others changed."] = 500
    work_poll_ms: Annotated[
        int, "How long an idle worker naps; five times as long if it stays idle."
    ] = 20
    release_after_s: Annotated[
        int, "Seconds for second thoughts before work is released, unless a policy says."
    ] = 0
    webhooks_anywhere: Annotated[
        int, "1: webhooks may call loopback and private addresses; 0: public ones only."
    ] = 0
    proxies: Annotated[
        int, "Reverse proxies in front, whose X-Forwarded-For says who signs in; 0: none."
    ] = 0
    public_url: Annotated[str, "The root of problem types and event sources."] = (
        "https://entrepot.example"
    )
    log_level: Annotated[str, "debug, info, warning or error."] = "info"
    log_format: Annotated[str, "json, or console for people."] = "json"
    otlp_endpoint: Annotated[str, "An OpenTelemetry collector (OTLP/HTTP); empty: no traces."] = ""


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read the settings; a number that is none raises ValueError naming its variable."""
    values: dict[str, Any] = {}
    for each in fields(Settings):
        name = f"ENTREPOT_{each.name.upper()}"
        text = environment.get(name)
        if text is None:
            continue
        try:
            values[each.name] = int(text) if isinstance(each.default, int) else text
        except ValueError:
            raise ValueError(f"{name} wants a whole number, got {text!r}") from None
    return Settings(**values)
