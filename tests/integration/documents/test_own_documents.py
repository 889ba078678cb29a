"""One contract for what other domains ask about documents: of the fake, and of PostgreSQL."""

import unicodedata
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest

from mara.documents.adapters.postgres import PostgresDocuments
from mara.documents.adapters.postgres_ownership import PostgresOwnDocuments
from mara.documents.model import Document, DocumentState
from mara.documents.ports import OwnDocuments
from mara.kernel.ids import new_id
from mara.platform.database import transaction
from tests.support.accounts import make_account
from tests.support.agents import FakeOwnDocuments
from tests.support.knowledge import NOW, a_document

NOT_SEARCHABLE: list[dict[str, Any]] = [
    {"deleted_at": NOW},
    {"superseded_at": NOW},
    {"state": DocumentState.QUEUED},
]


@dataclass
class InPostgres:
    """Documents in the database, and the port that reads them."""

    port: OwnDocuments = field(default_factory=PostgresOwnDocuments)

    def add(self, document: Document) -> UUID:
        with transaction(document.owner_id):
            PostgresDocuments().add(document)
        return document.id


@dataclass
class InMemory:
    """The same in the fake, for the first owner."""

    owner: UUID
    port: FakeOwnDocuments = field(default_factory=FakeOwnDocuments)

    def add(self, document: Document) -> UUID:
        if document.deleted_at is None and document.owner_id == self.owner:
            self.port.known.add(document.id)
        if document.deleted_at is None:
            is_searchable = document.state is DocumentState.READY and document.superseded_at is None
            names = self.port.names if is_searchable else self.port.other_names
            names[document.owner_id, document.id] = document.filename
        return document.id


Shelf = InPostgres | InMemory


@pytest.fixture
def owner(database: str) -> UUID:
    return make_account("anna").id


@pytest.fixture
def stranger(database: str) -> UUID:
    return make_account("boris").id


@pytest.fixture(params=["postgres", "fake"])
def shelf(request: pytest.FixtureRequest, owner: UUID) -> Shelf:
    return InPostgres() if request.param == "postgres" else InMemory(owner)


def add(shelf: Shelf, owner: UUID, filename: str, **state: Any) -> UUID:
    return shelf.add(replace(a_document(owner, filename), **state))


def with_namesakes(shelf: Shelf, owner: UUID, *ids: UUID) -> set[UUID]:
    with transaction(owner):
        return shelf.port.with_namesakes(owner, ids)


class TestUnknown:
    def test_are_deleted_and_other_peoples_documents(
        self, shelf: Shelf, owner: UUID, stranger: UUID
    ) -> None:
        mine, gone = add(shelf, owner, "a.txt"), add(shelf, owner, "b.txt", deleted_at=NOW)
        theirs, missing = add(shelf, stranger, "c.txt"), new_id()
        with transaction(owner):
            found = shelf.port.unknown(owner, [mine, gone, theirs, missing])
        assert found == {gone, theirs, missing}


class TestNamesakes:
    def test_are_all_searchable_documents_of_a_name(self, shelf: Shelf, owner: UUID) -> None:
        alike = [add(shelf, owner, "README.md") for _ in range(3)]
        alone = add(shelf, owner, "guide.md")
        assert with_namesakes(shelf, owner, *alike, alone) == set(alike)
        assert with_namesakes(shelf, owner, alike[0]) == {alike[0]}
        assert with_namesakes(shelf, owner, alone) == set()

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("README.md", "Readme.md"),
            ("Ёлка Йод.docx", "ёлка йод.docx"),
            ("Émile.pdf", "émile.pdf"),
            ("Йод.txt", unicodedata.normalize("NFD", "йод.txt")),
            ("Price  list.xlsx", "price list.xlsx"),
            ("  guide.md", "guide.md"),
            ("price\u00a0list.csv", "price list.csv"),
        ],
    )
    def test_differ_in_case_spaces_and_unicode_form_alone(
        self, shelf: Shelf, owner: UUID, one: str, other: str
    ) -> None:
        ids = [add(shelf, owner, name) for name in (one, other)]
        assert with_namesakes(shelf, owner, *ids) == set(ids)
        assert with_namesakes(shelf, owner, ids[0]) == {ids[0]}

    def test_differ_in_no_letter(self, shelf: Shelf, owner: UUID) -> None:
        names = ("README.md", "README.txt", "REDAME.md", "READ-ME.md", "елка.md", "ёлка.md")
        ids = [add(shelf, owner, name) for name in names]
        assert with_namesakes(shelf, owner, *ids) == set()

    @pytest.mark.parametrize("state", NOT_SEARCHABLE)
    def test_are_searchable(self, shelf: Shelf, owner: UUID, state: dict[str, Any]) -> None:
        """A cited document that is not searchable any more still has its namesake."""
        kept = add(shelf, owner, "README.md")
        other = add(shelf, owner, "README.md", **state)
        assert with_namesakes(shelf, owner, kept) == set()
        expected = set() if "deleted_at" in state else {other}
        assert with_namesakes(shelf, owner, other) == expected

    def test_are_no_documents_of_others(self, shelf: Shelf, owner: UUID, stranger: UUID) -> None:
        mine, theirs = add(shelf, owner, "README.md"), add(shelf, stranger, "README.md")
        add(shelf, stranger, "README.md")
        assert with_namesakes(shelf, owner, mine, theirs, new_id()) == set()

    def test_of_nothing_are_none(self, shelf: Shelf, owner: UUID) -> None:
        assert with_namesakes(shelf, owner) == set()
