"""Texts that are kept for dry runs, in memory."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from mara.alerts.model.kept_text import KeptText
from mara.alerts.model.rule import RuleSettings
from tests.support.fakes.database import FakeDatabase


class FakeRuleTexts:
    """Implements ``RuleTexts``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _rows(self) -> dict[UUID, KeptText]:
        return self._database.tables.rule_texts

    def keep(self, text: KeptText) -> None:
        known = self._rows.get(text.id, text)
        self._rows[text.id] = replace(known, kinds=text.kinds, sealed=text.sealed)

    def newest(
        self, owner_id: UUID, rule_id: UUID, since: datetime, limit: int
    ) -> Sequence[KeptText]:
        found = sorted(self._since(owner_id, rule_id, since), key=lambda one: one.id)
        return sorted(found, key=lambda one: one.received_at, reverse=True)[:limit]

    def count(self, owner_id: UUID, rule_id: UUID, since: datetime) -> int:
        return len(self._since(owner_id, rule_id, since))

    def forget_unread(self, rule_id: UUID, settings: RuleSettings, at: datetime) -> int:
        def is_read(one: KeptText) -> bool:
            return (
                one.chat_id in settings.chat_ids
                and one.kinds <= settings.kinds
                and one.sender in settings.senders
                and one.received_at > at - settings.keeps_for
            )

        return self._delete(lambda one: one.rule_id == rule_id and not is_read(one))

    def forget_chat(self, owner_id: UUID, config_id: UUID, chat_id: int) -> int:
        rules = self._database.tables.alert_rules
        return self._delete(
            lambda one: (
                (one.owner_id, one.chat_id) == (owner_id, chat_id)
                and rules[one.rule_id].settings.config_id == config_id
            )
        )

    def forget(self, owner_id: UUID, text_ids: Collection[UUID]) -> int:
        return self._delete(lambda one: one.owner_id == owner_id and one.id in text_ids)

    def forget_old(self, at: datetime, limit: int) -> int:
        rules = self._database.tables.alert_rules
        old = [
            one
            for one in self._rows.values()
            if one.received_at + rules[one.rule_id].settings.keeps_for <= at
        ]
        chosen = {one.id for one in sorted(old, key=lambda one: one.received_at)[:limit]}
        return self._delete(lambda one: one.id in chosen)

    def _since(self, owner_id: UUID, rule_id: UUID, since: datetime) -> Sequence[KeptText]:
        wanted = (owner_id, rule_id)
        of_rule = [o for o in self._rows.values() if (o.owner_id, o.rule_id) == wanted]
        return [one for one in of_rule if one.received_at > since]

    def _delete(self, is_wanted: Callable[[KeptText], bool]) -> int:
        found = [one.id for one in self._rows.values() if is_wanted(one)]
        for text_id in found:
            del self._rows[text_id]
        return len(found)
