"""Large files, which go past us: announced, put into the storage, and verified before all else."""

import base64
import hashlib
import json
from datetime import timedelta

import pytest

from mara.documents.adapters.s3 import S3Storage
from mara.documents.errors import FileTooLarge, IngestionSettled
from mara.documents.model import SIZE_MAX, Document, DocumentState
from mara.documents.service.recovery import UPLOADING_FOR
from mara.kernel.principal import Principal
from mara.platform.clock import now
from mara.wiring.documents import acceptance_service, library_service, recovery_service
from tests.support.cloud import BUCKET, Cloud
from tests.support.subscriptions import without_limits

pytestmark = pytest.mark.usefixtures("database")

TEXT = b"# Runbook\n\nPrune the backups of the database host first.\n"


def get(caller: Principal, document: Document) -> Document:
    return library_service().get(caller, document.id)


class TestForm:
    """Uploads that go past us, straight into the bucket."""

    def begin(self, cloud: Cloud, anna: Principal, declared: bytes, sent: bytes) -> Document:
        digest = hashlib.sha256(declared).hexdigest()
        document, form = library_service().begin_upload(anna, "large.md", len(declared), digest)
        assert form is not None
        assert document.state is DocumentState.UPLOADING
        cloud.s3.put_object(Bucket=BUCKET, Key=document.incoming_key, Body=sent)
        return document

    def test_is_verified_moved_and_read(self, cloud: Cloud, anna: Principal) -> None:
        document = self.begin(cloud, anna, TEXT, TEXT)
        acceptance_service().accept(document.id)
        with pytest.raises(IngestionSettled):
            acceptance_service().accept(document.id)
        cloud.work()
        assert get(anna, document).state is DocumentState.READY
        assert cloud.objects() == [document.object_key]

    @pytest.mark.parametrize(
        ("sent", "code"), [(TEXT + b"more", "size_differs"), (TEXT[::-1], "hash_differs")]
    )
    def test_that_lies_fails_with_the_reason_and_leaves_nothing(
        self, cloud: Cloud, anna: Principal, sent: bytes, code: str
    ) -> None:
        """Invariant 12: declared sizes that lie."""
        document = self.begin(cloud, anna, TEXT, sent)
        acceptance_service().accept(document.id)
        failed = get(anna, document)
        assert failed.failure
        assert failed.failure.code == code
        assert cloud.objects() == []

    def test_that_died_after_the_move_is_accepted_by_the_next(
        self, cloud: Cloud, anna: Principal
    ) -> None:
        document = self.begin(cloud, anna, TEXT, TEXT)
        S3Storage(BUCKET).move(document.incoming_key, document.object_key)
        acceptance_service().accept(document.id)
        assert get(anna, document).state is DocumentState.QUEUED

    def test_takes_a_hundred_megabytes_and_no_byte_more(
        self, cloud: Cloud, anna: Principal
    ) -> None:
        without_limits(anna.user_id)
        digest = hashlib.sha256(TEXT).hexdigest()
        _, form = library_service().begin_upload(anna, "largest.pdf", SIZE_MAX, digest)
        assert form
        policy = json.loads(base64.b64decode(form.fields["policy"]))
        assert ["content-length-range", SIZE_MAX, SIZE_MAX] in policy["conditions"]
        with pytest.raises(FileTooLarge):
            library_service().begin_upload(anna, "larger.pdf", SIZE_MAX + 1, digest)

    def test_that_never_comes_fails_with_the_reason(self, cloud: Cloud, anna: Principal) -> None:
        digest = hashlib.sha256(TEXT).hexdigest()
        document, _ = library_service().begin_upload(anna, "large.md", len(TEXT), digest)
        assert recovery_service().recover(now()) == 0
        assert recovery_service().recover(now() + UPLOADING_FOR + timedelta(seconds=1)) == 1
        failed = get(anna, document)
        assert failed.failure
        assert failed.failure.code == "never_arrived"
