"""Uploading, listing, reading and deleting documents, through the functions themselves."""

import hashlib
import json
from collections.abc import Iterator
from urllib.parse import quote
from uuid import uuid4

import pytest

from functions.api.documents.delete_document.handler import handler as delete_document
from functions.api.documents.get_content.handler import handler as get_content
from functions.api.documents.get_document.handler import handler as get_document
from functions.api.documents.list_chunks.handler import handler as list_chunks
from functions.api.documents.list_documents.handler import handler as list_documents
from functions.api.documents.upload_document.handler import handler as upload_document
from functions.queues.accept_upload.handler import handler as accept_upload
from functions.queues.ingest_document.handler import handler as ingest_document
from functions.queues.purge_document.handler import handler as purge_document
from tests.support import papers
from tests.support.accounts import Account, make_account
from tests.support.cloud import Cloud, cloud_of_moto
from tests.support.events import Answer, call

pytestmark = pytest.mark.usefixtures("database")

PATH = "/api/v1/documents"
TEXT = b"# Runbook\n\n" + b"\n\n".join(b"## Step %d\n\nPrune backup %d." % (n, n) for n in range(5))
BOUNDARY = "limit"


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with cloud_of_moto() as started:
        yield started


@pytest.fixture
def anna() -> Account:
    return make_account("anna")


def form(content: bytes, name: str = "runbook.md", field: str = "file", **fields: str) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
    )
    return b"".join(parts) + head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def send(account: Account, raw: bytes) -> Answer:
    headers = {**account.headers, "content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    return call(upload_document, "POST", f"{PATH}/upload", raw=raw, headers=headers)


def deliver(function: object, body: str) -> object:
    records = [{"messageId": "1", "body": body}]
    return function({"Records": records}, None)  # type: ignore[operator]


class TestUpload:
    def test_is_202_and_the_same_file_again_200(self, cloud: Cloud, anna: Account) -> None:
        first, again = send(anna, form(TEXT)), send(anna, form(TEXT))
        assert (first.status, again.status) == (202, 200)
        assert first.json["id"] == again.json["id"]
        assert first.json["state"] == "queued"
        assert first.json["sha256"] == hashlib.sha256(TEXT).hexdigest()
        assert first.json["contract"]["dropped"]

    @pytest.mark.parametrize(
        ("raw", "status", "code"),
        [
            (form(b""), 422, "empty_file"),
            (form(TEXT, "virus.exe"), 422, "unsupported_format"),
            (form(TEXT, "a\x07b.md"), 422, "invalid_filename"),
            (form(TEXT, field="document"), 422, "bad_request"),
            (form(TEXT, agent_id="x"), 422, "bad_request"),
            (form(TEXT, agent_id=str(uuid4())), 404, "agent_not_found"),
            (form(TEXT, replaces="x"), 422, "bad_request"),
            (form(TEXT, replaces=str(uuid4())), 404, "document_not_found"),
            (b"no form", 422, "bad_request"),
            (form(b"x" * 5_000_000), 413, "body_too_large"),
        ],
        ids=[
            "empty",
            "exe",
            "control",
            "field",
            "agent",
            "no-agent",
            "old",
            "no-old",
            "no-form",
            "large",
        ],
    )
    def test_refuses_and_keeps_nothing(
        self, cloud: Cloud, anna: Account, raw: bytes, status: int, code: str
    ) -> None:
        answer = send(anna, raw)
        assert (answer.status, answer.json["code"]) == (status, code)
        assert cloud.objects() == []

    def test_names_the_field_of_a_document_that_does_not_exist(
        self, cloud: Cloud, anna: Account
    ) -> None:
        unknown = str(uuid4())
        sent = send(anna, form(TEXT, replaces=unknown))
        digest = hashlib.sha256(TEXT).hexdigest()
        body = {"filename": "o.md", "size": len(TEXT), "sha256": digest, "replaces": unknown}
        begun = call(upload_document, "POST", f"{PATH}/upload", body=body, headers=anna.headers)
        for answer in (sent, begun):
            assert (answer.status, answer.json["code"]) == (404, "document_not_found")
            assert [each["pointer"] for each in answer.json["errors"]] == ["/replaces"]

    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("отчёт %22май%22.txt", 'отчёт "май".txt'),
            ("100%.txt", "100%.txt"),
            ("plan%20%22may%22.txt", "plan%20%22may%22.txt"),
            ("%D0%BF%22.txt", "%D0%BF%22.txt"),
            ("👩\u200d💻.txt", "👩\u200d💻.txt"),
        ],
    )
    def test_keeps_the_name_of_the_file_on_the_disk(
        self, cloud: Cloud, anna: Account, sent: str, kept: str
    ) -> None:
        """A form spells a quote ``%22`` and encodes nothing else."""
        assert send(anna, form(TEXT, sent)).json["filename"] == kept

    def test_in_the_place_of_another_document_is_its_next_version(
        self, cloud: Cloud, anna: Account
    ) -> None:
        first = send(anna, form(TEXT)).json
        assert (first["version"], first["supersedes"]) == (1, None)
        second = send(anna, form(b"# Other", "other.md", replaces=first["id"])).json
        assert (second["version"], second["supersedes"]) == (2, first["id"])
        digest = hashlib.sha256(b"# Third").hexdigest()
        body = {"filename": "o.md", "size": 7, "sha256": digest, "replaces": second["id"]}
        begun = call(upload_document, "POST", f"{PATH}/upload", body=body, headers=anna.headers)
        third = begun.json["document"]
        assert (third["version"], third["supersedes"]) == (3, second["id"])

    def test_needs_a_login(self, cloud: Cloud) -> None:
        headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
        answer = call(upload_document, "POST", f"{PATH}/upload", raw=form(TEXT), headers=headers)
        assert answer.status == 401

    def test_announced_gives_a_form_and_the_event_of_s3_queues_it(
        self, cloud: Cloud, anna: Account
    ) -> None:
        digest = hashlib.sha256(TEXT).hexdigest()
        body = {"filename": "large.md", "size": len(TEXT), "sha256": digest}
        begun = call(upload_document, "POST", f"{PATH}/upload", body=body, headers=anna.headers)
        assert begun.status == 201
        document, fields = begun.json["document"], begun.json["upload"]["fields"]
        assert document["state"] == "uploading"
        cloud.s3.put_object(Bucket="mara-test", Key=fields["key"], Body=TEXT)
        key = quote(fields["key"], safe="")
        event = json.dumps({"Records": [{"s3": {"object": {"key": key}}}]})
        assert deliver(accept_upload, '{"Event":"s3:TestEvent"}') == {"batchItemFailures": []}
        assert deliver(accept_upload, event) == {"batchItemFailures": []}
        assert deliver(accept_upload, event) == {"batchItemFailures": []}
        read = call(get_document, "GET", f"{PATH}/{document['id']}", headers=anna.headers)
        assert read.json["state"] == "queued"

    @pytest.mark.parametrize(
        "change", [{"size": 0}, {"size": 10**12}, {"sha256": "x"}, {"filename": ""}, {"more": 1}]
    )
    def test_announced_wrongly_is_422(
        self, cloud: Cloud, anna: Account, change: dict[str, object]
    ) -> None:
        body = {"filename": "large.md", "size": 9, "sha256": "0" * 64, **change}
        answer = call(upload_document, "POST", f"{PATH}/upload", body=body, headers=anna.headers)
        assert answer.status == 422


class TestRead:
    def test_a_document_is_listed_shown_in_passages_and_downloaded(
        self, cloud: Cloud, anna: Account
    ) -> None:
        document_id = send(anna, form(TEXT)).json["id"]
        body = f'{{"document_id":"{document_id}"}}'
        assert deliver(ingest_document, body) == {"batchItemFailures": []}
        assert deliver(ingest_document, body) == {"batchItemFailures": []}
        listed = call(list_documents, "GET", PATH, headers=anna.headers).json
        assert [item["state"] for item in listed["items"]] == ["ready"]
        path, seen, query = f"{PATH}/{document_id}/chunks", [], {"limit": "2"}
        while True:
            page = call(list_chunks, "GET", path, query=query, headers=anna.headers).json
            seen += [item["text"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        assert seen == ["Runbook", *(f"Prune backup {n}." for n in range(5))]
        content = call(get_content, "GET", f"{PATH}/{document_id}/content", headers=anna.headers)
        assert "attachment" in content.json["url"]

    def test_a_document_tells_what_was_dropped_from_it(self, cloud: Cloud, anna: Account) -> None:
        document_id = send(anna, form(papers.an_xlsx(), "plan.xlsx")).json["id"]
        path = f"{PATH}/{document_id}"
        before = call(get_document, "GET", path, headers=anna.headers).json["contract"]["dropped"]
        assert {item["count"] for item in before} == {None}
        body = f'{{"document_id":"{document_id}"}}'
        assert deliver(ingest_document, body) == {"batchItemFailures": []}
        dropped = call(get_document, "GET", path, headers=anna.headers).json["contract"]["dropped"]
        assert {"kind": "hidden_rows", "count": 1} in dropped
        assert {"kind": "hidden_sheets", "count": 1} in dropped
        assert {"kind": "pictures", "count": 0} in dropped

    def test_deleted_it_is_gone(self, cloud: Cloud, anna: Account) -> None:
        document_id = send(anna, form(TEXT)).json["id"]
        path = f"{PATH}/{document_id}"
        assert call(delete_document, "DELETE", path, headers=anna.headers).status == 204
        assert call(delete_document, "DELETE", path, headers=anna.headers).status == 404
        body = f'{{"document_id":"{document_id}"}}'
        assert deliver(ingest_document, body) == {"batchItemFailures": []}
        assert deliver(purge_document, body) == {"batchItemFailures": []}
        assert cloud.objects() == []


class TestUploadAgain:
    def test_with_its_key_answers_the_first_result_whatever_its_boundary(
        self, anna: Account, cloud: Cloud
    ) -> None:
        """A client writes the form anew when it repeats a request, with another boundary."""
        raw = form(TEXT)
        answers = []
        for boundary in (BOUNDARY, "another-boundary-of-the-client"):
            headers = {
                **anna.headers,
                "content-type": f"multipart/form-data; boundary={boundary}",
                "idempotency-key": "upload-1",
            }
            sent = raw.replace(f"--{BOUNDARY}".encode(), f"--{boundary}".encode())
            answers.append(
                call(upload_document, "POST", f"{PATH}/upload", raw=sent, headers=headers)
            )
        first, again = answers
        assert (first.status, again.status) == (202, 202)
        assert again.json == first.json
        assert again.headers["idempotent-replayed"] == "true"
        assert len(cloud.objects()) == 1
