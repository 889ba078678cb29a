"""Metrics in CloudWatch's embedded metric format, among the log lines."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal

from mara.metrics.model.families import FAMILIES
from mara.metrics.model.family import SEPARATOR, Series
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
    """Write what was counted since the last time: one line for each set of dimensions.

    Only counters that are `in_cloudwatch`, summed over their other labels.
    """
    lines: dict[tuple[tuple[str, str], ...], Counter[str]] = defaultdict(Counter)
    for dimensions, name, value in _by_name(changes):
        lines[dimensions][name] += value
    for dimensions, values in lines.items():
        _write({name: ("Count", value) for name, value in values.items()}, dict(dimensions))


def _by_name(
    changes: Mapping[Series, int],
) -> Iterator[tuple[tuple[tuple[str, str], ...], str, int]]:
    families = {family.name: family for family in FAMILIES}
    for series, change in changes.items():
        family = families[series.partition(SEPARATOR)[0]]
        if family.in_cloudwatch is None:
            continue
        labels, _ = family.take_apart(series) or ((), "")
        values = dict(zip(family.labels, labels, strict=True))
        yield tuple((label, values[label]) for label in family.in_cloudwatch), family.name, change


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
