"""Replacing the whole of an object, without erasing what the caller did not mean to erase."""

from collections.abc import Collection
from dataclasses import fields
from typing import TYPE_CHECKING, ClassVar

from mara.kernel.errors import Invalid

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class FieldsMissing(Invalid):
    """A replacement lacks fields that have a value; ``names`` are theirs."""

    title: ClassVar[str] = "The request would erase fields"

    def __init__(self, names: Collection[str]) -> None:
        super().__init__("It has a value, which would be erased: send the field, or use PATCH.")
        self.names = tuple(names)


def check_complete(
    present: "DataclassInstance", wanted: "DataclassInstance", given: Collection[str] | None
) -> None:
    """Check that ``wanted`` erases nothing of ``present`` that the caller did not name.

    ``given`` are the names of the fields in the request; None means all. Raises FieldsMissing.
    """
    if given is None:
        return
    erased = [
        field.name
        for field in fields(present)
        if field.name not in given and getattr(present, field.name) != getattr(wanted, field.name)
    ]
    if erased:
        raise FieldsMissing(erased)
