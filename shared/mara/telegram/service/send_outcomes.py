"""Stores what came of each piece of a message, and what that means for chat, bot and message."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.messages import Publish
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.errors import BotChatNotFound, BotConfigNotFound
from mara.telegram.messages import BotTokenRevoked, ChatLost, MessageUndelivered, TopicLost
from mara.telegram.model.bot_chat import ChatState
from mara.telegram.model.bot_config import BotState
from mara.telegram.model.outgoing import OutgoingMessage, OutgoingState
from mara.telegram.model.platform_bot import scope_of
from mara.telegram.model.sending import SendOutcome, SendResult
from mara.telegram.ports import BotConfigs
from mara.telegram.ports.chats import BotChats
from mara.telegram.ports.outgoing import BotSenders, OutgoingMessages
from mara.telegram.service.chat_migration import ChatMigration

OF_ONE_MESSAGE = frozenset({SendResult.SENT, SendResult.NOT_MODIFIED, SendResult.POSTPONED})


@dataclass(frozen=True, slots=True)
class Flight:
    """A piece on its way: its message as it was stored before, and the token that it is sent by.

    ``bot_owner_id`` is the account of the bot, which may not be that of the message.
    """

    message: OutgoingMessage
    edited_id: int | None
    token_id: UUID
    bot_owner_id: UUID


@dataclass(frozen=True, slots=True)
class SendOutcomes:
    """Each outcome is stored by one transaction."""

    messages: OutgoingMessages
    senders: BotSenders
    configs: BotConfigs
    chats: BotChats
    migration: ChatMigration
    publish: Publish
    take_back: Callable[[Sequence[OutgoingMessage]], None]
    """Tells whose messages they are that they were given up, in the same transaction."""
    unit_of_work: UnitOfWork
    now: Clock

    def store(self, flight: Flight, outcome: SendOutcome) -> None:
        """Store what Telegram said; a bot that was disconnected meanwhile has no rows."""
        with self.unit_of_work(scope_of(flight.bot_owner_id)), suppress(BotConfigNotFound):
            if outcome.kind not in OF_ONE_MESSAGE:
                # The order of all who change more than a message: the bot, its chats, messages.
                self.configs.lock(flight.bot_owner_id, flight.message.config_id)
            self._by_kind[outcome.kind](flight, outcome)

    def give_up(self, flight: Flight, reason: str) -> None:
        """Fail the message in the caller's transaction."""
        self._undelivered(self._failed(flight, flight.message.failed(reason)))

    @property
    def _by_kind(self) -> Mapping[SendResult, Callable[[Flight, SendOutcome], None]]:
        return {
            SendResult.SENT: self._sent,
            SendResult.NOT_MODIFIED: self._sent,
            SendResult.POSTPONED: self._postponed,
            SendResult.MIGRATED: self._migrated,
            SendResult.BAD_ENTITIES: self._bad_entities,
            SendResult.NO_TOPIC: self._no_topic,
            SendResult.NO_EDIT: self._no_edit,
            SendResult.UNREACHABLE: self._unreachable,
            SendResult.REVOKED: self._revoked,
            SendResult.FAULT: self._fault,
            SendResult.REFUSED: self._refused,
        }

    def _sent(self, flight: Flight, outcome: SendOutcome) -> None:
        message = flight.message
        if flight.edited_id is None:
            after = message.sent_part(outcome.telegram_id)
        else:
            after = message.edited()
        if message.edits is not None:
            # Who removes the bot locks its messages by their ids: the edited one before its edit.
            self.senders.lock(message.config_id)
        self.messages.save(after, message)
        if message.edits is None:
            return
        if flight.edited_id is None and not self.messages.sent_instead(
            message.edits, after.telegram_ids
        ):
            # The edited one is forgotten: without a row each later edit would be a message.
            self.messages.add(replace(after, id=message.edits, edits=None))
        self.messages.edited(message.edits, self.now())

    def _postponed(self, flight: Flight, outcome: SendOutcome) -> None:
        config_id, chat_id = flight.message.config_id, flight.message.chat_id
        self.messages.save(flight.message.postponed(), flight.message)
        pace = self.senders.chat_paces(config_id, [chat_id])[chat_id]
        refused = pace.refused(self.now(), outcome.retry_after)
        self.senders.save_chat_pace(config_id, chat_id, refused)

    def _migrated(self, flight: Flight, outcome: SendOutcome) -> None:
        message = flight.message
        if outcome.chat_id == message.chat_id:
            self._refused(flight, outcome)
            return
        # The message is moved with the others of its chat.
        self.migration.move(message.owner_id, message.config_id, message.chat_id, outcome.chat_id)
        self.messages.save(message.postponed(), message)

    def _bad_entities(self, flight: Flight, outcome: SendOutcome) -> None:
        if flight.message.is_plain:
            self._refused(flight, outcome)
            return
        self.messages.save(replace(flight.message.postponed(), is_plain=True), flight.message)

    def _no_topic(self, flight: Flight, outcome: SendOutcome) -> None:
        message = flight.message
        if message.thread_id is None:
            self._refused(flight, outcome)
            return
        self.messages.save(replace(message.postponed(), thread_id=None), message)
        config = self.configs.lock(flight.bot_owner_id, message.config_id)
        settings = config.settings
        if (settings.target_chat_id, settings.target_thread_id) == _topic(message):
            # Once is enough to say: later alerts go to the chat.
            without = replace(settings, target_thread_id=None)
            self.configs.save(config.changed(self.now(), settings=without))
        self.publish(
            TopicLost(
                config_id=message.config_id, owner_id=message.owner_id, chat_id=message.chat_id
            )
        )

    def _no_edit(self, flight: Flight, outcome: SendOutcome) -> None:
        if flight.edited_id is None or flight.message.edits is None:
            self._refused(flight, outcome)
            return
        self.messages.sent_instead(flight.message.edits, ())
        self.messages.save(flight.message.postponed(), flight.message)

    def _unreachable(self, flight: Flight, outcome: SendOutcome) -> None:
        message = flight.message
        self._close_chat(message)
        self.senders.lock(message.config_id)
        given_up = self._failed(flight, message.failed(outcome.words))
        others = self.messages.fail_chat(message.config_id, message.chat_id, outcome.words)
        self._undelivered([*given_up, *others])

    def _close_chat(self, message: OutgoingMessage) -> None:
        # People who ask in private need no row of their chat.
        with suppress(BotChatNotFound):
            chat = self.chats.lock(message.owner_id, message.config_id, message.chat_id)
            # One that the owner refused stays refused: the doctor approves unreachable ones again.
            if chat.state is ChatState.APPROVED:
                self.chats.save(chat.now_in(ChatState.UNREACHABLE, self.now()))
                self.publish(
                    ChatLost(config_id=chat.config_id, owner_id=chat.owner_id, chat_id=chat.chat_id)
                )

    def _revoked(self, flight: Flight, outcome: SendOutcome) -> None:
        message = flight.message
        self.messages.save(replace(message.postponed(), reason=outcome.words), message)
        config = self.configs.lock(flight.bot_owner_id, message.config_id)
        if config.token_id == flight.token_id and config.state is not BotState.REVOKED:
            self.configs.save(config.changed(self.now(), state=BotState.REVOKED))
            self.publish(BotTokenRevoked(config_id=config.id, owner_id=config.owner_id))

    def _fault(self, flight: Flight, outcome: SendOutcome) -> None:
        after = flight.message.failed_once(outcome.words, self.now())
        self._undelivered(self._failed(flight, after))

    def _refused(self, flight: Flight, outcome: SendOutcome) -> None:
        self.give_up(flight, outcome.words)

    def _failed(self, flight: Flight, after: OutgoingMessage) -> Sequence[OutgoingMessage]:
        """Store it; the message itself if it is given up now, else nothing."""
        is_stored = self.messages.save(after, flight.message)
        return [after] if is_stored and after.state is OutgoingState.FAILED else []

    def _undelivered(self, messages: Sequence[OutgoingMessage]) -> None:
        for message in messages:
            self.publish(MessageUndelivered.about(message))
        self.take_back(messages)


def _topic(message: OutgoingMessage) -> tuple[int, int | None]:
    return message.chat_id, message.thread_id
