"""A ZIP file that is uploaded to S3 part by part while it is written."""

import io
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from mara.platform import s3

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART = 8 * 1024 * 1024
"""Bytes of one part: 10 000 parts, the limit of S3, are 80 GB."""


class _Upload(io.RawIOBase):
    """A file that cannot be sought: what is written goes to a multipart upload."""

    def __init__(self, bucket: str, key: str) -> None:
        self._bucket, self._key = bucket, key
        begun = s3.client().create_multipart_upload(
            Bucket=bucket, Key=key, ContentType="application/zip"
        )
        self._id = begun["UploadId"]
        self._parts: list[CompletedPartTypeDef] = []
        self._buffer = bytearray()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, content: object) -> int:
        data = bytes(content)  # type: ignore[call-overload]  # a buffer
        self._buffer += data
        self.size += len(data)
        if len(self._buffer) >= PART:
            self._send()
        return len(data)

    def complete(self) -> None:
        self._send()
        s3.client().complete_multipart_upload(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._id,
            MultipartUpload={"Parts": self._parts},
        )

    def abort(self) -> None:
        # An erasure may have aborted it already.
        with suppress(s3.client().exceptions.NoSuchUpload):
            s3.client().abort_multipart_upload(
                Bucket=self._bucket, Key=self._key, UploadId=self._id
            )

    def _send(self) -> None:
        number = len(self._parts) + 1
        sent = s3.client().upload_part(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._id,
            PartNumber=number,
            Body=bytes(self._buffer),
        )
        self._parts.append({"ETag": sent["ETag"], "PartNumber": number})
        self._buffer.clear()


class S3Archive:
    """Implements ``Archive``."""

    def __init__(self, bucket: str, key: str) -> None:
        self._upload = _Upload(bucket, key)
        self._zip = zipfile.ZipFile(self._upload, "w", zipfile.ZIP_DEFLATED)

    def add(self, name: str, parts: Iterable[bytes]) -> None:
        """Write one file, part by part."""
        # Sizes are not known before: the form of ZIP for more than 4 GB is always used.
        with self._zip.open(name, "w", force_zip64=True) as file:
            for part in parts:
                file.write(part)

    @property
    def size(self) -> int:
        """The bytes that were written so far."""
        return self._upload.size

    def close(self) -> None:
        """Write the end of the file, and complete the upload."""
        self._zip.close()
        self._upload.complete()

    def abort(self) -> None:
        """Drop what was uploaded."""
        self._upload.abort()
