"""The domain errors that an operation can answer, as the code declares them.

The frame's own errors follow from the route's access rule. Those of the use case are in the
docstrings ("Raises AgentNotFound.") of what the handler calls: services, schemas and wiring.
tests/support/events.py compares with every response of the tests.
"""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Any, Self, get_args, get_origin

from infra.local.openapi.operations import Context
from infra.local.openapi.problems import every_error
from infra.local.settings import ROOT
from mara.auth import errors as auth
from mara.auth.model.permissions import Access
from mara.entrypoints import idempotency, problems, rate_limit
from mara.kernel.errors import DomainError

SHARED = ROOT / "shared"
RAISES = re.compile(r"\b[Rr]aises\b")
NAME = re.compile(r"\b[A-Z][A-Za-z]+\b")

BODY = (problems.BodyTooLarge, problems.UnsupportedMediaType)
IDEMPOTENCY = (
    idempotency.IdempotencyKeyReused,
    idempotency.RequestInProgress,
    idempotency.OutcomeUnknown,
    idempotency.InvalidIdempotencyKey,
)


def of(context: Context) -> set[type[DomainError]]:
    """Return the errors of one operation."""
    return {*_of_frame(context), *_of_use_case(context)}


def _of_frame(context: Context) -> Iterator[type[DomainError]]:
    rule = context.app.rule
    if context.app.promised is not None:
        yield from (problems.BodyTooLarge, problems.NotTaken)
        return
    yield rate_limit.TooManyRequests
    if rule.access is not Access.PUBLIC:
        yield from (auth.NotLoggedIn, auth.InvalidToken, auth.InvalidApiKey)
        yield auth.KeyNotAllowed if rule.key_scope is None else auth.MissingScope
    if rule.access in {Access.ADMIN, Access.SUPERUSER}:
        yield auth.NotAllowed
    if context.method in {"post", "put", "patch"}:
        yield from BODY
    if context.is_idempotent:
        yield from IDEMPOTENCY


def _of_use_case(context: Context) -> Iterator[type[DomainError]]:
    known = {error.__name__: error for error in every_error()}
    for called in _Calls(context.module).of(context.app.operation):
        _, *after = RAISES.split(inspect.getdoc(called) or "")
        for name in NAME.findall(" ".join(after)):
            if name in known:
                yield known[name]


class _Calls:
    """What a route function calls, as far as annotations tell."""

    def __init__(self, module: Any) -> None:
        self._names: dict[str, Any] = dict(vars(module))
        self._tree = ast.parse(inspect.getsource(module))

    def of(self, function: str) -> Iterator[Any]:
        """Yield each function, method and class that ``function`` calls."""
        nodes = [n for n in ast.walk(self._tree) if isinstance(n, ast.AsyncFunctionDef)]
        body = next(node for node in nodes if node.name == function)
        for argument in body.args.args:
            if isinstance(argument.annotation, ast.Name):
                self._names[argument.arg] = self._value(argument.annotation)
        for node in ast.walk(body):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self._names[node.targets[0].id] = self._value(node.value)
        for node in ast.walk(body):
            if isinstance(node, ast.Call) and (called := self._value(node.func)) is not None:
                yield called

    def _value(self, node: ast.expr) -> Any:
        """What the expression is: a function or a class, or the class of a value."""
        match node:
            case ast.Name(id=name):
                return self._names.get(name)
            case ast.Await(value=value):
                return self._value(value)
            case ast.Attribute(value=value, attr=name):
                return getattr(self._value(value), name, None)
            case ast.Call(func=func):
                return _result(self._value(func))
        return None


def _result(called: Any) -> Any:
    """The class of what a function returns; of a class, itself."""
    if called is None or inspect.isclass(called):
        return called
    result = getattr(inspect.unwrap(called), "__annotations__", {}).get("return")
    if result is Self:
        return getattr(called, "__self__", None)
    if isinstance(result, str):  # a class that is imported for type checking only
        return _class_named(NAME.findall(result)[0]) if NAME.search(result) else None
    if get_origin(result) is UnionType:
        return next(kind for kind in get_args(result) if kind is not NoneType)
    return get_origin(result) or result


@cache
def _homes() -> dict[str, str]:
    """The module of each class of mara; a class name has one home."""
    return {
        node.name: ".".join(path.relative_to(SHARED).with_suffix("").parts).removesuffix(
            ".__init__"
        )
        for path in (SHARED / "mara").rglob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef)
    }


def _class_named(name: str) -> Any:
    home = _homes().get(name)
    return home and getattr(importlib.import_module(home), name)
