"""Metrics that alarms watch, in CloudWatch's embedded metric format among the log lines."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from aws_lambda_powertools.metrics import EphemeralMetrics

from mara.platform.settings.stage import stage

NAMESPACE: Final = "MARA"
NO_DIMENSIONS: Final[Mapping[str, str]] = MappingProxyType({})


def publish_metric(
    name: str,
    value: int,
    *,
    unit: Literal["Count", "Seconds"] = "Count",
    dimensions: Mapping[str, str] = NO_DIMENSIONS,
) -> None:
    """Write one value of a metric, with the stage and ``dimensions`` as its dimensions.

    Raises Powertools' MetricNameError, MetricValueError or SchemaValidationError.
    """
    # Alarms match dimensions exactly: an empty service adds none of that name.
    metrics = EphemeralMetrics(namespace=NAMESPACE, service="")
    for dimension, of in {"Stage": stage().stage, **dimensions}.items():
        metrics.add_dimension(dimension, of)
    metrics.add_metric(name, unit, value)
    metrics.flush_metrics()
