"""The inline keyboards of requests (https://core.telegram.org/bots/api#inlinekeyboardmarkup)."""

from typing import Final

from infra.local.simulators.telegram.errors import bad_request
from infra.local.simulators.telegram.model import Json
from infra.local.simulators.telegram.parameters import Parameters

DATA_MAX: Final = 64
"""Bytes (https://core.telegram.org/bots/api#inlinekeyboardbutton)."""
FIELDS: Final = ("text", "callback_data", "url")


def buttons_of(asked: Parameters) -> list[list[Json]]:
    """The rows of buttons, without empty ones. Raises ApiError."""
    rows = asked.parsed("reply_markup", dict).get("inline_keyboard") or []
    return [[_button(one) for one in row] for row in rows if row]


def _button(asked: Json) -> Json:
    button = {name: asked[name] for name in FIELDS if asked.get(name)}
    if "text" not in button:
        raise bad_request("can't parse inline keyboard button: Field text must be non-empty")
    if len(button) == 1:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(button.get("callback_data", "").encode()) > DATA_MAX:
        raise bad_request("BUTTON_DATA_INVALID")
    return button
