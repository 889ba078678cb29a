"""CloudWatch's embedded metric format: the schema that AWS publishes, and the lines of a log.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from typing import Any

from jsonschema import Draft202012Validator

SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Root Node",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {
                "Timestamp": {"type": "integer"},
                "CloudWatchMetrics": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["Namespace", "Dimensions", "Metrics"],
                        "properties": {
                            "Namespace": {"type": "string", "minLength": 1, "maxLength": 1024},
                            "Dimensions": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                    "type": "array",
                                    "minItems": 1,
                                    "maxItems": 30,
                                    "items": {"type": "string", "minLength": 1, "maxLength": 250},
                                },
                            },
                            "Metrics": {
                                "type": "array",
                                "maxItems": 100,
                                "items": {
                                    "type": "object",
                                    "required": ["Name"],
                                    "properties": {
                                        "Name": {
                                            "type": "string",
                                            "minLength": 1,
                                            "maxLength": 1024,
                                        },
                                        "Unit": {"enum": ["Count", "Seconds"]},
                                        "StorageResolution": {"enum": [1, 60]},
                                    },
                                },
                            },
                        },
                    },
                },
            },
        }
    },
}

_VALIDATOR = Draft202012Validator(SCHEMA)


def emf_lines(written: str) -> list[dict[str, Any]]:
    """Return the lines of metrics, each after its check against the schema.

    What the schema cannot say is checked too: each named metric and dimension has its value.
    """
    lines = [json.loads(line) for line in written.splitlines() if '"_aws"' in line]
    for line in lines:
        _VALIDATOR.validate(line)
        for directive in line["_aws"]["CloudWatchMetrics"]:
            for name in (metric["Name"] for metric in directive["Metrics"]):
                values = line[name] if isinstance(line[name], list) else [line[name]]
                assert all(isinstance(value, int | float) for value in values)
            for names in directive["Dimensions"]:
                assert all(isinstance(line[name], str) and line[name] for name in names)
    return lines


def emf_values(written: str) -> dict[tuple[str, ...], float]:
    """Return the sum of each metric under its name and the values of its dimensions."""
    found: dict[tuple[str, ...], float] = {}
    for line in emf_lines(written):
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        (names,) = directive["Dimensions"]
        labels = [line[name] for name in names if name != "Stage"]
        for metric in directive["Metrics"]:
            values = line[metric["Name"]]
            key = (metric["Name"], *labels)
            found[key] = sum(values if isinstance(values, list) else [values])
    return found
