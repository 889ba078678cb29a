"""Watches chats: keeps texts for dry runs, and makes alerts of messages that rules fire on.

It may be called again for the same message, by two workers at once too: a text is kept once, and a
message fires a rule once. Meanings and keys are looked up outside of transactions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from mara.alerts.errors import RuleNotFound
from mara.alerts.model.alert import AlertSource, AlertSourceKind
from mara.alerts.model.kept_text import KeptText, text_id
from mara.alerts.model.recording import SignalOrigin
from mara.alerts.model.rule import ChatRule
from mara.alerts.model.rule_kinds import RuleSender
from mara.alerts.model.rule_signals import signal_of, watched
from mara.alerts.model.watched_message import RuleFiring, WatchedMessage
from mara.alerts.ports.rules import Rules, RuleTexts
from mara.alerts.service.recorder import AlertRecorder
from mara.alerts.service.rule_matching import RuleMatching
from mara.alerts.service.text_sealing import TextSealing
from mara.kernel.clock import Clock
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import UnitOfWork
from mara.search.errors import EmbeddingUnavailable
from mara.telegram.errors import BotChatNotFound
from mara.telegram.model.bot_chat import ChatState
from mara.telegram.model.incoming import IncomingMessage
from mara.telegram.ports.asking import Begin, ConnectedBots
from mara.telegram.ports.chats import BotChats

READ_IN = (ChatState.APPROVED, ChatState.UNREACHABLE)
"""Of other chats nothing is kept. Where a bot may not write it may still read."""


@dataclass(frozen=True, slots=True)
class ChatWatch:
    """Watches the chats that rules of a bot name."""

    rules: Rules
    texts: RuleTexts
    chats: BotChats
    bots: ConnectedBots
    matching: RuleMatching
    sealing: TextSealing
    recorder: AlertRecorder
    unit_of_work: UnitOfWork
    now: Clock

    def watch(
        self, owner_id: UUID, config_id: UUID, message: IncomingMessage, begin: Begin
    ) -> bool:
        """Let the rules of the bot see a message, which no bot of the platform wrote as itself.

        Return whether one of them fired on it, now or before. It begins only where rules read the
        chat. Raises EmbeddingUnavailable and KeysUnavailable, for another try.
        """
        seen = watched(message)
        if message.is_edit:
            self._forget_unread(owner_id, config_id, message, seen)
        if seen is None:
            return False
        with self.unit_of_work(owner_id):
            rules = self._reading(owner_id, config_id, seen)
            fired = self.rules.fired(owner_id, [rule.id for rule in rules], seen.origin)
        if not rules or self._is_a_bots_post(seen) or not begin():
            return bool(fired)
        # What is unavailable keeps no other rule from firing.
        left = [rule for rule in rules if rule.id not in fired]
        failed = [error for rule in left if (error := self._try(rule, seen))]
        self._keep(config_id, rules, seen)
        if failed:
            raise failed[0]
        return bool(fired) or self.has_fired(owner_id, config_id, message)

    def has_fired(self, owner_id: UUID, config_id: UUID, message: IncomingMessage) -> bool:
        """Return whether a rule of the bot has fired on the message."""
        seen = watched(message)
        if seen is None:
            return False
        with self.unit_of_work(owner_id):
            rules = self.rules.watching(owner_id, config_id, seen.chat_id)
            return bool(self.rules.fired(owner_id, [rule.id for rule in rules], seen.origin))

    def _forget_unread(
        self,
        owner_id: UUID,
        config_id: UUID,
        message: IncomingMessage,
        seen: WatchedMessage | None,
    ) -> None:
        """Forget what the message said before where a rule does not read what it says now."""
        with self.unit_of_work(owner_id):
            rules = self.rules.watching(owner_id, config_id, message.chat.id)
            unread = [
                text_id(rule.id, message.chat.id, message.message_id)
                for rule in rules
                if seen is None or not seen.is_read_by(rule.settings)
            ]
            if unread:
                self.texts.forget(owner_id, unread)

    def _is_a_bots_post(self, seen: WatchedMessage) -> bool:
        """A channel hides which of its bots wrote a post; elsewhere the sender says it."""
        return seen.sender is RuleSender.CHANNELS and self.bots.wrote(*seen.origin, seen.text)

    def _try(self, rule: ChatRule, seen: WatchedMessage) -> EmbeddingUnavailable | None:
        """Let the rule fire if it matches; the error where that cannot be told now."""
        try:
            if self.matching.fires(rule.settings.conditions, seen.text):
                self._fire(rule, seen)
        except EmbeddingUnavailable as error:
            return error
        return None

    def _reading(self, owner_id: UUID, config_id: UUID, seen: WatchedMessage) -> Sequence[ChatRule]:
        rules = self.rules.watching(owner_id, config_id, seen.chat_id)
        if not rules:
            return rules
        if not self._is_read(rules[0], seen.chat_id):
            return []
        return [rule for rule in rules if seen.is_read_by(rule.settings)]

    def _fire(self, rule: ChatRule, seen: WatchedMessage) -> None:
        """Make an alert of the message, unless the rule is gone or has fired on it."""
        with self.unit_of_work(rule.owner_id):
            try:
                # Messages of one rule follow each other.
                locked = self.rules.lock(rule.owner_id, rule.id)
            except RuleNotFound:
                return
            if not self._still_reads(locked, rule, seen):
                return
            at = self.now()
            firing = RuleFiring(new_id(), rule.id, rule.owner_id, seen.origin, at)
            if not self.rules.fire(firing):
                return
            origin = SignalOrigin(
                owner_id=rule.owner_id,
                source=AlertSource(AlertSourceKind.RULE, rule.id),
                agent_id=locked.settings.agent_id,
                target=locked.settings.target_of(seen.chat_id, seen.thread_id),
                delivery_id=firing.id,
                alerting=locked.settings.alerting,
            )
            self.recorder.record(origin, [signal_of(locked, seen)], at)

    def _still_reads(self, locked: ChatRule, rule: ChatRule, seen: WatchedMessage) -> bool:
        """Whether the rule reads the message, seen by its bot, after what may have changed."""
        if locked.settings.config_id != rule.settings.config_id:
            return False
        return seen.is_read_by(locked.settings) and self._is_read(locked, seen.chat_id)

    def _is_read(self, rule: ChatRule, chat_id: int) -> bool:
        try:
            chat = self.chats.get(rule.owner_id, rule.settings.config_id, chat_id)
        except BotChatNotFound:
            return False
        return chat.state in READ_IN

    def _keep(self, config_id: UUID, rules: Sequence[ChatRule], seen: WatchedMessage) -> None:
        keeping = [rule for rule in rules if rule.settings.keep_days]
        if not keeping:
            return
        owner_id = keeping[0].owner_id
        kept = self.sealing.seal(config_id, keeping, seen, self.now())
        with self.unit_of_work(owner_id):
            for text, rule in zip(kept, keeping, strict=True):
                self._keep_one(text, rule, seen)

    def _keep_one(self, text: KeptText, rule: ChatRule, seen: WatchedMessage) -> None:
        """Keep the text unless the rule was deleted, or does not read it any more."""
        try:
            locked = self.rules.lock(text.owner_id, text.rule_id)
        except RuleNotFound:
            return
        if locked.settings.keep_days and self._still_reads(locked, rule, seen):
            self.texts.keep(text)
