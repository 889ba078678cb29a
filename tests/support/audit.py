"""Anchors in memory, and deeds to chain."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import boto3

from mara.audit.model.chain import AnchoredHeads, AuditHead
from mara.audit.model.deed import AuditAction, Deed
from mara.audit.model.restore import RestoreIntent, RestoreNote
from mara.audit.model.stored_note import StoredNote
from mara.erasure.adapters.owned_rows import PostgresOwnedRows
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform import s3
from mara.platform.database import connection, transaction
from mara.platform.settings.audit import AuditSettings
from mara.wiring.audit import audit_log
from mara.wiring.schema import metadata
from tests.support.aws import aws_of_moto

USER = """
    INSERT INTO users (id, email, role, active, locale, time_zone, created_at, updated_at)
    VALUES (%s, %s, 'user', true, 'en', 'UTC', now(), now())
"""


@dataclass
class FakeAnchors:
    """Implements ``Anchors``."""

    heads: set[AuditHead] = field(default_factory=set)
    intents: list[RestoreIntent] = field(default_factory=list)
    notes: list[RestoreNote] = field(default_factory=list)

    def write(self, head: AuditHead) -> None:
        self.heads.add(head)

    def list(self) -> list[AuditHead]:
        return sorted(self.heads)

    def find_all(self) -> AnchoredHeads:
        return AnchoredHeads(dict.fromkeys(self.heads, datetime.min.replace(tzinfo=UTC)))

    def write_intent(self, intent: RestoreIntent) -> None:
        self.intents.append(intent)

    def write_note(self, note: RestoreNote) -> None:
        self.notes.append(note)

    def list_notes(self) -> Sequence[StoredNote]:
        begun = [StoredNote(f"{one.id}.intent", one.at, intent=one) for one in self.intents]
        return [*begun, *(StoredNote(str(note.id), note.at, note) for note in self.notes)]


@contextmanager
def bucket_of_anchors() -> Iterator[str]:
    """The bucket in this process (moto), with object lock and versions."""
    name = AuditSettings().audit_bucket  # type: ignore[call-arg]  # from the environment
    with aws_of_moto():
        s3.client.cache_clear()
        storage: Any = boto3.client("s3")
        storage.create_bucket(
            Bucket=name,
            CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
            ObjectLockEnabledForBucket=True,
        )
        yield name
        s3.client.cache_clear()


def erase_details(owner_id: UUID) -> int:
    """Close the account as an erasure does, and delete the details of its audit rows."""
    with transaction(SYSTEM):
        connection().execute(USER, [owner_id, f"{owner_id}@example.com"])
        connection().execute("INSERT INTO erased_accounts VALUES (%s, now())", [owner_id])
        audit_log().record(Deed(AuditAction.ACCOUNT_ERASED, owner_id, owner_id))
        return PostgresOwnedRows(metadata).delete(owner_id, "audit_details")


def login_of(owner_id: UUID) -> Deed:
    return Deed(AuditAction.LOGIN, owner_id, owner_id, detail={"address": "192.0.2.7"})


def record_logins(number: int, owner_id: UUID | None = None) -> None:
    with transaction(SYSTEM):
        for _ in range(number):
            audit_log().record(login_of(owner_id or new_id()))
