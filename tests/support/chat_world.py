"""A bot's worker on fakes: the clock stands until a test moves it, and waiting moves it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from mara.agents.model import Answer, AnswerStatus, Reply, Usage
from mara.kernel.ids import new_id
from mara.kernel.secret import Secret
from mara.kernel.time_budget import TimeBudget
from mara.telegram.adapters.aiogram_updates import AiogramUpdates
from mara.telegram.model.agent_question import AgentQuestion
from mara.telegram.model.bot_chat import BotChat, ChatKind, ChatState
from mara.telegram.model.bot_config import BotConfig, BotLanguage
from mara.telegram.model.incoming import IncomingMessage, Press
from mara.telegram.model.kept_texts import ChatKeeping
from mara.telegram.model.outgoing import OutgoingMessage
from mara.telegram.model.person import BotPerson, Invitation, PersonKind, draw_code, hash_of_code
from mara.telegram.model.standing import NOT_YOURS_TO_PRESS, ChatStanding, Standing
from mara.telegram.model.update import ClaimedUpdate, FailedUpdate, Lane
from mara.telegram.ports.asking import Begin
from mara.telegram.service.account_unlinking import AccountUnlinking
from mara.telegram.service.bot_tokens import BotTokens
from mara.telegram.service.chat_memberships import ChatMemberships
from mara.telegram.service.chat_migration import ChatMigration
from mara.telegram.service.chat_muting import ChatMuting
from mara.telegram.service.chat_reception import ChatReception
from mara.telegram.service.chat_replies import ChatReplies
from mara.telegram.service.chat_work import ChatWork
from mara.telegram.service.invitation_use import InvitationUse
from mara.telegram.service.lanes import LaneService
from mara.telegram.service.message_watch import MessageWatch
from mara.telegram.service.outgoing_queue import OutgoingQueue
from mara.telegram.service.platform_reception import PlatformReception
from mara.telegram.service.press_rights import PressRights
from mara.telegram.service.presses import PressAnswering
from mara.telegram.service.reply_admission import ReplyAdmission
from mara.telegram.service.typing_sign import TypingSign
from mara.telegram.service.update_handling import UpdateHandler
from tests.support.bot_messages import ANN, BOT, raw_message
from tests.support.bots import NOON, make_config
from tests.support.fakes.bot_chats import FakeBotChats, FakeBotPeople, FakeInvitations
from tests.support.fakes.chat_memory import FakeBotReplies, FakeChatConversations
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.outgoing import FakeOutgoingMessages
from tests.support.fakes.telegram import FakeBotConfigs
from tests.support.fakes.updates import FakeUpdates, StoredUpdate
from tests.support.fakes.vaults import fake_secret_store

GROUP_ID = -1001


def forget_nothing(_config_id: UUID, _telegram_id: int, *, within: int | None = None) -> int:
    """Implements ``ForgetTalk`` where no test looks at what is left."""
    return 0 if within is None else 1


@dataclass
class FakeAgent:
    """Implements ``ChatAnswering`` and ``OwnerFacts``: one answer for the ids of a question."""

    answers: dict[UUID, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    conversations: list[UUID | None] = field(default_factory=list)
    before: Callable[[str], None] = lambda _: None
    after: Callable[[str], None] = lambda _: None
    price: int = 0

    def ask(self, question: AgentQuestion, budget: TimeBudget) -> Answer:
        first = question.answer_ids[0]
        if first not in self.answers:
            self.before(question.text)
            self.asked.append(question.text)
            self.conversations.append(question.conversation_id)
            self.answers[first] = self._answer(question, first)
        self.after(question.text)
        return self.answers[first]

    def available(self, owner_id: UUID) -> int:
        return 12_500_000

    def agent_name(self, owner_id: UUID, agent_id: UUID) -> str | None:
        return "On call"

    def _answer(self, question: AgentQuestion, answer_id: UUID) -> Answer:
        return Answer(
            id=answer_id,
            owner_id=question.owner_id,
            agent_id=question.agent_id,
            agent_version=1,
            conversation_id=question.conversation_id or new_id(),
            question=question.text,
            reply=Reply(
                AnswerStatus.ANSWERED,
                f"Answer: {question.text}",
                0.9,
                usage=Usage(price_micro_usdt=self.price),
            ),
            retrieval=(),
            created_at=NOON,
        )


@dataclass
class ChatWorld:
    """A bot with an approved group, whose worker is run by ``work``."""

    database: FakeDatabase = field(default_factory=FakeDatabase)
    agent: FakeAgent = field(default_factory=FakeAgent)
    clock: datetime = NOON
    failures: list[FailedUpdate] = field(default_factory=list)
    connected: set[int] = field(default_factory=set)
    presses: list[Press] = field(default_factory=list)
    watched: list[IncomingMessage] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    """What pressers were shown."""
    sign_error: Exception | None = None
    typed: list[tuple[int, int | None]] = field(default_factory=list)
    """The chats and topics in which the bot was shown as busy."""
    unshown: list[Exception] = field(default_factory=list)
    is_read_by_rules: bool = False
    watch_errors: list[BaseException] = field(default_factory=list)
    """What rules that read the chat raise, each once."""
    fires: bool = False
    """Whether a rule that reads the chat fires on every message."""
    standing: ChatStanding = field(default_factory=lambda: ChatStanding(Standing.MEMBER))
    """What Telegram says of a person who presses."""
    asked_members: list[tuple[int, int]] = field(default_factory=list)
    looked_again: list[tuple[UUID, UUID]] = field(default_factory=list)
    """The bots whose alerts were looked at again, because a chat was muted or no longer is."""
    held: list[UUID] = field(default_factory=list)
    """The owners whose alerts were not posted meanwhile."""
    price_of_plan: int = 0
    keeping: ChatKeeping = field(default_factory=lambda: ChatKeeping(180))
    """What is kept of each chat."""
    press_rights: PressRights = field(init=False)
    config: BotConfig = field(init=False)

    def __post_init__(self) -> None:
        chats = FakeBotChats(self.database)
        self.press_rights = PressRights(chats, self, self.database.unit_of_work, self.now)
        owner_id, tokens = new_id(), fake_secret_store(self.database, self.now)
        token = tokens.seal(owner_id, Secret(bytearray(b"token")))
        made = make_config(owner_id, token.id, BOT.telegram_id)
        self.config = replace(made, profile=BOT)
        with self.database.unit_of_work():
            tokens.add(token)
            FakeBotConfigs(self.database).add(self.config)
        self.put_chat(ChatState.APPROVED)

    def record(self, failed: FailedUpdate, _: Exception) -> None:
        self.failures.append(failed)

    def now(self) -> datetime:
        return self.clock

    def wait(self, seconds: float) -> None:
        self.clock += timedelta(seconds=seconds)

    def knows(self, telegram_id: int) -> bool:
        return telegram_id in self.connected

    def wrote(self, chat_id: int, message_id: int, text: str) -> bool:
        return False

    def watch(
        self, owner_id: UUID, config_id: UUID, message: IncomingMessage, begin: Begin
    ) -> bool:
        if not self.is_read_by_rules:
            self.watched.append(message)
            return False
        if not begin():
            return False
        self.watched.append(message)
        if self.watch_errors:
            raise self.watch_errors.pop(0)
        return self.fires

    def has_fired(self, owner_id: UUID, config_id: UUID, message: IncomingMessage) -> bool:
        return self.fires

    def count_press(self, _: BotConfig, press: Press) -> str:
        self.presses.append(press)
        return "Counted."

    def answer_press(self, token: bytearray, press_id: str, text: str, *, alert: bool) -> bool:
        assert bytes(token) == b"token"
        assert alert == (text == NOT_YOURS_TO_PRESS[self.config.settings.language])
        if self.sign_error is not None:
            raise self.sign_error
        self.shown.append(f"{press_id}: {text}")
        return True

    def show_typing(self, token: bytearray, chat_id: int, thread_id: int | None) -> bool:
        if self.sign_error is not None:
            raise self.sign_error
        self.typed.append((chat_id, thread_id))
        return True

    def standing_of(self, _: bytearray, chat_id: int, telegram_id: int) -> ChatStanding:
        """Implements ChatMembers."""
        self.asked_members.append((chat_id, telegram_id))
        return self.standing

    @contextmanager
    def repeat(self, run: Callable[[], None], _every_s: float) -> Iterator[None]:
        run()
        yield

    def set(self, **settings: Any) -> None:
        """Change settings of the bot."""
        self.config = replace(self.config, settings=replace(self.config.settings, **settings))
        with self.database.unit_of_work():
            FakeBotConfigs(self.database).save(self.config)

    def put_chat(self, state: ChatState, kind: ChatKind = ChatKind.SUPERGROUP) -> None:
        ids = (self.config.id, self.config.owner_id, GROUP_ID)
        chat = BotChat(*ids, "On call", kind, state, None, NOON)
        with self.database.unit_of_work():
            FakeBotChats(self.database).save(chat)

    def link(self, kind: PersonKind = PersonKind.INVITED) -> None:
        ids = (self.config.id, self.config.owner_id)
        with self.database.unit_of_work():
            FakeBotPeople(self.database).add(BotPerson(*ids, ANN.id, kind, "Ann", NOON))

    def invite(self, makes: PersonKind = PersonKind.INVITED) -> str:
        code = draw_code()
        digest = hash_of_code(code)
        assert digest is not None
        ids = (self.config.id, self.config.owner_id)
        until = NOON + timedelta(minutes=10)
        with self.database.unit_of_work():
            FakeInvitations(self.database).add(Invitation(digest, *ids, makes, until))
        return code

    def lane(self, name: str = "chat:11") -> Lane:
        return Lane(self.config.id, self.config.owner_id, name)

    def claim(self, body: bytes, update_id: int = 1, lane: str = "chat:11") -> None:
        ids = (self.config.id, self.config.owner_id, update_id)
        with self.database.unit_of_work():
            FakeUpdates(self.database).claim(ClaimedUpdate(*ids, lane, body, self.clock))

    def say(self, text: str, update_id: int = 1, **parts: Any) -> list[str]:
        """Let Ann write, run the worker, and return what the bot said since."""
        before = len(self.texts())
        self.claim(raw_message(text, update_id, **parts), update_id)
        self.service.work(self.lane())
        return self.texts()[before:]

    def messages(self) -> list[OutgoingMessage]:
        return list(self.database.committed.outgoing_messages.values())

    def texts(self) -> list[str]:
        return ["".join(part.text for part in one.parts) for one in self.messages()]

    def stored(self, update_id: int = 1) -> StoredUpdate:
        found: StoredUpdate = self.database.committed.bot_updates[self.config.id, update_id]
        return found

    def chat(self, chat_id: int = GROUP_ID) -> BotChat | None:
        return self.database.committed.bot_chats.get((self.config.id, chat_id))

    @property
    def service(self) -> LaneService:
        database, updates = self.database, FakeUpdates(self.database)
        return LaneService(
            updates, self.handler, database.publish, database.unit_of_work, self.now, self.wait
        )

    @property
    def tokens(self) -> BotTokens:
        return BotTokens(fake_secret_store(self.database, self.now), self.database.unit_of_work)

    @property
    def muting(self) -> ChatMuting:
        return ChatMuting(
            FakeBotChats(self.database),
            self.press_rights,
            self.tokens,
            self.held.append,
            lambda *ids: self.looked_again.append(ids),
            self.database.unit_of_work,
        )

    @property
    def handler(self) -> UpdateHandler:
        database = self.database
        chats, people = FakeBotChats(database), FakeBotPeople(database)
        conversations, replies = FakeChatConversations(database), FakeBotReplies(database)
        invitations = FakeInvitations(database)
        use = InvitationUse(invitations, people, chats, self.now)
        admission = ReplyAdmission(replies, lambda *_: None)
        memberships = ChatMemberships(chats, people, conversations, database.publish, self.now)
        outgoing = OutgoingQueue(FakeOutgoingMessages(database), database.publish)
        reception = ChatReception(
            chats=chats,
            people=people,
            replies=replies,
            conversations=conversations,
            saying=ChatReplies(use, lambda *_: self.keeping),
            migration=ChatMigration(
                FakeBotConfigs(database),
                chats,
                FakeOutgoingMessages(database),
                self.now,
                [lambda _, *moved: conversations.move(*moved)],
            ),
            admission=admission,
            price_of_plan=lambda _: self.price_of_plan,
            now=self.now,
        )
        return UpdateHandler(
            updates=FakeUpdates(database),
            configs=FakeBotConfigs(database),
            reader=AiogramUpdates(),
            connected=self,
            watch=MessageWatch(
                self,
                reception.is_question,
                FakeBotConfigs(database),
                database.unit_of_work,
                self.now,
                self.record,
            ),
            replies=replies,
            reception=reception,
            memberships=memberships,
            platform=PlatformReception(
                people,
                chats,
                invitations,
                forget_nothing,
                memberships,
                admission,
                AccountUnlinking(
                    people, chats, forget_nothing, database.publish, lambda _: BotLanguage.EN
                ),
                self.now,
            ),
            work=ChatWork(self.agent, self.agent, self.muting, conversations, outgoing, self.now),
            presses=PressAnswering(
                self.count_press,
                self.press_rights,
                self.tokens,
                self,
                lambda *_: None,
            ),
            typing=TypingSign(
                self.tokens,
                self,
                self.repeat,
                lambda _, error: self.unshown.append(error),
            ),
            unit_of_work=database.unit_of_work,
            now=self.now,
            record=self.record,
        )
