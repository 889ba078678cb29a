"""Regenerates every file that is derived from handlers and template."""

import importlib
import json
from collections.abc import Callable
from pathlib import Path

from infra.bench.imports import handler_of, measure
from infra.local import (
    env_example,
    function_environment,
    openapi,
    route_list,
    routes,
    triggers,
)
from infra.local.settings import ROOT
from infra.observability import alarms

BUDGET = ROOT / "tests" / "architecture" / "import_budget.json"
MODULES_SLACK = 15
CPU_MS = {"api": 600, "queues": 300, "schedules": 300, "logs": 300}
"""What functions of each kind are budgeted, on the machine of the file's figures."""

WRITERS: dict[Path, Callable[[], str]] = {
    function_environment.TARGET: function_environment.write,
    alarms.TARGET: alarms.write,
    openapi.TARGET: openapi.write,
    routes.TARGET: routes.write,
    route_list.TARGET: route_list.write,
    triggers.README: triggers.write,
    env_example.TARGET: env_example.write,
}
"""Each generator, by the file that it writes."""
TARGETS = (*WRITERS, BUDGET)
"""What `write_all_of` writes."""


def write_all() -> list[str]:
    """Run every generator; return the files it wrote."""
    importlib.invalidate_caches()
    return [write() for write in WRITERS.values()]


def write_all_of(folder: str) -> list[str]:
    """Run every generator for a new function and budget its imports; return the files."""
    return [*write_all(), _add_to_import_budget(folder)]


def _add_to_import_budget(folder: str) -> str:
    """Measure what importing a new function loads and budget that; return the file's name."""
    budget = json.loads(BUDGET.read_text("utf-8"))
    modules = measure([handler_of(folder)]).modules + MODULES_SLACK
    kind = folder.split("/")[1]
    budget["functions"][folder] = {"cpu_ms": CPU_MS[kind], "modules": modules}
    budget["functions"] = dict(sorted(budget["functions"].items()))
    BUDGET.write_text(json.dumps(budget, indent=2) + "\n", "utf-8")
    return str(BUDGET.relative_to(ROOT))
