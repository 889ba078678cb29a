"""Shows in a chat that the bot is busy, for as long as its agent takes."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

from mara.kernel.envelope import KeysUnavailable
from mara.telegram.errors import InvalidBotToken, TelegramUnavailable
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.incoming import IncomingMessage
from mara.telegram.ports.sending import ChatSigns
from mara.telegram.service.bot_tokens import BotTokens

EVERY_S: Final = 4.0
"""Telegram shows the sign for 5 s (core.telegram.org/bots/api#sendchataction)."""

Repeat = Callable[[Callable[[], None], float], AbstractContextManager[None]]
"""Calls at once and every so many seconds, beside the block, until the block ends."""


@dataclass(frozen=True, slots=True)
class TypingSign:
    """Shows the sign. ``tell`` logs that it could not be shown, which delays no answer."""

    tokens: BotTokens
    signs: ChatSigns
    repeat: Repeat
    tell: Callable[[BotConfig, Exception], None]

    @contextmanager
    def shown(self, config: BotConfig, message: IncomingMessage) -> Iterator[None]:
        """Show the sign in the chat until the block ends, outside of transactions."""
        with ExitStack() as stack:
            token = self._token(config, stack)
            if token is not None:
                show = self._sign(config, message, token)
                stack.enter_context(self.repeat(show, EVERY_S))
            yield

    def _token(self, config: BotConfig, stack: ExitStack) -> bytearray | None:
        try:
            return stack.enter_context(self.tokens.opened(config))
        except KeysUnavailable as error:
            self.tell(config, error)
            return None

    def _sign(
        self, config: BotConfig, message: IncomingMessage, token: bytearray
    ) -> Callable[[], None]:
        failures: list[Exception] = []

        def show() -> None:
            if failures:
                return  # Telegram may have said how long to wait: the sign is not worth asking.
            try:
                self.signs.show_typing(token, message.chat.id, message.thread_id)
            except (InvalidBotToken, TelegramUnavailable) as error:
                failures.append(error)
                self.tell(config, error)

        return show
