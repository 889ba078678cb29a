"""Errors of the vault."""

from mara.kernel.errors import NotFound


class VaultNotFound(NotFound):
    """The user has not generated a wallet yet."""

    """The user has not generated a wallet yet."""

    title = "There is no vault yet"
