"""Flushes what this process has counted, before it answers: nothing runs after the answer."""

import psycopg

from mara.metrics.model.families import METRIC_FLUSHES
from mara.metrics.service import recorder
from mara.platform.clock import now
from mara.platform.database import idle_connection
from mara.platform.metric_store import PostgresMetricStore
from mara.platform.metrics import publish_changes
from mara.platform.telemetry import logger


def flush_metrics() -> None:
    """Store the counts and write them to the log for CloudWatch, if that is due.

    A failure is logged and counted, and never raised: the request has its answer. Without a
    connection nothing is due: the counts wait for an invocation that uses the database.
    """
    counts, at = recorder(), now()
    if not counts.is_due(at) or idle_connection() is None:
        return
    try:
        counts.flush(PostgresMetricStore(), at)
    except psycopg.Error as error:
        logger.warning("metrics_not_flushed", error=type(error).__name__)
        counts.count(METRIC_FLUSHES, "failed")
    else:
        counts.count(METRIC_FLUSHES, "stored")
    publish_changes(counts.take_changes())
