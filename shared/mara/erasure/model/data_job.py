"""An export or an erasure, and how far it has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from mara.users.model import Locale

LEASE = timedelta(minutes=16)
"""Longer than a function may run: a job whose worker was killed is begun again after it."""
RETRY = timedelta(minutes=1)
"""How long a job waits after a failure."""
EXPORT_ATTEMPTS_MAX = 5
EXPORT_EVERY = timedelta(hours=1)
"""How long an export is answered again though another one is asked for."""
EXPORT_KEPT = timedelta(hours=24)
"""How long the file of an export is kept."""
SETTLING = timedelta(minutes=20)
"""How long after the request the last count of an erasure is made. A form for an upload is valid
for 15 minutes, and a function that has begun runs for 15 minutes at most."""


class JobKind(StrEnum):
    """What is done with the data of the user."""

    EXPORT = "export"
    ERASURE = "erasure"


class JobState(StrEnum):
    """``settling``: all is deleted, and counted once more when no writer can be left."""

    WAITING = "waiting"
    SETTLING = "settling"
    DONE = "done"
    FAILED = "failed"


OPEN = (JobState.WAITING, JobState.SETTLING)


@dataclass(frozen=True, slots=True)
class DataJob:
    """``due_at`` is when a worker may take it, None where there is nothing left to do.

    ``counts`` are the deleted objects of each kind. ``mail_to`` is where the certificate goes; it
    is forgotten as soon as it went there. ``size`` is that of the export's file, in bytes.
    """

    id: UUID
    owner_id: UUID
    kind: JobKind
    requested_at: datetime
    due_at: datetime | None
    state: JobState = JobState.WAITING
    attempts: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    mail_to: str | None = None
    locale: Locale = Locale.EN
    finished_at: datetime | None = None
    size: int | None = None
    certificate: Mapping[str, Any] | None = None

    @property
    def object_key(self) -> str:
        """The key of the export's file."""
        return f"exports/{self.owner_id}/{self.id}.zip"

    @property
    def expires_at(self) -> datetime | None:
        """When the file of the export is deleted; None until there is one."""
        is_ready = self.kind is JobKind.EXPORT and self.state is JobState.DONE
        return self.finished_at + EXPORT_KEPT if is_ready and self.finished_at else None
