"""`mara new route`: a handler, its schemas, its template entry and its test."""

from infra.local.scaffold import template
from infra.local.scaffold.files import (
    ScaffoldFailed,
    append,
    camel,
    create,
    domain_folder,
    replace_once,
    snake,
)
from infra.local.scaffold.generate import add_to_import_budget, write_all
from infra.local.scaffold.route_files import NewRoute, handler_text, test_text
from infra.local.settings import ROOT

__all__ = ["NewRoute", "write"]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PYDANTIC = ("BaseModel", "ConfigDict", "Field")
FIELD = 'Field(description="Describe it.", examples=["a"])'
STORY = "tests/functions/test_openapi.py"
STORY_END = '    *("delete_conversation", "delete_agent", "delete_document"),\n'


def write(asked: NewRoute) -> list[str]:
    """Write the route and everything derived from it; return the files. Raises ScaffoldFailed."""
    if asked.method not in METHODS:
        raise ScaffoldFailed(f"{asked.method}: use one of {', '.join(METHODS)}")
    if not asked.path.startswith("/api/v1/"):
        raise ScaffoldFailed(f"{asked.path}: a path begins with /api/v1/")
    snake(asked.operation)
    domain_folder(asked.group)
    files = [
        create(f"{asked.folder}/handler.py", handler_text(asked)),
        _schemas(asked),
        create(f"tests/functions/api/{asked.group}/test_{asked.operation}.py", test_text(asked)),
        template.add_entry(
            asked.group,
            template.ROUTE,
            asked.operation,
            asked.folder,
            method=asked.method,
            path=asked.path,
        ),
        replace_once(STORY, STORY_END, f'    *("{asked.operation}",),\n{STORY_END}'),
    ]
    return [*files, *write_all(), add_to_import_budget(asked.folder)]


def _schemas_module(group: str) -> str:
    folder = f"shared/mara/{group}"
    package = f"{folder}/schemas/__init__.py"
    return package if (ROOT / package).exists() else f"{folder}/schemas.py"


def _schemas(asked: NewRoute) -> str:
    path = _schemas_module(asked.group)
    text = (ROOT / path).read_text("utf-8")
    if not all(f"{name}," in text or f"{name}\n" in text for name in PYDANTIC):
        raise ScaffoldFailed(f"{path} must import BaseModel, ConfigDict and Field from pydantic")
    fields = "".join(f"    {name}: str = {FIELD}\n" for name in asked.echo)
    fields = fields or '    done: bool = Field(description="Always true.")\n'
    out = f'''

class {camel(asked.operation)}Out(BaseModel):
    """The answer of {asked.operation}."""

{fields}'''
    if not asked.has_body:
        return append(path, out)
    return append(
        path,
        f'''{out}

class {camel(asked.operation)}In(BaseModel):
    """The body of {asked.operation}."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={{"examples": [{{"name": "a"}}]}})

    name: str = {FIELD}
''',
    )
