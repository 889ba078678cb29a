"""Spans of handled events, sent to a collector of OpenTelemetry by OTLP over HTTP.

Only ``mara.platform.telemetry`` imports this, and only where the endpoint of a collector is set.
Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp.
"""

import hashlib
import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from requests import HTTPError, Response, Session

from mara.kernel import correlation
from mara.platform.settings.stage import stage
from mara.platform.trace_outcome import TraceOutcome

SEND_WITHIN_S: Final = 0.2
"""For connecting, and again for the answer: nothing runs after an invocation, so it waits."""
SLOW_S: Final = 2 * SEND_WITHIN_S
SILENT_S: Final = 30.0
"""How long nothing is sent after a failure, so that a collector that is down delays few events."""
TRACE_ID: Final = re.compile("[0-9a-f]{32}")
FAILURES: Final = ("failed", "5")
"""How the status of a span begins that is an error."""


class Spans:
    """Sends one span for each event, before its handling ends; ``warn`` logs that one was lost."""

    def __init__(self, warn: Callable[..., None]) -> None:
        """Read the endpoint, and the sampler, from OpenTelemetry's environment variables."""
        # Its lines name the collector and what it answered.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        about = {
            "service.name": "mara",
            "deployment.environment.name": stage().stage,
            "faas.name": os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local"),
        }
        provider = TracerProvider(resource=Resource.create(about), id_generator=TraceIds())
        sender = OTLPSpanExporter(timeout=SEND_WITHIN_S, session=HeadersOnly())
        exporter = SilentAfterFailure(sender, warn)
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        self._tracer = provider.get_tracer("mara")

    @contextmanager
    def send(
        self, operation: str, outcome: TraceOutcome, traceparent: str | None = None
    ) -> Iterator[TraceOutcome]:
        """Send a span with ids, the operation and the status of ``outcome``, and nothing else.

        ``traceparent`` is that of the caller (https://www.w3.org/TR/trace-context/). No exception
        is recorded: its text may be that of a person.
        """
        parent = TraceContextTextMapPropagator().extract({"traceparent": traceparent or ""})
        span = self._tracer.start_span(operation, context=parent)
        try:
            yield outcome
        finally:
            span.set_attribute("mara.operation", operation)
            span.set_attribute("mara.status", outcome.status)
            span.set_attribute("mara.correlation_id", correlation.current() or "unknown")
            if outcome.status.startswith(FAILURES):
                span.set_status(Status(StatusCode.ERROR))
            span.end()


class HeadersOnly(Session):
    """Reads the head of an answer alone, for its body may not end; 2xx alone is success."""

    def request(self, *arguments: Any, **options: Any) -> Response:
        """Send; a redirect is a failure. Raises HTTPError, and what requests raises."""
        options |= {"stream": True, "allow_redirects": False}
        with super().request(*arguments, **options) as answer:
            if HTTPStatus.MULTIPLE_CHOICES <= answer.status_code < HTTPStatus.BAD_REQUEST:
                raise HTTPError("The collector answered by another status than 2xx.")
            answer._content = b""  # noqa: SLF001 - closed: nothing reads it
            return answer


class TraceIds(RandomIdGenerator):
    """Gives all spans of one correlation id one trace: so nothing more travels through queues."""

    def generate_trace_id(self) -> int:
        """Return the trace of the id that is followed; a random one outside of any event."""
        followed = correlation.current()
        return super().generate_trace_id() if followed is None else trace_of(followed)


def trace_of(correlation_id: str) -> int:
    """Return the id of the trace: the id itself where it is one, else its hash."""
    if TRACE_ID.fullmatch(correlation_id):
        return int(correlation_id, 16) or 1
    return int.from_bytes(hashlib.sha256(correlation_id.encode()).digest()[:16]) or 1


class SilentAfterFailure(SpanExporter):
    """Drops spans for SILENT_S after one could not be sent."""

    def __init__(
        self,
        exporter: SpanExporter,
        warn: Callable[..., None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``clock`` gives seconds."""
        self._exporter, self._warn, self._clock = exporter, warn, clock
        self._silent_until = 0.0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send, unless a failure was a moment ago."""
        if self._clock() < self._silent_until:
            return SpanExportResult.FAILURE
        began = self._clock()
        result = self._exporter.export(spans)
        # The name of the collector is looked up without a limit of time.
        if result is not SpanExportResult.SUCCESS or self._clock() - began > SLOW_S:
            self._silent_until = self._clock() + SILENT_S
            self._warn("spans_not_sent", silent_s=SILENT_S)
        return result

    def shutdown(self) -> None:
        """Close the connection."""
        self._exporter.shutdown()
