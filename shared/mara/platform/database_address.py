"""Where PostgreSQL is, for those that connect to it."""

import psycopg

from mara.platform.secrets import SecretUnavailable
from mara.platform.settings.database import DatabaseSettings


def database_settings() -> DatabaseSettings:
    """Return the settings. Raises psycopg.OperationalError where their secret cannot be read.

    Callers handle that error already: it means that there is no database for now.
    """
    try:
        return DatabaseSettings()  # type: ignore[call-arg]  # from the environment
    except SecretUnavailable as error:
        raise psycopg.OperationalError("The database's URL cannot be read.") from error
