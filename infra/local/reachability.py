"""Which symbols of the source a function can reach, read from the syntax trees, not by running it.

A symbol is reached when code that is reached mentions it: importing a module runs its statements,
calling a function runs its body with the imports inside it. A class counts with all its methods.
Annotations are not followed, since they run nothing.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeAlias

from infra.local.settings import ROOT

Symbol: TypeAlias = tuple[str, str]
"""(module, name); the name is empty for the statements that an import of the module runs."""

Bindings: TypeAlias = Mapping[str, Symbol]
Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Module:
    """What a module defines, what its names are bound to, and which statements an import runs."""

    definitions: dict[str, Definition] = field(default_factory=dict)
    bindings: dict[str, Symbol] = field(default_factory=dict)
    statements: list[ast.stmt] = field(default_factory=list)


def reached(module: str, without: frozenset[str] = frozenset()) -> set[Symbol]:
    """Every symbol of ``mara`` and ``functions`` that importing and calling ``module`` reaches.

    Modules in ``without`` are not followed.
    """
    start = parse(module)
    assert start is not None, module  # noqa: S101 - the caller names a module of this repository
    found: set[Symbol] = set()
    pending: list[Symbol] = [(module, ""), *((module, name) for name in start.definitions)]
    while pending:
        symbol = pending.pop()
        if symbol in found or symbol[0] in without or parse(symbol[0]) is None:
            continue
        found.add(symbol)
        pending.extend(_mentions(symbol))
    return found


@cache
def parse(module: str) -> Module | None:
    """The module's outline, or None where it is not part of this repository."""
    path = _path(module)
    if path is None:
        return None
    outline = Module()
    for statement in _statements(ast.parse(path.read_text("utf-8")).body):
        if isinstance(statement, ast.Import | ast.ImportFrom):
            outline.bindings.update(_bound(statement))
            outline.statements.append(statement)
        elif isinstance(statement, Definition):
            outline.definitions[statement.name] = statement
            # Decorators, defaults and bases run at the import, the body does not.
            outline.statements.extend(ast.Expr(d) for d in statement.decorator_list)
        else:
            outline.statements.append(statement)
    return outline


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run: those under ``if TYPE_CHECKING`` do not."""
    for statement in body:
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.dump(statement.test):
            continue
        yield statement


def _mentions(symbol: Symbol) -> Iterator[Symbol]:
    module, name = symbol
    outline = parse(module)
    assert outline is not None  # noqa: S101 - only parsed modules get here
    parent = module.rpartition(".")[0]
    if parent.count("."):
        yield parent, ""  # an import of a module runs its packages first
    if not name:
        for statement in outline.statements:
            yield from _of(statement, module, outline)
    elif name in outline.definitions:
        yield module, ""
        yield from _of(outline.definitions[name], module, outline)
    elif name in outline.bindings:
        yield module, ""
        yield outline.bindings[name]
    elif parse(f"{module}.{name}") is not None:
        yield f"{module}.{name}", ""
    else:
        yield module, ""  # a constant: the statement that makes it runs with the module


def _of(node: ast.AST, module: str, outline: Module) -> Iterator[Symbol]:
    """What the nodes below this one mention."""
    nodes = list(_running(node))
    local: dict[str, Symbol] = {}
    for part in nodes:
        if isinstance(part, ast.Import | ast.ImportFrom):
            for alias, target in _bound(part):
                local[alias] = target
                yield target[0], ""
    known = {**outline.bindings, **{name: (module, name) for name in outline.definitions}, **local}
    for part in nodes:
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            if part.value.id in known:
                yield from _resolve(known[part.value.id], part.attr)
        elif isinstance(part, ast.Name) and part.id in known:
            target = known[part.id]
            if not _is_module(target):
                yield target


def _resolve(target: Symbol, attribute: str) -> Iterator[Symbol]:
    """``alias.attribute``: of a module its symbol, of anything else the thing itself."""
    module, name = target
    if _is_module(target):
        yield (f"{module}.{name}" if name else module), attribute
    else:
        yield target


def _is_module(target: Symbol) -> bool:
    module, name = target
    return not name or parse(f"{module}.{name}") is not None


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """The node and those below it, without annotations."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
                continue
            if isinstance(child, ast.AST):
                yield from _running(child)


def _bound(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Symbol]]:
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            yield alias.asname or alias.name.partition(".")[0], (alias.name, "")
        return
    for alias in statement.names:
        yield alias.asname or alias.name, (statement.module or "", alias.name)


@cache
def _path(module: str) -> Path | None:
    top = module.partition(".")[0]
    roots = {"mara": ROOT / "shared", "functions": ROOT}
    if top not in roots:
        return None
    base = roots[top] / module.replace(".", "/")
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None
