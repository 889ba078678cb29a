"""The sender of a bot with a store in memory and the simulated Telegram, whose clock is moved."""

from concurrent.futures import FIRST_COMPLETED
from concurrent.futures import wait as wait_for
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.local.simulators.telegram.model import Chat
from infra.local.simulators.telegram.model import Message as ShownMessage
from mara.kernel.ids import new_id
from mara.kernel.secret import Secret
from mara.telegram.adapters.aiogram_sender import AiogramSender
from mara.telegram.messages import MessagesWait
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.outgoing import OutgoingMessage
from mara.telegram.model.pace import Budgets
from mara.telegram.ports import BotConfigs
from mara.telegram.ports.chats import BotChats
from mara.telegram.ports.outgoing import BotSenders, OutgoingMessages
from mara.telegram.ports.sending import MessageSender
from mara.telegram.service.chat_migration import ChatMigration
from mara.telegram.service.outgoing_queue import OutgoingQueue
from mara.telegram.service.send_outcomes import SendOutcomes
from mara.telegram.service.sending import Futures, SendingService
from mara.telegram.service.taking import Taking
from mara.vault.ports import SecretStore
from tests.support.bots import make_config
from tests.support.fakes.bot_chats import FakeBotChats
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.outgoing import FakeBotSenders, FakeOutgoingMessages
from tests.support.fakes.telegram import FakeBotConfigs
from tests.support.fakes.vaults import fake_secret_store
from tests.support.outgoing import make_message
from tests.support.telegram import Scene

ANSWER_WITHIN_S = 30.0
ROUNDS_MAX = 500


@dataclass
class SendingWorld:
    """A bot in the group of a scene; ``later`` are the doorbells with their delays."""

    here: Scene
    database: FakeDatabase = field(default_factory=FakeDatabase)
    budgets: Budgets = field(default_factory=Budgets)
    sender: MessageSender | None = None
    later: list[timedelta] = field(default_factory=list)
    config: BotConfig = field(init=False)

    def __post_init__(self) -> None:
        owner_id = new_id()
        token = self.tokens.seal(owner_id, Secret(bytearray(self.here.bot.token.encode())))
        self.config = make_config(owner_id, token.id)
        with self.database.unit_of_work():
            self.tokens.add(token)
            self.configs.add(self.config)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.here.telegram.world.now(), UTC)

    @property
    def tokens(self) -> SecretStore:
        return fake_secret_store(self.database, self.now)

    @property
    def configs(self) -> BotConfigs:
        return FakeBotConfigs(self.database)

    @property
    def chats(self) -> BotChats:
        return FakeBotChats(self.database)

    @property
    def messages(self) -> OutgoingMessages:
        return FakeOutgoingMessages(self.database)

    @property
    def senders(self) -> BotSenders:
        return FakeBotSenders(self.database)

    @property
    def service(self) -> SendingService:
        publish, unit_of_work = self.database.publish, self.database.unit_of_work
        migration = ChatMigration(self.configs, self.chats, self.messages, self.now)
        outcomes = SendOutcomes(
            messages=self.messages,
            senders=self.senders,
            configs=self.configs,
            chats=self.chats,
            migration=migration,
            publish=publish,
            take_back=lambda _: None,
            unit_of_work=unit_of_work,
            now=self.now,
        )
        taking = Taking(
            messages=self.messages,
            senders=self.senders,
            outcomes=outcomes,
            budgets=self.budgets,
            publish=publish,
            unit_of_work=unit_of_work,
            now=self.now,
        )
        return SendingService(
            taking=taking,
            outcomes=outcomes,
            senders=self.senders,
            configs=self.configs,
            tokens=self.tokens,
            sender=self.sender or AiogramSender(self.here.telegram.url),
            ring_later=lambda _, delay: self.later.append(delay),
            unit_of_work=unit_of_work,
            now=self.now,
            record=lambda _message, _outcome: None,
            wait=self.wait,
        )

    def wait(self, futures: Futures, seconds: float) -> Futures:
        """Wait for Telegram as long as that takes; without a request, move the clock."""
        if futures:
            return wait_for(futures, ANSWER_WITHIN_S, FIRST_COMPLETED).done
        self.here.telegram.world.advance(seconds)
        return ()

    def queue(self, *texts: str, chat: Chat | None = None, **more: Any) -> OutgoingMessage:
        """Queue a message that is due now."""
        chat_id = (chat or self.here.group).id
        given = {"due_at": self.now()} | more
        message = make_message(self.config.id, self.config.owner_id, chat_id, *texts, **given)
        return self.queue_message(message)

    def queue_message(self, message: OutgoingMessage) -> OutgoingMessage:
        with self.database.unit_of_work(self.config.owner_id):
            OutgoingQueue(self.messages, self.database.publish).queue_messages([message])
        return message

    def send(self) -> int:
        return self.service.send(self.config.id, self.config.owner_id)

    def send_all(self) -> None:
        """Send until nothing rings any more, at once or later."""
        for _ in range(ROUNDS_MAX):
            rung = self.database.published(MessagesWait)
            self.later.clear()
            self.send()
            if self.later:
                self.here.telegram.world.advance(self.later[-1].total_seconds())
            elif self.database.published(MessagesWait) == rung:
                return
        raise AssertionError("the sender rings for ever")

    def get(self, message: OutgoingMessage) -> OutgoingMessage:
        found: OutgoingMessage = self.database.committed.outgoing_messages[message.id]
        return found

    def shown(self, chat: Chat | None = None) -> list[ShownMessage]:
        """What the bot wrote into a chat."""
        messages = (chat or self.here.group).messages.values()
        return [one for one in messages if one.bot_id == self.here.bot.id]

    def texts(self, chat: Chat | None = None) -> list[str]:
        return [one.text for one in self.shown(chat)]
