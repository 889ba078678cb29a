"""Generates routes.json, the list of routes in template.yaml, for ``refuse_unknown_route``."""

import json
from collections.abc import Mapping
from typing import Any

from infra.local.package import FUNCTION, load_template
from infra.local.settings import ROOT
from mara.entrypoints.route_table import Route

TARGET = ROOT / "functions" / "api" / "operations" / "refuse_unknown_route" / "routes.json"


def routes_of(template: Mapping[str, Any]) -> list[Route]:
    """Return the routes of a SAM template."""
    return [
        Route(event["Properties"]["Method"].upper(), event["Properties"]["Path"])
        for resource in template["Resources"].values()
        if resource["Type"] == FUNCTION
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == "Api"
    ]


def render() -> str:
    """Return the routes as JSON: one pair of method and path per line, sorted by path."""
    routes = sorted((route.path, route.method) for route in routes_of(load_template()))
    return "[\n" + ",\n".join(json.dumps([method, path]) for path, method in routes) + "\n]\n"


def write() -> str:
    """Write the list; return its path, relative to the checkout."""
    TARGET.write_text(render(), "utf-8")
    return str(TARGET.relative_to(ROOT))
