"""Regenerates every file that is derived from handlers and template."""

import importlib
import json
from collections.abc import Callable

from infra.bench.imports import handler_of, measure
from infra.local import (
    alarms,
    env_example,
    function_environment,
    openapi,
    route_list,
    routes,
    triggers,
)
from infra.local.settings import ROOT

BUDGET = ROOT / "tests" / "architecture" / "import_budget.json"
MODULES_SLACK = 15
CPU_MS = {"api": 600, "queues": 300, "schedules": 300}
"""What functions of each kind are budgeted, on the machine of the file's figures."""

WRITERS: tuple[Callable[[], str], ...] = (
    function_environment.write,
    alarms.write,
    openapi.write,
    routes.write,
    route_list.write,
    triggers.write,
    env_example.write,
)


def write_all() -> list[str]:
    """Run every generator; return the files it wrote."""
    importlib.invalidate_caches()
    return [write() for write in WRITERS]


def add_to_import_budget(folder: str) -> str:
    """Measure what importing a new function loads and budget that; return the file's name."""
    budget = json.loads(BUDGET.read_text("utf-8"))
    modules = measure([handler_of(folder)]).modules + MODULES_SLACK
    kind = folder.split("/")[1]
    budget["functions"][folder] = {"cpu_ms": CPU_MS[kind], "modules": modules}
    budget["functions"] = dict(sorted(budget["functions"].items()))
    BUDGET.write_text(json.dumps(budget, indent=2) + "\n", "utf-8")
    return str(BUDGET.relative_to(ROOT))
