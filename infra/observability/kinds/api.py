"""Alerts on what callers see: errors and latency as the burning of a budget, and the database.

The objectives of a month: 99.9 % of the requests have no 5xx, and 99 % take 2.5 s at most. At 14.4
times the pace, 2 % of the month's budget are used up within an hour (Google, The Site Reliability
Workbook, chapter 5). The window of 5 minutes beside it lets the alert end soon after the fault.
"""

from functools import partial
from typing import Final

from infra.observability.alert_kind import AlertKind, Area, Urgency

_urgent = partial(AlertKind, area=Area.API, urgency=Urgency.CRITICAL)
_later = partial(AlertKind, area=Area.API, urgency=Urgency.WARNING)
BURN: Final = 14.4
WINDOWS: Final = ("1h", "5m")
ERRORS_ALLOWED: Final = 0.001
SLOW_ALLOWED: Final = 0.01
CONNECTIONS_HIGH: Final = 700
"""Of the 800 of the role of the functions, and some 900 of the instance: infra/docs/scaling.md."""
_requests = "sum(rate(mara_http_requests_total[WINDOW]))"
_errors = 'sum(rate(mara_http_requests_total{status="5xx"}[WINDOW]))'
_fast = 'sum(rate(mara_http_request_duration_seconds_bucket{le="2.5"}[WINDOW]))'
_all = "sum(rate(mara_http_request_duration_seconds_count[WINDOW]))"
_kinds = 'kind=~"connection|resources|timeout"'

API: Final = (
    _later(
        name="api-5xx",
        meaning="More than five answers with a 5xx status in five minutes.",
        summary="Routes answer 5xx.",
        expression='sum(increase(mara_http_requests_total{status="5xx"}[5m]))',
        threshold=5,
        fires=(('mara_http_requests_total{operation="ask",status="5xx"}', "0+2x40"),),
    ),
    _urgent(
        name="api-budget-burns",
        meaning="Errors use up the month's budget 14.4 times as fast as allowed.",
        summary="So many requests fail that the month's budget is gone within two days.",
        expression=f"{_errors} / {_requests} / {ERRORS_ALLOWED}",
        windows=WINDOWS,
        threshold=BURN,
        fires=(
            ('mara_http_requests_total{operation="ask",status="2xx"}', "0+98x130"),
            ('mara_http_requests_total{operation="ask",status="5xx"}', "0+2x130"),
        ),
        at=120,
    ),
    _later(
        name="api-slow",
        meaning="Slow answers use up the month's budget 14.4 times as fast as allowed.",
        summary="Too many requests take longer than 2.5 s.",
        expression=f"(1 - {_fast} / {_all}) / {SLOW_ALLOWED}",
        windows=WINDOWS,
        threshold=BURN,
        fires=(
            ('mara_http_request_duration_seconds_bucket{operation="ask",le="2.5"}', "0+80x130"),
            ('mara_http_request_duration_seconds_count{operation="ask"}', "0+100x130"),
        ),
        at=120,
    ),
    _urgent(
        name="database-errors",
        meaning="Connections to the database or statements fail for want of it, not of the data.",
        summary="The database fails: {{ $labels.kind }}.",
        expression=f"sum by (kind) (increase(mara_database_errors_total{{{_kinds}}}[5m]))",
        threshold=5,
        fires=(('mara_database_errors_total{kind="connection"}', "0+3x40"),),
        labels={"kind": "connection"},
    ),
    _urgent(
        name="database-storage-low",
        meaning="Less than 10 GiB are free on the disk of the database, which RDS did not enlarge.",
        summary="The disk of the database is nearly full.",
        expression=None,
    ),
    _later(
        name="database-connections-high",
        meaning="More than 700 connections to the database are open, of 800 for the functions.",
        summary="Nearly all connections to the database are open.",
        expression="sum(mara_database_connections)",
        threshold=CONNECTIONS_HIGH,
        hold="10m",
        fires=(
            ('mara_database_connections{state="idle"}', "0+50x40"),
            ('mara_database_connections{state="active"}', "40x40"),
        ),
    ),
)
