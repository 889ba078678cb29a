"""Secrets that variables name instead of holding them, read when they are needed (decision 0043).

``MARA_CHAINS=secretsmanager:mara-prod/chains`` means the text of that secret.
"""

from collections.abc import Callable

from mara.platform.secrets import SecretUnavailable, get_secret

PREFIX = "secretsmanager:"
"""Of a variable's value; the name of the secret follows."""


class StoredSecrets:
    """The texts that this process has read, by the names of their secrets."""

    def __init__(self, fetch: Callable[[str], str]) -> None:
        self._fetch = fetch
        self._texts: dict[str, str] = {}

    def text(self, name: str) -> str:
        """Return the text; the first call reads it. Raises SecretUnavailable, which is not kept."""
        if name not in self._texts:
            self._texts[name] = self._fetch(name)
        return self._texts[name]


STORED_SECRETS = StoredSecrets(get_secret)
"""Those of this process."""


def is_reference(value: str | None) -> bool:
    """Whether a variable's value names a secret instead of holding it."""
    return value is not None and value.startswith(PREFIX)


def resolve(variable: str, value: str) -> str:
    """Return the text that a variable means.

    Raises SecretUnavailable. The log names the variable and the secret, never a text.
    """
    if not is_reference(value):
        return value
    name = value.removeprefix(PREFIX)
    try:
        return STORED_SECRETS.text(name)
    except SecretUnavailable as error:
        from mara.platform.telemetry import logger  # imported here: settings load without it

        reason = str(error.__cause__ or error)
        logger.error("secret_not_read", variable=variable, secret=name, reason=reason)
        raise
