"""Bodies of PATCH: JSON merge patches (RFC 7396) of objects without nested objects."""

from typing import Any

from pydantic import BaseModel, Field

MERGE_PATCH = "application/merge-patch+json"
MEDIA_TYPES = ("application/json", MERGE_PATCH)


class MergePatch(BaseModel):
    """The base of a body of PATCH; fields that are omitted stay as they are.

    Null erases a field, where its type allows it.
    """

    def changes(self) -> dict[str, Any]:
        """Return the fields of the request with their new values."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def optional(**constraints: Any) -> Any:
    """Return the declaration of a field that may be omitted, but is null only if its type says so.

    The OpenAPI document shows no default: the value of an omitted field stays.
    """
    return Field(default=None, json_schema_extra=_without_default, **constraints)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)
