"""Pointers of field errors: into the body by RFC 6901, else the part and the name."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from mara.entrypoints.events import Request
from mara.entrypoints.pointers import pointer_of, pointers_to
from mara.kernel.errors import Invalid
from tests.support.events import api_event


class Wrong(Invalid):
    title = "Wrong"
    fields = ("colours", "colour")


def found(error: Invalid, *, path: Mapping[str, Any] | None = None, **parts: Any) -> list[str]:
    request = Request(api_event("POST", "/api/v1/paints", **parts), "req-1")
    return list(pointers_to(error, request, path or {}))


class TestOfAValidationError:
    @pytest.mark.parametrize(
        ("location", "pointer"),
        [
            (("body", "name"), "/name"),
            (("body", "items", 2, "a/b~c"), "/items/2/a~1b~0c"),
            (("body",), ""),
            (("query", "limit"), "query:limit"),
            (("path", "agent_id"), "path:agent_id"),
            (("header", "if-match"), "header:if-match"),
        ],
    )
    def test_names_the_part_and_the_field(self, location: tuple[Any, ...], pointer: str) -> None:
        assert pointer_of({"loc": location, "type": "missing"}) == pointer

    def test_of_a_body_that_is_no_json_is_the_whole_body(self) -> None:
        assert pointer_of({"loc": ("body", 17), "type": "json_invalid"}) == ""


class TestOfADomainError:
    def test_is_the_field_that_the_request_has(self) -> None:
        assert found(Wrong("x"), body={"colour": "grue"}) == ["/colour"]
        assert found(Wrong("x"), query={"colour": "grue"}) == ["query:colour"]
        assert found(Wrong("x"), path={"colour": "grue"}) == ["path:colour"]
        assert found(Wrong("x"), headers={"Colour": "grue"}) == ["header:colour"]

    def test_prefers_the_first_name(self) -> None:
        assert found(Wrong("x"), body={"colour": "a", "colours": "b"}) == ["/colours"]

    def test_points_to_the_wrong_items_of_a_list(self) -> None:
        error = Wrong("x", colours=["grue", "bleen"])
        body = {"colours": ["red", "grue", "bleen", "grue"]}
        assert found(error, body=body) == ["/colours/1", "/colours/2", "/colours/3"]

    def test_of_a_form_is_the_field_of_the_last_name(self) -> None:
        headers = {"content-type": "multipart/form-data; boundary=x"}
        assert found(Wrong("x"), raw=b"--x--", headers=headers) == ["/colour"]

    @pytest.mark.parametrize("text", ["[]", "7", "{", "", json.dumps({"other": 1})])
    def test_is_none_where_the_request_has_no_such_field(self, text: str) -> None:
        event = api_event("POST", "/api/v1/paints", headers={"content-type": "application/json"})
        event["body"] = text
        assert list(pointers_to(Wrong("x"), Request(event, "req-1"), {})) == []
