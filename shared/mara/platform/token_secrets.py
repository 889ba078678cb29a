"""The token settings in use, whose secrets rotate without a deployment."""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from pydantic import SecretStr, ValidationError

from mara.platform.secrets import SecretUnavailable, get_secret
from mara.platform.settings.stage import stage
from mara.platform.settings.tokens import TokenSettings
from mara.platform.telemetry import logger

VARIABLE = "MARA_TOKEN_SECRETS"
"""Holds the secrets in tests and for commands; a deployed function reads the store instead."""

REFRESH_AFTER_S = 300.0
"""How long a value is used before the store is asked again: a rotation arrives within it."""

UNKNOWN_KEY_REFRESH_AFTER_S = 10.0
"""The same where a token names an unknown key: forged tokens cannot cause more requests."""

RETRY_AFTER_S = 5.0
"""After a failure, how long the last value is used before the store is asked again."""

STALE_MAX_S = 3600.0
"""How long the last value is used while the store fails; after that, requests are refused."""


class TokenStore:
    """Token settings with secrets from ``fetch``, cached with a limited age.

    Ages are measured by the wall clock: a monotonic one may stand still while Lambda freezes the
    environment.
    """

    def __init__(self, fetch: Callable[[], str], clock: Callable[[], float] = time.time) -> None:
        self._fetch = fetch
        self._clock = clock
        self._settings: TokenSettings | None = None
        self._fetched_at = 0.0
        self._tried_at = 0.0

    def settings(self, age_max_s: float = REFRESH_AFTER_S) -> TokenSettings:
        """Return settings that are at most ``age_max_s`` old, or the last ones during an outage.

        Raises SecretUnavailable; pydantic.ValidationError where the first value is not acceptable.
        """
        at = self._clock()
        is_due = self._settings is None or at - self._fetched_at >= age_max_s
        if is_due and at - self._tried_at >= RETRY_AFTER_S:
            self._refresh(at)
        if self._settings is None or at - self._fetched_at > STALE_MAX_S:
            raise SecretUnavailable("The secrets that sign tokens cannot be read.")
        return self._settings

    def _refresh(self, at: float) -> None:
        self._tried_at = at
        try:
            self._settings = _parse(self._fetch())
        except (SecretUnavailable, ValidationError) as error:
            if self._settings is None:
                self._tried_at = 0.0 if isinstance(error, ValidationError) else at
                raise
            age_s = round(at - self._fetched_at)
            logger.error("token_secrets_not_refreshed", error=type(error).__name__, age_s=age_s)
        else:
            self._fetched_at = at


class TokenSecrets(Mapping[str, SecretStr]):
    """The secrets by key id, the signing one first; an unknown key id asks the store again."""

    def __getitem__(self, key_id: str) -> SecretStr:
        known = token_settings().token_secrets
        if key_id not in known:
            known = token_settings(UNKNOWN_KEY_REFRESH_AFTER_S).token_secrets
        return known[key_id]

    def __iter__(self) -> Iterator[str]:
        return iter(token_settings().token_secrets)

    def __len__(self) -> int:
        return len(token_settings().token_secrets)


def token_settings(age_max_s: float = REFRESH_AFTER_S) -> TokenSettings:
    """Return the settings in use. Raises SecretUnavailable, pydantic.ValidationError."""
    return _store().settings(age_max_s)


@cache
def _store() -> TokenStore:
    if VARIABLE in os.environ:
        text = os.environ[VARIABLE]
        return TokenStore(lambda: text)
    name = f"mara-{stage().stage}/tokens"
    return TokenStore(lambda: get_secret(name))


def _parse(text: str) -> TokenSettings:
    try:
        secrets = json.loads(text)
    except ValueError:
        secrets = None  # which the validation refuses by name
    return TokenSettings(token_secrets=secrets)  # type: ignore[call-arg]  # the stage: environment
