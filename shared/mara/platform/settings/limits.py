"""Rate limits of the API, and the failed logins that lock a network out."""

from functools import cache

from pydantic import Field

from mara.platform.settings.base import Settings


class LimitSettings(Settings):
    """Requests per minute, and the failed logins that lock a network out.

    ``login_failures_per_account`` is for one account, ``login_failures_per_address`` for all.
    """

    requests_per_minute_user: int = Field(default=600, ge=1)
    """Requests of one user or API key in a minute."""
    requests_per_minute_address: int = Field(default=120, ge=1)
    """Requests without credentials from one network address in a minute."""
    login_failures_per_account: int = Field(default=10, ge=1)
    """Failed logins to one account from one network that lock this network out of the account."""
    login_failures_per_address: int = Field(default=100, ge=1)
    """Failed logins to all accounts from one network that lock this network out."""


@cache
def limit_settings() -> LimitSettings:
    """Return the limits, read once per process."""
    return LimitSettings()
