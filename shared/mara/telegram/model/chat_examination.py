"""What the answers of Telegram mean for a chat of a bot."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mara.kernel.ids import made_at
from mara.telegram.model.bot_chat import BotChat, ChatKind
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.doctor import BotCase, BotFinding
from mara.telegram.model.examination import moment
from mara.telegram.model.inspection import ChatView, Problem, Trouble


@dataclass(frozen=True, slots=True)
class ExaminedChat:
    """A chat to examine; ``known`` is None where alerts go to a chat that no update has named."""

    chat_id: int
    known: BotChat | None

    @property
    def title(self) -> str:
        """Its title, where it is known."""
        return self.known.title if self.known else ""


@dataclass(frozen=True, slots=True)
class ChatExamination:
    """Examines the chats of a bot."""

    config: BotConfig
    reads_all_since: datetime | None
    """Since when privacy mode is known to be off; None while it is on, or is not known."""

    def of(
        self, chat: ExaminedChat, seen: ChatView | Problem, paused_until: datetime | None
    ) -> Iterator[BotFinding]:
        """Whether the bot is in the chat, may write, and what it sees there."""
        here = chat.chat_id
        if isinstance(seen, Problem):
            yield _absence(here, seen)
            return
        yield BotFinding(BotCase.MEMBER_IN, chat_id=here)
        yield BotFinding(
            BotCase.MAY_WRITE if seen.may_write else BotCase.MAY_NOT_WRITE, chat_id=here
        )
        settings = self.config.settings
        wants_topic = settings.target_chat_id == here and settings.target_thread_id is not None
        has_topic = seen.is_forum or not wants_topic
        yield BotFinding(BotCase.TOPICS_RIGHT if has_topic else BotCase.NO_TOPICS, chat_id=here)
        messages = self._messages(chat, seen)
        yield BotFinding(messages, chat_id=here)
        yield BotFinding(_bots(chat, seen), chat_id=here)
        if paused_until is None:
            yield BotFinding(BotCase.NOT_PAUSED, chat_id=here)
        else:
            yield BotFinding(BotCase.PAUSED, {"at": moment(paused_until)}, here)

    def _messages(self, chat: ExaminedChat, seen: ChatView) -> BotCase:
        """A change of privacy mode holds after the bot is added to the chat again."""
        if seen.administers or seen.kind is ChatKind.PRIVATE:
            return BotCase.SEES_ALL
        if self.reads_all_since is None:
            return BotCase.PRIVACY_ON
        added_at = made_at(chat.known.id) if chat.known else None
        if added_at is None or added_at < self.reads_all_since:
            return BotCase.ADDED_BEFORE
        return BotCase.SEES_ALL


def _absence(chat_id: int, problem: Problem) -> BotFinding:
    if problem.trouble is Trouble.MIGRATED:
        return BotFinding(BotCase.MIGRATED, {"new": problem.moved_to}, chat_id)
    if problem.trouble is Trouble.NOT_INSIDE:
        return BotFinding(BotCase.MEMBER_OUT, {"words": problem.words or "not a member"}, chat_id)
    return BotFinding(BotCase.CHAT_UNKNOWN, {"words": problem.words}, chat_id)


def _bots(chat: ExaminedChat, seen: ChatView) -> BotCase:
    """No field of the Bot API says whether Bot-to-Bot Communication Mode is on."""
    if seen.kind is ChatKind.CHANNEL:
        return BotCase.SEES_POSTS
    if chat.known is not None and chat.known.saw_bots_at is not None:
        return BotCase.SAW_BOTS
    return BotCase.BOTS_UNKNOWN
