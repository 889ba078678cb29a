"""Composes the shipping of log lines."""

import time
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mara.logs.service import LogShipping


@cache
def log_shipping() -> "LogShipping":
    """To the Loki of the settings."""
    from mara.logs.adapters.loki import LokiLogStore
    from mara.logs.service import LogShipping
    from mara.platform.settings.loki import LokiSettings

    settings = LokiSettings()  # type: ignore[call-arg]  # from the environment
    store = LokiLogStore(
        settings.loki_url,
        settings.stage,
        settings.loki_tenant,
        settings.loki_user,
        settings.loki_password.get_secret_value(),
    )
    return LogShipping(store, time.sleep)
