"""The check that a function refuses to start with weak secrets, for every kind of function."""

import importlib
import os
from functools import cache

from mara.platform.stored_secrets import is_reference

GROUPS = {
    "database.DatabaseSettings": ("MARA_DATABASE_URL",),
    "tokens.TokenSettings": ("MARA_TOKEN_SECRETS",),
    "cookies.CookieSettings": ("MARA_COOKIE_SAME_SITE",),
    "passwords.PasswordSettings": ("MARA_BCRYPT_COST",),
    "search.SearchSettings": ("MARA_SEARCH", "MARA_OPENSEARCH_URL", "MARA_OPENSEARCH_PASSWORD"),
    "keys.KeySettings": ("MARA_KEYS", "MARA_LOCAL_KEYS"),
    "chains.ChainsSettings": ("MARA_CHAINS",),
    "trials.TrialSettings": ("MARA_TRIAL_KEY",),
    "scraping.ScrapeSettings": ("MARA_SCRAPE_TOKEN",),
}
"""The settings classes that refuse weak values, and the variables that configure them."""


def verify_settings() -> None:
    """Validate every group that the environment configures, and no other.

    A function has the variables of the groups that it reads (tests/architecture/test_environment).
    Groups with a secret of the store are validated whenever they are read: an event that needs
    none makes no request for it. Raises pydantic.ValidationError, which names the variable and not
    its value.
    """
    _load("stage.StageSettings")()
    for group, variables in GROUPS.items():
        values = [os.environ[name] for name in variables if name in os.environ]
        if values and not any(is_reference(value) for value in values):
            _load(group)()


@cache
def verify_settings_once() -> None:
    """Do so at the first event of this process; a refusal is repeated at every event."""
    verify_settings()


def _load(group: str) -> type:
    module, _, name = group.partition(".")
    loaded: type = getattr(importlib.import_module(f"mara.platform.settings.{module}"), name)
    return loaded
