"""Traces of handled events, sent to AWS X-Ray by Powertools' Tracer.

Only ``mara.platform.telemetry`` imports this, and only where tracing is switched on: the import
of the X-Ray SDK is part of no other cold start.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from aws_lambda_powertools.tracing import Tracer

from mara.platform.settings.stage import stage
from mara.platform.trace_outcome import TraceOutcome

# Patched libraries would record SQL statements, hosts and paths of requests.
tracer = Tracer(service="mara", auto_patch=False)


@contextmanager
def send_trace(
    operation: str, request_id: str | None, outcome: TraceOutcome
) -> Iterator[TraceOutcome]:
    """Send one subsegment with the operation, stage, status and request id, and nothing else.

    The status is that of ``outcome``, which the block receives, at the end of the block.

    Neither the event nor the response nor an exception is part of it. Outside Lambda, where no
    daemon listens, Powertools switches the SDK off, and nothing is sent.
    """
    subsegment = tracer.provider.in_subsegment(operation)
    # Entered by hand: `with` would pass an exception on, whose text would be in the trace.
    span = subsegment.__enter__()
    try:
        yield outcome
    finally:
        span.put_annotation("operation", operation)
        span.put_annotation("stage", stage().stage)
        span.put_annotation("status", outcome.status)
        span.put_annotation("request_id", request_id or "unknown")
        subsegment.__exit__(None, None, None)
