"""Panels on queues, schedules, the database and the metrics themselves."""

from functools import partial
from typing import Final

from infra.observability.alert_kind import Area
from infra.observability.panel import Panel, per_second, quantiles

_work = partial(Panel, area=Area.WORK)

WORK: Final = (
    _work(
        title="Age of the oldest work",
        queries=(("{{work}}", "max by (work) (mara_oldest_work_seconds)"),),
        unit="s",
        metrics=("OutboxOldestSeconds",),
        in_overview=True,
    ),
    _work(
        title="Dead letters",
        queries=(("{{queue}}", "max by (queue) (mara_queue_dead_letters)"),),
        in_overview=True,
    ),
    _work(
        title="Depth of queues, and messages in work",
        queries=(
            ("{{queue}}", "max by (queue) (mara_queue_depth)"),
            ("{{queue}} in work", "max by (queue) (mara_queue_in_flight)"),
        ),
    ),
    _work(
        title="Messages by outcome",
        queries=per_second("mara_queue_messages", "outcome"),
        metrics=("mara_queue_messages",),
    ),
    _work(
        title="Duration of the work for a message",
        queries=quantiles("mara_queue_message_duration_seconds", "queue"),
        unit="s",
    ),
    _work(
        title="Runs of schedules by outcome",
        queries=per_second("mara_schedule_runs", "outcome"),
        metrics=("mara_schedule_runs",),
    ),
    _work(
        title="Duration of runs",
        queries=quantiles("mara_schedule_run_duration_seconds", "schedule"),
        unit="s",
    ),
    _work(
        title="Documents by state",
        queries=(("{{state}}", "max by (state) (mara_documents)"),),
    ),
    _work(
        title="Stages of reading a document",
        queries=quantiles("mara_ingestion_stage_duration_seconds", "stage"),
        unit="s",
    ),
    _work(
        title="Flushes of counts, reads of gauges, and series over the limit",
        queries=(
            *per_second("mara_metric_flushes", "outcome"),
            *per_second("mara_source_reads", "outcome"),
            ("over the limit", "sum(increase(mara_metric_series_dropped_total[1h]))"),
        ),
        metrics=("mara_metric_flushes",),
    ),
    _work(
        title="Age of gauges",
        queries=(("{{source}}", "max by (source) (mara_source_age_seconds)"),),
        unit="s",
    ),
)
