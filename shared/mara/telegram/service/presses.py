"""Answers presses of buttons: what they do is stored first, then the presser is shown a text."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from mara.telegram.errors import InvalidBotToken, TelegramUnavailable
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.incoming import Press
from mara.telegram.model.reaction import AnswerPress
from mara.telegram.model.standing import NOT_YOURS_TO_PRESS
from mara.telegram.ports.sending import ChatSigns
from mara.telegram.service.bot_tokens import BotTokens
from mara.telegram.service.press_rights import PressRights

CountPress = Callable[[BotConfig, Press], str]
"""Does what the button says, once however often it is called; returns what is shown.

The bot is given as that of the user whose post it is.
"""


@dataclass(frozen=True, slots=True)
class PressAnswering:
    """Answers presses. ``tell`` logs that a presser could not be shown the text."""

    count: CountPress
    rights: PressRights
    tokens: BotTokens
    signs: ChatSigns
    tell: Callable[[Press, Exception], None]

    def answer(self, asked: AnswerPress) -> None:
        """Do what the button says, and show the presser what came of it, outside of transactions.

        A text that cannot be shown is no reason for another try: a press lives 150 s, and what it
        does is stored. Raises KeysUnavailable, InvalidBotToken, TelegramUnavailable.
        """
        config, press = asked.config, asked.press
        with self.tokens.opened(config) as token:
            if token is None:
                return
            admitted = self.rights.admit(config, press, token)
            refused = NOT_YOURS_TO_PRESS[config.settings.language]
            served = replace(config, owner_id=asked.owner_id)
            text = self.count(served, admitted) if admitted else refused
            try:
                self.signs.answer_press(token, press.press_id, text, alert=admitted is None)
            except (InvalidBotToken, TelegramUnavailable) as error:
                self.tell(press, error)
