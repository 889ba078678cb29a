"""Checks of the domain for a form whose schema is violated: all of its errors come at once.

A service checks what a schema cannot, such as the strength of a password, and is not called where
the schema is violated. A route can therefore declare ``form_check``, which then checks the fields
that are valid.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request as HttpRequest
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError

from mara.entrypoints.events import PRINCIPAL, REQUEST
from mara.entrypoints.pointers import fields_of_body
from mara.kernel.errors import DomainError
from mara.kernel.principal import Principal


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a body that its schema accepts, with their types; no defaults."""

    fields: Mapping[str, Any]
    path: Mapping[str, Any]
    principal: Principal | None

    @property
    def caller(self) -> Principal:
        """The caller, on a route that is not public."""
        assert self.principal is not None  # noqa: S101 - the frame has authenticated the caller
        return self.principal

    def id(self, name: str) -> UUID:
        """Return an id of the path."""
        return UUID(str(self.path[name]))

    def secret(self, name: str) -> str | None:
        """Return the text of a secret field, None if it is missing or not valid."""
        return self.fields[name].get_secret_value() if name in self.fields else None


FormCheck = Callable[[Form], None]
"""Raises the DomainError of a field, with those of others in its ``also``."""


def errors_beside(
    found: Sequence[Mapping[str, Any]],
    check: FormCheck | None,
    http_request: HttpRequest,
) -> Sequence[DomainError]:
    """Return what the domain finds in the fields that pydantic found no error in.

    Nothing where the path is not valid: the object that the form is about is then not known.
    """
    if check is None or any(error["loc"][0] == "path" for error in found):
        return ()
    event = http_request.scope["aws.event"]
    fields = _valid_fields(http_request.scope["route"], fields_of_body(event[REQUEST]))
    form = Form(fields, http_request.path_params, event.get(PRINCIPAL))
    try:
        check(form)
    except DomainError as error:
        return (error, *error.also)
    return ()


def _valid_fields(route: APIRoute, body: Mapping[str, Any]) -> dict[str, Any]:
    model = route.body_field.field_info.annotation if route.body_field else None
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return {}
    valid: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if name in body:
            adapter = TypeAdapter[Any](Annotated[field.annotation, field])
            try:
                valid[name] = adapter.validate_python(body[name])
            except ValidationError:
                continue  # it is among the errors that pydantic has found
    return valid
