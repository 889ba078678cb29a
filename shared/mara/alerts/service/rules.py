"""Creates, shows, changes and deletes monitoring rules."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final
from uuid import UUID

from mara.agents.ports import Agents
from mara.alerts.errors import RuleChatUnknown, TooManyRules
from mara.alerts.model.rule import RULES_MAX, ChatRule, RuleSettings
from mara.alerts.ports.rules import Rules, RuleTexts
from mara.alerts.service.rule_matching import RuleMatching
from mara.kernel.clock import Clock
from mara.kernel.count_lock import CountLock
from mara.kernel.ids import new_id
from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.errors import BotChatNotFound
from mara.telegram.ports import BotConfigs
from mara.telegram.ports.chats import BotChats

ALL: Final = frozenset(one.name for one in fields(RuleSettings))


@dataclass(frozen=True, slots=True)
class RuleService:
    """Manages the caller's rules."""

    rules: Rules
    texts: RuleTexts
    agents: Agents
    configs: BotConfigs
    chats: BotChats
    matching: RuleMatching
    lock_count: CountLock
    unit_of_work: UnitOfWork
    now: Clock

    def create(self, caller: Principal, settings: RuleSettings) -> ChatRule:
        """Create a rule, which is asked about each message from now on.

        Raises InvalidKeywords, InvalidPattern, AgentNotFound, BotConfigNotFound, RuleChatUnknown
        and TooManyRules.
        """
        self.matching.check(settings.conditions)
        at = self.now()
        rule = ChatRule(new_id(), caller.user_id, settings, at, at)
        with self.unit_of_work(caller.user_id):
            self._check(caller.user_id, settings)
            self.lock_count(caller.user_id, "alert_rules")
            if self.rules.count_all(caller.user_id) >= RULES_MAX:
                raise TooManyRules(f"Delete one: a user has at most {RULES_MAX}.")
            self.rules.add(rule)
        return rule

    def list(self, caller: Principal, page: PageRequest) -> Page[ChatRule]:
        """Return a page of the caller's rules. Raises InvalidCursor."""
        with self.unit_of_work(caller.user_id):
            found = self.rules.list(caller.user_id, page)
            total = self.rules.count(caller.user_id, page) if page.total else None
        return Page.of(found, page, lambda rule: rule.id, total=total)

    def get(self, caller: Principal, rule_id: UUID) -> ChatRule:
        """Return one of the caller's rules. Raises RuleNotFound."""
        with self.unit_of_work(caller.user_id):
            return self.rules.get(caller.user_id, rule_id)

    def replace(self, caller: Principal, rule_id: UUID, settings: RuleSettings) -> ChatRule:
        """Replace the settings; texts that the rule no longer reads are deleted at once.

        Raises RuleNotFound, InvalidKeywords, InvalidPattern, AgentNotFound, BotConfigNotFound and
        RuleChatUnknown.
        """
        self.matching.check(settings.conditions)
        with self.unit_of_work(caller.user_id):
            before = self.rules.lock(caller.user_id, rule_id)
            self._check(caller.user_id, settings, before)
            return self._store(before, settings)

    def change(self, caller: Principal, rule_id: UUID, changes: Mapping[str, Any]) -> ChatRule:
        """Change the settings that are given; texts that the rule no longer reads are deleted.

        Raises RuleNotFound, InvalidRule, InvalidKeywords, InvalidPattern, AgentNotFound,
        BotConfigNotFound and RuleChatUnknown.
        """
        with self.unit_of_work(caller.user_id):
            before = self.rules.lock(caller.user_id, rule_id)
            settings = before.settings.changed(changes)
            self.matching.check(settings.conditions)
            # What is not changed may be gone: the agent or the bot was deleted meanwhile.
            self._check(caller.user_id, settings, before, given=changes)
            return self._store(before, settings)

    def delete(self, caller: Principal, rule_id: UUID) -> None:
        """Delete a rule with its texts; its alerts stay. Raises RuleNotFound."""
        with self.unit_of_work(caller.user_id):
            self.rules.delete(caller.user_id, rule_id)

    def _store(self, before: ChatRule, settings: RuleSettings) -> ChatRule:
        changed = replace(before, settings=settings, updated_at=self.now())
        self.rules.save(changed)
        # A rule sees only what its own bot saw.
        is_moved = settings.config_id != before.settings.config_id
        kept = replace(settings, chat_ids=()) if is_moved else settings
        self.texts.forget_unread(before.id, kept, self.now())
        return changed

    def _check(
        self,
        owner_id: UUID,
        settings: RuleSettings,
        before: ChatRule | None = None,
        *,
        given: Collection[str] = ALL,
    ) -> None:
        """Check what the fields that are given refer to."""
        if "agent_id" in given:
            self.agents.get(owner_id, settings.agent_id)
        if "config_id" in given:
            self.configs.get(owner_id, settings.config_id)
        escalation = settings.alerting.escalation
        if escalation is not None and ("escalation" in given or "alerting" in given):
            self.configs.get(owner_id, escalation.config_id)
        known = before.settings if before else None
        # A chat that the bot has left since then may stay.
        stay = known.chat_ids if known and known.config_id == settings.config_id else ()
        for chat_id in settings.chat_ids:
            if chat_id not in stay:
                self._check_chat(owner_id, settings.config_id, chat_id)

    def _check_chat(self, owner_id: UUID, config_id: UUID, chat_id: int) -> None:
        try:
            self.chats.get(owner_id, config_id, chat_id)
        except BotChatNotFound:
            detail = "Add the bot to the chat; the list of the bot's chats has its id."
            raise RuleChatUnknown(detail) from None
