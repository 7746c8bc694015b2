"""What the process tells of itself: Prometheus metrics always, OpenTelemetry traces when asked."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from opentelemetry import trace
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Counter(
    "entrepot_http_requests", "Requests answered.", ("method", "route", "status"), registry=REGISTRY
)
LATENCY = Histogram(
    "entrepot_http_seconds", "Time to answer.", ("route",), buckets=_BUCKETS, registry=REGISTRY
)
CAPTURES = Counter(
    "entrepot_captures", "Orders asked to be captured, by outcome.", ("outcome",), registry=REGISTRY
)
BATCH = Histogram(
    "entrepot_capture_batch_orders", "Orders in a capture batch.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256), registry=REGISTRY,
)  # fmt: skip
QUEUE = Gauge("entrepot_capture_queue", "Orders waiting for capture.", registry=REGISTRY)
STEPS = Counter(
    "entrepot_journey_events", "Events handled by a row of the journey.", ("step",),
    registry=REGISTRY,
)  # fmt: skip
RELAYED = Counter("entrepot_events_relayed", "Events numbered.", registry=REGISTRY)
OUTBOX = Gauge("entrepot_outbox_waiting", "Facts without a number yet.", registry=REGISTRY)
EXCEPTIONS = Counter(
    "entrepot_exceptions_raised", "Exceptions raised.", ("kind",), registry=REGISTRY
)
VIOLATIONS = Gauge(
    "entrepot_invariant_violations", "Rows that break an invariant.", ("invariant",),
    registry=REGISTRY,
)  # fmt: skip

_bound: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}


class _Tracing:
    on = False


def configure(endpoint: str) -> None:
    """Send traces to an OTLP/HTTP collector; an empty endpoint leaves tracing off."""
    if not endpoint:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - heavy
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - heavy, rarely wanted
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": "entrepot"}))
    exporter = OTLPSpanExporter(endpoint.rstrip("/") + "/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    _Tracing.on = True


@contextmanager
def _span(name: str) -> Iterator[None]:
    with trace.get_tracer("entrepot").start_as_current_span(name):
        yield


class _NoSpan:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


_NO_SPAN = _NoSpan()


def span(name: str) -> AbstractContextManager[object]:
    """A span around a piece of work; nothing at all when tracing is off."""
    return _span(name) if _Tracing.on else _NO_SPAN


def request(method: str, route: str, status: int, seconds: float) -> None:
    """Count an answered request."""
    key = (method, route, status)
    bound = _bound.get(key)
    if bound is None:
        bound = (REQUESTS.labels(method, route, str(status)), LATENCY.labels(route))
        _bound[key] = bound
    bound[0].inc()
    bound[1].observe(seconds)


def exposition() -> bytes:
    """The metrics in Prometheus' text format."""
    return generate_latest(REGISTRY)
