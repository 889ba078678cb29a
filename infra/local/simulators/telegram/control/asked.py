"""What a request to the control surface names: people, bots and chats by their ids."""

from dataclasses import dataclass
from typing import Any

from infra.local.simulators.telegram.bots import Bot
from infra.local.simulators.telegram.model import Chat, Json, User
from infra.local.simulators.telegram.people import NotPossible, private_chat
from infra.local.simulators.telegram.world import World


@dataclass(frozen=True)
class Asked:
    """The body of a request, read in a world. All methods raise NotPossible."""

    world: World
    body: Json

    def text(self, name: str) -> str:
        """A text that must be there."""
        return str(self._value(name, str))

    def optional_text(self, name: str) -> str | None:
        """A text, or None."""
        return self.text(name) if self.body.get(name) is not None else None

    def number(self, name: str) -> int:
        """A whole number that must be there."""
        return int(self._value(name, int))

    def optional_number(self, name: str) -> int | None:
        """A whole number, or None."""
        return self.number(name) if self.body.get(name) is not None else None

    def seconds(self, name: str) -> float:
        """A number of seconds that is not negative."""
        value = self._value(name, float | int)
        if value < 0:
            raise NotPossible(f"{name} must not be negative.")
        return float(value)

    def flag(self, name: str) -> bool:
        """A boolean; absent is false."""
        return self.body.get(name) is True

    def user(self, name: str = "user_id") -> User:
        """A person, or a bot's account."""
        number = self.number(name)
        bot = self.world.bots.get(number)
        user = bot.user if bot else self.world.users.get(number)
        if user is None:
            raise NotPossible(f"There is no user {number}.")
        return user

    def bot(self) -> Bot:
        """The bot of the field ``bot_id``."""
        bot = self.world.bots.get(self.number("bot_id"))
        if bot is None:
            raise NotPossible(f"There is no bot {self.body['bot_id']}.")
        return bot

    def chat(self, name: str = "chat_id") -> Chat:
        """A chat; a private one is named by the person's id and ``bot_id``."""
        number = self.number(name)
        if number in self.world.users:
            return private_chat(self.world, self.bot(), self.world.users[number])
        if number not in self.world.chats:
            raise NotPossible(f"There is no chat {number}.")
        return self.world.chats[number]

    def message_id(self) -> int:
        """The id of a message of the chat that the body names."""
        number, chat = self.number("message_id"), self.chat()
        if number not in chat.messages and number not in chat.deleted:
            raise NotPossible(f"There is no message {number}.")
        return number

    def _value(self, name: str, form: Any) -> Any:
        value = self.body.get(name)
        if not isinstance(value, form) or isinstance(value, bool):
            raise NotPossible(f"{name} is missing or of a wrong type.")
        return value
