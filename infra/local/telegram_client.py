"""What people do in the simulated Telegram, from commands, the seed and the demo."""

from typing import Any

import httpx

from infra.local.settings import ports
from infra.local.stacks import command

TIMEOUT_S = 15.0


class TelegramRefused(RuntimeError):
    """The simulator does not run, or refuses an action; the text says why."""


class TelegramPeople:
    """Acts as people of the simulated Telegram. All methods raise TelegramRefused."""

    def __init__(self) -> None:
        """Use the simulator of this stack."""
        self._url = f"http://127.0.0.1:{ports().telegram}/control"

    def act(self, action: str, **asked: Any) -> Any:
        """Do one of the actions of the control surface; absent values are left out."""
        body = {key: value for key, value in asked.items() if value is not None}
        return self._answer("POST", action, body)

    def settle(self) -> None:
        """Wait until all updates that are due were delivered."""
        self._answer("POST", "settle", {})

    def state(self) -> Any:
        """Return users, bots and chats with their last messages."""
        return self._answer("GET", "state", None)

    def chat(self, name: str) -> Any:
        """Return the chat with this title or id."""
        chats = self.state()["chats"]
        return _only(
            [chat for chat in chats if name in {chat["title"], str(chat["id"])}],
            f"There is no chat {name!r}",
            [chat["title"] for chat in chats],
        )

    def person(self, name: str | None) -> Any:
        """Return the person with this first name; without one, the first person."""
        users = self.state()["users"]
        return _only(
            [user for user in users if name in {None, user["name"]}][:1],
            f"There is no person {name!r}",
            [user["name"] for user in users],
        )

    def _answer(self, method: str, action: str, body: Any) -> Any:
        try:
            answer = httpx.request(
                method, f"{self._url}/{action}", json=body, timeout=TIMEOUT_S, trust_env=False
            )
        except httpx.TimeoutException:
            raise TelegramRefused(
                f"The simulated Telegram has not answered {action} for {TIMEOUT_S:g} s"
            ) from None
        except httpx.TransportError:
            again = command("make up")
            raise TelegramRefused(f"The simulated Telegram does not run: {again}") from None
        if not answer.is_success:
            raise TelegramRefused(answer.json().get("error", answer.text))
        return answer.json()


def _only(found: list[Any], refusal: str, names: list[str]) -> Any:
    if len(found) != 1:
        known = ", ".join(names) or "none"
        raise TelegramRefused(f"{refusal} that is named once. There are: {known}")
    return found[0]
