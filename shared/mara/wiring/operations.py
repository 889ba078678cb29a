"""Assembles health checks and maintenance jobs from their production adapters."""

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mara.operations.ports import GaugeSource, Probe
    from mara.operations.service.health import HealthService
    from mara.operations.service.scrape import ScrapeService


@cache
def health_service() -> "HealthService":
    """Health checks of what is configured; it is kept, because it holds the last result."""
    from mara.operations.adapters.probes import DatabaseProbe, QueueProbe, StorageProbe
    from mara.operations.service.health import HealthService
    from mara.wiring.wallets import monitoring_service

    monitoring = monitoring_service()
    probes: list[Probe] = [DatabaseProbe(), StorageProbe(), QueueProbe(), *_configured_probes()]
    return HealthService(probes, monitoring.networks, monitoring.get_statuses)


def _configured_probes() -> "Iterator[Probe]":
    from mara.operations.adapters.probes import HttpProbe, KeyProbe, SearchProbe, index_probe
    from mara.platform.settings.keys import ConnectionKeySettings, KeySettings
    from mara.platform.settings.language_model import LanguageModelSettings
    from mara.platform.settings.search import SearchSettings
    from mara.platform.settings.telegram import telegram_settings

    has_cluster = SearchSettings().opensearch_url  # type: ignore[call-arg]  # from the environment
    yield SearchProbe() if has_cluster else index_probe()
    if model_url := LanguageModelSettings().ollama_url:
        yield HttpProbe("model", f"{model_url.rstrip('/')}/api/version")
    yield HttpProbe("telegram", telegram_settings().telegram_api_url)
    if KeySettings().keys == "kms":  # type: ignore[call-arg]  # from the environment
        yield KeyProbe(ConnectionKeySettings().connection_key_arn)  # type: ignore[call-arg]  # from the environment


@cache
def scrape_service() -> "ScrapeService":
    """Scrapes; it is kept, because it holds the last values of the gauges."""
    from mara.operations.adapters.database_gauges import DatabaseGauges
    from mara.operations.adapters.gauge_queries import QUERIES
    from mara.operations.adapters.queue_gauges import QueueGauges
    from mara.operations.service.scrape import ScrapeService
    from mara.platform import sqs
    from mara.queues.model.known_queues import QUEUES

    sources: list[GaugeSource] = [DatabaseGauges(query) for query in QUERIES]
    sources += [QueueGauges(queue) for queue in QUEUES]
    # Before the threads: each would make one of its own, and none would be ready in time.
    sqs.client()
    return ScrapeService(sources, _totals)


def exposition(*, openmetrics: bool) -> str:
    """Return all figures as OpenMetrics 1.0, or as Prometheus text 0.0.4."""
    from mara.operations.adapters.exposition import PrometheusExposition

    return PrometheusExposition().render(scrape_service().scrape(), openmetrics=openmetrics)


def is_scrape_token(token: str) -> bool:
    """Whether ``token`` is that of the monitoring system, compared in constant time."""
    import hmac

    from mara.platform.settings.scraping import ScrapeSettings

    known = ScrapeSettings().scrape_token  # type: ignore[call-arg]  # from the environment
    if known is None:
        return False
    return hmac.compare_digest(token.encode(), known.get_secret_value().encode())


def _totals() -> "Mapping[str, int]":
    from mara.kernel.unit_of_work import SYSTEM
    from mara.platform.database import transaction
    from mara.platform.metric_folding import totals

    with transaction(SYSTEM):
        return totals()


RELAY_PERIOD = timedelta(seconds=58)
"""How long one run of the relay may look again and again: its schedule starts one every minute."""


def relay(now: datetime) -> int:
    """Send the messages that the outbox still holds; return how many.

    Then the schedules that are late are reported. The alarm fires without a report too, so that it
    also notices if this schedule does not run.
    """
    import time

    from mara.platform import clock, outbox
    from mara.platform.settings.relay import RelaySettings
    from mara.queues.adapters import late_schedules
    from mara.queues.model.known_schedules import SCHEDULES

    interval = timedelta(seconds=RelaySettings().relay_interval_s)
    sent = outbox.Relay(interval, RELAY_PERIOD, clock.now, time.sleep).run(now)
    late_schedules.report(SCHEDULES.values(), clock.now())
    return sent


def delete_expired(now: datetime) -> dict[str, int]:
    """Delete expired rows, and fold the counts of ended processes; return how many of each."""
    from mara.operations.adapters import postgres
    from mara.platform import metric_folding
    from mara.wiring import alert_retention, queues, rules, telegram

    # First, so that rows which cannot be deleted do not stop the figures.
    folded = {"metric_values_folded": metric_folding.fold(now)}
    return {
        **folded,
        **postgres.delete_expired(now),
        **alert_retention.forget_expired(now),
        **telegram.forget_expired(now),
        **rules.forget_expired(now),
        **queues.forget_expired(now),
    }
