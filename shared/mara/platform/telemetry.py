"""Structured JSON log lines, and traces where they are configured: to X-Ray, or by OTLP.

Ids may be in both, the text of people and documents never.
"""

import logging
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from aws_lambda_powertools.logging import Logger

from mara.kernel import correlation
from mara.platform.log_line import LineFormatter
from mara.platform.trace_outcome import TraceOutcome


class _Correlation(logging.Filter):
    """Puts the id that is followed into every line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.correlation_id = correlation.current()  # a field of the line where it is not None
        return True


logger = Logger(service="mara", logger_formatter=LineFormatter(), log_uncaught_exceptions=False)
"""The first argument of every call is a stable code, such as ``request`` or ``message_failed``."""
logger.addFilter(_Correlation())

SUCCEEDED, FAILED = "succeeded", "failed"
OTLP_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""https://opentelemetry.io/docs/specs/otel/protocol/exporter/."""


Trace = Callable[[str, str | None], AbstractContextManager[TraceOutcome]]


def _send_nothing(_operation: str, _request_id: str | None) -> AbstractContextManager[TraceOutcome]:
    return nullcontext(TraceOutcome(FAILED))


def _choose_trace() -> Trace:
    # Read before any event, and not as a settings class, so that the SDK is loaded while Lambda
    # starts the environment, and no module more is loaded where tracing is off.
    if os.environ.get("MARA_TRACING") != "Active":
        return _send_nothing
    from mara.platform.tracing import send_trace

    return lambda operation, request_id: send_trace(operation, request_id, TraceOutcome(FAILED))


trace: Trace = _choose_trace()
"""Trace the handling of one event: ``trace(operation, request_id)`` yields its ``TraceOutcome``.

The status is ``failed`` unless the block sets another one.
"""


class SendSpan(Protocol):
    """Sends a span of OpenTelemetry, where a collector is configured."""

    def __call__(
        self, operation: str, outcome: TraceOutcome, traceparent: str | None = None, /
    ) -> AbstractContextManager[TraceOutcome]:
        """Yield ``outcome``, whose status at the end of the block is that of the span."""


def _send_no_span(
    _operation: str, outcome: TraceOutcome, _traceparent: str | None = None
) -> AbstractContextManager[TraceOutcome]:
    return nullcontext(outcome)


def _choose_span() -> SendSpan:
    if not any(os.environ.get(name) for name in OTLP_ENDPOINTS):
        return _send_no_span
    try:
        from mara.platform.otlp import Spans

        return Spans(logger.warning).send
    except Exception as error:  # noqa: BLE001 - a wrong variable of OpenTelemetry stops no function
        logger.warning("spans_off", error=type(error).__name__)
        return _send_no_span


span: SendSpan = _choose_span()
"""Send a span of the handling of one event: ``span(operation, outcome)``."""
