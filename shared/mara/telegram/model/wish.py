"""What a sender wants of a bot: an answer, a command, or to be let in."""

from dataclasses import dataclass

from mara.telegram.model.bot_chat import ChatKind
from mara.telegram.model.bot_config import BotProfile
from mara.telegram.model.bot_reply import ReplyKind
from mara.telegram.model.chat_command import ChatCommand, CommandName, command_of, is_for_other_bot
from mara.telegram.model.chat_question import question_of_message
from mara.telegram.model.incoming import IncomingMessage, Sender, SenderKind


@dataclass(frozen=True, slots=True)
class Wish:
    """``question`` is set for the agent, ``command`` for everything else; neither: let me in."""

    kind: ReplyKind
    question: str | None = None
    command: ChatCommand | None = None


def wish_of(
    message: IncomingMessage, sender: Sender, bot: BotProfile, *, may_ask: bool
) -> Wish | None:
    """What the sender wants; None if the bot stays silent.

    Who may not ask can use an invitation in private, and hears there that it may not. Other bots
    get answers only where they name the bot or reply to it.
    """
    is_private = message.chat.kind is ChatKind.PRIVATE
    command = command_of(message, bot)
    is_start = command is not None and command.name is CommandName.START and command.argument
    if is_private and is_start and sender.kind is SenderKind.PERSON:
        return Wish(ReplyKind.CODE, command=command)
    if not may_ask:
        is_person = is_private and sender.kind is SenderKind.PERSON
        return Wish(ReplyKind.DECLINED) if is_person else None
    if sender.kind is SenderKind.BOT:
        question = None if is_private or command else question_of_message(message, bot)
        return Wish(ReplyKind.BOT_QUESTION, question) if question else None
    if is_for_other_bot(message, bot):
        return None
    if command is not None:
        return _command(command, is_private=is_private)
    question = question_of_message(message, bot)
    return None if question is None else Wish(ReplyKind.QUESTION, question)


def _command(command: ChatCommand, *, is_private: bool) -> Wish | None:
    if command.name is CommandName.ASK:
        return Wish(ReplyKind.QUESTION, command.argument)
    is_known = command.name is not CommandName.UNKNOWN
    is_report = command.name in {CommandName.STATUS, CommandName.BALANCE}
    if is_private or (is_known and not is_report):
        return Wish(ReplyKind.QUESTION, command=command)
    return None
