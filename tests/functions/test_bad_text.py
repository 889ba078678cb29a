"""No text of a client that cannot be stored gets past the frame, and none makes a 500.

Generated from the OpenAPI document: every string of every JSON body and every query parameter.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from mara.auth.model.permissions import Access
from mara.kernel.principal import Role
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from tests.support.accounts import Account, make_account
from tests.support.cloud import storage_and_queues
from tests.support.events import Answer
from tests.support.openapi import FOREIGN_BODIES, Operation, body_with, form, operations, places
from tests.support.subscriptions import without_limits

pytestmark = pytest.mark.usefixtures("database")

BAD = ["\x00", "a\x00b", "\x1b[31m", "\x7f", "\x85", "\ud800", "\udc00x", "\ufdd0", "\uffff"]
WITH_BODY = [
    found
    for name, found in operations().items()
    if found.body_schema and name not in FOREIGN_BODIES
]
WITH_QUERY = [
    found
    for found in operations().values()
    if any(parameter["in"] == "query" for parameter in found.spec.get("parameters", []))
]
IDS = {"network": "tron"}


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    for limit in ("USER", "ADDRESS"):
        monkeypatch.setenv(f"MARA_REQUESTS_PER_MINUTE_{limit}", "1000000")
    with storage_and_queues():
        yield make_account("root", Role.SUPERUSER)


def call(operation: Operation, who: Account, **parts: Any) -> Answer:
    ids = parts.pop("ids", {name: IDS.get(name, str(uuid4())) for name in operation.parameters})
    headers = {**who.headers, **parts.pop("headers", {})}
    with transaction(SYSTEM):  # the limits of single operations
        connection().execute("DELETE FROM rate_limits")
    return operation.call(ids, headers=headers, **parts)


def test_the_document_has_strings_everywhere() -> None:
    assert sum(bool(set(places(found.body_schema or {}, "string"))) for found in WITH_BODY) > 10
    assert len(WITH_QUERY) > 5
    assert {found.rule.access for found in WITH_BODY} >= {Access.PUBLIC, Access.USER}


def test_in_a_body_is_refused_where_it_stands(root: Account) -> None:
    for operation in WITH_BODY:
        for pointer in sorted(set(places(operation.body_schema or {}, "string"))):
            for text in BAD:
                answer = call(operation, root, body=body_with(text, pointer))
                about = (operation.id, pointer, ascii(text), answer.text)
                assert answer.status == 422, about
                assert pointer in {error["pointer"] for error in answer.json["errors"]}, about
        for text in BAD:
            assert call(operation, root, body={text: 1}).status == 422, (operation.id, ascii(text))


def test_in_a_query_is_refused(root: Account) -> None:
    for operation in WITH_QUERY:
        names = [p["name"] for p in operation.spec["parameters"] if p["in"] == "query"]
        for query in [{name: text} for name in names for text in BAD] + [{"\x00": "x"}]:
            answer = call(operation, root, query=query)
            assert answer.status == 422, (operation.id, ascii(query), answer.text)


def test_in_a_header_or_a_path_is_no_failure(root: Account) -> None:
    names = ["User-Agent", "X-\ud800", "Cookie", "Origin", "Prefer", "Accept-Language", "Referer"]
    for operation in operations().values():
        for text in ("\x00", "\ud800", "\xff\x85"):
            sent: list[dict[str, Any]] = [
                {"headers": dict.fromkeys(names, text)},
                {"ids": dict.fromkeys(operation.parameters, f"x{text}")},
            ]
            for parts in sent:
                answer = call(operation, root, **parts)
                # 503: a health check of what is not there.
                assert answer.status < 500 or operation.id == "check_readiness", (
                    operation.id,
                    answer.text,
                )
                answer.text.encode()


def test_in_a_key_of_a_repeated_request_is_no_failure(root: Account) -> None:
    without_limits(root.id)
    for text in BAD:
        sent = {"body": {"name": "x"}, "headers": {"idempotency-key": f"{text}1"}}
        answer = call(operations()["create_agent"], root, **sent)
        assert answer.status in {201, 409}, (ascii(text), answer.text)


def test_in_the_name_of_a_file_is_refused(root: Account) -> None:
    for text in ("\x00", "\x1b", "\x85", "\ufffe"):
        sent = form(f"a{text}.txt", b"text")
        answer = call(operations()["upload_document"], root, **sent)
        assert answer.status == 422, (ascii(text), answer.text)


def test_in_bytes_that_are_no_text_is_refused(root: Account) -> None:
    headers = {"content-type": "application/json"}
    for raw in (b'{"name": "\xed\xa0\x80"}', b'{"name": "\xff"}', b"\xff\xfe{"):
        answer = call(operations()["create_agent"], root, raw=raw, headers=headers)
        assert answer.status == 422, (raw, answer.text)
