"""Assembles health checks and maintenance jobs from their production adapters."""

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mara.operations.ports import Probe
    from mara.operations.service import HealthService


@cache
def health_service() -> "HealthService":
    """Health checks; OpenSearch is probed if its URL is configured."""
    from mara.operations.adapters.probes import (
        DatabaseProbe,
        QueueProbe,
        SearchProbe,
        StorageProbe,
    )
    from mara.operations.service import HealthService
    from mara.platform.settings.search import SearchSettings
    from mara.wiring.wallets import monitoring_service

    probes: list[Probe] = [DatabaseProbe(), StorageProbe(), QueueProbe()]
    if SearchSettings().opensearch_url:  # type: ignore[call-arg]  # from the environment
        probes.append(SearchProbe())
    return HealthService(probes, monitoring_service().get_statuses)


RELAY_PERIOD = timedelta(seconds=58)
"""How long one run of the relay may look again and again: its schedule starts one every minute."""


def relay(now: datetime) -> int:
    """Send the messages that the outbox still holds; return how many."""
    import time

    from mara.platform import clock, outbox
    from mara.platform.settings.relay import RelaySettings

    interval = timedelta(seconds=RelaySettings().relay_interval_s)
    return outbox.Relay(interval, RELAY_PERIOD, clock.now, time.sleep).run(now)


def delete_expired(now: datetime) -> dict[str, int]:
    """Delete expired rows, and fold the counts of ended processes; return how many of each."""
    from mara.operations.adapters import postgres
    from mara.platform import metric_folding
    from mara.wiring import rules, telegram

    return {
        **postgres.delete_expired(now),
        **telegram.forget_expired(now),
        **rules.forget_expired(now),
        "metric_values_folded": metric_folding.fold(now),
    }
