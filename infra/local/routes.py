"""The routes that the handlers declare, and the table of permissions generated from them."""

import importlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from infra.local.settings import ROOT
from mara.auth.model.permissions import Rule
from mara.entrypoints.http import RouteApp

TARGET = ROOT / "infra" / "docs" / "permissions.md"

HEAD = """# Permissions

Generated from the handlers by `mara permissions`; a test compares. *Access* is the least role.
*API key* is the scope that an API key needs; where it is empty, API keys are refused. *Limit* is
how often each caller may call the route, where that is less often than the general limit.

| Operation | Route | Access | API key | Limit |
|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class RouteDeclaration:
    """One operation of the API and who may call it; ``path`` has its parameters in braces."""

    operation: str
    folder: str
    method: str
    path: str
    rule: Rule
    per_minute: int | None


def apps() -> Iterator[tuple[str, RouteApp]]:
    """Import every route function: (folder, application)."""
    os.environ.setdefault("MARA_STAGE", "local")
    for handler in sorted((ROOT / "functions" / "api").rglob("handler.py")):
        folder = handler.parent.relative_to(ROOT)
        module = importlib.import_module(".".join((*folder.parts, "handler")))
        yield folder.as_posix(), app_of(module)


@cache
def app_of(module: ModuleType) -> RouteApp:
    """Return the application of a handler, or that which describes its direct route."""
    app: RouteApp = module.app if hasattr(module, "app") else module.direct.app()
    return app


def declarations() -> list[RouteDeclaration]:
    """Return what every handler declares, in the order of the folders."""
    return [
        RouteDeclaration(route.name, folder, method, route.path, app.rule, app.per_minute)
        for folder, app in apps()
        for route in app.api_routes
        for method in sorted(route.methods or ())
    ]


def render() -> str:
    """Return the table of permissions as Markdown."""
    return HEAD + "".join(_row(declaration) for declaration in declarations())


def write() -> str:
    """Write the table of permissions; return the name of the file."""
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(render(), "utf-8")
    return str(TARGET.relative_to(ROOT))


def _row(route: RouteDeclaration) -> str:
    key = f"`{route.rule.key_scope.value}`" if route.rule.key_scope else ""
    limit = f"{route.per_minute}/min" if route.per_minute else ""
    access = route.rule.access.name.lower()
    return f"| `{route.operation}` | `{route.method} {route.path}` | {access} | {key} | {limit} |\n"
