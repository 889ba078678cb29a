"""The names that a scrape has: of the families, with their suffixes, and of the gauges."""

from mara.metrics.model.families import FAMILIES
from mara.operations.adapters.exposition import AGE
from mara.operations.adapters.gauge_queries import QUERIES
from mara.operations.adapters.queue_gauges import QueueGauges
from mara.operations.model import Gauge
from mara.platform import sqs

SUFFIXES_OF_A_HISTOGRAM = ("_bucket", "_count", "_sum")


def scraped_names() -> set[str]:
    """Return every name that a scrape may have."""
    counted = {
        f"{family.name}{suffix}"
        for family in FAMILIES
        for suffix in (SUFFIXES_OF_A_HISTOGRAM if family.buckets else ("_total",))
    }
    read = {name for query in QUERIES for name, _ in query.gauges}
    return counted | read | {gauge.name for gauge in _queue_gauges()} | {AGE}


def _queue_gauges() -> list[Gauge]:
    sqs.send("ingest-document", "{}")
    return list(QueueGauges("ingest-document").read())
