"""The chats that alerts are posted to, when one of them gets another id."""

from uuid import UUID

from sqlalchemy import BigInteger, Table, Update, and_, bindparam, func, null, or_, select, update

from mara.alerts.adapters.rule_tables import alert_rules, rule_texts
from mara.alerts.adapters.tables import alert_intakes, alert_messages, missed_posts
from mara.platform.sql import execute, fetch_all

_rules, _texts, _messages = alert_rules.c, rule_texts.c, alert_messages.c
_old = bindparam("old_chat_id", type_=BigInteger)


def _moved(table: Table, prefix: str = "", *, config: str = "config_id") -> Update:
    """The statement that moves the chat of the columns with this prefix, of the bot ``config``.

    The topics of a supergroup are others than those that were named before.
    """
    chat, thread = f"{prefix}chat_id", f"{prefix}thread_id"
    is_moved = (
        table.c.owner_id == bindparam("owner"),
        table.c[config] == bindparam("config"),
        table.c[chat] == bindparam("old_chat_id"),
    )
    return update(table).where(*is_moved).values({chat: bindparam("new_chat_id"), thread: null()})


def _moved_escalation(table: Table) -> Update:
    return _moved(table, "escalation_", config="escalation_config_id")


# Sources before the messages of their posts, each in one order, as those who record signals do.
MOVE_SOURCES = (
    _moved(alert_intakes, "target_"),
    _moved_escalation(alert_intakes),
    _moved(alert_rules, "target_"),
    _moved_escalation(alert_rules),
)
LOCK_MESSAGES = (
    select(_messages.post_id)
    .where(
        _messages.owner_id == bindparam("owner"),
        or_(
            and_(_messages.config_id == bindparam("config"), _messages.chat_id == _old),
            and_(
                _messages.escalation_config_id == bindparam("config"),
                _messages.escalation_chat_id == _old,
            ),
        ),
    )
    .order_by(_messages.post_id)
    .with_for_update()
)
MOVE_MESSAGES = (
    _moved(alert_messages),
    _moved_escalation(alert_messages),
    _moved(missed_posts),
)
MOVE_RULES = (
    update(alert_rules)
    .where(
        _rules.owner_id == bindparam("owner"),
        _rules.config_id == bindparam("config"),
        _old == func.any(_rules.chat_ids),
    )
    .values(chat_ids=func.array_replace(_rules.chat_ids, _old, bindparam("new_chat_id")))
)
MOVE_TEXTS = (
    update(rule_texts)
    .where(
        _texts.owner_id == bindparam("owner"),
        _texts.chat_id == _old,
        _texts.rule_id == _rules.id,
        _rules.config_id == bindparam("config"),
    )
    .values(chat_id=bindparam("new_chat_id"))
)


def move_targets(owner_id: UUID, config_id: UUID, old_chat_id: int, new_chat_id: int) -> None:
    """Post the alerts of a chat to another one; a second call has no effect."""
    moved = {"owner": owner_id, "config": config_id}
    for statement in (*MOVE_SOURCES, MOVE_RULES, MOVE_TEXTS):
        execute(statement, old_chat_id=old_chat_id, new_chat_id=new_chat_id, **moved)
    fetch_all(LOCK_MESSAGES, old_chat_id=old_chat_id, **moved)
    for statement in MOVE_MESSAGES:
        execute(statement, old_chat_id=old_chat_id, new_chat_id=new_chat_id, **moved)
