"""The alarms of CloudWatch on the families that Prometheus reads too."""

from collections.abc import Iterator

from infra.observability.alarm import OWN_NAMESPACE, STAGE, Alarm
from infra.observability.kinds.api import BURN, ERRORS_ALLOWED

WINDOWS_S = (3600, 300)


def metric_alarms() -> Iterator[Alarm]:
    """Return them in the order of the file."""
    yield from _of_the_budget()
    yield _sum(
        "MetricsNotFlushed", "metrics-not-flushed", 10, "mara_metric_flushes", ("outcome", "failed")
    )
    yield _sum("AlertsUnanswered", "alerts-unanswered", 3, "mara_alert_posts", ("end", "failed"))
    yield _sum("UpdatesDead", "updates-dead", 0, "mara_telegram_updates", ("outcome", "dead"))
    for result in ("fault", "refused"):
        yield _sum(
            f"TelegramSends{result.capitalize()}",
            "telegram-sends-fail",
            20,
            "mara_telegram_sends",
            ("result", result),
        )


def _of_the_budget() -> Iterator[Alarm]:
    """Two windows: the error has lasted, and lasts still. An average of 5XXError is a share.

    A composite alarm would join them; the emulator has none. The short window is only shown: with
    few requests, one error is more than its share.
    """
    for window_s in WINDOWS_S:
        minutes = window_s // 60
        yield Alarm(
            logical_id=f"ApiBudgetBurns{minutes}",
            name=f"api-budget-burns-{minutes}m",
            runbook="api-budget-burns",
            action=f"Errors burn the month's budget 14.4 times too fast, over {minutes} minutes.",
            namespace="AWS/ApiGateway",
            metric="5XXError",
            dimensions=(("ApiName", "mara-${Stage}"), ("Stage", "${Stage}")),
            statistic="Average",
            threshold=BURN * ERRORS_ALLOWED,
            period_s=window_s,
            notifies=window_s == max(WINDOWS_S),
        )


def _sum(
    logical_id: str, kind: str, threshold: int, metric: str, dimension: tuple[str, str]
) -> Alarm:
    name = logical_id.removeprefix("TelegramSends").lower()
    return Alarm(
        logical_id=logical_id,
        name=kind if kind != "telegram-sends-fail" else f"{kind}-{name}",
        runbook=kind,
        action=f"More than {threshold} of {metric} are {dimension[1]} in 15 minutes.",
        namespace=OWN_NAMESPACE,
        metric=metric,
        dimensions=(*STAGE, dimension),
        statistic="Sum",
        threshold=threshold,
        period_s=900,
    )
