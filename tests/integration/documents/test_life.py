"""The life of a document: uploaded, read, superseded, deleted; with crashes at every step."""

import os
import unicodedata
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from mara.documents.adapters.postgres import PostgresDocuments
from mara.documents.adapters.s3 import S3Storage
from mara.documents.errors import DocumentNotFound, IngestionSettled, UnsupportedFormat
from mara.documents.model import Document, DocumentState, RecognizedPages
from mara.documents.schemas import ContractOut, OcrOut
from mara.documents.service.ingestion import LEASE
from mara.documents.service.recovery import DELETED_FOR, QUEUED_FOR
from mara.extraction.extractor import ChildProcessExtractor
from mara.extraction.model import DroppedKind, Place
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM
from mara.platform import sqs
from mara.platform.clock import now
from mara.platform.database import connection, disconnect, transaction
from mara.search.adapters.postgres_index import PostgresSearchIndex
from mara.search.adapters.use import UseEmbedder
from mara.wiring.documents import (
    ingestion_service,
    library_service,
    purge_service,
    recovery_service,
)
from mara.wiring.search import search_service
from tests.support.accounts import make_account
from tests.support.cloud import Cloud
from tests.support.counts import counted
from tests.support.scans import a_recognizer, a_scan

pytestmark = pytest.mark.usefixtures("database")

TEXT = b"# Runbook\n\nPrune the backups of the database host first.\n"
NEWER = b"# Runbook\n\nGrow the volume of the database host first.\n"
FORK = get_context("fork")


def upload(
    caller: Principal,
    content: bytes = TEXT,
    name: str = "runbook.md",
    *,
    replaces: UUID | None = None,
) -> Document:
    return library_service().upload(caller, name, content, replaces=replaces)[0]


def get(caller: Principal, document: Document) -> Document:
    return library_service().get(caller, document.id)


def found(caller: Principal) -> list[str]:
    hits = search_service().search(caller, "database host", limit=10)
    return [hit.chunk.text for hit in hits]


def rows(table: str) -> int:
    with transaction(SYSTEM):
        row: Any = connection().execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(row[0])


def failures_heard_of() -> list[str]:
    """The documents of which their owners hear that they failed."""
    with transaction(SYSTEM):
        query = (
            "SELECT body::jsonb->>'document_id' FROM outbox WHERE queue = 'event:document-failed'"
        )
        return [row[0] for row in connection().execute(query).fetchall()]


class TestUpload:
    def test_is_read_once_however_often_it_is_delivered(
        self, cloud: Cloud, anna: Principal
    ) -> None:
        """Invariant 28: a second delivery changes nothing."""
        document = upload(anna)
        assert document.state is DocumentState.QUEUED
        cloud.work()
        stages = {series.split("|")[1] for series in counted("mara_ingestion")}
        assert stages == {"reading", "embedding", "indexing"}
        read = get(anna, document)
        assert (read.state, read.chunks, read.attempts) == (DocumentState.READY, 1, 1)
        assert found(anna) == ["Prune the backups of the database host first."]
        chunks, more = library_service().chunks(anna, document.id, after=-1, limit=10)
        assert [chunk.place for chunk in chunks] == [Place(headings=("Runbook",))]
        assert not more

    def test_is_read_in_one_spelling_of_unicode(self, cloud: Cloud, anna: Principal) -> None:
        written = unicodedata.normalize(
            "NFD", "# Ёлки\n\nПере\u00adзагрузите ма\u0301стер.\u200b\n"
        )
        document = upload(anna, written.encode())
        cloud.work()
        chunks, _ = library_service().chunks(anna, document.id, after=-1, limit=10)
        assert [(chunk.place.headings, chunk.text) for chunk in chunks] == [
            (("Ёлки",), "Перезагрузите мастер.")
        ]
        dropped = get(anna, document).dropped or {}
        assert dropped[DroppedKind.INVISIBLE_CHARACTERS] == 3
        assert dropped[DroppedKind.PICTURES] == 0  # which were counted, too

    def test_tells_how_much_of_it_was_recognised(
        self, cloud: Cloud, anna: Principal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a_recognizer(tmp_path, {"Restart": 90, "gateway": 80})
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        document = upload(anna, a_scan(["Restart gateway"], []), "scan.pdf")
        extractor = ChildProcessExtractor(ocr="tesseract")
        replace(ingestion_service(), extractor=extractor).ingest(document.id)
        read = get(anna, document)
        assert read.ocr == RecognizedPages(2, 0.85)
        assert ContractOut.of(read).ocr == OcrOut(pages=2, confidence=0.85)
        typed = upload(anna)
        cloud.work()
        assert get(anna, typed).ocr is None

    def test_of_the_same_bytes_is_the_same_document(self, cloud: Cloud, anna: Principal) -> None:
        first, is_new = library_service().upload(anna, "runbook.md", TEXT)
        again, is_new_again = library_service().upload(anna, "runbook.md", TEXT)
        assert (first.id, is_new, is_new_again) == (again.id, True, False)
        cloud.work()
        assert upload(anna).state is DocumentState.READY
        assert rows("documents") == 1

    def test_of_other_bytes_in_its_place_is_a_new_version_and_the_old_one_answers_no_more(
        self, cloud: Cloud, anna: Principal
    ) -> None:
        first = upload(anna)
        cloud.work()
        second = upload(anna, NEWER, replaces=first.id)
        assert (second.version, second.supersedes) == (2, first.id)
        assert found(anna) == ["Prune the backups of the database host first."]
        cloud.work()
        assert found(anna) == ["Grow the volume of the database host first."]
        assert get(anna, first).superseded_at is not None

    def test_of_ten_at_once_in_the_place_of_one_makes_ten_versions(
        self, cloud: Cloud, anna: Principal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = upload(anna)
        disconnect()

        def send(number: int) -> None:
            upload(anna, TEXT + b"%d" % number, replaces=first.id)

        processes: list[Any] = [FORK.Process(target=send, args=(n,)) for n in range(10)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        with transaction(SYSTEM):
            versions = connection().execute("SELECT version FROM documents ORDER BY version")
            assert [row[0] for row in versions] == list(range(1, 12))

    def test_of_one_file_by_ten_at_once_makes_one_document(
        self, cloud: Cloud, anna: Principal
    ) -> None:
        disconnect()
        processes: list[Any] = [FORK.Process(target=upload, args=(anna,)) for _ in range(10)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        assert rows("documents") == 1

    def test_refuses_what_is_not_read_and_keeps_nothing(
        self, cloud: Cloud, anna: Principal
    ) -> None:
        with pytest.raises(UnsupportedFormat):
            upload(anna, b"MZ", "virus.exe")
        assert (rows("documents"), cloud.objects()) == (0, [])

    def test_is_nobody_elses(self, cloud: Cloud, anna: Principal) -> None:
        """Invariant 2."""
        document = upload(anna)
        cloud.work()
        boris = make_account("boris").principal
        for attempt in (
            lambda: library_service().get(boris, document.id),
            lambda: library_service().delete(boris, document.id),
            lambda: library_service().download_url(boris, document.id),
            lambda: library_service().chunks(boris, document.id, after=-1, limit=1),
        ):
            with pytest.raises(DocumentNotFound):
                attempt()
        assert found(boris) == []
        assert library_service().download_url(anna, document.id).startswith("https://")


class TestIngestion:
    """Invariant 8: every job ends, whatever crashes."""

    @pytest.mark.parametrize(
        ("owner", "name"),
        [
            (S3Storage, "download"),
            (ChildProcessExtractor, "extract"),
            (PostgresDocuments, "renew"),
            (UseEmbedder, "embed_passages"),
            (PostgresSearchIndex, "replace"),
            (PostgresDocuments, "supersede_older"),
            (PostgresDocuments, "save"),
        ],
    )
    def test_a_worker_that_dies_anywhere_is_replaced(
        self,
        cloud: Cloud,
        anna: Principal,
        monkeypatch: pytest.MonkeyPatch,
        owner: type,
        name: str,
    ) -> None:
        document = upload(anna)
        cloud.take("ingest-document")
        disconnect()
        with monkeypatch.context() as deadly:
            deadly.setattr(owner, name, lambda *_, **__: os._exit(9))
            process = FORK.Process(target=lambda: ingestion_service().ingest(document.id))
            process.start()
            process.join()
        assert process.exitcode == 9
        assert get(anna, document).state is DocumentState.PROCESSING
        assert found(anna) == []
        assert recovery_service().recover(now() + LEASE + timedelta(seconds=1)) == 1
        cloud.work()
        assert get(anna, document).state is DocumentState.READY
        assert len(found(anna)) == 1

    def test_a_worker_at_work_holds_its_lease(
        self, cloud: Cloud, anna: Principal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        document = upload(anna)
        embed = UseEmbedder.embed_passages
        at = now() + LEASE * 3

        def embed_for_ten_minutes(model: UseEmbedder, texts: Any) -> Any:
            # As if the claim were old, and each step took most of a lease.
            assert recovery_service().recover(at + LEASE * 0.9) == 0
            return embed(model, texts)

        monkeypatch.setattr(UseEmbedder, "embed_passages", embed_for_ten_minutes)
        replace(ingestion_service(), now=lambda: at).ingest(document.id)
        assert get(anna, document).state is DocumentState.READY

    def test_a_delete_while_it_embeds_ends_the_work(
        self, cloud: Cloud, anna: Principal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Invariant 7: a delete during ingestion wins."""
        document = upload(anna)
        embed = UseEmbedder.embed_passages

        def embed_while_it_is_deleted(model: UseEmbedder, texts: Any) -> Any:
            library_service().delete(anna, document.id)
            return embed(model, texts)

        monkeypatch.setattr(UseEmbedder, "embed_passages", embed_while_it_is_deleted)
        with pytest.raises(IngestionSettled):
            ingestion_service().ingest(document.id)
        assert rows("index_chunks") == 0

    def test_three_dead_workers_are_a_reason(self, cloud: Cloud, anna: Principal) -> None:
        document = upload(anna)
        at = now()
        for _ in range(3):
            with transaction(SYSTEM):
                assert PostgresDocuments().claim(document.id, at, at + LEASE)
            at += LEASE + timedelta(seconds=1)
            recovery_service().recover(at)
        failed = get(anna, document)
        assert failed.failure
        assert failed.failure.code == "worker_died"
        assert failures_heard_of() == [str(document.id)]

    def test_one_of_ten_workers_gets_it(self, cloud: Cloud, anna: Principal) -> None:
        document = upload(anna)
        disconnect()
        outcomes: Any = FORK.SimpleQueue()

        def claim() -> None:
            with transaction(SYSTEM):
                outcomes.put(bool(PostgresDocuments().claim(document.id, now(), now() + LEASE)))

        processes: list[Any] = [FORK.Process(target=claim) for _ in range(10)]
        for process in processes:
            process.start()
        assert sum(outcomes.get() for _ in processes) == 1
        for process in processes:
            process.join()

    def test_a_file_without_text_fails_with_the_reason(self, cloud: Cloud, anna: Principal) -> None:
        document = upload(anna, b" \n ", "empty.txt")
        cloud.work()
        failed = get(anna, document)
        assert failed.failure
        assert (failed.state, failed.failure.code) == (DocumentState.FAILED, "no_text")
        assert failures_heard_of() == [str(document.id)]

    def test_a_job_whose_message_was_lost_is_sent_again(
        self, cloud: Cloud, anna: Principal
    ) -> None:
        document = upload(anna)
        cloud.take("ingest-document")
        assert recovery_service().recover(now() + QUEUED_FOR + timedelta(seconds=1)) == 1
        assert cloud.take("ingest-document") == [str(document.id)]

    def test_a_late_worker_whose_lease_ran_out_writes_nothing(
        self, cloud: Cloud, anna: Principal
    ) -> None:
        document = upload(anna)
        with transaction(SYSTEM):
            late = PostgresDocuments().claim(document.id, now(), now() - timedelta(seconds=1))
        assert late
        cloud.work()
        before = get(anna, document)
        with pytest.raises(IngestionSettled):
            ingestion_service()._finish(late, late, [])
        assert get(anna, document) == before


class TestDelete:
    """Invariant 7: deleted knowledge never answers."""

    def test_answers_nothing_at_once_and_is_gone_after(self, cloud: Cloud, anna: Principal) -> None:
        document = upload(anna)
        cloud.work()
        library_service().delete(anna, document.id)
        assert found(anna) == []
        with pytest.raises(DocumentNotFound):
            get(anna, document)
        assert cloud.objects() == [document.object_key]
        cloud.work()
        assert cloud.objects() == []
        tables = ("documents", "index_chunks", "index_vectors", "index_postings")
        assert [rows(table) for table in tables] == [0, 0, 0, 0]

    def test_during_ingestion_wins(
        self, cloud: Cloud, anna: Principal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        document = upload(anna)
        extract = ChildProcessExtractor.extract

        def extract_while_it_is_deleted(*arguments: Any) -> Any:
            library_service().delete(anna, document.id)
            return extract(*arguments)

        monkeypatch.setattr(ChildProcessExtractor, "extract", extract_while_it_is_deleted)
        cloud.work()
        assert found(anna) == []
        assert (rows("documents"), rows("index_chunks"), cloud.objects()) == (0, 0, [])

    def test_during_an_upload_leaves_no_object_behind(
        self, cloud: Cloud, anna: Principal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put = S3Storage.put

        def put_while_it_is_deleted(storage: S3Storage, key: str, content: bytes) -> None:
            document_id = UUID(key.rsplit("/", 1)[1])
            library_service().delete(anna, document_id)
            cloud.work()
            put(storage, key, content)

        monkeypatch.setattr(S3Storage, "put", put_while_it_is_deleted)
        with pytest.raises(DocumentNotFound):
            upload(anna)
        assert (rows("documents"), cloud.objects()) == (0, [])

    def test_a_purge_that_was_lost_is_sent_again(self, cloud: Cloud, anna: Principal) -> None:
        document = upload(anna)
        library_service().delete(anna, document.id)
        cloud.take("purge-document")
        assert recovery_service().recover(now() + DELETED_FOR + timedelta(seconds=1)) == 1
        cloud.work()
        assert rows("documents") == 0

    @pytest.mark.parametrize("name", ["remove", "count"])
    def test_a_purge_that_dies_half_way_is_finished_by_the_next(
        self, cloud: Cloud, anna: Principal, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        document = upload(anna)
        cloud.work()
        library_service().delete(anna, document.id)
        with monkeypatch.context() as deadly:
            deadly.setattr(PostgresSearchIndex, name, lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                purge_service().purge(document.id)
        assert rows("documents") == 1
        purge_service().purge(document.id)
        purge_service().purge(document.id)
        assert rows("documents") == 0


class TestOutbox:
    def test_an_upload_while_the_queue_is_down_is_read_later(
        self, cloud: Cloud, anna: Principal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Invariant 28: what the database commits and what the queues carry agree."""
        from mara.platform import outbox

        def fail(queue: str, *_: object) -> None:
            raise sqs.SendFailed(queue)

        with monkeypatch.context() as broken:
            broken.setattr(sqs, "send", fail)
            document = upload(anna)
        assert outbox.relay(now() + timedelta(minutes=1)) == 1
        cloud.work()
        assert get(anna, document).state is DocumentState.READY
