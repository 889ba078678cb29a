"""Texts that are kept for dry runs, in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, not_, or_, select
from sqlalchemy.dialects.postgresql import insert

from mara.alerts.adapters.rule_tables import alert_rules, rule_texts
from mara.alerts.model.kept_text import KeptText, SealedText
from mara.alerts.model.rule import RuleSettings
from mara.platform.schema import TIMESTAMP
from mara.platform.sql import (
    bound,
    execute,
    fetch_all,
    fetch_value,
    take,
    values_of,
)

_texts, _rules = rule_texts.c, alert_rules.c
_since = (
    _texts.owner_id == bindparam("owner_id"),
    _texts.rule_id == bindparam("rule_id"),
    _texts.received_at > bindparam("since"),
)

KEEP = (
    insert(rule_texts)
    .values(bound(_texts))
    .on_conflict_do_update(
        index_elements=[_texts.id], set_=bound((_texts.kinds, _texts.nonce, _texts.ciphertext))
    )
)
NEWEST = (
    select(rule_texts)
    .where(*_since)
    .order_by(_texts.received_at.desc(), _texts.id)
    .limit(bindparam("limit"))
)
COUNT = select(func.count()).select_from(rule_texts).where(*_since)
FORGET_UNREAD = delete(rule_texts).where(
    _texts.rule_id == bindparam("rule"),
    or_(
        _texts.chat_id != func.all(bindparam("chat_ids", type_=_rules.chat_ids.type)),
        not_(_texts.kinds.bool_op("<@")(bindparam("kinds_read", type_=_texts.kinds.type))),
        _texts.sender != func.all(bindparam("senders", type_=_rules.senders.type)),
        _texts.received_at <= bindparam("before"),
    ),
)
FORGET_CHAT = delete(rule_texts).where(
    _texts.owner_id == bindparam("owner_id"),
    _texts.chat_id == bindparam("chat"),
    _texts.rule_id == _rules.id,
    _rules.config_id == bindparam("config_id"),
)
FORGET = delete(rule_texts).where(
    _texts.owner_id == bindparam("owner_id"), _texts.id == func.any(bindparam("text_ids"))
)
_kept_until = _texts.received_at + func.make_interval(0, 0, 0, _rules.keep_days)
_old = (
    select(_texts.id)
    .join(alert_rules, _rules.id == _texts.rule_id)
    .where(_kept_until <= bindparam("at", type_=TIMESTAMP))
    .order_by(_texts.received_at)
    .limit(bindparam("limit"))
)
FORGET_OLD = delete(rule_texts).where(_texts.id.in_(_old.scalar_subquery()))


class PostgresRuleTexts:
    """Implements ``RuleTexts``."""

    def keep(self, text: KeptText) -> None:
        """Insert a text, or replace that of the same message."""
        values = values_of(text)
        sealed: SealedText = values.pop("sealed")
        execute(KEEP, **values, **values_of(sealed))

    def newest(
        self, owner_id: UUID, rule_id: UUID, since: datetime, limit: int
    ) -> Sequence[KeptText]:
        """Return texts of a rule that came since then, the newest first."""
        rows = fetch_all(NEWEST, owner_id=owner_id, rule_id=rule_id, since=since, limit=limit)
        return [KeptText(sealed=take(SealedText, row), **row) for row in rows]

    def count(self, owner_id: UUID, rule_id: UUID, since: datetime) -> int:
        """Return how many came since then."""
        return int(fetch_value(COUNT, owner_id=owner_id, rule_id=rule_id, since=since))

    def forget_unread(self, rule_id: UUID, settings: RuleSettings, at: datetime) -> int:
        """Delete what a rule with these settings would not have kept; return how many."""
        return execute(
            FORGET_UNREAD,
            rule=rule_id,
            chat_ids=settings.chat_ids,
            kinds_read=settings.kinds,
            senders=settings.senders,
            before=at - settings.keeps_for,
        )

    def forget_chat(self, owner_id: UUID, config_id: UUID, chat_id: int) -> int:
        """Delete what rules of a bot have kept of a chat; return how many."""
        return execute(FORGET_CHAT, owner_id=owner_id, config_id=config_id, chat=chat_id)

    def forget(self, owner_id: UUID, text_ids: Collection[UUID]) -> int:
        """Delete these texts; return how many there were."""
        return execute(FORGET, owner_id=owner_id, text_ids=list(text_ids))

    def forget_old(self, at: datetime, limit: int) -> int:
        """Delete what is older than its rule keeps it, up to a limit; return how many."""
        return execute(FORGET_OLD, at=at, limit=limit)
