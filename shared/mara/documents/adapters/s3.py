"""Storage of files in S3."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mara.documents.errors import StorageUnavailable
from mara.platform import s3

NOT_FOUND = {"404", "NoSuchKey", "NotFound"}


@contextmanager
def _failures() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise StorageUnavailable("Try again in a few seconds.") from error


def _is_missing(error: Exception) -> bool:
    response = getattr(error, "response", {})
    return response.get("Error", {}).get("Code") in NOT_FOUND


@dataclass(frozen=True, slots=True)
class S3Storage:
    """Implements ``Storage`` with one bucket."""

    bucket: str

    def put(self, key: str, content: bytes) -> None:
        """Write an object."""
        with _failures():
            s3.client().put_object(Bucket=self.bucket, Key=key, Body=content)

    def download(self, key: str, to: Path) -> bool:
        """Download to a file; return False if the key does not exist."""
        from botocore.exceptions import ClientError

        with _failures():
            try:
                s3.client().download_file(self.bucket, key, str(to))
            except ClientError as error:
                if _is_missing(error):
                    return False
                raise
        return True

    def size(self, key: str) -> int | None:
        """Return the size in bytes, None if the key does not exist."""
        from botocore.exceptions import ClientError

        with _failures():
            try:
                return int(s3.client().head_object(Bucket=self.bucket, Key=key)["ContentLength"])
            except ClientError as error:
                if _is_missing(error):
                    return None
                raise

    def move(self, key: str, to: str) -> None:
        """Copy, then delete; idempotent. A retry removes the source that a crash left behind."""
        from botocore.exceptions import ClientError

        with _failures():
            try:
                s3.client().copy({"Bucket": self.bucket, "Key": key}, self.bucket, to)
            except ClientError as error:
                if _is_missing(error) and self.size(to) is not None:
                    return  # an earlier attempt moved it and crashed afterwards
                raise
            s3.client().delete_object(Bucket=self.bucket, Key=key)

    def delete(self, key: str) -> None:
        """Delete an object. Idempotent."""
        with _failures():
            s3.client().delete_object(Bucket=self.bucket, Key=key)

    def presign_upload(self, key: str, size: int, lifetime_s: int) -> tuple[str, dict[str, str]]:
        """Return the URL and the form fields of a presigned POST for exactly ``size`` bytes."""
        with _failures():
            form = s3.client().generate_presigned_post(
                self.bucket,
                key,
                Conditions=[["content-length-range", size, size]],
                ExpiresIn=lifetime_s,
            )
        return form["url"], form["fields"]

    def presign_download(
        self, key: str, filename: str, lifetime_s: int, *, shown_as: str | None = None
    ) -> str:
        """Return the URL of a presigned GET, which expires after ``lifetime_s`` seconds."""
        disposition = "inline" if shown_as else "attachment"
        name = quote(filename, safe="")
        parameters = {
            "Bucket": self.bucket,
            "Key": key,
            "ResponseContentDisposition": f"{disposition}; filename*=UTF-8''{name}",
        }
        if shown_as:
            # The type is stated, so that no browser guesses that a hostile file is a web page.
            parameters["ResponseContentType"] = shown_as
        with _failures():
            return s3.client().generate_presigned_url(
                "get_object", Params=parameters, ExpiresIn=lifetime_s
            )
