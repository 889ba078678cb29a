"""The dashboard of CloudWatch, of the same panels: those whose figures are written as metrics."""

import json
from typing import Any, Final

from infra.observability.panel import Panel
from infra.observability.panels import PANELS
from mara.metrics.model.families import FAMILIES
from mara.platform.metrics import NAMESPACE

OWN_DIMENSIONS: Final = {
    "ChainLagSeconds": ("Network",),
    "ChainClosingSeconds": ("Network",),
    "LedgerDifferences": (),
    "LedgerCustodyShortfall": (),
    "OutboxOldestSeconds": (),
}
"""Metrics that are written for CloudWatch alone, and their dimensions beside the stage."""
WIDTH, HEIGHT, COLUMNS = 12, 6, 24
PERIOD_S: Final = 300


def resource() -> str:
    """Return the resource as YAML."""
    shown = [panel for panel in PANELS if panel.metrics]
    body = json.dumps({"widgets": [_widget(place, panel) for place, panel in enumerate(shown)]})
    return f"""\
  Dashboard:
    Type: AWS::CloudWatch::Dashboard
    Properties:
      DashboardName: !Sub "mara-${{Stage}}"
      DashboardBody: !Sub |
        {body}
"""


def _widget(place: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(place, COLUMNS // WIDTH)
    searches = [
        [{"expression": _search(metric), "id": f"e{number}"}]
        for number, metric in enumerate(panel.metrics, 1)
    ]
    properties = {
        "title": panel.title,
        "view": "timeSeries",
        "region": "${AWS::Region}",
        "period": PERIOD_S,
        "metrics": searches,
    }
    place_of = {"x": column * WIDTH, "y": row * HEIGHT, "width": WIDTH, "height": HEIGHT}
    return {"type": "metric", **place_of, "properties": properties}


def _search(metric: str) -> str:
    labels = {family.name: family.labels for family in FAMILIES} | OWN_DIMENSIONS
    schema = ",".join((NAMESPACE, "Stage", *labels[metric]))
    statistic = "Maximum" if metric in OWN_DIMENSIONS else "Sum"
    chosen = f'{{{schema}}} MetricName="{metric}" Stage="${{Stage}}"'
    return f"SEARCH('{chosen}', '{statistic}', {PERIOD_S})"
