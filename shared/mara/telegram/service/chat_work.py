"""Asks agents about questions of chats, and queues what bots say."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.errors import Forbidden, LimitReached, NotFound, PaymentRequired
from mara.kernel.ids import new_id
from mara.kernel.money import format_usdt
from mara.kernel.time_budget import TimeBudget
from mara.telegram.model.agent_question import AgentQuestion, ChatConversation, answer_ids
from mara.telegram.model.answer_text import answer_text
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.chat_command import CommandName
from mara.telegram.model.chat_texts import STATES, ChatText, chat_text
from mara.telegram.model.failure_text import failure_text
from mara.telegram.model.formatted_text import FormattedText
from mara.telegram.model.incoming import IncomingMessage
from mara.telegram.model.message_parts import parts_of
from mara.telegram.model.outgoing import OutgoingMessage, Priority
from mara.telegram.model.reaction import AskAgent, Mute, Report
from mara.telegram.model.update import ClaimedUpdate
from mara.telegram.ports.asking import ChatAnswering, OwnerFacts
from mara.telegram.ports.handling import ChatConversations
from mara.telegram.service.chat_muting import ChatMuting
from mara.telegram.service.chat_replies import message_language
from mara.telegram.service.outgoing_queue import OutgoingQueue


@dataclass(frozen=True, slots=True)
class OutgoingText:
    """A text that answers a message; ``conversation`` is to be remembered with it.

    ``price`` is what the answer cost, in micro-USDT. ``owner_id`` is whose message it is, if not
    that of the bot's owner.
    """

    message: IncomingMessage
    text: FormattedText
    conversation: ChatConversation | None = None
    price: int = 0
    owner_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ChatWork:
    """What a worker does about a question."""

    answering: ChatAnswering
    facts: OwnerFacts
    muting: ChatMuting
    conversations: ChatConversations
    outgoing: OutgoingQueue
    now: Clock

    def do(
        self, update: ClaimedUpdate, reaction: AskAgent | Report | Mute, within: timedelta
    ) -> OutgoingText | None:
        """Return what to say, outside of any transaction; None to say nothing.

        What the owner can change is said; other errors are raised, for another try.
        """
        if isinstance(reaction, Report):
            return OutgoingText(reaction.message, self._report(reaction))
        if isinstance(reaction, Mute):
            text = self.muting.mute(reaction, update.received_at)
            return OutgoingText(reaction.message, text) if text else None
        try:
            return self._ask(update, reaction, within)
        except (PaymentRequired, Forbidden, LimitReached, NotFound) as error:
            return self.failure(reaction.config, reaction.message, error)

    def failure(
        self, config: BotConfig, message: IncomingMessage, error: Exception
    ) -> OutgoingText:
        """Return why there is no answer, and what can be done."""
        return OutgoingText(message, failure_text(error, message_language(config, message)))

    def queue(self, update: ClaimedUpdate, said: OutgoingText) -> None:
        """Queue the text as a reply to its message, in the caller's transaction."""
        if said.conversation is not None:
            self.conversations.save(said.conversation)
        message = said.message
        self.outgoing.queue_messages(
            [
                OutgoingMessage(
                    id=new_id(),
                    config_id=update.config_id,
                    owner_id=said.owner_id or update.owner_id,
                    chat_id=message.chat.id,
                    priority=Priority.ANSWER,
                    parts=tuple(parts_of(said.text)),
                    due_at=self.now(),
                    thread_id=message.thread_id,
                    reply_to=message.message_id,
                )
            ]
        )

    def _ask(self, update: ClaimedUpdate, reaction: AskAgent, within: timedelta) -> OutgoingText:
        config, message = reaction.config, reaction.message
        question = AgentQuestion(
            config.owner_id,
            config.settings.agent_id,
            reaction.question,
            answer_ids(update.config_id, update.update_id, update.received_at),
            reaction.conversation_id,
        )
        budget = TimeBudget(self.now, self.now() + within)
        answer = self.answering.ask(question, budget)
        conversation = ChatConversation(
            config.id,
            config.owner_id,
            message.chat.id,
            message.thread_id or 0,
            answer.conversation_id,
            self.now(),
        )
        text = answer_text(answer.reply, message_language(config, message))
        return OutgoingText(message, text, conversation, answer.reply.usage.price_micro_usdt)

    def _report(self, report: Report) -> FormattedText:
        config, language = report.config, message_language(report.config, report.message)
        if report.command is CommandName.BALANCE:
            available = format_usdt(self.facts.available(config.owner_id))
            return FormattedText.of(chat_text(ChatText.BALANCE, language, available=available))
        agent = self.facts.agent_name(config.owner_id, config.settings.agent_id)
        words = chat_text(
            ChatText.STATUS,
            language,
            bot=f"@{config.profile.username}",
            state=STATES[config.state][language],
            agent=agent or "—",
        )
        return FormattedText.of(words)
