"""The schemas of a new route: a module of its own in a package, or an addition to the module."""

import ast

from infra.local.scaffold.changes import Changes
from infra.local.scaffold.files import camel, domain_folder, import_line
from infra.local.scaffold.route_files import NewRoute
from infra.local.settings import ROOT

FIELD = 'Field(description="Describe it.", examples=["a"])'


def write(changes: Changes, asked: NewRoute) -> str:
    """Write the schemas of the route; return the file. Raises ScaffoldFailed."""
    path = _path(asked)
    classes = "\n\n".join([_answer(asked), *([_body(asked)] if asked.has_body else [])])
    wanted = {"BaseModel", "Field", *(["ConfigDict"] if asked.has_body else [])}
    if (ROOT / path).exists() and not _is_package(asked.group):
        text = with_pydantic((ROOT / path).read_text("utf-8"), wanted)
        return changes.write(path, f"{text.rstrip()}\n\n\n{classes}")
    what = f"of {asked.operation}" if _is_package(asked.group) else f"of the {asked.group} domain"
    head = f'"""Request and response bodies {what}."""\n\n{import_line("pydantic", wanted)}'
    return changes.create(path, f"{head}\n\n{classes}")


def module_of(asked: NewRoute) -> str:
    """The module that the handler imports the schemas from."""
    return _path(asked).removeprefix("shared/").removesuffix(".py").replace("/", ".")


def with_pydantic(text: str, names: set[str]) -> str:
    """The source with the names among those that it imports from pydantic."""
    tree = ast.parse(text)
    found = [
        node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "pydantic"
    ]
    lines = text.splitlines(keepends=True)
    if found:
        imported = {ast.unparse(alias) for node in found for alias in node.names}
        first, last = found[0].lineno - 1, found[0].end_lineno
        return "".join([*lines[:first], import_line("pydantic", imported | names), *lines[last:]])
    head = tree.body[0].end_lineno or 0
    return "".join([*lines[:head], f"\n{import_line('pydantic', names)}", *lines[head:]])


def _is_package(group: str) -> bool:
    return (domain_folder(group) / "schemas").is_dir()


def _path(asked: NewRoute) -> str:
    folder = f"shared/mara/{asked.group}"
    return (
        f"{folder}/schemas/{asked.operation}.py"
        if _is_package(asked.group)
        else f"{folder}/schemas.py"
    )


def _answer(asked: NewRoute) -> str:
    fields = "".join(f"    {name}: str = {FIELD}\n" for name in asked.echo)
    fields = fields or '    done: bool = Field(description="Always true.")\n'
    return f'''class {camel(asked.operation)}Out(BaseModel):
    """The answer of {asked.operation}."""

{fields}'''


def _body(asked: NewRoute) -> str:
    return f'''class {camel(asked.operation)}In(BaseModel):
    """The body of {asked.operation}."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={{"examples": [{{"name": "a"}}]}})

    name: str = {FIELD}
'''
