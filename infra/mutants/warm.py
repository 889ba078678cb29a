"""Finds what a process can import before it is forked for each mutant of a module."""

import ast
import importlib
import sys
import warnings
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from infra.local.settings import ROOT

FIRST_PARTY = ("mara", "infra", "functions", "tests", "migrations")


def preload(names: Iterable[str], mutated: str) -> None:
    """Import the modules that do not depend on the mutated one, in this order.

    Raises RuntimeError where the mutated one was imported with them.

    Test modules and conftest.py are left to pytest, which imports them by their path.
    """
    loaded = [name for name in names if name not in sys.modules]
    excluded = _dependents([*loaded, *sys.modules], mutated)
    for name in loaded:
        is_test = name.startswith("tests.") and not name.startswith("tests.support")
        if name in excluded or is_test or name.startswith(("__", "_pytest", "conftest")):
            continue
        # A name that a library made up for sys.modules cannot be imported; hypothesis warns.
        with suppress(ImportError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            importlib.import_module(name)
    if mutated in sys.modules:
        raise RuntimeError(f"{mutated} was imported before it was changed.")


def imports_of(path: Path, package: str) -> set[str]:
    """Return the names of all modules that a file may import, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join([*package.split(".")[: -node.level + 1 or None], base]).strip(".")
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return found | {parent for name in found for parent in _parents(name)}


def _dependents(names: Iterable[str], mutated: str) -> set[str]:
    """The mutated module, and every first-party module that imports it, directly or not."""
    graph = {}
    for name in set(names):
        if name.partition(".")[0] in FIRST_PARTY and (path := _source(name)) is not None:
            package = name if path.name == "__init__.py" else name.rpartition(".")[0]
            graph[name] = imports_of(path, package) | set(_parents(name))
    found = {mutated}
    while True:
        more = {name for name, imports in graph.items() if imports & found} - found
        if not more:
            return found
        found |= more


def _parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts))]


def _source(name: str) -> Path | None:
    """The file of a first-party module; ``find_spec`` would import its packages."""
    top = ROOT / "shared" if name.startswith("mara") else ROOT
    base = top.joinpath(*name.split("."))
    files = (base.with_suffix(".py"), base / "__init__.py")
    return next((path for path in files if path.exists()), None)
