"""Rules and what they fired on, in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_skip

from mara.alerts.adapters.rule_tables import alert_rules, rule_firings
from mara.alerts.adapters.stored_settings import settings_values, take_settings
from mara.alerts.errors import RuleNotFound
from mara.alerts.model.rule import ChatRule, RuleSettings
from mara.alerts.model.watched_message import RuleFiring
from mara.kernel.page import PageRequest
from mara.platform.sql import (
    Row,
    bound,
    equals_if_given,
    execute,
    fetch_all,
    fetch_one,
    fetch_value,
    take,
    values_of,
)
from mara.platform.sql_lists import SortedList, containing, contains_if_given

_rules, _firings = alert_rules.c, rule_firings.c
_owned = _rules.owner_id == bindparam("owner_id")
_key = (_owned, _rules.id == bindparam("id"))
_counts = {_rules.fired, _rules.last_fired_at}
_constants = {_rules.id, _rules.owner_id, _rules.created_at}

INSERT = insert(alert_rules).values(bound(c for c in _rules if c not in _counts))
UPDATE = (
    update(alert_rules)
    .where(*_key)
    .values(bound(c for c in _rules if c not in _counts | _constants))
)
GET = select(alert_rules).where(*_key)
LOCK = GET.with_for_update()
LIST = SortedList.of(
    select(alert_rules).where(
        _owned,
        equals_if_given(_rules.config_id, "config"),
        contains_if_given(_rules.name, "like"),
    ),
    _rules.id,
    {},
)
COUNT_ALL = select(func.count()).where(_owned)
DELETE = delete(alert_rules).where(*_key)
WATCHING = (
    select(alert_rules)
    .where(
        _owned,
        _rules.config_id == bindparam("config_id"),
        bindparam("chat_id") == func.any(_rules.chat_ids),
    )
    .order_by(_rules.id)
)
FIRED = select(_firings.rule_id).where(
    _firings.owner_id == bindparam("owner_id"),
    _firings.rule_id == func.any(bindparam("rule_ids")),
    _firings.chat_id == bindparam("chat_id"),
    _firings.message_id == bindparam("message_id"),
)
FORGET_FIRINGS = delete(rule_firings).where(_firings.at < bindparam("before"))
FIRE = insert_or_skip(rule_firings).values(bound(_firings)).on_conflict_do_nothing()
COUNT_FIRED = (
    update(alert_rules).where(*_key).values(fired=_rules.fired + 1, last_fired_at=bindparam("at"))
)


class PostgresRules:
    """Implements ``Rules``."""

    def add(self, rule: ChatRule) -> None:
        """Insert a rule."""
        execute(INSERT, **_values(rule))

    def get(self, owner_id: UUID, rule_id: UUID) -> ChatRule:
        """Return the rule. Raises RuleNotFound."""
        return _known(fetch_one(GET, owner_id=owner_id, id=rule_id))

    def lock(self, owner_id: UUID, rule_id: UUID) -> ChatRule:
        """Return it, locked until the transaction ends. Raises RuleNotFound."""
        return _known(fetch_one(LOCK, owner_id=owner_id, id=rule_id))

    def save(self, rule: ChatRule) -> None:
        """Update the settings."""
        execute(UPDATE, **_values(rule))

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[ChatRule]:
        """Return a page of rules, and one more if there are more. Raises InvalidCursor."""
        return [_known(row) for row in LIST.fetch(page, **_wanted(owner_id, page))]

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        """Return the number of rules that the filters of ``page`` admit."""
        return LIST.total(**_wanted(owner_id, page))

    def count_all(self, owner_id: UUID) -> int:
        """Return how many rules the owner has."""
        return int(fetch_value(COUNT_ALL, owner_id=owner_id))

    def delete(self, owner_id: UUID, rule_id: UUID) -> None:
        """Delete the rule with its texts. Raises RuleNotFound."""
        if execute(DELETE, owner_id=owner_id, id=rule_id) == 0:
            raise RuleNotFound("Check the id.")

    def watching(self, owner_id: UUID, config_id: UUID, chat_id: int) -> Sequence[ChatRule]:
        """Return the rules of a bot that name a chat."""
        rows = fetch_all(WATCHING, owner_id=owner_id, config_id=config_id, chat_id=chat_id)
        return [_known(row) for row in rows]

    def fired(
        self, owner_id: UUID, rule_ids: Collection[UUID], origin: tuple[int, int]
    ) -> Collection[UUID]:
        """Return those of the rules that fired on a message."""
        chat_id, message_id = origin
        rows = fetch_all(
            FIRED,
            owner_id=owner_id,
            rule_ids=list(rule_ids),
            chat_id=chat_id,
            message_id=message_id,
        )
        return {row["rule_id"] for row in rows}

    def fire(self, firing: RuleFiring) -> bool:
        """Store and count that a rule fired on a message; False if it did so before."""
        values = values_of(firing)
        chat_id, message_id = values.pop("origin")
        if execute(FIRE, **values, chat_id=chat_id, message_id=message_id) == 0:
            return False
        execute(COUNT_FIRED, owner_id=firing.owner_id, id=firing.rule_id, at=firing.at)
        return True

    def forget_firings(self, before: datetime) -> int:
        """Forget what fired before a time, of all owners; return how many."""
        return execute(FORGET_FIRINGS, before=before)


def _known(row: Row | None) -> ChatRule:
    if row is None:
        raise RuleNotFound("Check the id.")
    settings = take(RuleSettings, row, alerting=take_settings(row))
    return ChatRule(settings=settings, **row)


def _values(rule: ChatRule) -> Row:
    settings = rule.settings
    return {**values_of(rule), **values_of(settings), **settings_values(settings.alerting)}


def _wanted(owner_id: UUID, page: PageRequest) -> dict[str, Any]:
    like = containing(page.filters.get("text"))
    return {"owner_id": owner_id, "config": page.filters.get("config"), "like": like}
