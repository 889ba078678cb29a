"""Watches chats: keeps texts for dry runs, and makes alerts of messages that rules fire on.

It may be called again for the same message, by two workers at once too: a text is kept once, and a
message fires a rule once. Meanings and keys are looked up outside of transactions.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from mara.alerts.errors import RuleNotFound
from mara.alerts.model.alert import AlertSource, AlertSourceKind
from mara.alerts.model.kept_text import KeptText
from mara.alerts.model.recording import SignalOrigin
from mara.alerts.model.rule import ChatRule
from mara.alerts.model.rule_signals import signal_of, watched
from mara.alerts.model.watched_message import RuleFiring, WatchedMessage
from mara.alerts.ports.rules import Rules, RuleTexts
from mara.alerts.service.recorder import AlertRecorder
from mara.alerts.service.rule_matching import RuleMatching
from mara.alerts.service.text_sealing import TextSealing
from mara.kernel.clock import Clock
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.errors import BotChatNotFound
from mara.telegram.model.bot_chat import ChatState
from mara.telegram.model.incoming import IncomingMessage
from mara.telegram.ports.asking import ConnectedBots
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

    def watch(self, owner_id: UUID, config_id: UUID, message: IncomingMessage) -> None:
        """Let the rules of the bot see a message, which no bot of the platform wrote as itself.

        Raises EmbeddingUnavailable and KeysUnavailable, for another try.
        """
        seen = watched(message)
        if seen is None:
            return
        with self.unit_of_work(owner_id):
            rules = self._reading(owner_id, config_id, seen)
            fired = self.rules.fired(owner_id, [rule.id for rule in rules], seen.origin)
        # A channel hides which of its bots wrote a post.
        if not rules or self.bots.wrote(*seen.origin, seen.text):
            return
        for rule in self._firing(rules, fired, seen):
            self._fire(rule, seen)
        self._keep(config_id, rules, seen)

    def _reading(self, owner_id: UUID, config_id: UUID, seen: WatchedMessage) -> Sequence[ChatRule]:
        rules = self.rules.watching(owner_id, config_id, seen.chat_id)
        if not rules:
            return rules
        try:
            chat = self.chats.get(owner_id, config_id, seen.chat_id)
        except BotChatNotFound:
            return []
        if chat.state not in READ_IN:
            return []
        return [rule for rule in rules if seen.is_read_by(rule.settings)]

    def _firing(
        self, rules: Sequence[ChatRule], fired: Collection[UUID], seen: WatchedMessage
    ) -> Sequence[ChatRule]:
        left = [rule for rule in rules if rule.id not in fired]
        return [rule for rule in left if self.matching.fires(rule.settings.conditions, seen.text)]

    def _fire(self, rule: ChatRule, seen: WatchedMessage) -> None:
        """Make an alert of the message, unless the rule is gone or has fired on it."""
        with self.unit_of_work(rule.owner_id):
            try:
                # Messages of one rule follow each other.
                locked = self.rules.lock(rule.owner_id, rule.id)
            except RuleNotFound:
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

    def _keep(self, config_id: UUID, rules: Sequence[ChatRule], seen: WatchedMessage) -> None:
        keeping = [rule for rule in rules if rule.settings.keep_days]
        if not keeping:
            return
        owner_id = keeping[0].owner_id
        kept = self.sealing.seal(config_id, keeping, seen, self.now())
        with self.unit_of_work(owner_id):
            for text in kept:
                self._keep_one(text, seen)

    def _keep_one(self, text: KeptText, seen: WatchedMessage) -> None:
        """Keep the text unless the rule was deleted, or does not read it any more."""
        try:
            rule = self.rules.lock(text.owner_id, text.rule_id)
        except RuleNotFound:
            return
        if rule.settings.keep_days and seen.is_read_by(rule.settings):
            self.texts.keep(text)
