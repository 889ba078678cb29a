"""The posts of a bot that is about to be deleted, in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, null, or_, select, update

from mara.alerts.adapters.postgres_messages import message_from
from mara.alerts.adapters.rule_tables import alert_rules
from mara.alerts.adapters.tables import alert_intakes, alert_messages
from mara.alerts.model.alert_message import UNSEEN, AlertMessage, ShownContent
from mara.platform.sql import constant, execute, fetch_all
from mara.telegram.adapters.outgoing_tables import outgoing_messages
from mara.telegram.model.outgoing import WAITING

_messages, _sent = alert_messages.c, outgoing_messages.c
_outside = [constant(one.value) for one in (*sorted(UNSEEN), ShownContent.LOST)]


_waits = (
    _sent.config_id == bindparam("config"),
    _sent.state.in_([constant(one.value) for one in sorted(WAITING)]),
)


def _locked(table: Table, key: str, *others: ColumnElement[bool]) -> Select[tuple[UUID]]:
    """The statement that locks the rows that name a bot, and ``others``, in one order."""
    named = or_(
        table.c.config_id == bindparam("config"),
        table.c.escalation_config_id == bindparam("config"),
        *others,
    )
    rows = select(table.c[key]).where(table.c.owner_id == bindparam("owner"), named)
    return rows.order_by(table.c[key]).with_for_update()


# Sources before the messages of their posts, as those who record signals lock them.
LOCKS = (
    _locked(alert_intakes, "id"),
    _locked(alert_rules, "id"),
    _locked(
        alert_messages,
        "post_id",
        _messages.escalation_message_id.in_(select(_sent.id).where(*_waits)),
    ),
)
UNSENT = (
    select(alert_messages)
    .outerjoin(outgoing_messages, _sent.id == _messages.message_id)
    .where(
        _messages.owner_id == bindparam("owner"),
        _messages.config_id == bindparam("config"),
        or_(
            and_(_messages.shown.in_(_outside), _messages.due_at.is_not(None)),
            _sent.state.in_([constant(one.value) for one in sorted(WAITING)]),
        ),
    )
    .order_by(_messages.post_id)
)


REMEMBER = (
    update(alert_intakes)
    .where(
        alert_intakes.c.owner_id == bindparam("owner"),
        alert_intakes.c.config_id == bindparam("config"),
    )
    .values(removed_config_id=bindparam("config"), target_chat_id=null(), target_thread_id=null())
)
UNSENT_COPIES = (
    select(_sent.id)
    .join(alert_messages, _messages.escalation_message_id == _sent.id)
    .where(
        _messages.owner_id == bindparam("owner"),
        *_waits,
    )
    .order_by(_sent.id)
)


def unsent_copies(owner_id: UUID, config_id: UUID) -> Sequence[UUID]:
    """Return the messages of a bot by which people passed posts on, and that wait."""
    return [row["id"] for row in fetch_all(UNSENT_COPIES, owner=owner_id, config=config_id)]


def unsent_posts(owner_id: UUID, config_id: UUID) -> Sequence[AlertMessage]:
    """Lock what names the bot until the transaction ends; return its posts that no chat has."""
    wanted = {"owner": owner_id, "config": config_id}
    for statement in LOCKS:
        fetch_all(statement, **wanted)
    # Later alerts of the intakes go the next way, too.
    execute(REMEMBER, **wanted)
    return [message_from(row) for row in fetch_all(UNSENT, **wanted)]
