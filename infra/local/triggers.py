"""Generates the README's table of triggers from the first lines of all handlers."""

import ast
from dataclasses import dataclass
from pathlib import Path

from infra.local.settings import ROOT

README = ROOT / "README.md"
BEGIN, END = "<!-- triggers -->", "<!-- /triggers -->"
HEAD = "| Folder | Trigger | What it does |\n|---|---|---|\n"


@dataclass(frozen=True)
class Trigger:
    """What calls a function.

    ``source`` is "POST /api/v1/agents", "SQS ingest-document" or "EventBridge rate(1 hour)".
    """

    folder: str
    source: str
    what: str


def triggers() -> list[Trigger]:
    """The triggers of all functions. Raises ValueError if a handler's docstring names none."""
    handlers = sorted((ROOT / "functions").rglob("handler.py"))
    return [trigger_of(handler) for handler in handlers]


def table() -> str:
    """Return the table as Markdown."""
    return HEAD + "".join(f"| `{t.folder}` | `{t.source}` | {t.what} |\n" for t in triggers())


def render(readme: str) -> str:
    """The text with its table replaced. Raises RuntimeError if the markers are missing."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise RuntimeError(f"README.md lacks {BEGIN} or {END}: put both where the table goes")
    return f"{before}{BEGIN}\n{table()}{END}{after}"


def write() -> str:
    """Write the table; return the name of the file."""
    README.write_text(render(README.read_text("utf-8")), "utf-8")
    return README.name


def trigger_of(handler: Path) -> Trigger:
    """What the docstring of a handler's file says. Raises ValueError if it names no trigger."""
    folder = handler.parent.relative_to(ROOT).as_posix()
    docstring = ast.get_docstring(ast.parse(handler.read_text("utf-8"))) or ""
    source, dash, what = docstring.partition("\n")[0].partition(" - ")
    if not dash:
        raise ValueError(f"{folder}: its docstring must begin with 'METHOD /path - what'")
    return Trigger(folder, source, what)
