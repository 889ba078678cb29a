"""Every error that a request of the API can have in a field is Russian where Russian is asked for.

The errors are those that pydantic finds for values which fit no schema, in every field of every
body and in every parameter of the path, the query and the header.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args

import pytest
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core._pydantic_core import list_all_errors
from starlette import formparsers

import mara
from infra.local.routes import apps
from mara.entrypoints.field_messages import message_of
from mara.entrypoints.problems import BAD_REQUEST, _field_code
from mara.entrypoints.texts import translate
from tests.unit.entrypoints.test_texts import PYTHON_ONLY, _text

WRONG: tuple[Any, ...] = (
    *(None, True, 1.5, -1, 0, 10**40, float("nan"), "", " ", "x", "x" * 200_000, "\x00", "\x07"),
    *("1.5", "-1", "2026-99-99", "2026-01-01T99:00", "2026-01-01T00:00:00", "25:99", "a@", "a b@c"),
    *(
        "http://",
        "ftp://example.com",
        "https://exa mple",
        "Ж",
        "12345678-1234",
        "1e400",
        "9" * 5000,
    ),
    *(
        [],
        ["x"],
        [None],
        ["x"] * 2000,
        [1] * 2000,
        {},
        {"x": 1},
        {"x": None},
        {1: 2},
        "0x" + "g" * 64,
    ),
)
ALLOWED = {
    *("ascii", "fastapi", "false", "json", "latin", "null", "rfc", "true", "url", "usdt", "utc"),
    *("uuid", "http", "https", "amount", "reverses", "ids", "all", "cursor"),
    *("content", "type", "multipart", "boundary", "europe", "moscow"),
}
"""Latin words of Russian texts: standards, formats, and names of fields."""


def is_wholly_russian(text: str) -> bool:
    """Whether no word of it is English; what was quoted is a value."""
    words = re.findall(r"[A-Za-z]{2,}", re.sub(r"'[^']*'", "", text))
    return not {word.lower() for word in words} - ALLOWED and bool(re.search("[а-я]", text))


@cache
def fields() -> dict[str, FieldInfo]:
    """Each field of a body and each parameter by its place."""
    found: dict[str, FieldInfo] = {}
    for _, app in apps():
        for route in app.api_routes:
            for kind, field in _parameters(route.dependant):
                found[f"{route.name} {kind}:{field.alias}"] = field.field_info
            if route.body_field is not None:
                for model in _models(route.body_field.field_info.annotation):
                    for name, info in model.model_fields.items():
                        found[f"{model.__name__}.{name}"] = info
    return found


def _parameters(dependant: Dependant) -> Iterator[tuple[str, Any]]:
    for kind in ("path", "query", "header", "cookie"):
        for field in getattr(dependant, f"{kind}_params"):
            yield kind, field
    for below in dependant.dependencies:
        yield from _parameters(below)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for info in annotation.model_fields.values():
            yield from _models(info.annotation)
    for part in get_args(annotation):
        yield from _models(part)


def errors_in(info: FieldInfo) -> dict[str, Any]:
    """The errors for all wrong values by their message."""
    # Of the whole FieldInfo, an alias would be refused here.
    kept: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    adapter = TypeAdapter[Any](kept)
    found: dict[str, Any] = {}
    for value in WRONG:
        try:
            adapter.validate_python(value)
        except ValidationError as refused:
            found |= {message_of(error): error for error in refused.errors(include_url=False)}
    return found


def form_errors() -> Iterator[str]:
    """What Starlette says of a form that it cannot read."""
    for call in _calls(Path(formparsers.__file__), "MultiPartException"):
        if (text := _text(call.args[0])) is not None:
            yield text.replace("{}", "1")


def value_errors() -> Iterator[str]:
    """What validators of schemas say; pydantic puts two words before it."""
    root = Path(mara.__path__[0])
    for path in [
        *root.glob("*/schemas/*.py"),
        *root.glob("*/schemas.py"),
        root / "kernel/money.py",
    ]:
        for call in _calls(path, "ValueError"):
            if call.args and (text := _text(call.args[0])) is not None:
                yield f"Value error, {text}"


def _calls(path: Path, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
            yield node


class TestRussian:
    def test_is_every_error_of_every_field(self) -> None:
        english, types = set(), set()
        for place, info in fields().items():
            for message, error in errors_in(info).items():
                types.add(error["type"])
                shown = translate(_field_code(error), message)
                if not is_wholly_russian(shown):
                    english.add(f"{place}: {error['type']}: {shown[:150]}")
        assert english == set()
        assert len(types) > 20  # the values do find errors

    @pytest.mark.parametrize("error", list_all_errors(), ids=lambda error: error["type"])
    def test_is_every_error_that_pydantic_knows(self, error: dict[str, Any]) -> None:
        if error["type"] in PYTHON_ONLY or "error" in (error["example_context"] or {}):
            return
        context = {
            name: f"'{value}'" if isinstance(value, str) else value or 0
            for name, value in (error["example_context"] or {}).items()
        }
        for name in ("message_template_python", "message_template_json"):
            if (template := error.get(name)) is not None:
                shown = translate(BAD_REQUEST, template.format(expected_plural="s", **context))
                assert is_wholly_russian(shown), shown

    @pytest.mark.parametrize("message", [*form_errors(), *value_errors()])
    def test_is_every_error_of_a_form_and_of_a_validator(self, message: str) -> None:
        assert is_wholly_russian(translate(BAD_REQUEST, message))


class TestMessages:
    @pytest.mark.parametrize(
        ("english", "russian"),
        [
            ("Input should be less than or equal to 100", "Значение должно быть не больше 100"),
            ("Input should be less than 100", "Значение должно быть меньше 100"),
            (
                "Input should be 'quote' or 'generate'",
                "Допустимые значения: 'quote' или 'generate'",
            ),
            (
                "Input should be a valid UUID, invalid length: expected length 32",
                "Нужен UUID",
            ),
        ],
    )
    def test_are_translated_by_the_text_with_the_most_words(
        self, english: str, russian: str
    ) -> None:
        assert translate(BAD_REQUEST, english) == russian

    def test_name_the_place_where_json_ends(self) -> None:
        found = {
            "type": "json_invalid",
            "loc": ("body", 11),
            "msg": "JSON decode error",
            "ctx": {"error": "Invalid control character at"},
        }
        shown = message_of(found)
        assert shown == "Not JSON from character 12 on: Invalid control character at"
        assert translate(BAD_REQUEST, shown) == "Это не JSON, начиная с символа 12"

    def test_describe_a_pattern_in_words(self) -> None:
        for place, info in fields().items():
            for message in errors_in(info):
                assert "pattern" not in message, (place, message)
