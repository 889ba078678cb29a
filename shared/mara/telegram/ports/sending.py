"""Ports for the methods of the Bot API that reach chats."""

from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Protocol

from mara.telegram.model.sending import SendOutcome, SendRequest
from mara.telegram.model.standing import ChatStanding


class SendSession(Protocol):
    """Connections to Telegram for the messages of one bot."""

    def submit(self, request: SendRequest) -> Future[SendOutcome]:
        """Send beside others; the future never has an exception of Telegram."""


class MessageSender(Protocol):
    """Sends messages of bots."""

    def open(self, token: bytearray) -> AbstractContextManager[SendSession]:
        """Open a session of a bot; its end waits for what is on its way."""


class ChatSigns(Protocol):
    """What needs no budget: answers to presses, and the sign that the bot is busy.

    Both raise InvalidBotToken and TelegramUnavailable.
    """

    def answer_press(self, token: bytearray, press_id: str, text: str, *, alert: bool) -> bool:
        """Show a text to the presser; an empty one ends the wait. False where it is too late."""

    def show_typing(self, token: bytearray, chat_id: int, thread_id: int | None) -> bool:
        """Show for 5 s that the bot is busy. False where the bot may not write in the chat."""


class ChatMembers(Protocol):
    """Who is in chats."""

    def standing_of(self, token: bytearray, chat_id: int, telegram_id: int) -> ChatStanding:
        """Ask how a person stands to a chat. Raises InvalidBotToken, TelegramUnavailable."""
