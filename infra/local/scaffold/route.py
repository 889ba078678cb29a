"""`mara new route`: a handler, its schemas, its template entry and its test."""

from infra.local.scaffold import schemas, template
from infra.local.scaffold.changes import Changes, all_or_nothing
from infra.local.scaffold.files import ScaffoldFailed, domain_folder, snake
from infra.local.scaffold.generate import TARGETS, write_all_of
from infra.local.scaffold.route_files import NewRoute, handler_text, test_text

__all__ = ["NewRoute", "write", "write_sources"]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
STORY = "tests/functions/test_openapi.py"
STORY_END = '    *("delete_conversation", "delete_agent", "delete_document"),\n'


def write(asked: NewRoute) -> list[str]:
    """Write the route and everything derived from it; return the files.

    Raises ScaffoldFailed. Whatever fails, nothing stays written.
    """
    with all_or_nothing() as changes:
        changes.keep(TARGETS)
        return [*write_sources(changes, asked), *write_all_of(asked.folder)]


def write_sources(changes: Changes, asked: NewRoute) -> list[str]:
    """Write what is not derived; return the files. Raises ScaffoldFailed."""
    if asked.method not in METHODS:
        raise ScaffoldFailed(f"{asked.method}: use one of {', '.join(METHODS)}")
    if not asked.path.startswith("/api/v1/"):
        raise ScaffoldFailed(f"{asked.path}: a path begins with /api/v1/")
    snake(asked.operation)
    domain_folder(asked.group)
    name, folder = asked.operation, asked.folder
    facts = {"method": asked.method, "path": asked.path}
    entry = template.with_entry(asked.group, template.ROUTE, name, folder, **facts)
    return [
        changes.create(f"{folder}/handler.py", handler_text(asked, schemas.module_of(asked))),
        schemas.write(changes, asked),
        changes.create(f"tests/functions/api/{asked.group}/test_{name}.py", test_text(asked)),
        changes.write(template.PATH, entry),
        changes.replace_once(STORY, STORY_END, f'    *("{name}",),\n{STORY_END}'),
    ]
