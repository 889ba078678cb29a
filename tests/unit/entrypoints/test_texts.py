"""The catalog of error texts: every error in two languages, and no text that is left out."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic_core._pydantic_core import list_all_errors

import mara
from mara.entrypoints.problems import BAD_REQUEST, INTERNAL
from mara.entrypoints.texts import (
    ANY,
    DETAIL,
    ERROR_TEXTS,
    FAILURE_TEXTS,
    PLACEHOLDER,
    TITLE,
    Text,
    catalog,
    translate,
)
from mara.kernel.errors import DomainError, code_of
from tests.unit.entrypoints.test_problems import every_error

ERRORS = {error.__name__: error for error in every_error()}
TEXTS = [
    text
    for file in (ERROR_TEXTS, FAILURE_TEXTS)
    for texts in catalog(file).values()
    for text in texts
]
PYTHON_ONLY = {
    *("no_such_attribute", "needs_python_object", "recursion_loop", "frozen_field"),
    *("frozen_instance", "get_attribute_error", "dataclass_type", "dataclass_exact_type"),
    *("default_factory_not_called", "iterable_type", "iteration_error", "string_sub_type"),
    *("mapping_type", "bytes_type", "bytes_too_short", "bytes_too_long"),
    *("bytes_invalid_encoding", "missing_sentinel_error", "is_instance_of", "is_subclass_of"),
    *("callable_type", "arguments_type", "missing_argument", "unexpected_keyword_argument"),
    *("missing_keyword_only_argument", "unexpected_positional_argument"),
    *("missing_positional_only_argument", "multiple_argument_values"),
    *("complex_type", "complex_str_parsing"),
}
"""Errors of pydantic that no JSON body, query or path causes."""

FAILURE_CALLS = {"Unreadable", "Failure", "_failed"}


def raised_details() -> Iterator[tuple[type[DomainError], str, str]]:
    """Each literal detail in the code: its error, the text with its values as ``{}``, the place."""
    root = Path(mara.__path__[0])
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            error = ERRORS.get(getattr(node.func, "id", ""))
            text = _text(node.args[0])
            if error is not None and text is not None:
                yield error, text, f"{path.relative_to(root)}:{node.lineno}"


def stored_failures() -> Iterator[tuple[str, str, str]]:
    """Each failure that the code stores: its code, the text with its values as ``{}``, the place.

    A code and a text stand beside each other in a call or a pair; a long text is a variable.
    """
    root = Path(mara.__path__[0])
    for folder in ("documents", "extraction"):
        for path in sorted((root / folder).rglob("*.py")):
            details: dict[str, str] = {}
            for node in _in_order(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Assign) and (text := _text(node.value)):
                    details |= {n.id: text for n in node.targets if isinstance(n, ast.Name)}
                for code, text in _pairs(node, details):
                    yield code, text, f"{path.relative_to(root)}:{getattr(node, 'lineno', 0)}"


def _in_order(tree: ast.AST) -> list[ast.AST]:
    return sorted(ast.walk(tree), key=lambda node: getattr(node, "lineno", 0))


def _pairs(node: ast.AST, details: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The code and the text in the arguments of a failure, or in a constant of a module."""
    parts: list[ast.expr] = []
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in FAILURE_CALLS:
        parts = node.args[-2:]
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
        parts = node.value.elts
    if len(parts) == 2:
        code, text = _text(parts[0]), _text(parts[1])
        if isinstance(parts[1], ast.Name):
            text = details.get(parts[1].id)
        if code and text and text.endswith("."):
            yield code, text


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
    return None


def is_russian(text: str) -> bool:
    return any("а" <= letter.lower() <= "я" for letter in text)


class TestCatalog:
    @pytest.mark.parametrize("error", ERRORS.values(), ids=list(ERRORS))
    def test_has_the_title_of_every_error_in_both_languages(self, error: type[DomainError]) -> None:
        titles = [t for t in catalog().get(code_of(error), []) if t.part == TITLE]
        line = f"{code_of(error)}\ttitle\t{error.title}\t..."
        assert [title.en for title in titles] == [error.title], f"add to texts.tsv: {line}"

    def test_has_every_detail_that_the_code_writes(self) -> None:
        missing = [
            f"{code_of(error)}\tdetail\t{text}\t...  # {place}"
            for error, text, place in raised_details()
            if not any(known.in_russian(text) for known in catalog().get(code_of(error), []))
        ]
        assert missing == [], "add to shared/mara/entrypoints/texts.tsv:\n" + "\n".join(missing)

    def test_has_a_detail_of_every_code(self) -> None:
        without = {
            code for code, texts in catalog().items() if all(text.part != DETAIL for text in texts)
        }
        assert without == set()

    def test_has_no_code_that_no_error_has(self) -> None:
        known = {code_of(error) for error in ERRORS.values()} | {BAD_REQUEST, INTERNAL}
        assert set(catalog()) - known == set()

    def test_has_every_failure_that_the_code_stores(self) -> None:
        stored = list(stored_failures())
        assert {code for code, _, _ in stored} >= set(catalog(FAILURE_TEXTS)) - {"timed_out"}
        missing = [
            f"{code}\tdetail\t{text}\t...  # {place}"
            for code, text, place in stored
            if not any(known.in_russian(text) for known in catalog(FAILURE_TEXTS).get(code, []))
        ]
        assert missing == [], "add to shared/mara/entrypoints/failures.tsv:\n" + "\n".join(missing)

    @pytest.mark.parametrize("text", TEXTS, ids=lambda text: f"{text.code}-{text.en[:30]}")
    def test_is_russian_and_inserts_only_what_the_english_text_has(self, text: Text) -> None:
        assert is_russian(text.ru)
        assert not is_russian(text.en)
        assert set(PLACEHOLDER.findall(text.ru)) <= set(PLACEHOLDER.findall(text.en))
        assert text.part in {TITLE, DETAIL}


class TestTranslation:
    @pytest.mark.parametrize("error", list_all_errors(), ids=lambda error: error["type"])
    def test_of_pydantic_s_messages_is_complete(self, error: dict[str, object]) -> None:
        if error["type"] in PYTHON_ONLY:
            return
        values: dict[str, object] = {"expected_plural": "s"}
        example = error.get("example_context")
        values |= example if isinstance(example, dict) else {}
        for name in ("message_template_python", "message_template_json"):
            template = error.get(name)
            if isinstance(template, str):
                message = template.format(**values)
                assert is_russian(translate(BAD_REQUEST, message)), message

    def test_keeps_the_values(self) -> None:
        detail = translate("too_many_requests", "At most 600 a minute. Try again soon.")
        assert detail == "Не больше 600 в минуту. Повторите чуть позже."

    def test_prefers_the_text_of_its_own_to_that_of_all(self) -> None:
        assert "256" in translate("weak_password", "Use 10 to 256 characters.")
        assert translate("weak_password", "This is a top-10 common password.") == translate(
            "weak_password", "Add another word or two."
        )

    def test_takes_special_characters_of_values_as_they_are(self) -> None:
        detail = translate("unknown_language_model", r"Unknown model \1{x}.*; known: a, b.")
        assert detail == r"Модель \1{x}.* неизвестна; доступны: a, b."

    def test_leaves_what_it_does_not_know(self) -> None:
        assert translate("no_such_code", "Something.") == "Something."

    def test_of_a_text_for_all_matches_several_lines(self) -> None:
        assert Text("a", DETAIL, ANY, "Другое").in_russian("one\ntwo") == "Другое"
