"""A short transaction on a connection of its own, beside that of the request."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database_address import database_settings

# A proxy such as RDS Proxy refuses the start-up parameter `options`.
SET = "SELECT set_config('statement_timeout', %s, true), set_config('mara.scope', %s, true)"


@contextmanager
def own_transaction(
    name: str, *, connect_timeout_s: int, statement_timeout_ms: int
) -> Iterator[psycopg.Connection[Any]]:
    """Connect and begin a transaction with the scope of the system; commit it after the block.

    ``name`` is shown in ``pg_stat_activity``. Raises psycopg.Error.
    """
    settings = database_settings()
    with psycopg.connect(
        str(settings.database_url), connect_timeout=connect_timeout_s, application_name=name
    ) as link:
        link.execute(SET, (str(statement_timeout_ms), str(SYSTEM)))
        yield link
