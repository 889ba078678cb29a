"""Decides what a bot does about a message: who may ask, how often, and what is asked.

All of it is one transaction, the caller's, which may be repeated for the same update.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from mara.kernel.clock import Clock
from mara.telegram.errors import BotChatNotFound
from mara.telegram.model.bot_chat import BotChat, ChatKind, ChatState
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.bot_reply import BotReply
from mara.telegram.model.chat_access import Asker, may_ask
from mara.telegram.model.chat_question import question_of_message
from mara.telegram.model.incoming import IncomingMessage, Sender, SenderKind
from mara.telegram.model.reaction import GROUP_MEMORY, AskAgent, Reaction, Silence
from mara.telegram.model.reply_limits import ReplyLimits
from mara.telegram.model.update import ClaimedUpdate
from mara.telegram.model.wish import Wish, wish_of
from mara.telegram.ports.chats import BotChats, BotPeople
from mara.telegram.ports.handling import BotReplies, ChatConversations
from mara.telegram.service.chat_migration import ChatMigration
from mara.telegram.service.chat_replies import ChatReplies
from mara.telegram.service.reply_admission import ReplyAdmission


@dataclass(frozen=True, slots=True)
class ChatReception:
    """Receives the messages of chats."""

    chats: BotChats
    people: BotPeople
    replies: BotReplies
    conversations: ChatConversations
    saying: ChatReplies
    migration: ChatMigration
    admission: ReplyAdmission
    price_of_plan: Callable[[UUID], int]
    """What an answer costs an owner, in micro-USDT, while no price of an answer is known."""
    now: Clock

    def react(self, config: BotConfig, update: ClaimedUpdate, message: IncomingMessage) -> Reaction:
        """Return what the bot does, counted for its limits, in the caller's transaction."""
        if message.moved_to is not None or message.moved_from is not None:
            self._move(config, message)
            return Silence()
        if message.sender is None or self._is_no_question(config, message):
            return Silence()
        self._note_bot(config, message, message.sender)
        asker = self._asker(config, message, message.sender)
        wish = wish_of(message, message.sender, config.profile, may_ask=may_ask(message, asker))
        if wish is None:
            return Silence()
        wanted = self._wanted(update, message, message.sender.id, wish)
        is_private = message.chat.kind is ChatKind.PRIVATE
        is_question = bool(wish.question)
        kind = self.admission.admit(
            wanted, lambda: self._limits(config, is_question=is_question), is_private=is_private
        )
        if kind is wish.kind and wish.question:
            return AskAgent(config, message, wish.question, self._conversation(config, message))
        return self.saying.reply(config, message, Wish(kind, wish.question, wish.command), asker)

    def is_question(
        self, config: BotConfig, update: ClaimedUpdate, message: IncomingMessage
    ) -> bool:
        """Whether a person asks in a group, and is answered; nothing is counted."""
        sender = message.sender
        if sender is None or sender.kind is not SenderKind.PERSON:
            return False
        # In a private chat every message asks the bot: there a rule has to be able to fire.
        if message.chat.kind is ChatKind.PRIVATE or self._is_no_question(config, message):
            return False
        may = may_ask(message, self._asker(config, message, sender))
        wish = wish_of(message, sender, config.profile, may_ask=may)
        if wish is None or not wish.question:
            return False
        wanted = self._wanted(update, message, sender.id, wish)
        limits = self._limits(config, is_question=True)
        return self.admission.expected(wanted, limits, is_private=False) is wish.kind

    def _note_bot(self, config: BotConfig, message: IncomingMessage, sender: Sender) -> None:
        """Only a message that was not meant for this bot shows that it sees those of others."""
        if sender.kind is SenderKind.BOT and question_of_message(message, config.profile) is None:
            self.chats.saw_bots(config.id, message.chat.id, self.now())

    def _move(self, config: BotConfig, message: IncomingMessage) -> None:
        """A group became a supergroup; both chats say so, in any order."""
        old = message.chat.id if message.moved_from is None else message.moved_from
        new = message.chat.id if message.moved_to is None else message.moved_to
        self.migration.move(config.owner_id, config.id, old, new)

    def _is_no_question(self, config: BotConfig, message: IncomingMessage) -> bool:
        if message.is_edit or message.is_service:
            return True
        if message.origin_chat_id is None:
            return False
        # The copy of a channel's post in its discussion group is the post itself.
        channel = self._chat(config, message.origin_chat_id)
        return channel is not None and channel.state is ChatState.APPROVED

    def _asker(self, config: BotConfig, message: IncomingMessage, sender: Sender) -> Asker:
        if message.chat.kind is ChatKind.PRIVATE:
            person = self.people.get(config.owner_id, config.id, sender.id)
            return Asker(person, None, config.settings.access)
        return Asker(None, self._chat(config, message.chat.id), config.settings.access)

    def _chat(self, config: BotConfig, chat_id: int) -> BotChat | None:
        try:
            return self.chats.get(config.owner_id, config.id, chat_id)
        except BotChatNotFound:
            return None

    def _wanted(
        self, update: ClaimedUpdate, message: IncomingMessage, sender_id: int, wish: Wish
    ) -> BotReply:
        """What is counted; only the answer of an agent has a price, which is not known yet."""
        ids = (update.config_id, update.owner_id, update.update_id)
        price = None if wish.question else 0
        return BotReply(*ids, wish.kind, message.chat.id, sender_id, self.now(), price)

    def _limits(self, config: BotConfig, *, is_question: bool) -> ReplyLimits:
        is_too_dear = is_question and self._is_too_dear(config)
        return ReplyLimits(config.settings, is_too_dear=is_too_dear)

    def _is_too_dear(self, config: BotConfig) -> bool:
        most = config.settings.price_per_day
        if most is None:
            return False
        spending = self.replies.spending(config.id, self.now())
        return spending.expected(lambda: self.price_of_plan(config.owner_id)) >= most

    def _conversation(self, config: BotConfig, message: IncomingMessage) -> UUID | None:
        thread_id = message.thread_id or 0
        known = self.conversations.find(config.id, message.chat.id, thread_id)
        is_private = message.chat.kind is ChatKind.PRIVATE
        if known is None or not (is_private or self.now() - known.asked_at < GROUP_MEMORY):
            return None
        return known.conversation_id
