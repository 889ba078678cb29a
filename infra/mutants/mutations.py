"""All mutants of a source file, each as a replacement of one piece of its text.

Not mutated: annotations, docstrings, the texts of errors and log lines, the inside of f-strings
(Python 3.11 does not know where their parts begin), and arguments of decorators.
"""

import ast
from dataclasses import dataclass

from infra.mutants.operators import mutate_condition, mutate_expression, mutate_statement

KEPT_DECORATORS = {"cache", "lru_cache", "dataclass", "overload"}
"""Removing them changes the speed only, or fails every test at the import."""
TEXTS = {"title", "finality", "__all__"}
"""Names of constants and arguments whose strings are for people."""
IDENTITY = "(lambda unchanged: unchanged)"


_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Mutant:
    """One change. ``lines`` are those of its statement; empty where it runs at the import."""

    line: int
    within: str
    before: str
    after: str
    source: str
    lines: range

    @property
    def change(self) -> str:
        """The change as one line, which does not depend on line numbers."""
        return f"{' '.join(self.before.split())} -> {' '.join(self.after.split())}"


def mutants_of(source: str) -> list[Mutant]:
    """Return the mutants in the order of the file. Raises SyntaxError."""
    finder = _Finder(source)
    finder.visit_body(ast.parse(source).body)
    return sorted(finder.found, key=lambda mutant: mutant.line)


class _Finder:
    """Walks the tree, and knows the enclosing function and statement of each node."""

    def __init__(self, source: str) -> None:
        self.found: list[Mutant] = []
        self._text = source.encode()
        lines = self._text.splitlines(keepends=True)
        self._starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
        self._within: list[str] = []
        self._lines = range(0)
        self._is_function = False

    def visit_body(self, body: list[ast.stmt]) -> None:
        for statement in body:
            self._visit_statement(statement)

    def _visit_statement(self, node: ast.stmt) -> None:
        if isinstance(node, _Definition):
            self._visit_definition(node)
            return
        if _is_skipped(node):
            return
        self._lines = _header(node) if self._is_function else range(0)
        for changed in mutate_statement(node):
            self._add(node, changed)
        if isinstance(node, ast.If | ast.While):
            for negated in mutate_condition(node.test):
                self._add(node.test, negated)
        is_message = isinstance(node, ast.Raise)
        for name, value in ast.iter_fields(node):
            if name == "annotation":
                continue
            for child in value if isinstance(value, list) else [value]:
                self._visit_child(child, is_message=is_message)

    def _visit_child(self, child: object, *, is_message: bool) -> None:
        if isinstance(child, ast.stmt):
            self._visit_statement(child)
        elif isinstance(child, ast.ExceptHandler | ast.match_case):
            self.visit_body(child.body)
        elif isinstance(child, ast.expr):
            self._visit_expression(child, is_message=is_message)
        elif isinstance(child, ast.withitem):
            self._visit_expression(child.context_expr, is_message=is_message)

    def _visit_definition(self, node: _Definition) -> None:
        self._lines = range(0)
        for decorator in node.decorator_list:
            if _name(decorator) not in KEPT_DECORATORS:
                self._replace(decorator, IDENTITY)
        outer = self._is_function
        self._within.append(node.name)
        if not isinstance(node, ast.ClassDef):
            for default in (*node.args.defaults, *node.args.kw_defaults):
                if default is not None:
                    self._visit_expression(default, is_message=False)
            self._is_function = True
        self.visit_body(node.body)
        self._is_function = outer
        self._within.pop()

    def _visit_expression(self, node: ast.expr, *, is_message: bool) -> None:
        if isinstance(node, ast.JoinedStr) or _is_type(node):
            return
        if isinstance(node, ast.Call) and _name(node.func) in {"logger", "cast", "TypeVar"}:
            return
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if not (is_text and is_message):
            for changed in mutate_expression(node):
                self._add(node, changed)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.comprehension):
                self._visit_comprehension(child)
            elif isinstance(child, ast.keyword):
                is_text = is_message or child.arg in TEXTS
                self._visit_expression(child.value, is_message=is_text)
            elif isinstance(child, ast.expr):
                self._visit_expression(child, is_message=is_message)

    def _visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            for negated in mutate_condition(test):
                self._add(test, negated)
            self._visit_expression(test, is_message=False)
        self._visit_expression(node.iter, is_message=False)

    def _add(self, node: ast.expr | ast.stmt, changed: ast.AST) -> None:
        text = ast.unparse(ast.fix_missing_locations(changed))
        self._replace(node, f"({text})" if isinstance(node, ast.expr) else text)

    def _replace(self, node: ast.expr | ast.stmt, text: str) -> None:
        start = self._starts[node.lineno - 1] + node.col_offset
        end = self._starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        before = self._text[start:end].decode()
        source = (self._text[:start] + text.encode() + self._text[end:]).decode()
        within = ".".join(self._within)
        self.found.append(Mutant(node.lineno, within, before, text, source, self._lines))


def _header(node: ast.stmt) -> range:
    """The lines of a statement, of a compound one those before its body."""
    body = getattr(node, "body", None)
    last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
    return range(node.lineno, max(last, node.lineno) + 1)


def _name(node: ast.expr) -> str:
    """The leftmost name of ``a``, ``a.b`` or ``a.b(c)``."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return node.id if isinstance(node, ast.Name) else ""


def _is_type(node: ast.expr) -> bool:
    """``Mapping[str, int]`` and the like, whose strings are no values."""
    return isinstance(node, ast.Subscript) and _name(node.value)[:1].isupper()


def _is_skipped(node: ast.stmt) -> bool:
    """Imports, docstrings, blocks for the type checker, and constants that are texts."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.If):
        return _name(node.test) == "TYPE_CHECKING"
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    return isinstance(target, ast.Name) and target.id in TEXTS
