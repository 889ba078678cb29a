"""Assembles what queues and sends messages of bots, each with its imports."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mara.telegram.service.outgoing_queue import OutgoingQueue


@cache
def outgoing_queue() -> "OutgoingQueue":
    """The queue of messages for chats."""
    from mara.platform.outbox import publish
    from mara.telegram.adapters.outgoing import PostgresOutgoingMessages
    from mara.telegram.service.outgoing_queue import OutgoingQueue

    return OutgoingQueue(PostgresOutgoingMessages(), publish)
