"""Counts requests to the language model: their duration and outcome, and the tokens."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from mara.metrics.model.families import MODEL_SECONDS, MODEL_TOKENS
from mara.metrics.service import recorder


@contextmanager
def counted_request() -> Iterator[None]:
    """Observe the request that the block makes; its error is raised on."""
    started, outcome = time.perf_counter(), "failed"
    try:
        yield
        outcome = "answered"
    finally:
        recorder().observe(MODEL_SECONDS, time.perf_counter() - started, outcome)


def count_tokens(read: int, written: int) -> None:
    """Count the tokens of one answer."""
    recorder().count(MODEL_TOKENS, "read", by=read)
    recorder().count(MODEL_TOKENS, "written", by=written)
