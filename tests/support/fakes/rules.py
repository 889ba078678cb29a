"""Monitoring rules and what they fired on in memory."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from mara.alerts.errors import RuleNotFound
from mara.alerts.model.rule import ChatRule
from mara.alerts.model.watched_message import RuleFiring
from mara.kernel.page import PageRequest
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.pages import cut


class FakeRules:
    """Implements ``Rules``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _rows(self) -> dict[UUID, ChatRule]:
        return self._database.tables.alert_rules

    @property
    def _firings(self) -> dict[tuple[UUID, tuple[int, int]], RuleFiring]:
        return self._database.tables.rule_firings

    def add(self, rule: ChatRule) -> None:
        self._rows[rule.id] = replace(rule, fired=0, last_fired_at=None)

    def get(self, owner_id: UUID, rule_id: UUID) -> ChatRule:
        found = self._rows.get(rule_id)
        if found is None or found.owner_id != owner_id:
            raise RuleNotFound("Check the id.")
        return found

    def lock(self, owner_id: UUID, rule_id: UUID) -> ChatRule:
        return self.get(owner_id, rule_id)

    def save(self, rule: ChatRule) -> None:
        known = self._rows[rule.id]
        self._rows[rule.id] = replace(known, settings=rule.settings, updated_at=rule.updated_at)

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[ChatRule]:
        return cut(self._wanted(owner_id, page), page)

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        return len(self._wanted(owner_id, page))

    def count_all(self, owner_id: UUID) -> int:
        return len(self._wanted(owner_id, PageRequest()))

    def delete(self, owner_id: UUID, rule_id: UUID) -> None:
        self.get(owner_id, rule_id)
        del self._rows[rule_id]
        for key in [key for key in self._firings if key[0] == rule_id]:
            del self._firings[key]
        texts = self._database.tables.rule_texts
        for one in [one for one in texts.values() if one.rule_id == rule_id]:
            del texts[one.id]

    def watching(self, owner_id: UUID, config_id: UUID, chat_id: int) -> Sequence[ChatRule]:
        return [
            one
            for one in sorted(self._rows.values(), key=lambda one: one.id)
            if (one.owner_id, one.settings.config_id) == (owner_id, config_id)
            and chat_id in one.settings.chat_ids
        ]

    def fired(
        self, owner_id: UUID, rule_ids: Collection[UUID], origin: tuple[int, int]
    ) -> Collection[UUID]:
        found = [self._firings.get((rule_id, origin)) for rule_id in rule_ids]
        return {one.rule_id for one in found if one and one.owner_id == owner_id}

    def fire(self, firing: RuleFiring) -> bool:
        key = (firing.rule_id, firing.origin)
        if key in self._firings:
            return False
        self._firings[key] = firing
        known = self.get(firing.owner_id, firing.rule_id)
        counted = replace(known, fired=known.fired + 1, last_fired_at=firing.at)
        self._rows[firing.rule_id] = counted
        return True

    def forget_firings(self, before: datetime) -> int:
        old = [key for key, one in self._firings.items() if one.at < before]
        for key in old:
            del self._firings[key]
        return len(old)

    def _wanted(self, owner_id: UUID, page: PageRequest) -> Sequence[ChatRule]:
        text, config_id = page.filters.get("text", "").casefold(), page.filters.get("config")
        return [
            one
            for one in self._rows.values()
            if one.owner_id == owner_id
            and config_id in (None, one.settings.config_id)
            and text in one.settings.name.casefold()
        ]
