"""The alarms on the instance of RDS, by the metrics that RDS writes itself."""

from collections.abc import Iterator
from typing import Any, Final

from infra.observability.alarm import Alarm
from infra.observability.kinds.api import CONNECTIONS_HIGH

FREE_BYTES_MIN: Final = 10 * 2**30
"""RDS enlarges the storage when less than a tenth is free: of 100 GB, the first of infra/data.yaml.
It does so once in six hours at most (docs.aws.amazon.com/AmazonRDS, PIOPS.Autoscaling)."""


def database_alarms() -> Iterator[Alarm]:
    """Return them in the order of the file."""
    common: dict[str, Any] = {
        "namespace": "AWS/RDS",
        "dimensions": (("DBInstanceIdentifier", "${DatabaseIdentifier}"),),
        "condition": "HasDatabase",
    }
    yield Alarm(
        logical_id="DatabaseStorageLow",
        name="database-storage-low",
        runbook="database-storage-low",
        action="The disk of the database is nearly full: raise MaxStorageGb of infra/data.yaml.",
        metric="FreeStorageSpace",
        statistic="Minimum",
        threshold=FREE_BYTES_MIN,
        comparison="LessThanThreshold",
        periods=3,
        # RDS writes it each minute: without it the identifier is wrong, or the instance stopped.
        missing="breaching",
        **common,
    )
    yield Alarm(
        logical_id="DatabaseConnectionsHigh",
        name="database-connections-high",
        runbook="database-connections-high",
        action="Nearly all connections of the functions are open: who holds them?",
        metric="DatabaseConnections",
        statistic="Maximum",
        threshold=CONNECTIONS_HIGH,
        periods=2,
        **common,
    )
