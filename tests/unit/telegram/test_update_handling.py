"""What a bot does about updates: who gets an answer, and who gets nothing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest

from mara.kernel.errors import DomainError, Forbidden, NotFound, PaymentRequired
from mara.kernel.ids import new_id
from mara.search.errors import EmbeddingUnavailable
from mara.telegram.errors import InvalidBotToken, TelegramUnavailable
from mara.telegram.messages import BotChatPending
from mara.telegram.model.bot_chat import ChatKind, ChatState
from mara.telegram.model.bot_config import BotAccess
from mara.telegram.model.bot_reply import BotReply, ReplyKind
from mara.telegram.model.kept_texts import ChatKeeping
from mara.telegram.model.outgoing import Priority
from mara.telegram.model.person import PersonKind
from mara.telegram.model.standing import ChatStanding, Standing
from mara.telegram.model.update import ClaimedUpdate, UpdateState
from mara.telegram.service.update_handling import ASK_WITHIN
from tests.support.bot_messages import BOT, raw_message, raw_update
from tests.support.bots import NOON
from tests.support.chat_world import GROUP_ID, ChatWorld
from tests.support.counts import counted
from tests.support.fakes.chat_memory import FakeBotReplies
from tests.support.fakes.telegram import FakeBotConfigs
from tests.support.fakes.updates import FakeUpdates

GROUP: Any = {"chat": {"id": GROUP_ID, "type": "supergroup", "title": "On call"}}
MENTION: Any = {"entities": [{"type": "mention", "offset": 0, "length": 12}]}
ADDED = ({"status": "left"}, {"status": "member"})
REMOVED = ({"status": "member"}, {"status": "left"})
NOT_INVITED = "This bot answers invited people only. Ask its owner for a link."


@pytest.fixture
def world() -> ChatWorld:
    return ChatWorld()


def ask_in_group(world: ChatWorld, text: str = "@runbook_bot Disk?", **parts: Any) -> list[str]:
    update_id = len(world.database.committed.bot_updates) + 1
    return world.say(text, update_id, **{**GROUP, **MENTION, **parts})


def change_membership(
    world: ChatWorld,
    states: tuple[dict[str, str], dict[str, str]],
    update_id: int = 1,
    date: int = 1,
) -> None:
    bot = {"user": {"id": BOT.telegram_id, "is_bot": True, "first_name": "Bot"}}
    change = {
        **GROUP,
        "from": {"id": 11, "is_bot": False, "first_name": "Ann"},
        "date": date,
        "old_chat_member": {**states[0], **bot},
        "new_chat_member": {**states[1], **bot},
    }
    world.claim(raw_update(update_id, my_chat_member=change), update_id)
    world.service.work(world.lane())


class TestPrivateChats:
    def test_of_strangers_get_one_polite_line_a_day(self, world: ChatWorld) -> None:
        assert world.say("Disk?") == [NOT_INVITED]
        assert world.say("/balance", 2) == []
        world.clock += timedelta(days=1)
        assert world.say("Disk?", 3) == [NOT_INVITED]
        assert world.agent.asked == []

    def test_of_invited_people_get_answers(self, world: ChatWorld) -> None:
        world.link()
        assert world.say("Disk?") == ["Answer: Disk?"]
        sent = world.messages()[0]
        assert (sent.chat_id, sent.reply_to, sent.priority) == (11, 5, Priority.ANSWER)

    def test_may_be_open_to_anyone(self, world: ChatWorld) -> None:
        settings = replace(world.config.settings, access=BotAccess.ANYONE)
        with world.database.unit_of_work():
            FakeBotConfigs(world.database).save(replace(world.config, settings=settings))
        assert world.say("Disk?") == ["Answer: Disk?"]

    def test_continue_their_conversation(self, world: ChatWorld) -> None:
        world.link()
        world.say("Disk?")
        world.clock += timedelta(days=9)
        world.say("And then?", 2)
        first, second = world.agent.conversations
        assert first is None
        assert second is not None

    def test_are_limited_in_questions(self, world: ChatWorld) -> None:
        world.link()
        said = [world.say("Disk?", number) for number in range(12)]
        assert said[9:] == [["Answer: Disk?"], [said[10][0]], []]
        assert "Too many questions" in said[10][0]

    def test_are_limited_as_the_owner_chose(self, world: ChatWorld) -> None:
        world.link()
        world.set(questions_per_minute=2)
        said = [world.say("Disk?", number) for number in range(4)]
        assert said[1:] == [["Answer: Disk?"], said[2], []]
        assert "Too many questions" in said[2][0]
        world.clock += timedelta(minutes=1)
        assert world.say("Disk?", 9) == ["Answer: Disk?"]

    def test_end_when_the_answers_of_a_day_cost_what_the_owner_allows(
        self, world: ChatWorld
    ) -> None:
        world.link()
        world.agent.price = 600_000
        world.set(price_per_day=1_000_000)
        said = [world.say("Disk?", number) for number in range(4)]
        assert said[:2] == [["Answer: Disk?"]] * 2
        assert "cost as much as the owner" in said[2][0]
        assert said[3] == []
        assert world.say("/help", 4) != []
        assert ask_in_group(world) == []
        world.clock += timedelta(hours=24)
        assert world.say("Disk?", 9) == ["Answer: Disk?"]

    def test_count_the_answers_on_their_way_in_the_price_of_a_day(self, world: ChatWorld) -> None:
        world.link()
        world.agent.price = 400_000
        world.set(price_per_day=1_000_000)
        world.say("Disk?", 1)
        ids = (world.config.id, world.config.owner_id)
        asked = [
            BotReply(*ids, 90 + n, ReplyKind.QUESTION, GROUP_ID, 12, NOON, None) for n in (0, 1)
        ]
        with world.database.unit_of_work():
            FakeBotReplies(world.database).add(asked[0])
        assert world.say("Disk?", 2) == ["Answer: Disk?"]
        with world.database.unit_of_work():
            FakeBotReplies(world.database).charged(world.config.id, 90, 100_000)
            FakeBotReplies(world.database).add(asked[1])
        assert "cost as much as the owner" in world.say("Disk?", 3)[0]

    def test_do_not_pass_the_price_of_a_day_together_while_none_is_known(
        self, world: ChatWorld
    ) -> None:
        """Count an answer on its way as nothing to see it fail."""
        world.link()
        world.agent.price = world.price_of_plan = 600_000
        world.set(price_per_day=1_000_000)
        ids = (world.config.id, world.config.owner_id)
        with world.database.unit_of_work():
            for number in (90, 91):
                reply = BotReply(*ids, number, ReplyKind.QUESTION, GROUP_ID, 12, NOON, None)
                FakeBotReplies(world.database).add(reply)
        assert "cost as much as the owner" in world.say("Disk?")[0]
        assert world.agent.asked == []

    def test_count_commands_and_free_answers_as_nothing(self, world: ChatWorld) -> None:
        world.link(PersonKind.OWNER)
        world.price_of_plan = 600_000
        world.set(price_per_day=1_000_000)
        for number, text in enumerate(("/help", "/status", "/balance", "Free?", "Free?")):
            assert world.say(text, number) != []
        assert world.say("Disk?", 9) == ["Answer: Disk?"]

    def test_may_have_no_text(self, world: ChatWorld) -> None:
        world.link()
        photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
        assert "text only" in world.say("", photo=photo)[0]


class TestTyping:
    def test_is_shown_before_the_agent_is_asked_and_in_the_same_topic(
        self, world: ChatWorld
    ) -> None:
        world.agent.before = lambda _: world.typed.append((0, None))
        world.link()
        world.say("Disk?")
        topic: Any = {"message_thread_id": 7, "is_topic_message": True}
        ask_in_group(world, **topic)
        assert world.typed == [(11, None), (0, None), (GROUP_ID, 7), (0, None)]

    @pytest.mark.parametrize("error", [TelegramUnavailable("Try."), InvalidBotToken("Old.")])
    def test_that_fails_delays_no_answer(self, world: ChatWorld, error: DomainError) -> None:
        world.sign_error = error
        world.link()
        assert world.say("Disk?") == ["Answer: Disk?"]
        assert world.unshown == [error]

    def test_is_not_shown_for_what_is_said_at_once(self, world: ChatWorld) -> None:
        world.link()
        world.say("/help")
        assert world.typed == []

    def test_renews_the_lease_that_lasts_longer_than_the_agent_may_take(
        self, world: ChatWorld
    ) -> None:
        """Renew it before the update only to see it fail: another worker would take the lane."""
        until: list[timedelta] = []

        def note(_: str) -> None:
            lease = world.database.committed.bot_lanes[world.lane()]
            until.append(lease[1] - world.clock)

        world.agent.before = note
        world.link()
        world.claim(raw_message("Disk?", 1))
        holder, updates = new_id(), FakeUpdates(world.database)
        soon = world.clock + timedelta(seconds=1)
        with world.database.unit_of_work():
            assert updates.lease(world.lane(), holder, now=world.clock, until=soon)
            update = updates.next(world.lane())
        assert update is not None
        assert world.handler.handle(update, holder)
        assert until[0] > ASK_WITHIN


class TestInvitations:
    def test_link_an_account_once(self, world: ChatWorld) -> None:
        code = world.invite()
        assert "may ask questions now" in world.say(f"/start {code}")[0]
        assert world.say("Disk?", 2) == ["Answer: Disk?"]
        chat = world.chat(11)
        assert chat is not None
        assert chat.state is ChatState.APPROVED
        assert "not valid" in world.say(f"/start {code}", 3)[0]

    @pytest.mark.parametrize("code", ["x", "x" * 22, "a b", "é" * 22])
    def test_need_a_valid_code(self, world: ChatWorld, code: str) -> None:
        assert "not valid" in world.say(f"/start {code}")[0]
        assert world.say("Disk?", 2) == [NOT_INVITED]

    def test_end_after_ten_minutes(self, world: ChatWorld) -> None:
        code = world.invite()
        world.clock += timedelta(minutes=10)
        assert "not valid" in world.say(f"/start {code}")[0]

    def test_are_for_private_chats(self, world: ChatWorld) -> None:
        code = world.invite()
        world.say(f"/start {code}", **GROUP)
        assert world.database.committed.bot_people == {}

    def test_are_not_guessed_without_end(self, world: ChatWorld) -> None:
        said = [world.say("/start abc", number) for number in range(11)]
        assert said[9:] == [said[9], []]
        assert said[9] != []


class TestCommands:
    def test_of_the_owner_report(self, world: ChatWorld) -> None:
        world.link(PersonKind.OWNER)
        assert world.say("/balance") == ["The balance is 12.500000 USDT."]
        assert world.say("/status", 2) == ["Bot: @runbook_bot, active\nAgent: On call"]

    def test_report_to_the_owner_only(self, world: ChatWorld) -> None:
        world.link()
        for number, command in enumerate(("/balance", "/status")):
            assert "owner only" in world.say(command, number)[0]
            assert ask_in_group(world, command) == []

    def test_help(self, world: ChatWorld) -> None:
        world.link()
        assert "mention @runbook_bot" in world.say("/help")[0]
        assert "7 days" in world.say("/privacy", 2)[0]
        assert world.say("/ask Disk?", 3) == ["Answer: Disk?"]
        assert "/help" in world.say("/dance", 4)[0]

    def test_say_what_is_kept_of_the_chat(self, world: ChatWorld) -> None:
        world.link()
        assert "nor remembered" in world.say("/privacy", 1)[0]
        world.keeping = ChatKeeping(180, 30)
        said = world.say("/privacy", 2)[0]
        assert "up to 30 days" in said
        assert "180 days" in said
        world.keeping = ChatKeeping(180, 0)
        said = world.say("/privacy", 3)[0]
        assert "others are not remembered" in said
        assert " 0 days" not in said


class TestGroups:
    def test_get_answers_to_mentions_and_replies(self, world: ChatWorld) -> None:
        assert ask_in_group(world) == ["Answer: Disk?"]
        replied = {"message_id": 4, "date": 1, "from": {"id": BOT.telegram_id, "is_bot": True}}
        replied["from"]["first_name"] = "Bot"  # type: ignore[index]
        to_bot: Any = {"reply_to_message": {**replied, **GROUP}, "entities": []}
        assert ask_in_group(world, "And then?", **to_bot) == ["Answer: And then?"]
        assert ask_in_group(world, "Just talk", entities=[]) == []

    @pytest.mark.parametrize("state", set(ChatState) - {ChatState.APPROVED})
    def test_get_nothing_unless_approved(self, world: ChatWorld, state: ChatState) -> None:
        world.put_chat(state)
        world.link(PersonKind.OWNER)
        assert ask_in_group(world) == []
        assert world.agent.asked == []

    def test_of_a_stranger_get_nothing(self, world: ChatWorld) -> None:
        own: Any = {"chat": {"id": -666, "type": "supergroup", "title": "Mine"}}
        for text in ("@runbook_bot Disk?", "/balance@runbook_bot", "/ask Disk?"):
            assert ask_in_group(world, text, **own) == []
        assert world.agent.asked == []

    def test_have_a_conversation_for_24_hours_in_each_topic(self, world: ChatWorld) -> None:
        topic: Any = {"message_thread_id": 7, "is_topic_message": True}
        pauses: Any = ((0, {}), (1, topic), (24, {}), (0, {}))
        for hours, parts in pauses:
            ask_in_group(world, **parts)
            world.clock += timedelta(hours=hours)
        first, in_topic, second, late = world.agent.conversations
        assert (first, in_topic, late) == (None, None, None)
        assert second is not None
        assert world.messages()[1].thread_id == 7

    def test_move_to_supergroups(self, world: ChatWorld) -> None:
        ask_in_group(world)
        ask_in_group(world, None, migrate_to_chat_id=-1009, entities=[])  # type: ignore[arg-type]
        assert world.chat() is None
        moved: Any = {"chat": {"id": -1009, "type": "supergroup", "title": "On call"}}
        assert ask_in_group(world, **moved) == ["Answer: Disk?"]
        assert world.agent.conversations[1] is not None

    def test_get_no_answer_to_edits_and_copies_of_posts(self, world: ChatWorld) -> None:
        message = {"message_id": 5, "date": 1, "text": "@runbook_bot Disk?", **GROUP, **MENTION}
        world.claim(raw_update(1, edited_message=message))
        channel = {"id": GROUP_ID, "type": "channel", "title": "News"}
        copy: Any = {"is_automatic_forward": True, "sender_chat": channel}
        assert ask_in_group(world, **copy) == []
        assert world.agent.asked == []


class TestOtherBots:
    BOT: ClassVar[Any] = {"from": {"id": 12, "is_bot": True, "first_name": "Other"}}

    def test_get_three_answers_in_ten_minutes(self, world: ChatWorld) -> None:
        said = [ask_in_group(world, **self.BOT) for _ in range(4)]
        assert said == [["Answer: Disk?"]] * 3 + [[]]

    def test_of_this_platform_get_none(self, world: ChatWorld) -> None:
        world.connected.add(12)
        assert ask_in_group(world, **self.BOT) == []
        assert world.stored().state is UpdateState.HANDLED


class TestMemberships:
    def test_by_the_owner_approve_the_chat(self, world: ChatWorld) -> None:
        change_membership(world, REMOVED)
        assert world.chat() is None
        world.link(PersonKind.OWNER)
        change_membership(world, ADDED, 2)
        found = world.chat()
        assert found is not None
        assert (found.state, found.title, found.added_by) == (ChatState.APPROVED, "On call", 11)

    def test_by_anyone_else_wait_for_the_owner(self, world: ChatWorld) -> None:
        world.link()
        change_membership(world, REMOVED)
        for number in (2, 3):
            change_membership(world, ADDED, number)
        found = world.chat()
        assert found is not None
        assert found.state is ChatState.PENDING
        assert world.database.published(BotChatPending) == 1
        assert ask_in_group(world) == []

    def test_that_are_tried_again_after_a_later_one_change_nothing(self, world: ChatWorld) -> None:
        """See it fail: store whatever membership comes."""
        world.link(PersonKind.OWNER)
        change_membership(world, ADDED, 1, date=10)
        change_membership(world, REMOVED, 2, date=30)
        assert world.chat() is None
        change_membership(world, ADDED, 3, date=20)
        assert world.chat() is None
        change_membership(world, ADDED, 4, date=30)
        assert world.chat() is not None

    def test_that_end_forget_the_conversation(self, world: ChatWorld) -> None:
        ask_in_group(world)
        change_membership(world, REMOVED, 2)
        assert world.database.committed.bot_conversations == {}


class TestFailures:
    @pytest.mark.parametrize(
        ("error", "words"),
        [(PaymentRequired("x"), "top up"), (Forbidden("x"), "plan"), (NotFound("x"), "no agent")],
    )
    def test_that_the_owner_can_mend_are_said_at_once(
        self, world: ChatWorld, error: DomainError, words: str
    ) -> None:
        def fail(_: str) -> None:
            raise error

        world.agent.before = fail
        world.link()
        assert words in world.say("Disk?")[0]
        assert world.stored().state is UpdateState.HANDLED


class TestWatching:
    def test_that_fails_is_tried_again_and_keeps_no_question_from_its_answer(
        self, world: ChatWorld
    ) -> None:
        world.link()
        world.is_read_by_rules = True
        world.watch_errors = [EmbeddingUnavailable("Try again.")] * 3
        assert world.say("Disk?") == ["Answer: Disk?"]
        assert len(world.watched) == 3
        assert world.stored().state is UpdateState.HANDLED

    def test_whose_worker_dies_uses_a_try(self, world: ChatWorld) -> None:
        """Count the try after the rules to see it fail: the lane would stand still for ever."""
        world.link()
        world.is_read_by_rules = True
        world.watch_errors = [KeyboardInterrupt()]
        with pytest.raises(KeyboardInterrupt):
            world.say("Disk?")
        assert world.stored().update.attempts == 1

    def test_shows_no_rule_what_a_person_asks_in_a_group(self, world: ChatWorld) -> None:
        """It would be answered and charged twice: as a question, and as an alert."""
        world.is_read_by_rules = world.fires = True
        assert ask_in_group(world) == ["Answer: Disk?"]
        assert world.watched == []
        assert ask_in_group(world, "Disk", entities=[]) == []
        assert [message.text for message in world.watched] == ["Disk"]

    def test_shows_no_rule_what_a_command_asks_in_a_group(self, world: ChatWorld) -> None:
        world.is_read_by_rules = world.fires = True
        assert ask_in_group(world, "/ask Disk?", entities=[]) == ["Answer: Disk?"]
        assert world.watched == []

    def test_shows_rules_a_question_that_gets_no_answer(self, world: ChatWorld) -> None:
        """Else anyone could keep alerts from a group by using up its questions."""
        world.is_read_by_rules = world.fires = True
        world.set(chat_questions_per_hour=1)
        assert ask_in_group(world) == ["Answer: Disk?"]
        assert ask_in_group(world) == []
        assert len(world.watched) == 1

    def test_that_fails_at_every_try_answers_no_message_on_which_another_rule_fired(
        self, world: ChatWorld
    ) -> None:
        world.is_read_by_rules = world.fires = True
        world.watch_errors = [EmbeddingUnavailable("Try again.")] * 3
        assert ask_in_group(world, **TestOtherBots.BOT) == []
        assert len(world.watched) == 3
        assert world.stored().state is UpdateState.HANDLED

    @pytest.mark.parametrize(("fires", "said"), [(True, []), (False, ["Answer: Disk?"])])
    def test_leaves_an_alert_in_which_another_bot_names_this_one_to_its_rule(
        self, world: ChatWorld, fires: bool, said: list[str]
    ) -> None:
        world.is_read_by_rules, world.fires = True, fires
        assert ask_in_group(world, **TestOtherBots.BOT) == said
        assert world.stored().state is UpdateState.HANDLED

    def test_of_a_private_chat_answers_what_fires_no_rule(self, world: ChatWorld) -> None:
        world.link()
        world.is_read_by_rules = True
        assert world.say("Disk?") == ["Answer: Disk?"]
        world.fires = True
        assert world.say("Disk?", 2) == []


class TestOtherUpdates:
    def test_are_skipped(self, world: ChatWorld) -> None:
        world.claim(raw_update(1, kind_of_tomorrow={"a": 1}))
        world.claim(raw_update(2, callback_query={"id": "1", "from": {}}), 2)
        world.service.work(world.lane())
        assert world.stored(1).state is UpdateState.HANDLED
        assert world.stored(2).state is UpdateState.DEAD


class TestPresses:
    @staticmethod
    def press(world: ChatWorld, update_id: int = 1) -> None:
        query = {
            "id": "77",
            "from": {"id": 11, "is_bot": False, "first_name": "Ann"},
            "chat_instance": "1",
            "data": "+1",
            "message": {"message_id": 5, "date": 1, **GROUP},
        }
        world.claim(raw_update(update_id, callback_query=query), update_id, "person:11")
        world.service.work(world.lane("person:11"))

    def test_are_counted_and_the_presser_is_shown_what_came_of_it(self, world: ChatWorld) -> None:
        self.press(world)
        assert [(one.data, one.chat_id) for one in world.presses] == [("+1", GROUP_ID)]
        assert world.shown == ["77: Counted."]
        assert world.stored().state is UpdateState.HANDLED

    @pytest.mark.parametrize("error", [TelegramUnavailable("Try."), InvalidBotToken("Old.")])
    def test_stay_counted_where_the_presser_cannot_be_shown_a_text(
        self, world: ChatWorld, error: DomainError
    ) -> None:
        world.sign_error = error
        self.press(world)
        assert len(world.presses) == 1
        assert world.stored().state is UpdateState.HANDLED

    @pytest.mark.parametrize(
        ("kind", "standing", "is_counted"),
        [
            (ChatKind.SUPERGROUP, Standing.ADMINISTRATOR, True),
            (ChatKind.SUPERGROUP, Standing.MEMBER, True),
            (ChatKind.SUPERGROUP, Standing.UNKNOWN, True),
            (ChatKind.SUPERGROUP, Standing.OUTSIDE, False),
            (ChatKind.CHANNEL, Standing.ADMINISTRATOR, True),
            (ChatKind.CHANNEL, Standing.MEMBER, False),
            (ChatKind.CHANNEL, Standing.UNKNOWN, False),
        ],
    )
    def test_count_of_members_of_groups_and_administrators_of_channels(
        self, world: ChatWorld, kind: ChatKind, standing: Standing, is_counted: bool
    ) -> None:
        world.put_chat(ChatState.APPROVED, kind)
        world.standing = ChatStanding(standing)
        self.press(world)
        assert len(world.presses) == is_counted
        assert ("Counted." in world.shown[0]) == is_counted

    def test_show_no_name_of_an_anonymous_administrator(self, world: ChatWorld) -> None:
        world.standing = ChatStanding(Standing.ADMINISTRATOR, is_anonymous=True)
        self.press(world)
        assert [one.sender.name for one in world.presses] == ["администратор"]

    def test_ask_telegram_once_in_ten_minutes_who_presses(self, world: ChatWorld) -> None:
        for number, minutes in enumerate((0, 9, 2), start=1):
            world.clock += timedelta(minutes=minutes)
            self.press(world, number)
        assert world.asked_members == [(GROUP_ID, 11)] * 2


class TestCounts:
    def test_are_of_updates_by_outcome(self, world: ChatWorld) -> None:
        world.link()
        counted()
        world.say("Disk?", 70)
        assert counted("mara_telegram_updates") == {"mara_telegram_updates|handled": 1}

    def test_have_updates_that_failed_and_that_are_dead(self, world: ChatWorld) -> None:
        def fail(_: str) -> None:
            raise RuntimeError

        world.agent.before = fail
        world.link()
        world.claim(raw_message("Disk?", 1))
        counted()
        for passed_s in (0, 2, 10):
            world.clock += timedelta(seconds=passed_s)
            world.service.work(world.lane())
        assert world.stored().state is UpdateState.DEAD
        found = counted("mara_telegram_updates")
        assert found == {"mara_telegram_updates|failed": 2, "mara_telegram_updates|dead": 1}


class TestALostLease:
    """The one who has it handles the update: nothing is stored, and nothing counted."""

    def test_before_the_update_is_handled_leaves_it(self, world: ChatWorld) -> None:
        world.link()
        world.claim(raw_message("Disk?", 1))
        counted()
        assert world.handler.handle(waiting(world), new_id()) is False
        assert world.stored().state is UpdateState.WAITING
        assert world.agent.asked == []
        assert counted("mara_telegram_updates") == {}

    @pytest.mark.parametrize("error", [None, RuntimeError("down")])
    def test_while_the_agent_answers_leaves_it_with_a_try_used(
        self, world: ChatWorld, error: Exception | None
    ) -> None:
        holder, other = new_id(), new_id()

        def lose(_: str) -> None:
            with world.database.unit_of_work():
                FakeUpdates(world.database).release(world.lane(), holder)
                assert lease(world, other)
            if error is not None:
                raise error

        world.agent.before = lose
        world.link()
        world.claim(raw_message("Disk?", 1))
        update = waiting(world)
        with world.database.unit_of_work():
            assert lease(world, holder)
        counted()
        assert world.handler.handle(update, holder) is False
        stored = world.stored()
        assert (stored.state, stored.reason) == (UpdateState.WAITING, "worker_ended")
        assert world.texts() == []
        assert counted("mara_telegram_updates") == {}


def waiting(world: ChatWorld) -> ClaimedUpdate:
    """The update that waits in the lane."""
    with world.database.unit_of_work():
        found = FakeUpdates(world.database).next(world.lane())
    assert found is not None
    return found


def lease(world: ChatWorld, holder: UUID) -> bool:
    """Lease the lane for half a minute, in the transaction that is open."""
    until = world.clock + timedelta(seconds=30)
    return FakeUpdates(world.database).lease(world.lane(), holder, now=world.clock, until=until)
