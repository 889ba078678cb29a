"""What one panel shows; the dashboards of Grafana and CloudWatch are made of it."""

from dataclasses import dataclass
from typing import Final, Literal

from infra.observability.alert_kind import Area

RATE: Final = "$__rate_interval"
"""The window of a rate, which Grafana chooses by the zoom and the interval of scrapes."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """``queries`` are a legend in Grafana's notation and an expression of Prometheus each.

    ``metrics`` are what CloudWatch shows of it: names in the namespace MARA; none where only a
    scrape knows the figures.
    """

    title: str
    area: Area
    queries: tuple[tuple[str, str], ...]
    unit: Literal["short", "s", "percentunit", "reqps", "micro_usdt"] = "short"
    metrics: tuple[str, ...] = ()
    in_overview: bool = False


def per_second(family: str, by: str, chosen: str = "") -> tuple[tuple[str, str], ...]:
    """The rate of a counter by one label."""
    return ((f"{{{{{by}}}}}", f"sum by ({by}) (rate({family}_total{chosen}[{RATE}]))"),)


def quantiles(histogram: str, by: str = "") -> tuple[tuple[str, str], ...]:
    """The median and the 95th percentile of a histogram."""
    labels = f"le, {by}" if by else "le"
    legend = f" {{{{{by}}}}}" if by else ""
    rates = f"sum by ({labels}) (rate({histogram}_bucket[{RATE}]))"
    return tuple((f"p{p:g}{legend}", f"histogram_quantile({p / 100:g}, {rates})") for p in (50, 95))
