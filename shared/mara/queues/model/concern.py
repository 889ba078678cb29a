"""The object that a message concerns, as its body names it."""

import json
from dataclasses import dataclass
from uuid import UUID

OWNER, SUFFIX = "owner_id", "_id"
NOT_OBJECTS = frozenset({OWNER, "event_id"})


@dataclass(frozen=True, slots=True)
class Concern:
    """The kind and the id of an object, such as ``document``, and its owner; None if unknown."""

    object_kind: str | None = None
    object_id: UUID | None = None
    owner_id: UUID | None = None


def concern_of(body: str) -> Concern:
    """Return what a message concerns; nothing is known of a foreign or unreadable one."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return Concern()
    if not isinstance(content, dict):
        return Concern()
    found = {
        key.removesuffix(SUFFIX): id_
        for key, value in content.items()
        if key.endswith(SUFFIX) and key not in NOT_OBJECTS and (id_ := _uuid(value))
    }
    kind = next(iter(found), None)
    return Concern(kind, found.get(kind) if kind else None, _uuid(content.get(OWNER)))


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
