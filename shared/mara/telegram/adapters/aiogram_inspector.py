"""Asks the Bot API about a bot by aiogram: all questions beside each other, each in its time."""

import asyncio
from collections.abc import Awaitable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar

from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import GetChat, GetChatMember, GetMe, GetWebhookInfo
from aiogram.types import ChatFullInfo, ChatMemberAdministrator, ChatMemberRestricted
from aiogram.types.chat_member_union import ChatMemberUnion
from aiogram.utils.token import TokenValidationError

from mara.telegram.adapters.aiogram_api import OneCallSession
from mara.telegram.adapters.aiogram_outcomes import outcome_of
from mara.telegram.model.bot_chat import ChatKind
from mara.telegram.model.bot_config import BotProfile
from mara.telegram.model.inspection import ChatView, Inspection, Problem, Trouble, WebhookView
from mara.telegram.model.sending import SendResult

ResultT = TypeVar("ResultT")

BESIDE_EACH_OTHER: Final = 8
INSIDE: Final = {"creator", "administrator", "member", "restricted"}
TROUBLES: Final = {
    SendResult.REVOKED: Trouble.REVOKED,
    SendResult.UNREACHABLE: Trouble.NOT_INSIDE,
    SendResult.MIGRATED: Trouble.MIGRATED,
}


@dataclass(frozen=True, slots=True)
class AiogramInspector:
    """Implements ``BotInspector``. ``url`` is that of the Bot API server, without the token."""

    url: str
    within_s: float = 4.0
    """The time of one question. 32 questions in turns of eight end within 16 s."""

    def inspect(self, token: bytearray, chat_ids: Sequence[int] = ()) -> Inspection:
        """Ask for the account, the webhook and these chats; nothing is raised."""
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, self._inspect(token, chat_ids)).result()

    async def _inspect(self, token: bytearray, chat_ids: Sequence[int]) -> Inspection:
        server = TelegramAPIServer.from_base(self.url)
        session = OneCallSession(api=server, timeout=self.within_s)
        turns = asyncio.Semaphore(BESIDE_EACH_OTHER)
        try:
            bot = Bot(token.decode(), session)
        except TokenValidationError:
            problem = Problem(Trouble.REVOKED)
            return Inspection(problem, problem, dict.fromkeys(chat_ids, problem))
        async with bot:
            profile, webhook, chats = await asyncio.gather(
                self._answer(_profile(bot), turns),
                self._answer(_webhook(bot), turns),
                asyncio.gather(*[self._answer(_chat(bot, id_), turns) for id_ in chat_ids]),
            )
        return Inspection(profile, webhook, dict(zip(chat_ids, chats, strict=True)))

    async def _answer(
        self, question: Awaitable[ResultT], turns: asyncio.Semaphore
    ) -> ResultT | Problem:
        async with turns:
            try:
                async with asyncio.timeout(self.within_s):
                    return await question
            except Exception as error:  # noqa: BLE001 - what is no answer of Telegram is raised again
                return _problem(error)


async def _profile(bot: Bot) -> BotProfile:
    user = await bot(GetMe())
    return BotProfile(user.id, user.username or "", bool(user.can_read_all_group_messages))


async def _webhook(bot: Bot) -> WebhookView:
    seen = await bot(GetWebhookInfo())
    return WebhookView(
        seen.url,
        seen.pending_update_count,
        frozenset(seen.allowed_updates or ()),
        seen.last_error_message or "",
        seen.last_error_date,
    )


async def _chat(bot: Bot, chat_id: int) -> ChatView | Problem:
    chat = await bot(GetChat(chat_id=chat_id))
    member = await bot(GetChatMember(chat_id=chat_id, user_id=bot.id))
    is_restricted_out = isinstance(member, ChatMemberRestricted) and not member.is_member
    if member.status not in INSIDE or is_restricted_out:
        return Problem(Trouble.NOT_INSIDE)
    administers = member.status in {"creator", "administrator"}
    may_write = _may_write(chat, member, administers=administers)
    return ChatView(ChatKind(chat.type), bool(chat.is_forum), administers, may_write)


def _may_write(chat: ChatFullInfo, member: ChatMemberUnion, *, administers: bool) -> bool:
    if chat.type == ChatKind.CHANNEL:
        return isinstance(member, ChatMemberAdministrator) and bool(member.can_post_messages)
    if isinstance(member, ChatMemberRestricted):
        return member.can_send_messages
    allowed = chat.permissions is None or chat.permissions.can_send_messages is not False
    return administers or allowed


def _problem(error: Exception) -> Problem:
    outcome = outcome_of(error)
    trouble = TROUBLES.get(outcome.kind, Trouble.NO_ANSWER)
    moved_to = outcome.chat_id if trouble is Trouble.MIGRATED else None
    return Problem(trouble, outcome.words, moved_to)
