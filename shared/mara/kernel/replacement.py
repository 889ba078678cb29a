"""Checks that a request which replaces an object (PUT) erases no field that it does not name."""

from collections.abc import Collection
from dataclasses import fields
from typing import TYPE_CHECKING, ClassVar

from mara.kernel.errors import Invalid

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class FieldsMissing(Invalid):
    """The request lacks fields that have a value, and would erase it."""

    title: ClassVar[str] = "The request would erase fields"

    def __init__(self, names: Collection[str]) -> None:
        """``names`` are the names of these fields."""
        super().__init__("The field has a value: send the field, or use PATCH.")
        self.names = tuple(names)


def check_complete(
    current: "DataclassInstance", replacement: "DataclassInstance", sent: Collection[str] | None
) -> None:
    """Check that ``replacement`` differs from ``current`` only in fields that were ``sent``.

    ``sent`` holds the names of the fields in the request; None means all. Raises FieldsMissing.
    """
    if sent is None:
        return
    erased = [
        field.name
        for field in fields(current)
        if field.name not in sent
        and getattr(current, field.name) != getattr(replacement, field.name)
    ]
    if erased:
        raise FieldsMissing(erased)
