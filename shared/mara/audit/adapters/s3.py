"""Anchors of the chain in S3, one key for each head."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mara.audit.errors import AnchorsUnavailable
from mara.audit.model.chain import GENESIS, AnchoredHeads, AuditHead
from mara.audit.model.restore import RestoreIntent, RestoreNote
from mara.audit.model.stored_note import StoredNote
from mara.platform import s3

if TYPE_CHECKING:
    from datetime import datetime

PREFIX = "heads/"
NOTES = "restores/"
MISSING = {"404", "NoSuchKey", "NotFound"}


@dataclass(frozen=True, slots=True)
class S3Anchors:
    """Implements ``Anchors``. The key holds the whole head, so a list of keys has all of them."""

    bucket: str

    def write(self, head: AuditHead) -> None:
        """Write the key once: a bucket with object lock keeps each version for years."""
        key = _key_of(head)
        with _failures():
            if not self._has(key):
                s3.client().put_object(Bucket=self.bucket, Key=key, Body=str(head).encode())

    def list(self) -> list[AuditHead]:
        """All heads, in their order."""
        return sorted(self.find_all().times)

    def find_all(self) -> AnchoredHeads:
        """All heads; versions show also those that a delete marker hides."""
        first: dict[str, datetime] = {}
        for one in self._versions(PREFIX):
            key, at = one["Key"], one["LastModified"]
            first[key] = min(first.get(key, at), at)
        heads = {key: _head(key) for key in first}
        return AnchoredHeads(
            times={head: first[key] for key, head in heads.items() if head is not None},
            strays=sorted(key for key, head in heads.items() if head is None),
        )

    def write_intent(self, intent: RestoreIntent) -> None:
        """Write it under a key of its own; functions have no right to that prefix."""
        self._put(f"{_key(intent)}.intent.json", intent.dump())

    def write_note(self, note: RestoreNote) -> None:
        """Write it beside its intent."""
        self._put(f"{_key(note)}.json", note.dump())

    def list_notes(self) -> Sequence[StoredNote]:
        """Every version of every note: none hides another."""
        with _failures():
            notes = [
                StoredNote.read(one["Key"], one["LastModified"], self._read(one))
                for one in reversed(self._versions(NOTES))  # newest first, where a key has some
            ]
        return sorted(notes, key=lambda note: (note.written_at, note.key))

    def _put(self, key: str, content: bytes) -> None:
        with _failures():
            s3.client().put_object(Bucket=self.bucket, Key=key, Body=content)

    def _versions(self, prefix: str) -> Sequence[dict[str, Any]]:
        with _failures():
            pages = s3.client().get_paginator("list_object_versions")
            found = pages.paginate(Bucket=self.bucket, Prefix=prefix)
            return [{**one} for page in found for one in page.get("Versions", ())]

    def _read(self, one: dict[str, Any]) -> bytes:
        key, version = one["Key"], one["VersionId"]
        if version == "null":  # of a bucket without versions
            found = s3.client().get_object(Bucket=self.bucket, Key=key)
        else:
            found = s3.client().get_object(Bucket=self.bucket, Key=key, VersionId=version)
        return bytes(found["Body"].read())

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


def _key(one: RestoreIntent | RestoreNote) -> str:
    return f"{NOTES}{one.at:%Y%m%dT%H%M%SZ}-{one.id}"


def _key_of(head: AuditHead) -> str:
    return f"{PREFIX}{head.position:015d}-{head.hash.hex()}"


def _head(key: str) -> AuditHead | None:
    """The head that a key names; None for a key that anyone else wrote."""
    position, _, digest = key.removeprefix(PREFIX).partition("-")
    try:
        head = AuditHead(int(position), bytes.fromhex(digest))
    except ValueError:
        return None
    return head if _key_of(head) == key and len(head.hash) == len(GENESIS) else None
