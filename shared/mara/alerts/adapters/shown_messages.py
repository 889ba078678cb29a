"""The messages of bots that posts still show: they are kept as long as the posts."""

from datetime import datetime

from sqlalchemy import bindparam, delete, exists

from mara.alerts.adapters.tables import alert_messages
from mara.platform.sql import constant, execute
from mara.telegram.adapters.outgoing_tables import outgoing_messages
from mara.telegram.model.outgoing import WAITING

_sent = outgoing_messages.c
FORGET = delete(outgoing_messages).where(
    _sent.created_at < bindparam("before"),
    _sent.state.not_in([constant(one.value) for one in sorted(WAITING)]),
    ~exists().where(alert_messages.c.message_id == _sent.id),
)


def forget_messages(before: datetime) -> int:
    """Delete what was added before a time, waits no more and shows no post; its number.

    An alert may fire for months: without the row of its message, each change would be a new one.
    """
    return execute(FORGET, before=before)
