"""The list of documents: filters, order, total, superseded versions; and cursors of all that."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.api.documents.get_document.handler import handler as get_document
from functions.api.documents.list_documents.handler import handler as list_documents
from mara.documents.adapters.postgres import PostgresDocuments
from mara.documents.model import DocumentState, Failure
from mara.platform.database import transaction
from tests.support.accounts import Account, make_account
from tests.support.events import Answer, call
from tests.support.knowledge import NOW, a_document

pytestmark = pytest.mark.usefixtures("database")

PATH = "/api/v1/documents"
NAMES = ("b.md", "Отчёт.txt", "a.md", "отчёт-2.txt", "100%.md", "c_d.md", "cxd.md")


@pytest.fixture
def anna() -> Account:
    """Has documents of NAMES, the first of which is superseded, and the last of which is queued."""
    account = make_account("anna")
    with transaction(account.id):
        for number, name in enumerate(NAMES):
            document = replace(
                a_document(account.id, name),
                size=100 - number,
                updated_at=NOW + timedelta(minutes=(number * 3) % 7),
                superseded_at=NOW if number == 0 else None,
                state=DocumentState.QUEUED if name == "cxd.md" else DocumentState.READY,
            )
            PostgresDocuments().add(document)
    return account


def ask(account: Account, **query: str) -> Answer:
    return call(list_documents, "GET", PATH, query=query, headers=account.headers)


def names(account: Account, **query: str) -> list[str]:
    answer = ask(account, **query)
    assert answer.status == 200, answer.text
    return [item["filename"] for item in answer.json["items"]]


def walk(account: Account, **query: str) -> list[str]:
    """All names, two to a page."""
    found: list[str] = []
    while True:
        answer = ask(account, limit="2", **query)
        assert answer.status == 200, answer.text
        found += [item["filename"] for item in answer.json["items"]]
        if answer.json["next_cursor"] is None:
            return found
        query["cursor"] = answer.json["next_cursor"]


class TestFilter:
    def test_by_state(self, anna: Account) -> None:
        assert names(anna, state="queued") == ["cxd.md"]
        assert names(anna, state="failed") == []

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("ОТЧЁТ", ["отчёт-2.txt", "Отчёт.txt"]),
            (".TXT", ["отчёт-2.txt", "Отчёт.txt"]),
            ("0%", ["100%.md"]),
            ("c_d", ["c_d.md"]),
            ("%", ["100%.md"]),
            ("\\", []),
        ],
    )
    def test_by_text_in_any_case_and_without_wildcards(
        self, anna: Account, text: str, found: list[str]
    ) -> None:
        assert names(anna, text=text) == found

    def test_hides_superseded_versions_unless_asked(self, anna: Account) -> None:
        assert "b.md" not in names(anna)
        assert names(anna, superseded="true")[-1] == "b.md"
        assert "b.md" not in names(anna, superseded="false")

    @pytest.mark.parametrize(
        "query",
        [{"state": "gone"}, {"sort": "owner_id"}, {"text": ""}, {"total": "perhaps"}, {"q": "x"}],
    )
    def test_of_nothing_known_is_422(self, anna: Account, query: dict[str, str]) -> None:
        answer = ask(anna, **query)
        assert answer.status == 422
        assert answer.json["errors"][0]["pointer"] == f"query:{next(iter(query))}"


class TestOrder:
    @pytest.mark.parametrize("sort", ["filename", "size", "updated_at", "created_at"])
    def test_is_the_same_on_pages_as_at_once_in_both_directions(
        self, anna: Account, sort: str
    ) -> None:
        upwards = names(anna, sort=sort, superseded="true")
        assert sorted(upwards) == sorted(NAMES)
        assert walk(anna, sort=sort, superseded="true") == upwards
        assert walk(anna, sort=f"-{sort}", superseded="true") == upwards[::-1]

    def test_is_that_of_the_field(self, anna: Account) -> None:
        assert names(anna, sort="size", superseded="true") == list(NAMES[::-1])
        assert names(anna, sort="filename", text="md") == ["100%.md", "a.md", "c_d.md", "cxd.md"]


class TestCursor:
    def test_is_bound_to_filter_and_order(self, anna: Account) -> None:
        cursor = ask(anna, limit="1", text="md", sort="size").json["next_cursor"]
        assert names(anna, limit="1", text="md", sort="size", cursor=cursor) == ["c_d.md"]
        for other in ({"text": "m"}, {"sort": "-size"}, {"state": "ready"}, {"superseded": "true"}):
            query = {"text": "md", "sort": "size", **other}
            answer = ask(anna, cursor=cursor, **query)
            assert (answer.status, answer.json["code"]) == (422, "invalid_cursor")
            assert answer.json["errors"][0]["pointer"] == "query:cursor"

    def test_stays_valid_while_documents_come_and_go(self, anna: Account) -> None:
        cursor = ask(anna, limit="2").json["next_cursor"]
        with transaction(anna.id):
            PostgresDocuments().add(a_document(anna.id, "new.md"))
        assert names(anna, cursor=cursor) == [
            "100%.md",
            "отчёт-2.txt",
            "a.md",
            "Отчёт.txt",
        ]


def test_the_total_is_counted_when_asked(anna: Account) -> None:
    def total(**query: str) -> Any:
        return ask(anna, limit="1", **query).json["total"]

    assert total() is None
    assert total(total="true") == len(NAMES) - 1
    assert total(total="true", superseded="true", text="md") == 5
    other = make_account("boris")
    assert ask(other, total="true").json["total"] == 0


def test_why_a_document_failed_is_told_in_the_language_of_the_request(anna: Account) -> None:
    failure = Failure("encrypted", "The file is protected with a password: save it without.")
    document = replace(a_document(anna.id, "x.pdf"), state=DocumentState.FAILED, failure=failure)
    with transaction(anna.id):
        PostgresDocuments().add(document)
    for language, said in (("en", failure.detail), ("ru", "Файл защищён паролем")):
        headers = {**anna.headers, "accept-language": language}
        listed = call(list_documents, "GET", PATH, query={"state": "failed"}, headers=headers)
        shown = call(get_document, "GET", f"{PATH}/{document.id}", headers=headers)
        for found in (listed.json["items"][0], shown.json):
            assert found["failure"]["code"] == "encrypted"
            assert found["failure"]["detail"].startswith(said)
