"""Answers in chats on PostgreSQL: once, whatever fails, and not to strangers."""

import io
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from functions.queues.handle_updates.handler import handler as handle_updates
from mara.agents.adapters.postgres import PostgresAgents
from mara.kernel.messages import Message
from mara.kernel.page import PageRequest
from mara.kernel.principal import Principal, Role
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.telegram.adapters.bot_chats import PostgresBotChats
from mara.telegram.adapters.people import PostgresBotPeople
from mara.telegram.adapters.updates import PostgresUpdates
from mara.telegram.messages import LaneHasWork
from mara.telegram.model.bot_chat import BotChat, ChatKind, ChatState
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.person import BotPerson, PersonKind
from mara.telegram.model.update import ClaimedUpdate, Lane
from mara.wiring.rules import rule_service
from mara.wiring.telegram_updates import lane_service
from tests.support.accounts import make_account
from tests.support.alerting import RUNBOOK, make_agent
from tests.support.bot_messages import ANN, BOT, raw_message
from tests.support.bots import NOON
from tests.support.chat_rules import make_settings
from tests.support.cloud import Cloud
from tests.support.knowledge import learn
from tests.support.parallel import outcomes
from tests.support.stored_bots import add_bot

QUESTION = "KubePodCrashLooping: what to do?"


class Died(BaseException):
    """A worker that is killed runs nothing more."""


@dataclass(frozen=True)
class ChatBot:
    """A bot whose agent has a runbook; Ann writes to it in private."""

    config: BotConfig

    @property
    def lane(self) -> Lane:
        return Lane(self.config.id, self.config.owner_id, "chat:11")

    def link(self) -> None:
        ids = (self.config.id, self.config.owner_id)
        with transaction(self.config.owner_id):
            PostgresBotPeople().add(BotPerson(*ids, ANN.id, PersonKind.INVITED, "Ann", NOON))

    def claim(self, update_id: int, text: str = QUESTION) -> bool:
        ids = (self.config.id, self.config.owner_id, update_id)
        update = ClaimedUpdate(*ids, "chat:11", raw_message(text, update_id), NOON)
        with transaction(SYSTEM):
            return PostgresUpdates().claim(update)

    def ring(self) -> dict[str, Any]:
        ids = {"config_id": self.config.id, "owner_id": self.config.owner_id}
        body = LaneHasWork(**ids, lane="chat:11").model_dump_json()
        record = {"messageId": "1", "receiptHandle": "", "body": body, "eventSource": "aws:sqs"}
        return handle_updates({"Records": [record]}, None)

    def column(self, statement: str) -> list[Any]:
        with transaction(SYSTEM):
            return [row[0] for row in connection().execute(statement).fetchall()]

    def sent(self) -> list[str]:
        return [str(parts) for parts in self.column("SELECT parts FROM outgoing_messages")]

    def answers(self) -> int:
        return len(self.column("SELECT id FROM answers"))

    def states(self) -> list[str]:
        return self.column("SELECT state FROM bot_updates ORDER BY position")


@pytest.fixture
def bot(database: str, cloud: Cloud) -> ChatBot:
    account = make_account("anna")
    learn(account.id, "runbooks.md", RUNBOOK)
    return ChatBot(connected(account.id, UUID(make_agent(account))))


def connected(owner_id: UUID, agent_id: UUID) -> BotConfig:
    return add_bot(owner_id, BOT.telegram_id, agent_id=agent_id)


class TestAnswers:
    def test_are_the_section_of_the_runbook(self, bot: ChatBot) -> None:
        bot.link()
        bot.claim(1)
        assert bot.ring() == {"batchItemFailures": []}
        assert len(bot.sent()) == 1
        assert "kubectl logs --previous" in bot.sent()[0]
        assert "runbooks.md" in bot.sent()[0]
        assert bot.states() == ["handled"]

    def test_are_not_for_strangers(self, bot: ChatBot) -> None:
        for number, text in enumerate((QUESTION, "/balance", "/status", f"/start {'x' * 22}")):
            bot.claim(number, text)
        bot.ring()
        assert bot.answers() == 0
        assert not any("kubectl" in text or "USDT" in text for text in bot.sent())
        assert bot.states() == ["handled"] * 4

    def test_are_given_once_for_an_update_that_comes_five_times(self, bot: ChatBot) -> None:
        bot.link()
        assert outcomes(lambda _: str(bot.claim(1)), range(5)).count("True") == 1
        assert bot.claim(2)
        found = outcomes(lambda _: str(bot.ring()["batchItemFailures"]), range(5))
        assert found == ["[]"] * 5
        bot.ring()
        assert (len(bot.sent()), bot.answers(), bot.states()) == (2, 2, ["handled"] * 2)

    def test_follow_the_order_of_the_claims(self, bot: ChatBot) -> None:
        bot.link()
        for update_id in (9, 3, 7):
            bot.claim(update_id)
        bot.ring()
        replies = bot.column("SELECT update_id FROM bot_replies ORDER BY at")
        assert replies == [9, 3, 7]

    def test_are_remembered_as_one_conversation(self, bot: ChatBot) -> None:
        bot.link()
        bot.claim(1)
        bot.claim(2)
        bot.ring()
        assert len(bot.column("SELECT id FROM conversations")) == 1


class TestPrivacy:
    def test_names_what_the_rules_of_this_bot_keep_of_this_chat(self, bot: ChatBot) -> None:
        bot.link()
        boris = make_account("boris")
        others = add_bot(boris.id, BOT.telegram_id + 1)
        for config in (bot.config, others):
            ids, state = (config.id, config.owner_id, 11), ChatState.APPROVED
            with transaction(config.owner_id):
                PostgresBotChats().save(BotChat(*ids, "Ann", ChatKind.PRIVATE, state, 11, NOON))
        theirs = make_settings(others.id, UUID(make_agent(boris)), 11, keep_days=30)
        rule_service().create(boris.principal, theirs)
        bot.claim(1, "/privacy")
        bot.ring()
        with transaction(bot.config.owner_id):
            agent_id = PostgresAgents().list(bot.config.owner_id, PageRequest())[0].id
        own = make_settings(bot.config.id, agent_id, 11, word="zz", keep_days=5)
        rule_service().create(Principal(bot.config.owner_id, Role.USER), own)
        bot.claim(2, "/privacy")
        bot.ring()
        before, after = bot.sent()
        assert "nor remembered" in before
        assert "up to 5 days" in after
        assert "180 days" in after


class TestWorkersThatDie:
    def test_after_the_answer_leave_it_to_the_next_one(self, bot: ChatBot) -> None:
        bot.link()
        bot.claim(1)
        service = lane_service()

        def die(message: Message) -> None:
            raise Died

        queue = replace(service.handler.work.outgoing, publish=die)
        work = replace(service.handler.work, outgoing=queue)
        dying = replace(service, handler=replace(service.handler, work=work))
        with pytest.raises(Died):
            dying.work(bot.lane)
        assert (bot.answers(), bot.sent()) == (1, [])
        with transaction(SYSTEM):
            connection().execute("UPDATE bot_lanes SET leased_until = now() - interval '1 second'")
        bot.ring()
        assert (bot.answers(), len(bot.sent())) == (1, 1)


class TestLogs:
    def test_have_no_text_of_a_chat(self, bot: ChatBot, log: io.StringIO) -> None:
        bot.link()
        bot.claim(1, "What about the canary?")
        bot.claim(2, "/start canary")
        with transaction(SYSTEM):
            connection().execute(
                "UPDATE bot_updates SET body = %s WHERE update_id = 2",
                (b'{"update_id": 2, "message": {"text": "canary"}}',),
            )
        bot.ring()
        shown = log.getvalue()
        assert "update_failed" in shown
        assert "canary" not in shown
        reasons = bot.column("SELECT reason FROM bot_updates WHERE state = 'dead'")
        assert reasons == ["unreadable_update"]
