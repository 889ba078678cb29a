"""Anchors of the chain in S3, one key for each head."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from mara.audit.errors import AnchorsUnavailable
from mara.audit.model.chain import AuditHead
from mara.audit.model.restore import RestoreNote
from mara.platform import s3

PREFIX = "heads/"
NOTES = "restores/"
MISSING = {"404", "NoSuchKey", "NotFound"}


@dataclass(frozen=True, slots=True)
class S3Anchors:
    """Implements ``Anchors``. The key holds the whole head, so a list of keys has all of them."""

    bucket: str

    def write(self, head: AuditHead) -> None:
        """Write the key once: a bucket with object lock keeps each version for years."""
        key = f"{PREFIX}{head.position:015d}-{head.hash.hex()}"
        with _failures():
            if not self._has(key):
                s3.client().put_object(Bucket=self.bucket, Key=key, Body=str(head).encode())

    def list(self) -> list[AuditHead]:
        """All heads; versions show also those that a delete marker hides."""
        with _failures():
            pages = s3.client().get_paginator("list_object_versions")
            found = pages.paginate(Bucket=self.bucket, Prefix=PREFIX)
            keys = {one["Key"] for page in found for one in page.get("Versions", ())}
        return sorted(map(_head, keys))

    def write_note(self, note: RestoreNote) -> None:
        """Write the note under a key of its own; functions have no right to that prefix."""
        key = f"{NOTES}{note.at:%Y%m%dT%H%M%SZ}-{note.id}.json"
        with _failures():
            s3.client().put_object(Bucket=self.bucket, Key=key, Body=note.dump())

    def list_notes(self) -> Sequence[RestoreNote]:
        """Every version of every note: none hides another."""
        with _failures():
            pages = s3.client().get_paginator("list_object_versions")
            found = pages.paginate(Bucket=self.bucket, Prefix=NOTES)
            versions = [one for page in found for one in page.get("Versions", ())]
            notes = [self._read_note(one["Key"], one["VersionId"]) for one in versions]
        return sorted(notes, key=lambda note: note.at)

    def _read_note(self, key: str, version: str) -> RestoreNote:
        if version == "null":  # of a bucket without versions
            found = s3.client().get_object(Bucket=self.bucket, Key=key)
        else:
            found = s3.client().get_object(Bucket=self.bucket, Key=key, VersionId=version)
        return RestoreNote.load(found["Body"].read())

    def _has(self, key: str) -> bool:
        from botocore.exceptions import ClientError

        try:
            s3.client().head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in MISSING:
                return False
            raise
        return True


@contextmanager
def _failures() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise AnchorsUnavailable("Try again in a few seconds.") from error


def _head(key: str) -> AuditHead:
    position, _, digest = key.removeprefix(PREFIX).partition("-")
    return AuditHead(int(position), bytes.fromhex(digest))
