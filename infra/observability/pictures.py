"""Draws the panels of the overview from what a Prometheus has scraped, for the README.

Grafana draws the same panels of infra/dashboards; here it is not installed.
"""

import argparse
import re
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import isnan
from pathlib import Path
from typing import Any, Final

from infra.observability.panel import RATE, Panel
from infra.observability.panels import PANELS
from infra.observability.prometheus_server import RunningPrometheus

COLUMNS: Final = 2
POINTS: Final = 240
RATE_WINDOW: Final = "1m"
LEGEND_MAX: Final = 8
"""Series with a line in the legend; a panel with more shows those with the highest values."""
LABEL: Final = re.compile(r"\{\{(\w+)\}\}")

Series = tuple[str, Sequence[float], Sequence[float]]
"""A legend, times in seconds since 1970, and values."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the picture that the command line asks for; 1 where there is nothing to draw."""
    parser = argparse.ArgumentParser(prog="python -m infra.observability.pictures")
    parser.add_argument("--prometheus", default="http://127.0.0.1:9090", help="its URL")
    parser.add_argument("--minutes", type=float, default=10, help="how far back the panels go")
    parser.add_argument("file", type=Path)
    given = parser.parse_args(arguments)
    source, end = RunningPrometheus(given.prometheus), time.time()
    panels = [panel for panel in PANELS if panel.in_overview]
    found = [(panel, series_of(source, panel, end - given.minutes * 60, end)) for panel in panels]
    drawn = [one for one in found if one[1]]
    if not drawn:
        sys.stderr.write(f"{_why_empty(source, given.minutes)}\n")
        return 1
    draw(drawn, given.file)
    return 0


def _why_empty(source: RunningPrometheus, minutes: float) -> str:
    if not source.query("vector(1)"):
        return f"There is no Prometheus at {source.url}, or it still starts: see --prometheus."
    return (
        f"{source.url} has no data of MARA of the last {minutes:g} minutes: see --minutes, and"
        " whether it scrapes the stage."
    )


def series_of(source: RunningPrometheus, panel: Panel, begin: float, end: float) -> list[Series]:
    """Return the series of a panel between two times in seconds since 1970."""
    found: list[Series] = []
    for legend, expression in panel.queries:
        asked = expression.replace(RATE, RATE_WINDOW)
        for one in source.query_range(asked, begin, end, (end - begin) / POINTS):
            points = [(float(at), float(value)) for at, value in one["values"]]
            points = [(at, value) for at, value in points if not isnan(value)]
            if points:
                times, values = zip(*points, strict=True)
                found.append((_named(legend, one["metric"]), times, values))
    return sorted(found, key=lambda series: -max(series[2]))[:LEGEND_MAX]


def draw(panels: Sequence[tuple[Panel, Sequence[Series]]], file: Path) -> None:
    """Write a picture of the panels; the kind is that of the file's suffix."""
    from matplotlib.dates import DateFormatter
    from matplotlib.figure import Figure

    clock: Any = DateFormatter("%H:%M:%S")  # type: ignore[no-untyped-call]
    rows = -(-len(panels) // COLUMNS)
    figure = Figure(figsize=(6.5 * COLUMNS, 2.4 * rows), layout="constrained")
    axes = figure.subplots(rows, COLUMNS, squeeze=False).flat
    shown = [at for _, series in panels for _, times, _ in series for at in times]
    begin, end = (datetime.fromtimestamp(at, UTC) for at in (min(shown), max(shown)))
    for panel, series in panels:
        axis = next(axes)
        axis.set_xlim(begin, end)
        for legend, times, values in series:
            axis.plot([datetime.fromtimestamp(at, UTC) for at in times], values, label=legend)
        axis.set_title(f"{panel.title}, {panel.unit}", fontsize=9, loc="left")
        axis.set_ylim(bottom=0)
        axis.xaxis.set_major_formatter(clock)
        axis.tick_params(labelsize=7)
        axis.grid(alpha=0.3)
        axis.legend(fontsize=6, loc="upper left", ncols=2)
    for unused in axes:
        unused.set_axis_off()
    figure.savefig(file, dpi=110)


def _named(legend: str, labels: Mapping[str, Any]) -> str:
    return LABEL.sub(lambda found: str(labels.get(found[1], "")), legend)


if __name__ == "__main__":
    sys.exit(main())
