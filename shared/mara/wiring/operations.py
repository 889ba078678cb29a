"""Assembles health checks and maintenance jobs from their production adapters."""

from datetime import datetime
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


def relay(now: datetime) -> int:
    """Send the messages that the outbox still holds; return how many."""
    from mara.platform import outbox

    return outbox.relay(now)


def delete_expired(now: datetime) -> dict[str, int]:
    """Delete expired rows; return how many of each table."""
    from mara.operations.adapters import postgres

    return postgres.delete_expired(now)
