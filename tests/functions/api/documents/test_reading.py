"""Reading a document: the page of a citation, the file in the browser, reading again."""

import json
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from functions.api.documents.get_content.handler import handler as get_content
from functions.api.documents.get_document.handler import handler as get_document
from functions.api.documents.list_chunks.handler import handler as list_chunks
from functions.api.documents.retry_document.handler import handler as retry_document
from functions.queues.ingest_document.handler import handler as ingest_document
from mara.documents.adapters.postgres import PostgresDocuments
from mara.documents.model import Document, Progress, Stage
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import transaction
from mara.search.model import Chunk
from mara.wiring.documents import storage
from tests.support.accounts import Account, make_account
from tests.support.cloud import Cloud, cloud_of_moto
from tests.support.events import Answer, call
from tests.support.knowledge import NOW, failed_document, learn

pytestmark = pytest.mark.usefixtures("database")

PATH = "/api/v1/documents"
PASSAGES = 23


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with cloud_of_moto() as started:
        yield started


@pytest.fixture
def anna() -> Account:
    return make_account("anna")


def chunks_of(account: Account, document: Document, **query: str) -> Answer:
    path = f"{PATH}/{document.id}/chunks"
    return call(list_chunks, "GET", path, query=query, headers=account.headers)


class TestChunksAroundACitation:
    @pytest.fixture
    def long(self, anna: Account) -> Document:
        from mara.extraction.model import Block, Place

        blocks = [Block(f"Passage number {n}.", Place(page=n)) for n in range(1, PASSAGES + 1)]
        return learn(anna.id, "long.md", blocks)

    @pytest.mark.parametrize("ordinal", [0, 4, 5, 9, 20, 22])
    def test_are_the_page_that_holds_it(self, anna: Account, long: Document, ordinal: int) -> None:
        cited = str(Chunk.id_for(long.id, ordinal))
        page = chunks_of(anna, long, around=cited, limit="5").json
        first = ordinal - ordinal % 5
        assert [item["ordinal"] for item in page["items"]] == list(
            range(first, min(first + 5, PASSAGES))
        )
        assert cited in {item["chunk_id"] for item in page["items"]}
        assert (page["next_cursor"] is None) == (first == 20)
        assert (page["previous_cursor"] is None) == (first == 0)

    def test_lead_to_the_pages_before_and_after_them(self, anna: Account, long: Document) -> None:
        page = chunks_of(anna, long, around=str(Chunk.id_for(long.id, 11)), limit="5").json
        back, ordinals = page, []
        while back["previous_cursor"]:
            back = chunks_of(anna, long, cursor=back["previous_cursor"], limit="5").json
            ordinals.append(back["items"][0]["ordinal"])
        assert ordinals == [5, 0]
        after = chunks_of(anna, long, cursor=page["next_cursor"], limit="5").json
        assert after["items"][0]["ordinal"] == 15

    def test_of_another_document_are_not_found(self, anna: Account, long: Document) -> None:
        answer = chunks_of(anna, long, around=str(uuid4()))
        assert (answer.status, answer.json["code"]) == (404, "chunk_not_found")
        assert answer.json["errors"][0]["pointer"] == "query:around"


class TestContent:
    @pytest.mark.parametrize(
        ("name", "shown_as"),
        [
            ("a.pdf", "application/pdf"),
            ("a.md", "text/plain; charset=utf-8"),
            ("a.csv", "text/plain; charset=utf-8"),
        ],
    )
    def test_is_shown_inline_as_a_harmless_type(
        self, cloud: Cloud, anna: Account, name: str, shown_as: str
    ) -> None:
        document = failed_document(anna.id, name)
        path = f"{PATH}/{document.id}/content"
        query = {"disposition": "inline"}
        answer = call(get_content, "GET", path, query=query, headers=anna.headers)
        signed = parse_qs(urlsplit(answer.json["url"]).query)
        assert signed["response-content-disposition"] == [f"inline; filename*=UTF-8''{name}"]
        assert signed["response-content-type"] == [shown_as]

    def test_is_saved_unless_asked(self, cloud: Cloud, anna: Account) -> None:
        path = f"{PATH}/{failed_document(anna.id).id}/content"
        answer = call(get_content, "GET", path, headers=anna.headers)
        signed = parse_qs(urlsplit(answer.json["url"]).query)
        assert signed["response-content-disposition"][0].startswith("attachment;")
        assert "response-content-type" not in signed


class TestRetry:
    def retry(self, account: Account, document: Document) -> Answer:
        path = f"{PATH}/{document.id}/retry"
        return call(retry_document, "POST", path, headers=account.headers)

    def test_reads_a_failed_document_again(self, cloud: Cloud, anna: Account) -> None:
        document = failed_document(anna.id)
        answer = self.retry(anna, document)
        assert answer.status == 202
        assert (answer.json["state"], answer.json["failure"]) == ("queued", None)
        assert cloud.take("ingest-document") == [str(document.id)]
        body = json.dumps({"document_id": str(document.id)})
        records = [{"messageId": "1", "body": body}]
        assert ingest_document({"Records": records}, None) == {"batchItemFailures": []}
        read = call(get_document, "GET", f"{PATH}/{document.id}", headers=anna.headers)
        assert (read.json["state"], read.json["progress"]) == ("ready", None)

    def test_twice_is_409(self, cloud: Cloud, anna: Account) -> None:
        document = failed_document(anna.id)
        assert self.retry(anna, document).status == 202
        answer = self.retry(anna, document)
        assert (answer.status, answer.json["code"]) == (409, "document_not_failed")

    def test_without_its_file_is_409(self, cloud: Cloud, anna: Account) -> None:
        document = failed_document(anna.id)
        storage().delete(document.object_key)
        answer = self.retry(anna, document)
        assert (answer.status, answer.json["code"]) == (409, "file_missing")
        assert cloud.take("ingest-document") == []

    def test_of_somebody_else_is_404(self, cloud: Cloud, anna: Account) -> None:
        assert self.retry(make_account("boris"), failed_document(anna.id)).status == 404


class TestProgress:
    def test_is_shown_while_a_document_is_processed(self, cloud: Cloud, anna: Account) -> None:
        document = failed_document(anna.id)
        TestRetry().retry(anna, document)
        with transaction(SYSTEM):
            claimed = PostgresDocuments().claim(document.id, NOW, NOW)
            assert claimed is not None
        shown = call(get_document, "GET", f"{PATH}/{document.id}", headers=anna.headers).json
        assert shown["progress"] == {"stage": "reading", "done": 0, "total": 1}
        with transaction(SYSTEM):
            progress = Progress(Stage.EMBEDDING, 512, 2048)
            assert PostgresDocuments().renew(claimed, NOW, progress)
        shown = call(get_document, "GET", f"{PATH}/{document.id}", headers=anna.headers).json
        assert (shown["state"], shown["progress"]) == (
            "processing",
            {"stage": "embedding", "done": 512, "total": 2048},
        )
