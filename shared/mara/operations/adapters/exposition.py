"""Writes figures in the text formats of Prometheus, by its own client library."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import accumulate

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.utils import floatToGoString

from mara.metrics.model.families import FAMILIES
from mara.metrics.model.family import MICRO, SEPARATOR, SUM, Family
from mara.operations.model import Gauge, Scrape

AGE = "mara_source_age_seconds"
AGE_TEXT = "Seconds since the gauges of a source were read."

Parts = Mapping[tuple[str, ...], Mapping[str, int]]
"""By the values of the labels, the value of each part of the family."""


class PrometheusExposition:
    """Implements ``Exposition``."""

    def render(self, scrape: Scrape, *, openmetrics: bool) -> str:
        """Return the figures as OpenMetrics 1.0, or as Prometheus text 0.0.4."""
        generate = generate_openmetrics if openmetrics else generate_latest
        return generate(_Collected(scrape)).decode()


class _Collected:
    """What the library asks for its metrics."""

    def __init__(self, scrape: Scrape) -> None:
        self._scrape = scrape

    def collect(self) -> Iterator[Metric]:
        yield from _counted(self._scrape.totals)
        yield from _read(self._scrape)


def _counted(totals: Mapping[str, int]) -> Iterator[Metric]:
    found: dict[str, dict[tuple[str, ...], dict[str, int]]] = defaultdict(dict)
    known = {family.name: family for family in FAMILIES}
    for series, value in totals.items():
        family = known.get(series.partition(SEPARATOR)[0])
        taken = family.take_apart(series) if family else None
        if family is not None and taken is not None:
            found[family.name].setdefault(taken[0], {})[taken[1]] = value
    for family in FAMILIES:
        parts = found.get(family.name, {})
        yield _histogram(family, parts) if family.buckets else _counter(family, parts)


def _counter(family: Family, parts: Parts) -> Metric:
    metric = CounterMetricFamily(family.name, family.documentation, labels=family.labels)
    zeros = {(value,): 0 for value in family.known} if family.labels else {(): 0}
    found = {labels: values[""] for labels, values in parts.items()}
    for labels, value in sorted((zeros | found).items()):
        metric.add_metric(labels, value)
    return metric


def _histogram(family: Family, parts: Parts) -> Metric:
    metric = HistogramMetricFamily(family.name, family.documentation, labels=family.labels)
    for labels, values in sorted(parts.items()):
        bounds = [part for part in family.parts if part != SUM]
        counts = accumulate(values.get(bound, 0) for bound in bounds)
        names = [floatToGoString(float(bound)) for bound in bounds]  # type: ignore[no-untyped-call]
        buckets = [(name, float(count)) for name, count in zip(names, counts, strict=True)]
        metric.add_metric(labels, buckets, values.get(SUM, 0) / MICRO)
    return metric


def _read(scrape: Scrape) -> Iterator[Metric]:
    by_name: dict[str, list[Gauge]] = defaultdict(list)
    for gauge in scrape.gauges:
        by_name[gauge.name].append(gauge)
    for name, gauges in sorted(by_name.items()):
        first = gauges[0]
        metric = GaugeMetricFamily(name, first.documentation, labels=first.labels)
        for gauge in gauges:
            for labels, value in sorted(gauge.values.items()):
                metric.add_metric(labels, value)
        yield metric
    ages = GaugeMetricFamily(AGE, AGE_TEXT, labels=("source",))
    for source, age_s in sorted(scrape.ages_s.items()):
        ages.add_metric((source,), age_s)
    yield ages
