"""A bot of the simulated Telegram that is connected to an agent, with a group that it is in."""

from dataclasses import dataclass
from typing import Any, Final

from infra.local.api_client import Api, wait_for
from infra.local.telegram_client import TelegramPeople

OWNER: Final = "Ольга"
"""The person of the simulated Telegram who owns the demo's bots and groups."""
LANGUAGE: Final = "ru"
UPDATE_TIMEOUT_S: Final = 180.0


@dataclass(frozen=True)
class DemoBot:
    """A connected bot and its group; ``config_id`` is the connection."""

    config_id: str
    username: str
    group: str
    chat_id: int


def connect(api: Api, agent_id: str, username: str, group: str) -> DemoBot:
    """Create what is missing of the bot, its group and its connection; idempotent.

    The group is the target of alerts, and the person is linked as the owner. Raises ApiRefused,
    TelegramRefused.
    """
    people = TelegramPeople()
    state = people.state()
    mine = [one for one in api.call("GET", "/telegram/configs")["items"]
            if one["username"] == username]  # fmt: skip
    bots = [bot for bot in state["bots"] if bot["name"] == username]
    if mine and bots and bots[0]["has_webhook"] and is_whole(api, mine[0]["id"]):
        return DemoBot(mine[0]["id"], username, group, mine[0]["target_chat_id"])
    # The simulated Telegram was emptied, or the connection ended half-way: begin again.
    for config in mine:
        api.call("DELETE", f"/telegram/configs/{config['id']}")
    owner_id = _owner(people, state)
    bot_id, token = _bot(people, bots, username)
    chat_id = _group(people, state, group, owner_id)
    settings = {"name": group, "agent_id": agent_id, "language": LANGUAGE, "take_over": True}
    body = {**settings, "token": token, "target_chat_id": chat_id}
    config_id = api.call("POST", "/telegram/configs", json=body)["id"]
    made = DemoBot(config_id, username, group, chat_id)
    _link(api, people, made, bot_id, owner_id)
    _join(api, people, made, bot_id, owner_id)
    return made


def is_whole(api: Api, config_id: str) -> bool:
    """Whether a person is linked to the bot and its group is approved: the last that is made."""
    path = f"/telegram/configs/{config_id}"
    approved = api.call("GET", f"{path}/chats", params={"state": "approved"})["items"]
    people = api.call("GET", f"{path}/people")["items"]
    return bool(people) and any(chat["kind"] != "private" for chat in approved)


def _owner(people: TelegramPeople, state: Any) -> int:
    known = [user["id"] for user in state["users"] if user["name"] == OWNER]
    return int(
        known[0] if known else people.act("users", first_name=OWNER, language_code="ru")["id"]
    )


def _bot(people: TelegramPeople, known: list[Any], username: str) -> tuple[int, str]:
    if known:
        return known[0]["id"], people.act("bots/revoke", bot_id=known[0]["id"])["token"]
    made = people.act("bots", username=username)
    return made["id"], made["token"]


def _group(people: TelegramPeople, state: Any, title: str, owner_id: int) -> int:
    known = [chat["id"] for chat in state["chats"] if chat["title"] == title]
    if known:
        return int(known[0])
    return int(people.act("chats", title=title, type="supergroup", owner_id=owner_id)["id"])


def _link(api: Api, people: TelegramPeople, bot: DemoBot, bot_id: int, owner_id: int) -> None:
    """Link the person as the owner of the bot: by the link of an invitation, as in Telegram."""
    path = f"/telegram/configs/{bot.config_id}"
    link = api.call("POST", f"{path}/invitations", json={"links": "owner"})["link"]
    code = link.partition("start=")[2]
    people.act("say", chat_id=owner_id, bot_id=bot_id, user_id=owner_id, text=f"/start {code}")
    wait_for(
        lambda: api.call("GET", f"{path}/people")["items"] or None,
        UPDATE_TIMEOUT_S,
        lambda: "no account is linked to the bot",
    )


def _join(api: Api, people: TelegramPeople, bot: DemoBot, bot_id: int, owner_id: int) -> None:
    """Add the bot to its group, which is approved: the owner of the bot adds it."""
    member = {"chat_id": bot.chat_id, "user_id": bot_id, "by_id": owner_id}
    people.act("chats/members", **member, becomes="member")
    wait_for(
        lambda: (
            api.call(
                "GET", f"/telegram/configs/{bot.config_id}/chats", params={"state": "approved"}
            )["items"]
            or None
        ),
        UPDATE_TIMEOUT_S,
        lambda: "the group is not approved",
    )
