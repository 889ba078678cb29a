"""Decides what the platform's bot does: it links Telegram accounts to users, and answers presses.

Its transactions see the rows of all accounts: whose a person is, the link says.
"""

from dataclasses import dataclass, replace

from mara.kernel.clock import Clock
from mara.telegram.model.bot_chat import TITLE_MAX, BotChat, ChatKind, ChatState
from mara.telegram.model.bot_config import BotConfig, BotLanguage
from mara.telegram.model.bot_reply import BotReply, ReplyKind
from mara.telegram.model.chat_command import ChatCommand, CommandName, command_of
from mara.telegram.model.chat_texts import language_in
from mara.telegram.model.formatted_text import FormattedText
from mara.telegram.model.incoming import (
    Incoming,
    IncomingMessage,
    Membership,
    Press,
    Sender,
    SenderKind,
)
from mara.telegram.model.outgoing import SENT_KEPT
from mara.telegram.model.person import BotPerson, PersonKind, hash_of_code
from mara.telegram.model.platform_texts import PLATFORM_TEXTS, PlatformText
from mara.telegram.model.reaction import AnswerPress, Reaction, Say, Silence
from mara.telegram.model.reply_limits import ReplyLimits
from mara.telegram.model.update import ClaimedUpdate
from mara.telegram.ports.chats import BotChats, BotPeople, ForgetTalk, Invitations
from mara.telegram.service.account_unlinking import AccountUnlinking
from mara.telegram.service.chat_memberships import ChatMemberships
from mara.telegram.service.reply_admission import ReplyAdmission


@dataclass(frozen=True, slots=True)
class PlatformReception:
    """Handles the updates of the platform's bot, in the caller's transaction."""

    people: BotPeople
    chats: BotChats
    invitations: Invitations
    forget_talk: ForgetTalk
    memberships: ChatMemberships
    admission: ReplyAdmission
    unlinking: AccountUnlinking
    now: Clock

    def react(self, config: BotConfig, update: ClaimedUpdate, incoming: Incoming) -> Reaction:
        """Return what the bot does; in groups it is silent, and nothing of them is stored."""
        if isinstance(incoming, Membership) and incoming.chat.kind is ChatKind.PRIVATE:
            person = self.people.find(config.id, incoming.by.id)
            if person is not None:
                self.memberships.store(replace(config, owner_id=person.owner_id), incoming)
        if isinstance(incoming, Press):
            person = self.people.find(config.id, incoming.sender.id)
            return AnswerPress(config, incoming, person.owner_id) if person else Silence()
        if isinstance(incoming, IncomingMessage) and incoming.chat.kind is ChatKind.PRIVATE:
            return self._answer(config, update, incoming)
        return Silence()

    def _answer(
        self, config: BotConfig, update: ClaimedUpdate, message: IncomingMessage
    ) -> Reaction:
        sender = message.sender
        is_silent = message.is_edit or message.is_service
        if is_silent or sender is None or sender.kind is not SenderKind.PERSON:
            return Silence()
        person = self.people.find(config.id, sender.id)
        command = command_of(message, config.profile)
        kind = _kind(command, person)
        if not self._is_admitted(config, update, message, kind):
            return Silence()
        if command is not None and kind is ReplyKind.CODE:
            return _say(config, message, self._link(config, command.argument, message, sender))
        if command is not None and command.name is CommandName.PRIVACY:
            return _say(config, message, PlatformText.PRIVACY)
        if person is not None:
            text = self.unlinking.text_for(command, person, update.update_id)
            if text is not None:
                language = self.unlinking.language_of(person.owner_id)
                # A message of the account: whose it was, nothing else tells after the unlinking.
                return replace(_say(config, message, text, language), owner_id=person.owner_id)
        return _say(config, message, PlatformText.HELP if person else PlatformText.NOT_LINKED)

    def _is_admitted(
        self, config: BotConfig, update: ClaimedUpdate, message: IncomingMessage, kind: ReplyKind
    ) -> bool:
        ids = (update.config_id, update.owner_id, update.update_id)
        wanted = BotReply(*ids, kind, message.chat.id, message.chat.id, self.now())
        limits = ReplyLimits(config.settings)
        return self.admission.admit(wanted, lambda: limits, is_private=True) is kind

    def _link(
        self, config: BotConfig, code: str, message: IncomingMessage, sender: Sender
    ) -> PlatformText:
        """Link the sender to the user who drew the code, in place of an account linked before.

        An account that another user has stays there: a code sent by a stranger would else take it.
        """
        now, chat = self.now(), message.chat
        taken = self.invitations.take(config.id, hash_of_code(code), now)
        if taken is None:
            return PlatformText.CODE_INVALID
        known = self.people.find(config.id, sender.id)
        if known is not None and known.owner_id != taken.owner_id:
            return PlatformText.LINKED_TO_OTHER
        before = self.people.find_account(taken.owner_id)
        if before is not None and before.telegram_id != sender.id:
            self.forget_talk(before.config_id, before.telegram_id)
            self.people.remove(before.owner_id, before.config_id, before.telegram_id)
            self.chats.delete(before.owner_id, before.config_id, before.telegram_id)
        ids = (config.id, taken.owner_id)
        self.people.add(BotPerson(*ids, sender.id, PersonKind.ACCOUNT, sender.name, now))
        title, state = chat.title[:TITLE_MAX], ChatState.APPROVED
        self.chats.save(BotChat(*ids, chat.id, title, chat.kind, state, sender.id, now))
        return PlatformText.LINKED


def _kind(command: ChatCommand | None, person: BotPerson | None) -> ReplyKind:
    if command is not None and command.name is CommandName.START and command.argument:
        return ReplyKind.CODE
    return ReplyKind.QUESTION if person else ReplyKind.DECLINED


def _say(
    config: BotConfig,
    message: IncomingMessage,
    text: PlatformText,
    language: BotLanguage | None = None,
) -> Say:
    language = language or language_in(
        is_private=True,
        language_code=message.sender.language if message.sender else "",
        bot=config.settings.language,
    )
    words = PLATFORM_TEXTS[text][language].replace("{sent_days}", str(SENT_KEPT.days))
    return Say(message, FormattedText.of(words))
