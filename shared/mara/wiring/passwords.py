"""Assembles the hashing of passwords."""

from mara.auth.adapters.bcrypt import BcryptPasswords
from mara.platform.settings.passwords import PasswordSettings


def passwords() -> BcryptPasswords:
    """Bcrypt with the cost of the settings."""
    settings = PasswordSettings()  # type: ignore[call-arg]  # from the environment
    return BcryptPasswords(settings.bcrypt_cost)
