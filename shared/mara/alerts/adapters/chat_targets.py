"""The chats that alerts are posted to, when one of them gets another id."""

from uuid import UUID

from sqlalchemy import BigInteger, bindparam, func, null, update

from mara.alerts.adapters.rule_tables import alert_rules, rule_texts
from mara.alerts.adapters.tables import alert_intakes, alert_messages
from mara.platform.sql import execute

_intakes, _messages = alert_intakes.c, alert_messages.c
_rules, _texts = alert_rules.c, rule_texts.c
_old = bindparam("old_chat_id", type_=BigInteger)

# The topics of a supergroup are others than those that were named before.
MOVE_INTAKES = (
    update(alert_intakes)
    .where(
        _intakes.owner_id == bindparam("owner"),
        _intakes.config_id == bindparam("config"),
        _intakes.target_chat_id == bindparam("old_chat_id"),
    )
    .values(target_chat_id=bindparam("new_chat_id"), target_thread_id=null())
)
MOVE_ESCALATIONS = (
    update(alert_intakes)
    .where(
        _intakes.owner_id == bindparam("owner"),
        _intakes.escalation_config_id == bindparam("config"),
        _intakes.escalation_chat_id == bindparam("old_chat_id"),
    )
    .values(escalation_chat_id=bindparam("new_chat_id"), escalation_thread_id=null())
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
MOVE_RULE_TARGETS = (
    update(alert_rules)
    .where(
        _rules.owner_id == bindparam("owner"),
        _rules.config_id == bindparam("config"),
        _rules.target_chat_id == _old,
    )
    .values(target_chat_id=bindparam("new_chat_id"), target_thread_id=null())
)
MOVE_RULE_ESCALATIONS = (
    update(alert_rules)
    .where(
        _rules.owner_id == bindparam("owner"),
        _rules.escalation_config_id == bindparam("config"),
        _rules.escalation_chat_id == _old,
    )
    .values(escalation_chat_id=bindparam("new_chat_id"), escalation_thread_id=null())
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
MOVE_MESSAGES = (
    update(alert_messages)
    .where(
        _messages.owner_id == bindparam("owner"),
        _messages.config_id == bindparam("config"),
        _messages.chat_id == bindparam("old_chat_id"),
    )
    .values(chat_id=bindparam("new_chat_id"), thread_id=null())
)
MOVE_LATER = (
    update(alert_messages)
    .where(
        _messages.owner_id == bindparam("owner"),
        _messages.escalation_config_id == bindparam("config"),
        _messages.escalation_chat_id == bindparam("old_chat_id"),
    )
    .values(escalation_chat_id=bindparam("new_chat_id"), escalation_thread_id=null())
)


def move_targets(owner_id: UUID, config_id: UUID, old_chat_id: int, new_chat_id: int) -> None:
    """Post the alerts of a chat to another one; a second call has no effect."""
    moved = {"owner": owner_id, "config": config_id}
    rules = (MOVE_RULES, MOVE_RULE_TARGETS, MOVE_RULE_ESCALATIONS, MOVE_TEXTS)
    for statement in (MOVE_INTAKES, MOVE_ESCALATIONS, *rules, MOVE_MESSAGES, MOVE_LATER):
        execute(statement, old_chat_id=old_chat_id, new_chat_id=new_chat_id, **moved)
