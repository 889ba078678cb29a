"""A deed that the audit records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID


class AuditAction(StrEnum):
    """What was done. A value is never renamed or removed: rows keep it for ever."""

    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    ROLE_CHANGED = "role_changed"
    ACCOUNT_ACTIVATED = "account_activated"
    ACCOUNT_DEACTIVATED = "account_deactivated"
    ACCOUNT_EXPORTED = "account_exported"
    ACCOUNT_ERASED = "account_erased"
    API_KEY_CREATED = "api_key_created"
    API_KEY_DELETED = "api_key_deleted"
    CREDIT_GIVEN = "credit_given"
    CREDIT_TAKEN_BACK = "credit_taken_back"
    CREDIT_NOTE_ISSUED = "credit_note_issued"
    PLAN_CREATED = "plan_created"
    PLAN_EDITED = "plan_edited"
    SUBSCRIBERS_MOVED = "subscribers_moved"
    PLAN_CHANGED = "plan_changed"
    INTAKE_SECRET_ROTATED = "intake_secret_rotated"  # noqa: S105 - a name, not a secret
    WEBHOOK_SECRET_ROTATED = "webhook_secret_rotated"  # noqa: S105 - a name, not a secret
    BOT_CONNECTED = "bot_connected"
    BOT_DISCONNECTED = "bot_disconnected"
    KEYS_REWRAPPED = "keys_rewrapped"
    DEAD_LETTERS_REDRIVEN = "dead_letters_redriven"
    DEAD_LETTERS_DISCARDED = "dead_letters_discarded"
    SCHEDULE_RUN = "schedule_run"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Deed:
    """``actor_id`` did ``action`` to ``owner_id`` or to an object of theirs.

    ``actor_id`` is None for an operator's command and for a caller who is not known, ``owner_id``
    for a deed that concerns no user. ``detail`` is what JSON can hold; whatever is personal or free
    text belongs there, because it can be erased.
    """

    action: AuditAction
    actor_id: UUID | None
    owner_id: UUID | None
    object_kind: str | None = None
    object_id: UUID | None = None
    detail: Mapping[str, Any] = field(default_factory=dict, repr=False)
