"""Samples of a platform that works, on which no rule may fire: some errors, but few."""

from typing import Final

from infra.observability.alert_kind import Sample
from mara.platform.oldest_work import WORKS
from mara.queues.model.known_schedules import SCHEDULES

LONG: Final = 1600


def _constant(value: float) -> str:
    return f"{value:g}x{LONG}"


def _growing(by: int) -> str:
    return f"0+{by}x{LONG}"


def _counted_each_hour() -> str:
    return " ".join(f"{count}x59" for count in range(LONG // 60))


_NETWORKS: Final = ("aptos", "arbitrum", "tron")
_RUNS: Final = ("charge-subscriptions", "recount-levels", "scan-tron")

HEALTHY: Final[tuple[Sample, ...]] = (
    ('up{job="mara"}', _constant(1)),
    ("mara_ledger_differences", _constant(0)),
    ("mara_ledger_audit_age_seconds", _constant(800)),
    ("mara_ledger_owed_micro_usdt", _constant(90)),
    ('mara_ledger_custody_micro_usdt{network="tron"}', _constant(95)),
    ("mara_ledger_credits_micro_usdt", _constant(5)),
    ("mara_erased_accounts_with_money", _constant(0)),
    ('mara_subscription_charges_total{outcome="charged"}', _growing(3)),
    ('mara_subscription_charges_total{outcome="set_aside"}', _constant(4)),
    ("mara_usage_beyond_reservation_total", _constant(7)),
    ("mara_usage_level_differences_total", _constant(2)),
    *(
        (f'mara_schedule_runs_total{{schedule="{one}",outcome="done"}}', _growing(1))
        for one in _RUNS
    ),
    ('mara_schedule_runs_total{schedule="scan-tron",outcome="failed"}', _constant(9)),
    # One try in each hour fails, and the next is done.
    (
        'mara_schedule_runs_total{schedule="forget-expired",outcome="failed"}',
        _counted_each_hour(),
    ),
    # One run failed altogether.
    *(
        (f'mara_schedule_done_age_seconds{{schedule="{name}"}}', _constant(2 * one.period.seconds))
        for name, one in SCHEDULES.items()
    ),
    *((f'mara_chain_lag_seconds{{network="{one}"}}', _constant(20)) for one in _NETWORKS),
    *((f'mara_chain_closing_seconds{{network="{one}"}}', _constant(300)) for one in _NETWORKS),
    ('mara_chain_unreadable_events_total{network="tron"}', _constant(1)),
    ('mara_chain_rpc_calls_total{network="tron",outcome="answered"}', _growing(20)),
    ('mara_chain_rpc_calls_total{network="tron",outcome="unavailable"}', _growing(2)),
    *(
        (f'mara_oldest_work_seconds{{work="{work.name}"}}', _constant(4))
        for work in WORKS
        if work.can_be_late
    ),
    ('mara_queue_dead_letters{queue="ingest-document"}', _constant(0)),
    ('mara_queue_messages_total{queue="ingest-document",outcome="failed"}', _constant(3)),
    ('mara_metric_flushes_total{outcome="failed"}', _constant(11)),
    ('mara_source_age_seconds{source="ledger"}', _constant(0.1)),
    ('mara_http_requests_total{operation="ask",status="2xx"}', _growing(6000)),
    ('mara_http_requests_total{operation="ask",status="5xx"}', "0x99 1x1500"),
    ('mara_http_request_duration_seconds_bucket{operation="ask",le="2.5"}', _growing(5990)),
    ('mara_http_request_duration_seconds_count{operation="ask"}', _growing(6000)),
    ('mara_database_errors_total{kind="connection"}', _constant(8)),
    ('mara_database_connections{state="idle"}', _constant(500)),
    ('mara_database_connections{state="active"}', _constant(200)),
    ('mara_model_request_duration_seconds_count{outcome="answered"}', _growing(9)),
    ('mara_model_request_duration_seconds_count{outcome="failed"}', _growing(1)),
    ('mara_alert_latency_seconds_bucket{le="5.0"}', _growing(9)),
    ('mara_alert_latency_seconds_bucket{le="30.0"}', _growing(10)),
    ('mara_alert_latency_seconds_bucket{le="+Inf"}', _growing(10)),
    ('mara_alert_posts_total{end="failed"}', _constant(2)),
    ('mara_alert_posts_total{end="unpaid"}', _growing(9)),
    ('mara_telegram_sends_total{result="sent"}', _growing(50)),
    ('mara_telegram_sends_total{result="fault"}', _growing(1)),
    ('mara_telegram_sends_total{result="postponed"}', _growing(2)),
    ('mara_telegram_sends_total{result="revoked"}', _growing(20)),
    ('mara_telegram_sends_total{result="unreachable"}', _growing(30)),
    ('mara_telegram_updates_total{outcome="dead"}', _constant(1)),
)

QUIET: Final[tuple[Sample, ...]] = (
    ('mara_telegram_sends_total{result="fault"}', "0+1x60"),
    ('mara_model_request_duration_seconds_count{outcome="failed"}', "0x9 1x9 2x9 3x30"),
    ('mara_chain_rpc_calls_total{network="tron",outcome="unavailable"}', "0+1x60"),
)
"""Samples of so little work that all of it may fail by chance: no rule on a share fires."""
