"""Parameters of operations: what is said of those that many routes have."""

from typing import Any

from infra.local.openapi.examples import ID
from mara.entrypoints.http import Replay

SHARED = {
    "cursor": ("The `next_cursor` of the previous page; none for the first page.", "AZnwoHwufUqa"),
    "key_id": ("Id of the API key.", ID),
    "limit": ("Maximum number of items on a page.", 20),
    "network": ("The network.", "arbitrum"),
    "user_id": ("Id of the account.", ID),
}
"""Description and example by name. A parameter of one route has its own in its handler."""

REPLAYS = {
    Replay.ANSWER: "The same key and body give the first answer again, for 24 hours.",
    Replay.REFUSAL: (
        "The same key is refused for 24 hours: the answer holds a secret, which is shown once."
    ),
}


def idempotency_key(replay: Replay) -> dict[str, Any]:
    """Return the header that makes a request safe to repeat."""
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": REPLAYS[replay],
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "examples": [ID]},
    }


def complete(parameter: dict[str, Any]) -> dict[str, Any]:
    """Return the parameter with its description and example, where they are known.

    The example is in the schema, where Swagger UI does not fill it in: a made-up id or filter
    would make the first try fail.
    """
    schema = _of_sent_value(parameter["schema"])
    text, example = SHARED.get(parameter["name"]) or _of_id(parameter["name"])
    described = {"description": text} if text else {}
    if example is not None:
        schema.setdefault("examples", [example])
    return {**described, **parameter, "schema": schema}


def _of_sent_value(schema: dict[str, Any]) -> dict[str, Any]:
    """Without the title, and without null, which cannot be sent: the parameter is left out."""
    without = {key: value for key, value in schema.items() if key not in {"title", "anyOf"}}
    some = [part for part in schema.get("anyOf", []) if part.get("type") != "null"]
    if len(some) == 1:
        return {**some[0], **without}
    return {**without, "anyOf": some} if some else without


def _of_id(name: str) -> tuple[str | None, str | None]:
    """``plan_id`` is the id of a plan."""
    kind = name.removesuffix("_id")
    return (None, None) if kind == name else (f"Id of the {kind.replace('_', ' ')}.", ID)
