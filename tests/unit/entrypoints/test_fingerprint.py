"""Which requests are the same."""

import base64
import json
from typing import Any

import pytest

from mara.entrypoints.events import Request
from mara.entrypoints.fingerprint import fingerprint
from tests.support.events import api_event

FIELDS: dict[str, Any] = {"name": "x", "tags": ["a", "b"], "more": {"b": 1, "a": "é"}}


def request(**parts: Any) -> Request:
    return Request(api_event("POST", "/things", **parts), "1")


def of_json(text: str) -> bytes:
    sent = request(body={})
    sent.event["body"] = text
    return fingerprint(sent)


def of_form(boundary: str, *parts: tuple[str, bytes], end: str = "--") -> bytes:
    raw = b"".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode()
        + content
        + b"\r\n"
        for head, content in parts
    )
    raw += f"--{boundary}{end}\r\n".encode()
    headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
    return fingerprint(request(raw=raw, headers=headers))


FILE = ('name="file"; filename="a.txt"', b"hello")
AGENT = ('name="agent_id"', b"1")


class TestJson:
    def test_is_compared_by_what_it_says(self) -> None:
        first = of_json(json.dumps(FIELDS))
        assert of_json(json.dumps(FIELDS, indent=2)) == first
        assert of_json(json.dumps(dict(reversed(FIELDS.items())), ensure_ascii=False)) == first

    @pytest.mark.parametrize(
        "changed",
        [
            {**FIELDS, "name": "X"},
            {**FIELDS, "tags": ["b", "a"]},
            {**FIELDS, "name": None},
            {**FIELDS, "more": {"b": "1", "a": "é"}},
            {**FIELDS, "extra": 1},
            [FIELDS],
        ],
    )
    def test_that_says_something_else_is_another(self, changed: object) -> None:
        assert of_json(json.dumps(changed)) != of_json(json.dumps(FIELDS))

    @pytest.mark.parametrize("text", ["{", "[" * 2_000, "\ud800"])
    def test_that_is_none_is_compared_as_it_is(self, text: str) -> None:
        assert of_json(text) == of_json(text) != of_json(text + " ")


class TestForm:
    def test_is_the_same_with_another_boundary(self) -> None:
        assert of_form("one", FILE, AGENT) == of_form("another-boundary", FILE, AGENT)

    @pytest.mark.parametrize(
        "parts",
        [
            (FILE,),
            (AGENT, FILE),
            (FILE, ('name="agent_id"', b"2")),
            (FILE, ('name="other"', b"1")),
            (('name="file"; filename="b.txt"', b"hello"), AGENT),
            (('name="file"; filename="a.txt"', b"hellO"), AGENT),
            (('name="file"', b"hello"), AGENT),
            (FILE, AGENT, AGENT),
        ],
    )
    def test_with_another_content_is_another(self, parts: tuple[tuple[str, bytes], ...]) -> None:
        assert of_form("one", *parts) != of_form("one", FILE, AGENT)

    def test_keeps_large_files_apart(self) -> None:
        """python-multipart writes a file of more than 1 MiB to the disk."""
        large = [('name="file"; filename="a"', b"x" * 2_000_000 + end) for end in (b"1", b"2")]
        assert of_form("one", large[0]) == of_form("two", large[0]) != of_form("one", large[1])

    def test_that_is_none_is_compared_as_it_is(self) -> None:
        headers = {"content-type": "multipart/form-data"}
        same = [fingerprint(request(raw=b"junk", headers=headers)) for _ in range(2)]
        assert same[0] == same[1] != fingerprint(request(raw=b"junk!", headers=headers))


class TestRequest:
    def test_is_another_on_another_route_or_with_another_query(self) -> None:
        found = {
            fingerprint(Request(api_event("POST", path, body={}, query=query), "1"))
            for path in ("/a", "/b")
            for query in (None, {"x": "1"}, {"x": "2"})
        }
        assert len(found) == 6

    def test_may_be_encoded(self) -> None:
        raw = json.dumps(FIELDS).encode()
        sent = request(raw=raw, headers={"content-type": "application/json"})
        assert base64.b64decode(sent.event["body"]) == raw
        assert fingerprint(sent) == of_json(json.dumps(FIELDS))
