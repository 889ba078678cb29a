"""Monitoring rules, and messages of the chats that they watch."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from functions.api.alerts.list_alerts.handler import handler as list_alerts
from mara.alerts.model.keywords import Keywords
from mara.alerts.model.rule import ChatRule, Conditions, RuleSettings
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import connection, transaction
from mara.telegram.adapters.bot_chats import PostgresBotChats
from mara.telegram.model.bot_chat import BotChat, ChatKind, ChatState
from mara.telegram.model.bot_config import BotConfig, BotLanguage
from mara.telegram.model.incoming import IncomingChat, IncomingMessage, Sender, SenderKind
from mara.wiring.rules import chat_watch, rule_service
from tests.support.accounts import Account, make_account
from tests.support.alert_chats import CHAT
from tests.support.alerting import API, RUNBOOK, make_agent
from tests.support.events import call
from tests.support.knowledge import learn
from tests.support.stored_bots import add_bot


def make_settings(
    config_id: UUID, agent_id: UUID, chat_id: int, word: str = "disk", **parts: Any
) -> RuleSettings:
    """The settings of a rule that fires on a word in a chat."""
    conditions = parts.pop("conditions", Conditions(Keywords(any_of=(word,))))
    return RuleSettings(f"{word} rule", config_id, (chat_id,), conditions, agent_id, **parts)


@dataclass
class WatchedChat:
    """A bot in a chat that a rule watches, and the owner's agent that knows a runbook."""

    owner: Account
    bot: BotConfig
    agent_id: str
    chat_id: int = CHAT

    def add_rule(self, **parts: Any) -> ChatRule:
        """A rule that fires on "disk" in the chat."""
        settings = make_settings(self.bot.id, UUID(self.agent_id), self.chat_id, **parts)
        return rule_service().create(self.owner.principal, settings)

    def say(self, text: str, message_id: int = 1, **parts: Any) -> str:
        """Let a person write, and the rules see it; the text again."""
        self.show(self.message(text, message_id, **parts))
        return text

    def show(self, message: IncomingMessage) -> bool:
        """Let the rules see a message; whether one has fired on it."""
        return chat_watch().watch(self.owner.id, self.bot.id, message, lambda: True)

    def message(self, text: str, message_id: int = 1, **parts: Any) -> IncomingMessage:
        chat = parts.pop("chat", IncomingChat(self.chat_id, ChatKind.SUPERGROUP, "On call"))
        sender = parts.pop("sender", Sender(11, SenderKind.PERSON, "Ann"))
        return IncomingMessage(chat, message_id, sender, text, **parts)

    def alerts(self) -> list[dict[str, Any]]:
        """What the owner sees in the list, the oldest first."""
        query = {"sort": "created_at"}
        listed = call(list_alerts, "GET", f"{API}/alerts", headers=self.owner.headers, query=query)
        items: list[dict[str, Any]] = listed.json["items"]
        return items

    def fired(self, rule: ChatRule) -> int:
        return rule_service().get(self.owner.principal, rule.id).fired

    def kept(self) -> int:
        """How many texts are kept of all chats."""
        return count_rows("rule_texts")


def count_rows(table: str) -> int:
    """The number of rows of a table, of all owners."""
    with transaction(SYSTEM):
        row = connection().execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row
    return int(row[0])


def watched_chat(
    name: str = "anna", telegram_id: int = 1, state: ChatState = ChatState.APPROVED
) -> WatchedChat:
    """A chat of a new account."""
    owner = make_account(name)
    learn(owner.id, "runbooks.md", RUNBOOK)
    bot = add_bot(owner.id, telegram_id, language=BotLanguage.EN)
    give_place(bot, CHAT, state=state)
    return WatchedChat(owner, bot, make_agent(owner))


def give_place(
    bot: BotConfig,
    chat_id: int,
    kind: ChatKind = ChatKind.SUPERGROUP,
    state: ChatState = ChatState.APPROVED,
) -> None:
    """Let a bot be in a chat."""
    chat = BotChat(bot.id, bot.owner_id, chat_id, "On call", kind, state, None, now())
    with transaction(bot.owner_id):
        PostgresBotChats().save(chat)
