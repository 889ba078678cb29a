"""Panels on what people and programs get: the API, answers, and messages in chats."""

from functools import partial
from typing import Final

from infra.observability.alert_kind import Area
from infra.observability.panel import RATE, Panel, per_second, quantiles

_api = partial(Panel, area=Area.API)
_answer = partial(Panel, area=Area.ANSWERS)
_chat = partial(Panel, area=Area.TELEGRAM)

API: Final = (
    _api(
        title="Requests by class of status",
        queries=per_second("mara_http_requests", "status"),
        unit="reqps",
        metrics=("mara_http_requests",),
        in_overview=True,
    ),
    _api(
        title="Share of requests with a 5xx",
        queries=(
            (
                "5xx",
                (
                    f'sum(rate(mara_http_requests_total{{status="5xx"}}[{RATE}]))'
                    f" / sum(rate(mara_http_requests_total[{RATE}]))"
                ),
            ),
        ),
        unit="percentunit",
        in_overview=True,
    ),
    _api(
        title="Duration of requests",
        queries=quantiles("mara_http_request_duration_seconds"),
        unit="s",
        in_overview=True,
    ),
    _api(
        title="Slowest operations",
        queries=(
            (
                "{{operation}}",
                (
                    "topk(10, histogram_quantile(0.95, sum by (le, operation)"
                    f" (rate(mara_http_request_duration_seconds_bucket[{RATE}]))))"
                ),
            ),
        ),
        unit="s",
    ),
    _api(
        title="Duration of statements",
        queries=quantiles("mara_database_statement_duration_seconds"),
        unit="s",
    ),
    _api(
        title="Transactions, and errors of the database",
        queries=(
            *per_second("mara_database_transactions", "outcome"),
            *per_second("mara_database_errors", "kind"),
        ),
        metrics=("mara_database_transactions", "mara_database_errors"),
    ),
    _api(
        title="Connections to the database",
        queries=(("{{state}}", "max by (state) (mara_database_connections)"),),
    ),
)
ANSWERS: Final = (
    _answer(
        title="Answers by status",
        queries=per_second("mara_answers", "status"),
        metrics=("mara_answers",),
        in_overview=True,
    ),
    _answer(
        title="Confidence of answers",
        queries=quantiles("mara_answer_confidence"),
        unit="percentunit",
    ),
    _answer(
        title="Duration of requests to the language model",
        queries=quantiles("mara_model_request_duration_seconds", "outcome"),
        unit="s",
    ),
    _answer(
        title="Tokens read and written",
        queries=per_second("mara_model_tokens", "direction"),
        metrics=("mara_model_tokens",),
    ),
)
TELEGRAM: Final = (
    _chat(
        title="From an alert to its message in the chat",
        queries=quantiles("mara_alert_latency_seconds"),
        unit="s",
        in_overview=True,
    ),
    _chat(
        title="Alerts by the end of their question",
        queries=per_second("mara_alert_posts", "end"),
        metrics=("mara_alert_posts",),
    ),
    _chat(
        title="Sends by what Telegram said; a 429 is postponed",
        queries=per_second("mara_telegram_sends", "result"),
        metrics=("mara_telegram_sends",),
        in_overview=True,
    ),
    _chat(
        title="Updates by outcome",
        queries=per_second("mara_telegram_updates", "outcome"),
        metrics=("mara_telegram_updates",),
    ),
    _chat(
        title="Chats by state, and paused ones",
        queries=(
            ("{{state}}", "max by (state) (mara_bot_chats)"),
            ("paused", "max(mara_bot_chats_paused)"),
        ),
    ),
)
