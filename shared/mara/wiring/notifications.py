"""Assembles the notifications service from its production adapters."""

import time
from functools import cache

from mara.notifications.adapters.postgres import PostgresChanges
from mara.notifications.service.changes import ChangeService
from mara.platform.clock import now
from mara.platform.database import transaction


@cache
def change_service() -> ChangeService:
    """The changes of the caller's objects."""
    return ChangeService(PostgresChanges(), transaction, now, time.sleep, time.monotonic)
