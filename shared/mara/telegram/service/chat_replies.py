"""What a bot says without asking its agent: commands, invitations, refusals."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from mara.telegram.model.bot_chat import ChatKind
from mara.telegram.model.bot_config import BotConfig, BotLanguage
from mara.telegram.model.bot_reply import ReplyKind
from mara.telegram.model.chat_access import Asker
from mara.telegram.model.chat_command import CommandName
from mara.telegram.model.chat_texts import ChatText, chat_text, language_in
from mara.telegram.model.formatted_text import FormattedText
from mara.telegram.model.incoming import IncomingMessage
from mara.telegram.model.kept_texts import ChatKeeping
from mara.telegram.model.reaction import Mute, Reaction, Report, Say, Silence
from mara.telegram.model.wish import Wish
from mara.telegram.service.invitation_use import InvitationUse

TEXTS_OF_KINDS = {
    ReplyKind.DECLINED: ChatText.DECLINED,
    ReplyKind.LIMITED: ChatText.LIMITED,
    ReplyKind.TOO_DEAR: ChatText.TOO_DEAR,
    ReplyKind.IGNORED: None,
}
COMMANDS = {
    CommandName.START: ChatText.WELCOME,
    CommandName.HELP: ChatText.HELP,
    CommandName.PRIVACY: ChatText.PRIVACY,
    CommandName.UNKNOWN: ChatText.UNKNOWN_COMMAND,
}


@dataclass(frozen=True, slots=True)
class ChatReplies:
    """Chooses the text, in the caller's transaction."""

    invitations: InvitationUse
    keeping: Callable[[UUID, UUID, int], ChatKeeping]
    """What is kept of a chat: owner, config, chat."""

    def reply(
        self, config: BotConfig, message: IncomingMessage, wish: Wish, asker: Asker
    ) -> Reaction:
        """Return the text for a wish that is no question; nothing if it reached a limit."""
        text = self._text(config, message, wish, asker)
        if text is not None:
            return self._say(config, message, text)
        if wish.kind is ReplyKind.QUESTION and wish.command is not None:
            if wish.command.name is CommandName.MUTE:
                return Mute(config, message, wish.command.argument)
            return Report(config, message, wish.command.name)
        return Silence()

    def _text(
        self, config: BotConfig, message: IncomingMessage, wish: Wish, asker: Asker
    ) -> ChatText | None:
        """The text; None for what only some may ask, and where the bot stays silent."""
        if wish.kind in TEXTS_OF_KINDS:
            return TEXTS_OF_KINDS[wish.kind]
        if wish.command is None:
            return ChatText.NO_TEXT
        if wish.kind is ReplyKind.CODE:
            is_linked = self.invitations.link(config, wish.command.argument, message)
            return ChatText.LINKED if is_linked else ChatText.CODE_INVALID
        if wish.command.name in COMMANDS:
            return COMMANDS[wish.command.name]
        is_group = message.chat.kind is not ChatKind.PRIVATE
        if wish.command.name is CommandName.MUTE and is_group:
            return None  # Telegram is asked who is an administrator.
        return None if asker.is_owner else ChatText.OWNER_ONLY

    def _say(self, config: BotConfig, message: IncomingMessage, text: ChatText) -> Say:
        language = message_language(config, message)
        fields = {"bot": f"@{config.profile.username}"}
        if text is ChatText.PRIVACY:
            keeping = self.keeping(config.owner_id, config.id, message.chat.id)
            fields["rules"] = keeping.words(language)
        return Say(message, FormattedText.of(chat_text(text, language, **fields)))


def message_language(config: BotConfig, message: IncomingMessage) -> BotLanguage:
    """The language in which the bot talks to the sender of the message."""
    return language_in(
        is_private=message.chat.kind is ChatKind.PRIVATE,
        language_code=message.sender.language if message.sender else "",
        bot=config.settings.language,
    )
