"""Each operator changes what it says, and nothing that is only for people."""

import ast

import pytest

from infra.mutants.mutations import mutants_of


def changes(source: str) -> set[str]:
    mutants = mutants_of(source)
    for mutant in mutants:
        ast.parse(mutant.source)
        assert mutant.source != source
    return {mutant.change for mutant in mutants}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("return a < b", {"return a < b -> return None", "a < b -> (a <= b)"}),
        (
            "return a == b is c",
            {"a == b is c -> (a != b is c)", "a == b is c -> (a == b is not c)"},
        ),
        ("x = a + b", {"a + b -> (a - b)"}),
        ("x = a and not b", {"a and not b -> (a or not b)", "not b -> (b)"}),
        ("x = 41", {"41 -> (42)"}),
        ("x = True", {"True -> (False)"}),
        ("x = 'key'", {"'key' -> ('XXkey')"}),
        ("x = min(a, b)", {"min(a, b) -> (max(a, b))"}),
        ("x += a", {"x += a -> pass", "x += a -> x -= a"}),
        ("self.x = a", {"self.x = a -> pass"}),
        ("f(a)", {"f(a) -> pass"}),
        ("raise E('some text')", {"raise E('some text') -> pass"}),
        ("if a: return", {"a -> (not a)"}),
        ("x = [y for y in a if y]", {"y -> (not y)"}),
    ],
)
def test_a_statement_is_changed(statement: str, expected: set[str]) -> None:
    source = f"def f(self, a, b, c):\n    {statement}\n"
    assert changes(source) >= expected


def test_texts_types_and_docstrings_are_kept() -> None:
    source = '''
"""A docstring."""
from typing import Literal
class E(Exception):
    """Another."""
    title: str = "for people"
def f(a: Literal["x"] = None) -> "int":
    raise E("a text", f"{a} and 1")
g(finality="when it is final")
'''
    assert changes(source) == {
        'raise E("a text", f"{a} and 1") -> pass',
        'g(finality="when it is final") -> pass',
    }


def test_a_decorator_is_removed_unless_it_is_a_cache() -> None:
    source = "@guard('x')\n@cache\ndef f():\n    return None\n"
    assert changes(source) == {"guard('x') -> (lambda unchanged: unchanged)"}


def test_a_mutant_knows_its_place() -> None:
    source = "LIMIT = 3\nclass C:\n    def f(self):\n        return (\n            1\n        )\n"
    constant, returned, number = mutants_of(source)
    assert (constant.within, constant.lines) == ("", range(0))
    assert (returned.within, returned.line, returned.lines) == ("C.f", 4, range(4, 7))
    assert number.change == "1 -> (2)"
    assert number.source.count("\n") == source.count("\n")


def test_the_head_of_a_block_is_reached_without_its_body() -> None:
    source = "def f(a):\n    if a > 1:\n        g(a)\n"
    heads = {mutant.change: mutant.lines for mutant in mutants_of(source)}
    assert heads["a > 1 -> (a >= 1)"] == range(2, 3)
    assert heads["g(a) -> pass"] == range(3, 4)
