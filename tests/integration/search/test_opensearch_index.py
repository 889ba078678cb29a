"""An index outside the transaction: a worker that dies between the two leaves no wrong answer."""

import os
from datetime import timedelta
from multiprocessing import get_context
from uuid import UUID

import pytest

from mara.documents.adapters.postgres import PostgresDocuments
from mara.documents.model import Document, DocumentState
from mara.documents.service.ingestion import LEASE
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM
from mara.platform import opensearch as platform_opensearch
from mara.platform.clock import now
from mara.platform.database import disconnect, transaction
from mara.search.adapters.opensearch_index import OpenSearchIndex
from mara.search.adapters.opensearch_store import ChunkStore
from mara.wiring.documents import ingestion_service, library_service, recovery_service
from mara.wiring.search import search_index, search_service
from tests.support.cloud import Cloud

pytestmark = [
    pytest.mark.usefixtures("database", "opensearch"),
    pytest.mark.xdist_group("opensearch"),
]

FORK = get_context("fork")
OLD = b"Prune the backups of the database host first.\n"
NEW = b"Grow the volume of the database host first.\n"


def upload(caller: Principal, content: bytes, *, replaces: UUID | None = None) -> Document:
    return library_service().upload(caller, "runbook.md", content, replaces=replaces)[0]


def answers(caller: Principal) -> list[str]:
    hits = search_service().search(caller, "What to do on the database host first?", limit=10)
    return [hit.chunk.text for hit in hits]


def die_ingesting(document: Document, owner: type, name: str) -> None:
    """In a process of its own, right where it would call a method."""

    def run() -> None:
        platform_opensearch.client.cache_clear()
        setattr(owner, name, lambda *_, **__: os._exit(9))
        ingestion_service().ingest(document.id)

    disconnect()
    process = FORK.Process(target=run)
    process.start()
    process.join()
    assert process.exitcode == 9


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (ChunkStore, "ensure"),
        (ChunkStore, "write"),
        (ChunkStore, "remove_others"),
        (PostgresDocuments, "supersede_older"),
        (PostgresDocuments, "save"),
    ],
)
class TestAWorkerThatDiesBeforeTheCommit:
    def test_leaves_the_old_version_answering_till_another_has_done_it(
        self, cloud: Cloud, anna: Principal, owner: type, name: str
    ) -> None:
        old = upload(anna, OLD)
        cloud.work()
        new = upload(anna, NEW, replaces=old.id)
        cloud.take("ingest-document")
        die_ingesting(new, owner, name)
        assert answers(anna) == [OLD.decode().strip()]

        assert recovery_service().recover(now() + LEASE + timedelta(seconds=1)) == 1
        cloud.work()
        assert library_service().get(anna, new.id).state is DocumentState.READY
        assert answers(anna) == [NEW.decode().strip()]
        with transaction(SYSTEM):
            assert search_index().count(anna.user_id, old.id) == 0


class TestAWorkerThatDiesAfterTheCommit:
    def test_leaves_old_passages_that_answer_no_more_and_go_with_their_document(
        self, cloud: Cloud, anna: Principal
    ) -> None:
        old = upload(anna, OLD)
        cloud.work()
        new = upload(anna, NEW, replaces=old.id)
        cloud.take("ingest-document")
        die_ingesting(new, OpenSearchIndex, "remove")
        assert answers(anna) == [NEW.decode().strip()]
        library_service().delete(anna, old.id)
        cloud.work()
        with transaction(SYSTEM):
            assert search_index().count(anna.user_id, old.id) == 0
