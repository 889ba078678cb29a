"""What can go wrong with a vault."""

from mara.kernel.errors import NotFound


class VaultNotFound(NotFound):
    title = "There is no vault yet"
