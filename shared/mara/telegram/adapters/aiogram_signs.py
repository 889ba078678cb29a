"""Answers to presses, the sign that the bot is busy, and who is in a chat, by aiogram."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar

from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import AnswerCallbackQuery, GetChatMember, SendChatAction, TelegramMethod
from aiogram.types import (
    ChatMemberAdministrator,
    ChatMemberMember,
    ChatMemberOwner,
    ChatMemberRestricted,
)
from aiogram.types.chat_member_union import ChatMemberUnion
from aiogram.utils.token import TokenValidationError

from mara.telegram.adapters.aiogram_api import OneCallSession
from mara.telegram.adapters.aiogram_outcomes import outcome_of
from mara.telegram.errors import InvalidBotToken, TelegramUnavailable
from mara.telegram.model.sending import SendOutcome, SendResult
from mara.telegram.model.standing import ChatStanding, Standing

ResultT = TypeVar("ResultT")

TIMEOUT_S: Final = 5.0
"""A sign that comes later says nothing."""
NOT_INSIDE: Final = ("user not found", "participant_id_invalid", "invalid user_id")
"""Telegram's words, in small letters, for an account that a chat does not have."""
ANSWER_MAX: Final = 200
"""Characters (Bot API, answerCallbackQuery)."""


@dataclass(frozen=True, slots=True)
class AiogramChatSigns:
    """Implements ``ChatSigns`` and ``ChatMembers``.

    ``url`` is that of the Bot API server, without the token.
    """

    url: str

    def answer_press(self, token: bytearray, press_id: str, text: str, *, alert: bool) -> bool:
        """Show a text to the presser. Raises InvalidBotToken, TelegramUnavailable."""
        method = AnswerCallbackQuery(
            callback_query_id=press_id, text=text[:ANSWER_MAX] or None, show_alert=alert
        )
        return self._show(token, method)

    def show_typing(self, token: bytearray, chat_id: int, thread_id: int | None) -> bool:
        """Show that the bot is busy. Raises InvalidBotToken, TelegramUnavailable."""
        method = SendChatAction(chat_id=chat_id, message_thread_id=thread_id, action="typing")
        return self._show(token, method)

    def standing_of(self, token: bytearray, chat_id: int, telegram_id: int) -> ChatStanding:
        """Ask how a person stands to a chat. Raises InvalidBotToken, TelegramUnavailable."""
        try:
            return _standing(self._ask(token, GetChatMember(chat_id=chat_id, user_id=telegram_id)))
        except _RefusedError as refused:
            is_outside = any(words in refused.words for words in NOT_INSIDE)
            return ChatStanding(Standing.OUTSIDE if is_outside else Standing.UNKNOWN)

    def _show(self, token: bytearray, method: TelegramMethod[bool]) -> bool:
        try:
            return self._ask(token, method)
        except _RefusedError:
            return False

    def _ask(self, token: bytearray, method: TelegramMethod[ResultT]) -> ResultT:
        """Return the answer. Raises InvalidBotToken, TelegramUnavailable, _RefusedError."""
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, self._answer(token, method)).result()

    async def _answer(self, token: bytearray, method: TelegramMethod[ResultT]) -> ResultT:
        server = TelegramAPIServer.from_base(self.url)
        try:
            async with Bot(token.decode(), OneCallSession(api=server, timeout=TIMEOUT_S)) as bot:
                return await bot(method)
        except TokenValidationError:
            outcome = SendOutcome(SendResult.REVOKED)
        except Exception as error:  # noqa: BLE001 - what is no answer of Telegram is raised again
            outcome = outcome_of(error)
        if outcome.kind is SendResult.REVOKED:
            raise InvalidBotToken("Telegram does not know this token.")
        if outcome.kind in {SendResult.FAULT, SendResult.POSTPONED}:
            raise TelegramUnavailable("Try again.")
        raise _RefusedError(outcome.words.lower())


class _RefusedError(Exception):
    """Telegram refuses the call; ``words`` are its own, in small letters."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def _standing(member: ChatMemberUnion) -> ChatStanding:
    if isinstance(member, ChatMemberOwner | ChatMemberAdministrator):
        return ChatStanding(Standing.ADMINISTRATOR, member.is_anonymous)
    if isinstance(member, ChatMemberRestricted):
        return ChatStanding(Standing.MEMBER if member.is_member else Standing.OUTSIDE)
    is_member = isinstance(member, ChatMemberMember)
    return ChatStanding(Standing.MEMBER if is_member else Standing.OUTSIDE)
