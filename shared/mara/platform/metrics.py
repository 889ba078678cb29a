"""Figures that alarms stand on, written among the log lines.

CloudWatch reads them there: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import sys
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from mara.platform.settings.stage import stage

NAMESPACE: Final = "MARA"
NONE: Final[Mapping[str, str]] = MappingProxyType({})


def publish_metric(
    name: str,
    value: int,
    *,
    unit: Literal["Count", "Seconds"] = "Count",
    dimensions: Mapping[str, str] = NONE,
) -> None:
    """A figure of this stage, and of what ``dimensions`` name beside it."""
    place = {"Stage": stage().stage, **dimensions}
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(place)],
        "Metrics": [{"Name": name, "Unit": unit}],
    }
    line = {
        "_aws": {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [directive]},
        **place,
        name: value,
    }
    sys.stdout.write(json.dumps(line) + "\n")
