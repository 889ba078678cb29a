"""Alerts on what reaches chats: the updates of bots, sends, and the latency of alerts."""

from functools import partial
from typing import Final

from infra.observability.alert_kind import AlertKind, Area, Urgency

_urgent = partial(AlertKind, area=Area.TELEGRAM, urgency=Urgency.CRITICAL)
_later = partial(AlertKind, area=Area.TELEGRAM, urgency=Urgency.WARNING)
_sends = "sum(rate(mara_telegram_sends_total{}[10m]))"
_all_sends = _sends.replace("{}", "")
_faults = _sends.replace("{}", '{result=~"fault|refused"}')
# One customer removes a bot from its chat, or revokes a token: that is no fault of the platform.
_enough = "sum(increase(mara_telegram_sends_total[10m])) >= 20"
_limited = _sends.replace("{}", '{result="postponed"}')
ALERT_LATE_S: Final = 30

TELEGRAM: Final = (
    _urgent(
        name="alerts-late",
        meaning="One alert in twenty takes longer than 30 s to its chat.",
        summary="Alerts reach their chats late.",
        expression="histogram_quantile(0.95,"
        " sum by (le) (rate(mara_alert_latency_seconds_bucket[15m])))",
        threshold=ALERT_LATE_S,
        hold="5m",
        fires=(
            ('mara_alert_latency_seconds_bucket{le="30.0"}', "0+1x40"),
            ('mara_alert_latency_seconds_bucket{le="60.0"}', "0+2x40"),
            ('mara_alert_latency_seconds_bucket{le="+Inf"}', "0+2x40"),
        ),
    ),
    _later(
        name="alerts-unanswered",
        meaning="Agents could not be asked about alerts; they are posted without a section.",
        summary="Alerts are posted without an answer: their agents fail.",
        expression='sum(increase(mara_alert_posts_total{end="failed"}[15m]))',
        threshold=3,
        fires=(('mara_alert_posts_total{end="failed"}', "0+1x40"),),
    ),
    _urgent(
        name="telegram-sends-fail",
        meaning="More than a fifth of the messages to chats fail, of 20 or more.",
        summary="Messages do not reach their chats.",
        expression=f"{_faults} / {_all_sends}",
        at_least=_enough,
        threshold=0.2,
        hold="5m",
        fires=(
            ('mara_telegram_sends_total{result="sent"}', "0+6x40"),
            ('mara_telegram_sends_total{result="fault"}', "0+4x40"),
        ),
    ),
    _later(
        name="telegram-throttled",
        meaning="Telegram answers 429 to more than a fifth of the messages.",
        summary="Telegram limits the sends of bots.",
        expression=f"{_limited} / {_all_sends}",
        threshold=0.2,
        hold="5m",
        fires=(
            ('mara_telegram_sends_total{result="sent"}', "0+6x40"),
            ('mara_telegram_sends_total{result="postponed"}', "0+4x40"),
        ),
    ),
    _later(
        name="updates-dead",
        meaning="An update of a bot was given up after its last try.",
        summary="Updates of bots were given up.",
        expression='sum(increase(mara_telegram_updates_total{outcome="dead"}[15m]))',
        fires=(('mara_telegram_updates_total{outcome="dead"}', "0x20 1x20"),),
    ),
)
