"""The parameters of a request, as JSON, as a form or in the address.

https://core.telegram.org/bots/api#making-requests; in forms, what is not text is written as JSON.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from infra.local.simulators.telegram.errors import bad_request
from infra.local.simulators.telegram.model import Json


@dataclass(frozen=True)
class Upload:
    """A file that came with a request."""

    name: str
    content: bytes
    media_type: str | None = None


@dataclass(frozen=True)
class Parameters:
    """The values of one request by name, and its files."""

    values: Json = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A text, empty if there is none. Raises ApiError."""
        value = self.values.get(name)
        if value is None:
            return ""
        found = str(value)
        try:
            found.encode()
        except UnicodeEncodeError:
            raise bad_request("strings must be encoded in UTF-8") from None
        return found

    def number(self, name: str) -> int | None:
        """A whole number. Raises ApiError."""
        value = self.values.get(name)
        if value in (None, ""):
            return None
        try:
            return int(str(value))
        except ValueError:
            raise bad_request(f'field "{name}" must be a valid Number') from None

    def flag(self, name: str) -> bool:
        """A boolean; absent is false."""
        return str(self.values.get(name, "")).lower() in {"true", "1", "yes"}

    def parsed(self, name: str, form: type[Any]) -> Any:
        """An object or a list, empty if there is none. Raises ApiError."""
        value = self.values.get(name)
        if value in (None, ""):
            return form()
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise bad_request(f"can't parse {name} JSON object") from None
        if not isinstance(value, form):
            raise bad_request(f"object expected as {name}")
        return value

    def chat(self) -> int | str:
        """The field ``chat_id``: a number or an @username. Raises ApiError."""
        text = self.text("chat_id")
        if not text:
            raise bad_request("chat_id is empty")
        return text if text.startswith("@") else self.number("chat_id") or 0

    def upload(self, name: str) -> Upload | None:
        """The file of a field, also where it names another part with ``attach://``."""
        part = self.text(name).removeprefix("attach://")
        return self.files.get(part) or self.files.get(name)


async def read(request: Request) -> Parameters:
    """The parameters of a request. Raises ApiError."""
    values: Json = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        return Parameters(values | _object(await request.body()))
    files = {}
    async with request.form() as form:
        for name, value in form.items():
            if isinstance(value, UploadFile):
                files[name] = Upload(value.filename or name, await value.read(), value.content_type)
            else:
                values[name] = value
    return Parameters(values, files)


def _object(body: bytes) -> Json:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise bad_request("can't parse request JSON object")
    return found
