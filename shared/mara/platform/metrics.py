"""Figures that alarms stand on, written among the log lines.

CloudWatch reads them there: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import sys
import time
from typing import Final

from mara.platform.settings import stage

NAMESPACE: Final = "MARA"


def publish_metric(name: str, value: int) -> None:
    """A count, of this stage."""
    metric = {"Name": name, "Unit": "Count"}
    directive = {"Namespace": NAMESPACE, "Dimensions": [["Stage"]], "Metrics": [metric]}
    line = {
        "_aws": {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [directive]},
        "Stage": stage().stage,
        name: value,
    }
    sys.stdout.write(json.dumps(line) + "\n")
