"""The message of an error in a field, in plain words: not as pydantic has it for developers."""

from collections.abc import Mapping
from typing import Any

FORMS = {
    r"^(?:0x)?([0-9a-fA-F]{64})$": "Write the hash of a transaction: 64 hexadecimal digits",
    r"^[0-9a-fA-F]{64}$": "Write 64 hexadecimal digits",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": "Write a time such as 22:30",
    r"^[a-z][a-z0-9-]{0,39}$": (
        "Use lower-case Latin letters, digits and hyphens, at most 40, with a letter first"
    ),
    r"^[a-z0-9-]+$": "Use lower-case Latin letters, digits and hyphens",
}
"""By the pattern of a schema, what a text should be."""
OTHER_FORM = "The text has a character that is not allowed here"
"""The other patterns of schemas exclude control characters."""

NO_LIST = "Input should be a valid list"


def message_of(error: Mapping[str, Any]) -> str:
    """Return what is wrong with a field, of one of pydantic's errors, in English."""
    context = error.get("ctx") or {}
    match error.get("type"):
        case "string_pattern_mismatch":
            return FORMS.get(context["pattern"], OTHER_FORM)
        case "is_instance_of" if context["class"] == "Sequence":  # of a list in the schema
            return NO_LIST
        case "sequence_str":
            return NO_LIST
        case "json_invalid" if isinstance(error["loc"][-1], int):  # FastAPI's, with the place
            return f"Not JSON from character {error['loc'][-1] + 1} on: {context['error']}"
    return str(error["msg"])
