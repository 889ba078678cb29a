"""template.yaml as CloudFormation receives it, and the permissions in it."""

import copy
from collections.abc import Iterator
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from infra.local.settings import ROOT


def load_observability() -> dict[str, Any]:
    """The nested stack of alarms."""
    template: dict[str, Any] = yaml_parse(
        (ROOT / "infra" / "observability.yaml").read_text("utf-8")
    )
    return template


def translated(template: dict[str, Any], *, with_events: bool = True) -> dict[str, Any]:
    """The template after the SAM transform.

    Events take 96 % of its time; without them, it lacks routes, schedules and event sources.
    """
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    template = copy.deepcopy(template)
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if not with_events:
            properties.pop("Events", None)
        # Packaging puts an address in the place of a folder.
        for key in ("CodeUri", "ContentUri"):
            if key in properties:
                properties[key] = "s3://bucket/key"
    translator = Translator({}, Parser())
    result: dict[str, Any] = translator.translate(template, {"Stage": "test"})
    return result


def shared_role(function: dict[str, Any]) -> str | None:
    """The role of the template that a function's properties name; without one, it has its own."""
    role = function.get("Role")
    return str(role["Fn::GetAtt"][0]) if role else None


def statements(value: Any) -> Iterator[dict[str, Any]]:
    """Every policy statement below this value."""
    if isinstance(value, dict):
        if "Effect" in value:
            yield value
        for part in value.values():
            yield from statements(part)
    elif isinstance(value, list):
        for part in value:
            yield from statements(part)
