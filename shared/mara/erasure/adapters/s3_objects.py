"""The stored objects of one user in S3."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from uuid import UUID

from mara.documents.errors import StorageUnavailable
from mara.erasure.adapters.s3_archive import S3Archive
from mara.erasure.model.data_job import DataJob
from mara.platform import s3

PREFIXES = ("objects", "incoming", "exports")
"""The folders of the bucket; each has a folder for every user."""
PART = 1024 * 1024


@contextmanager
def _failures() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise StorageUnavailable("Try again in a few seconds.") from error


@dataclass(frozen=True, slots=True)
class S3OwnedObjects:
    """Implements ``OwnedObjects`` with one bucket."""

    bucket: str

    def documents(self, owner_id: UUID) -> Iterator[UUID]:
        """Return the ids of documents whose file is stored."""
        prefix = f"objects/{owner_id}/"
        for keys in self._pages(prefix):
            for key in keys:
                yield UUID(key.removeprefix(prefix))

    def read(self, owner_id: UUID, document_id: UUID) -> Iterator[bytes]:
        """Return the file of a document in parts; none where it was deleted meanwhile."""
        with _failures():
            try:
                found = s3.client().get_object(
                    Bucket=self.bucket, Key=f"objects/{owner_id}/{document_id}"
                )
            except s3.client().exceptions.NoSuchKey:
                return
            yield from found["Body"].iter_chunks(PART)

    def delete(self, owner_id: UUID) -> int:
        """Delete all objects and unfinished uploads; return how many there were."""
        deleted = self._abort(owner_id)
        for prefix in PREFIXES:
            for keys in self._pages(f"{prefix}/{owner_id}/"):
                with _failures():
                    for key in keys:
                        s3.client().delete_object(Bucket=self.bucket, Key=key)
                deleted += len(keys)
        return deleted

    def delete_export(self, job: DataJob) -> None:
        """Delete the file of one export."""
        with _failures():
            s3.client().delete_object(Bucket=self.bucket, Key=job.object_key)

    def count(self, owner_id: UUID) -> int:
        """Return the number of objects and of unfinished uploads."""
        folders = [f"{prefix}/{owner_id}/" for prefix in PREFIXES]
        stored = sum(len(keys) for folder in folders for keys in self._pages(folder))
        return stored + len(self._uploads(owner_id))

    @contextmanager
    def archive(self, job: DataJob) -> Iterator[S3Archive]:
        """Open the file of an export; nothing is stored after an error."""
        with _failures():
            archive = S3Archive(self.bucket, job.object_key)
        try:
            with _failures():
                yield archive
                archive.close()
        except BaseException:
            archive.abort()
            raise

    def link(self, job: DataJob, lifetime_s: int) -> str:
        """Return a URL of the file of an export."""
        name = f"mara-export-{job.requested_at:%Y-%m-%d}.zip"
        parameters = {
            "Bucket": self.bucket,
            "Key": job.object_key,
            "ResponseContentDisposition": f'attachment; filename="{name}"',
        }
        with _failures():
            return s3.client().generate_presigned_url(
                "get_object", Params=parameters, ExpiresIn=lifetime_s
            )

    def _abort(self, owner_id: UUID) -> int:
        uploads = self._uploads(owner_id)
        with _failures():
            for key, upload_id in uploads:
                with suppress(s3.client().exceptions.NoSuchUpload):
                    s3.client().abort_multipart_upload(
                        Bucket=self.bucket, Key=key, UploadId=upload_id
                    )
        return len(uploads)

    def _uploads(self, owner_id: UUID) -> list[tuple[str, str]]:
        """Keys and ids of exports that are being uploaded: their parts are no objects yet."""
        with _failures():
            pages = s3.client().get_paginator("list_multipart_uploads")
            return [
                (found["Key"], found["UploadId"])
                for page in pages.paginate(Bucket=self.bucket, Prefix=f"exports/{owner_id}/")
                for found in page.get("Uploads", ())
            ]

    def _pages(self, prefix: str) -> Iterator[list[str]]:
        with _failures():
            pages = s3.client().get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket, Prefix=prefix):
                yield [found["Key"] for found in page.get("Contents", ())]
