"""Domain checks of single fields as validators of a schema: all errors of a form come at once."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from mara.kernel.errors import DomainError

ValueT = TypeVar("ValueT")

DOMAIN_ERROR = "domain_error"
"""The type of pydantic's error that carries a DomainError, as ``error`` in its context."""


def checked(check: Callable[[ValueT], object]) -> AfterValidator:
    """Return a validator that runs ``check``, whose DomainError keeps its code and its text."""

    def validate(value: ValueT) -> ValueT:
        try:
            check(value)
        except DomainError as error:
            context = {"detail": error.detail, "error": error}
            raise PydanticCustomError(DOMAIN_ERROR, "{detail}", context) from None
        return value

    return AfterValidator(validate)
