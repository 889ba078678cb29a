"""Errors of the notifications domain."""

from mara.kernel.errors import Invalid


class CursorExpired(Invalid):
    """The cursor is older than the changes that are kept: some may have been missed."""

    title = "The cursor is too old"
    fields = ("after",)


class AddressNotPublic(Invalid):
    """The address of a webhook leads, or may lead, into a private network."""

    title = "The address is not public"
