"""Alerts on work that waits or fails: outbox, queues, schedules, and the metrics themselves."""

from functools import partial
from typing import Final

from infra.observability.alert_kind import AlertKind, Area, Urgency
from infra.observability.function_alarms import RARE
from mara.platform.oldest_work import WORKS
from mara.queues.model.known_schedules import SCHEDULES

_urgent = partial(AlertKind, area=Area.WORK, urgency=Urgency.CRITICAL)
_later = partial(AlertKind, area=Area.WORK, urgency=Urgency.WARNING)
_failed_runs = (
    'sum by (schedule) (increase(mara_schedule_runs_total{outcome="failed",schedule!~"RARE"}[15m]))'
    # Two of a rare schedule, whose tries are over within minutes, weigh as much as three of others.
    " or 1.5 * sum by (schedule)"
    ' (increase(mara_schedule_runs_total{outcome="failed",schedule=~"RARE"}[1h]))'
).replace("RARE", "|".join(RARE))
_failed_messages = 'sum by (queue) (increase(mara_queue_messages_total{outcome="failed"}[15m]))'

_with_own_rules = {"outbox", "renewals"}
_late = [work.name for work in WORKS if work.can_be_late and work.name not in _with_own_rules]
_queued = f'{{work=~"{"|".join(_late)}"}}'

_limits_s = {name: one.late_after.total_seconds() for name, one in sorted(SCHEDULES.items())}
_by_limit = {
    limit_s: "|".join(name for name, of in _limits_s.items() if of == limit_s)
    for limit_s in sorted(set(_limits_s.values()))
}
_lateness = " or ".join(
    f'max by (schedule) (mara_schedule_done_age_seconds{{schedule=~"{names}"}}) / {limit_s:g}'
    for limit_s, names in _by_limit.items()
)

WORK: Final = (
    _urgent(
        name="outbox-backlog",
        meaning="Committed messages are older than five minutes and not sent.",
        summary="Committed messages are not sent.",
        expression='max(mara_oldest_work_seconds{work="outbox"})',
        threshold=300,
        hold="5m",
        fires=(('mara_oldest_work_seconds{work="outbox"}', "0+60x40"),),
    ),
    _later(
        name="queue-age",
        meaning="The oldest work that could have been done waits longer than 15 minutes.",
        summary="The oldest of the {{ $labels.work }} waits too long.",
        expression=f"max by (work) (mara_oldest_work_seconds{_queued})",
        threshold=900,
        hold="5m",
        fires=(('mara_oldest_work_seconds{work="documents"}', "0+60x40"),),
        labels={"work": "documents"},
    ),
    _later(
        name="dead-letters",
        meaning="A message was given up, and waits for a decision of an operator.",
        summary="Messages of {{ $labels.queue }} were given up.",
        expression="max by (queue) (mara_queue_dead_letters)",
        fires=(('mara_queue_dead_letters{queue="ingest-document"}', "0x10 1x30"),),
        labels={"queue": "ingest-document"},
    ),
    _urgent(
        name="schedule-late",
        meaning="A schedule was not done for twice its period and ten minutes.",
        summary="The schedule {{ $labels.schedule }} does not run, or fails each time.",
        expression=_lateness,
        threshold=1,
        hold="5m",
        fires=(
            ('mara_schedule_done_age_seconds{schedule="release-expired-holds"}', "0+60x40"),
            ('mara_schedule_done_age_seconds{schedule="forget-expired"}', "0+60x40"),
        ),
        labels={"schedule": "release-expired-holds"},
    ),
    _later(
        name="function-errors",
        meaning="A function crashes, runs out of time or memory, or raises again and again.",
        summary="{{ $labels.schedule }}{{ $labels.queue }} fails again and again.",
        expression=f"{_failed_runs} or {_failed_messages}",
        threshold=2,
        fires=(('mara_schedule_runs_total{schedule="scan-tron",outcome="failed"}', "0+1x40"),),
        labels={"schedule": "scan-tron", "queue": ""},
    ),
    _later(
        name="function-throttles",
        meaning="Lambda refused invocations; CloudWatch alone counts them.",
        summary="A function is throttled.",
        expression=None,
    ),
    _later(
        name="log-lines-unshipped",
        meaning="Loki refused log lines, or did not take batches of them; CloudWatch alone knows.",
        summary="Log lines did not reach Loki.",
        expression=None,
    ),
    _urgent(
        name="scrape-fails",
        meaning="Prometheus gets no figures, so that no other alert can fire.",
        summary="The figures of MARA cannot be read.",
        expression='max(1 - up{job="mara"})',
        hold="5m",
        fires=(('up{job="mara"}', "1x10 0x30"),),
    ),
    _later(
        name="metrics-not-flushed",
        meaning="Counts of processes are not stored: figures are late, and lost with a process.",
        summary="Flushes of counts fail.",
        expression='sum(increase(mara_metric_flushes_total{outcome="failed"}[15m]))',
        threshold=10,
        fires=(('mara_metric_flushes_total{outcome="failed"}', "0+2x40"),),
    ),
    _later(
        name="gauges-stale",
        meaning="A source of gauges was not read for five minutes: its last values are shown.",
        summary="The gauges of {{ $labels.source }} are old.",
        expression="max by (source) (mara_source_age_seconds)",
        threshold=300,
        hold="5m",
        fires=(('mara_source_age_seconds{source="ledger"}', "0+60x40"),),
        labels={"source": "ledger"},
    ),
)
