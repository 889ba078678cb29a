"""Errors of the vault."""

from mara.kernel.errors import NotFound


class VaultNotFound(NotFound):
    """The user has not generated a wallet yet."""

    """The user has not generated a wallet yet."""

    title = "There is no vault yet"


class DerivationFailed(Exception):
    """Keys could not be derived from a seed; the text and the traceback hold nothing of it.

    Not a DomainError: the caller can do nothing about it, so clients get an internal error.
    """
