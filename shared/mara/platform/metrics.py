"""Metrics in CloudWatch's embedded metric format, among the log lines."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal

from mara.metrics.model.families import FAMILIES
from mara.metrics.model.family import MICRO, SEPARATOR, SUM, Family, Series
from mara.platform.settings.stage import stage

NAMESPACE: Final = "MARA"
NO_DIMENSIONS: Final[Mapping[str, str]] = MappingProxyType({})


Unit = Literal["Count", "Seconds"]


def publish_metric(
    name: str,
    value: int,
    *,
    unit: Unit = "Count",
    dimensions: Mapping[str, str] = NO_DIMENSIONS,
) -> None:
    """Write one value of a metric, with the stage and ``dimensions`` as its dimensions.

    Raises Powertools' MetricNameError, MetricValueError or SchemaValidationError.
    """
    _write({name: (unit, value)}, dimensions)


def publish_changes(changes: Mapping[Series, int]) -> None:
    """Write what was counted since the last time: one line for each set of labels.

    Of a histogram, the number of observations and their sum are written.
    """
    lines: dict[tuple[tuple[str, str], ...], dict[str, tuple[Unit, float]]] = defaultdict(dict)
    for dimensions, name, unit, value in _by_name(changes):
        line = lines[dimensions]
        _, before = line.get(name, (unit, 0))
        line[name] = (unit, before + value)
    for dimensions, values in lines.items():
        _write(values, dict(dimensions))


def _by_name(
    changes: Mapping[Series, int],
) -> Iterator[tuple[tuple[tuple[str, str], ...], str, Unit, float]]:
    families = {family.name: family for family in FAMILIES}
    for series, change in changes.items():
        family = families[series.partition(SEPARATOR)[0]]
        labels, part = family.take_apart(series) or ((), "")
        dimensions = tuple(zip(family.labels, labels, strict=True))
        name, unit, value = _named(family, part, change)
        yield dimensions, name, unit, value


def _named(family: Family, part: str, change: int) -> tuple[str, Unit, float]:
    if not family.buckets:
        return family.name, "Count", change
    if part != SUM:
        return f"{family.name}_count", "Count", change
    unit: Unit = "Seconds" if family.name.endswith("_seconds") else "Count"
    return f"{family.name}_sum", unit, change / MICRO


def _write(values: Mapping[str, tuple[Unit, float]], dimensions: Mapping[str, str]) -> None:
    # Only where a metric is written: most invocations write none.
    from aws_lambda_powertools.metrics import EphemeralMetrics

    # Alarms match dimensions exactly: an empty service adds none of that name.
    metrics = EphemeralMetrics(namespace=NAMESPACE, service="")
    for dimension, of in {"Stage": stage().stage, **dimensions}.items():
        metrics.add_dimension(dimension, of)
    for name, (unit, value) in values.items():
        metrics.add_metric(name, unit, value)
    metrics.flush_metrics()
