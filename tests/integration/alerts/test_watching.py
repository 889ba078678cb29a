"""Messages of chats that rules watch become alerts, once, and texts are kept for dry runs."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.queues.post_alerts.handler import handler as post_alerts
from mara.alerts.model.keywords import Keywords
from mara.alerts.model.rule import Conditions, Semantic
from mara.alerts.model.rule_kinds import ContentKind, RuleSender
from mara.alerts.model.rule_signals import watched
from mara.alerts.model.severity import Severity
from mara.kernel.envelope import DecryptionFailed
from mara.kernel.ids import new_id
from mara.kernel.messages import Message
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import connection, transaction
from mara.search.errors import EmbeddingUnavailable
from mara.telegram.adapters.outgoing import PostgresOutgoingMessages
from mara.telegram.model.bot_chat import ChatKind, ChatState
from mara.telegram.model.formatted_text import FormattedText
from mara.telegram.model.incoming import IncomingChat, Membership, Sender, SenderKind
from mara.telegram.model.outgoing import OutgoingMessage, Priority
from mara.wiring import rules
from mara.wiring.connection_secrets import secret_store
from mara.wiring.rules import chat_watch, forget_expired, rule_service, rule_trials, text_keys
from mara.wiring.telegram import bot_access_service
from mara.wiring.telegram_sending import chat_migration, outgoing_queue
from mara.wiring.telegram_updates import update_handler
from tests.support.accounts import make_account
from tests.support.alert_chats import CHAT, Chat
from tests.support.alerting import SECTION, AlertIntake, work
from tests.support.chat_rules import WatchedChat, count_rows, give_place, watched_chat
from tests.support.cloud import Cloud
from tests.support.outgoing import make_message
from tests.support.parallel import outcomes
from tests.support.stored_bots import add_bot

CHANNEL = IncomingChat(-1002, ChatKind.CHANNEL, "News")
POD = "KubePodCrashLooping: disk of pod billing-7d4f is crash looping"


@pytest.fixture
def chat(database: str, cloud: Cloud) -> WatchedChat:
    return watched_chat()


def posted(chat: WatchedChat) -> list[OutgoingMessage]:
    """Answer and post what waits; all messages that are queued."""
    work(chat.owner)
    record = {"messageId": "1", "body": json.dumps({"owner_id": str(chat.owner.id)})}
    assert post_alerts({"Records": [record]}, None) == {"batchItemFailures": []}
    return Chat(AlertIntake(chat.owner, chat.agent_id), chat.bot).queued()


def outgoing(chat: WatchedChat, chat_id: int, text: str) -> OutgoingMessage:
    """A message of the bot that waits to be sent."""
    message = OutgoingMessage(
        id=new_id(),
        config_id=chat.bot.id,
        owner_id=chat.owner.id,
        chat_id=chat_id,
        priority=Priority.ALERT,
        parts=(FormattedText.of(text),),
        due_at=now(),
    )
    with transaction(chat.owner.id):
        PostgresOutgoingMessages().add(message)
    return message


class TestAMessageThatARuleFiresOn:
    def test_is_an_alert_with_the_section_of_the_runbook_in_its_own_chat_and_topic(
        self, chat: WatchedChat
    ) -> None:
        rule = chat.add_rule(severity=Severity.CRITICAL)
        chat.say(POD, 7, thread_id=5)
        (alert,) = chat.alerts()
        assert alert["source"] == {"kind": "rule", "id": str(rule.id)}
        assert (alert["name"], alert["summary"]) == ("disk rule", POD)
        assert alert["severity"] == "critical"
        (message,) = posted(chat)
        assert (message.chat_id, message.thread_id) == (CHAT, 5)
        assert message.parts[0].text.startswith("🔴 disk rule critical")
        assert SECTION in message.parts[0].text

    def test_is_posted_to_the_chat_that_the_rule_names(self, chat: WatchedChat) -> None:
        chat.add_rule(target_chat_id=-77, target_thread_id=3)
        chat.say(POD, thread_id=5)
        (message,) = posted(chat)
        assert (message.chat_id, message.thread_id) == (-77, 3)

    def test_fires_it_once_however_often_and_by_however_many_it_is_seen(
        self, chat: WatchedChat
    ) -> None:
        rule = chat.add_rule()
        assert outcomes(lambda _: chat.say("disk full"), range(6)) == ["disk full"] * 6
        chat.say("disk is full again", is_edit=True)
        assert (chat.fired(rule), count_rows("alert_signals"), len(chat.alerts())) == (1, 1, 1)

    def test_is_known_as_an_alert_whenever_it_is_seen_again(self, chat: WatchedChat) -> None:
        chat.add_rule()
        seen = ["disk full", "disk full", "all is well"]
        ids = [1, 1, 2]
        shown = [chat.show(chat.message(*one)) for one in zip(seen, ids, strict=True)]
        assert shown == [True, True, False]

    def test_fires_when_an_edit_makes_it_match(self, chat: WatchedChat) -> None:
        rule = chat.add_rule()
        chat.say("all is well")
        assert chat.fired(rule) == 0
        chat.say("the disk is full", is_edit=True)
        assert chat.fired(rule) == 1

    def test_is_one_with_its_copy_in_the_discussion_group_whichever_comes_first(
        self, chat: WatchedChat
    ) -> None:
        give_place(chat.bot, CHANNEL.id, ChatKind.CHANNEL)
        rule = chat.add_rule()
        both = replace(rule.settings, chat_ids=(CHAT, CHANNEL.id))
        rule_service().replace(chat.owner.principal, rule.id, both)
        for number, copy_first in ((1, False), (2, True)):
            post = chat.message("disk", number, chat=CHANNEL, sender=None)
            copy = chat.message(
                "disk", 100 + number, origin_chat_id=CHANNEL.id, origin_message_id=number
            )
            for message in (copy, post) if copy_first else (post, copy):
                chat.show(message)
            assert chat.fired(rule) == number

    def test_fires_each_of_several_rules(self, chat: WatchedChat) -> None:
        rules = [chat.add_rule(), chat.add_rule()]
        chat.say("disk")
        assert [chat.fired(rule) for rule in rules] == [1, 1]
        assert len(chat.alerts()) == 2

    def test_of_the_same_words_is_the_same_alert_in_one_chat_and_another_one_elsewhere(
        self, chat: WatchedChat
    ) -> None:
        give_place(chat.bot, -1009)
        rule = chat.add_rule()
        both = replace(rule.settings, chat_ids=(CHAT, -1009))
        rule_service().replace(chat.owner.principal, rule.id, both)
        chat.say("disk 1 is at 91 %", 1)
        chat.say("disk 2 is at 97 %", 2)
        chat.say("disk 3 is at 98 %", 3, chat=IncomingChat(-1009, ChatKind.SUPERGROUP))
        assert len(chat.alerts()) == 2
        first, other = posted(chat)
        assert (first.chat_id, other.chat_id) == (CHAT, -1009)
        assert "×2" in first.parts[0].text

    def test_after_the_cooldown_is_a_new_message(self, chat: WatchedChat) -> None:
        chat.add_rule()
        chat.say("disk", 1)
        chat.say("disk", 2)
        assert len(posted(chat)) == 1
        with transaction(SYSTEM):
            connection().execute(
                "UPDATE alert_posts SET created_at = created_at - interval '31 minutes'"
            )
        chat.say("disk", 3)
        new = posted(chat)[-1]
        assert (new.edits, len(chat.alerts()), count_rows("alert_posts")) == (None, 1, 2)
        with transaction(SYSTEM):
            row = connection().execute("SELECT jsonb_array_length(state->'firings') FROM alerts")
            assert row.fetchone() == (1,)

    def test_leaves_nothing_behind_where_its_alert_cannot_be_stored(
        self, chat: WatchedChat
    ) -> None:
        rule = chat.add_rule(keep_days=0)

        def fail(message: Message) -> None:
            raise ConnectionError

        watch = chat_watch()
        broken = replace(watch, recorder=replace(watch.recorder, publish=fail))
        with pytest.raises(ConnectionError):
            broken.watch(chat.owner.id, chat.bot.id, chat.message("disk"), lambda: True)
        assert (chat.fired(rule), count_rows("alerts"), count_rows("rule_firings")) == (0, 0, 0)
        chat.say("disk")
        assert (chat.fired(rule), count_rows("alerts")) == (1, 1)

    def test_fires_though_the_meanings_of_another_rule_cannot_be_told(
        self, chat: WatchedChat
    ) -> None:
        """Match all rules before the first one fires to see it fail."""
        of_meanings = Conditions(semantic=Semantic(("the disk is full",), 0.5))
        chat.add_rule(conditions=of_meanings)
        rule = chat.add_rule()

        class Gone:
            def scores(self, text: str, examples: Sequence[str]) -> Sequence[float]:
                raise EmbeddingUnavailable("Try again.")

        watch = chat_watch()
        broken = replace(watch, matching=replace(watch.matching, likeness=Gone()))
        with pytest.raises(EmbeddingUnavailable):
            broken.watch(chat.owner.id, chat.bot.id, chat.message("disk"), lambda: True)
        assert chat.fired(rule) == 1

    def test_fires_on_the_words_of_a_message_that_a_bot_could_not_send(
        self, chat: WatchedChat
    ) -> None:
        """Compare the messages of people with those of bots to see it fail."""
        rule = chat.add_rule()
        message = make_message(chat.bot.id, chat.owner.id, chat.chat_id, "disk", due_at=now())
        with transaction(chat.owner.id):
            outgoing_queue().queue_messages([message])
        chat.say("disk")
        assert chat.fired(rule) == 1

    def test_does_not_fire_where_it_reads_the_chat_no_more(self, chat: WatchedChat) -> None:
        """It was changed after the worker had looked it up."""
        rule, other = chat.add_rule(), add_bot(chat.owner.id, 7)
        give_place(other, chat.chat_id)
        watch = chat_watch()

        def move() -> bool:
            settings = replace(rule.settings, config_id=other.id)
            rule_service().replace(chat.owner.principal, rule.id, settings)
            return True

        watch.watch(chat.owner.id, chat.bot.id, chat.message("disk"), move)
        assert (chat.fired(rule), chat.kept()) == (0, 0)


class TestARule:
    def test_does_not_fire_on_other_words_chats_or_service_messages(
        self, chat: WatchedChat
    ) -> None:
        give_place(chat.bot, -1009)
        rule = chat.add_rule()
        chat.say("memory")
        chat.say("disk", 2, chat=IncomingChat(-1009, ChatKind.SUPERGROUP))
        chat.say("disk", 3, is_service=True)
        chat.say(" ", 4)
        assert chat.fired(rule) == 0

    @pytest.mark.parametrize(
        ("kinds", "parts"),
        [
            ({ContentKind.CAPTIONS}, {}),
            ({ContentKind.TEXT}, {"is_caption": True}),
            ({ContentKind.TEXT}, {"is_edit": True}),
            ({ContentKind.TEXT}, {"thread_id": 5}),
            ({ContentKind.TEXT}, {"origin_chat_id": -1002, "origin_message_id": 3}),
        ],
    )
    def test_reads_the_kinds_alone_that_it_names(
        self, chat: WatchedChat, kinds: set[ContentKind], parts: dict[str, Any]
    ) -> None:
        narrow = chat.add_rule(kinds=frozenset(kinds))
        every = chat.add_rule()
        chat.say("disk", **parts)
        assert (chat.fired(narrow), chat.fired(every)) == (0, 1)

    @pytest.mark.parametrize(
        ("sender", "kind"),
        [
            (Sender(11, SenderKind.PERSON), RuleSender.PEOPLE),
            (Sender(CHAT, SenderKind.CHAT), RuleSender.PEOPLE),
            (Sender(99, SenderKind.BOT), RuleSender.BOTS),
            (Sender(-1002, SenderKind.CHAT), RuleSender.CHANNELS),
        ],
    )
    def test_reads_the_senders_alone_that_it_names(
        self, chat: WatchedChat, sender: Sender, kind: RuleSender
    ) -> None:
        wanted = chat.add_rule(senders=frozenset({kind}))
        others = chat.add_rule(senders=frozenset(RuleSender) - {kind})
        chat.say("disk", sender=sender)
        assert (chat.fired(wanted), chat.fired(others)) == (1, 0)

    @pytest.mark.parametrize("state", [ChatState.PENDING, ChatState.REFUSED])
    def test_sees_nothing_of_a_chat_that_is_not_approved(
        self, database: str, cloud: Cloud, state: ChatState
    ) -> None:
        chat = watched_chat(state=state)
        rule = chat.add_rule()
        chat.say("disk")
        assert (chat.fired(rule), chat.kept()) == (0, 0)

    def test_sees_only_what_its_own_bot_saw(self, chat: WatchedChat) -> None:
        """Invariant 25: two tenants' bots are in one chat."""
        other = watched_chat("boris", 2)
        rules = [chat.add_rule(), other.add_rule()]
        chat.say("disk")
        assert (chat.fired(rules[0]), other.fired(rules[1])) == (1, 0)
        assert (len(chat.alerts()), other.alerts()) == (1, [])

    def test_is_asked_for_each_message_by_the_worker_of_updates_but_not_for_bots_of_the_platform(
        self, chat: WatchedChat
    ) -> None:
        handler = update_handler()
        assert handler.watch.observer is chat_watch()
        assert handler.connected.knows(chat.bot.profile.telegram_id)


class TestPostsOfTheBotsOfThePlatform:
    """Two bots that alert each other would never end."""

    @pytest.fixture
    def rule(self, chat: WatchedChat) -> Any:
        give_place(chat.bot, CHANNEL.id, ChatKind.CHANNEL)
        rule = chat.add_rule()
        settings = replace(rule.settings, chat_ids=(CHAT, CHANNEL.id))
        return rule_service().replace(chat.owner.principal, rule.id, settings)

    @pytest.fixture
    def other(self, chat: WatchedChat) -> WatchedChat:
        boris = make_account("boris")
        return WatchedChat(boris, add_bot(boris.id, 2), "")

    def test_in_a_channel_fire_nothing(
        self, chat: WatchedChat, other: WatchedChat, rule: Any
    ) -> None:
        before = outgoing(other, CHANNEL.id, "disk")
        with transaction(other.owner.id):
            assert PostgresOutgoingMessages().save(before.begun().sent_part(41), before)
        chat.say("disk", 41, chat=CHANNEL, sender=None)
        chat.say("disk again", 41, chat=CHANNEL, sender=None, is_edit=True)
        chat.say("disk", 7, origin_chat_id=CHANNEL.id, origin_message_id=41)
        assert chat.fired(rule) == 0

    def test_fire_nothing_while_their_sender_does_not_know_yet_that_they_arrived(
        self, chat: WatchedChat, other: WatchedChat, rule: Any
    ) -> None:
        before = outgoing(other, CHANNEL.id, "disk\n")
        with transaction(other.owner.id):
            assert PostgresOutgoingMessages().save(before.begun(), before)
        chat.say("disk", 41, chat=CHANNEL, sender=None)
        assert chat.fired(rule) == 0
        chat.say("another disk", 42, chat=CHANNEL, sender=None)
        assert chat.fired(rule) == 1


class TestTextsForDryRuns:
    def test_are_kept_encrypted_and_found_with_the_reason(self, chat: WatchedChat) -> None:
        rule = chat.add_rule()
        chat.say("the disk of db-3 is full", 1)
        chat.say("lunch?", 2)
        with transaction(SYSTEM):
            rows = connection().execute("SELECT to_jsonb(t)::text FROM rule_texts t").fetchall()
        assert len(rows) == 2
        assert all("db-3" not in row[0] and b"db-3".hex() not in row[0] for row in rows)
        trial = rule_trials().try_chats(chat.owner.principal, rule.id)
        (hit,) = trial.hits
        assert (trial.kept, trial.looked_at, trial.fired) == (2, 2, 1)
        assert (hit.text, hit.kept.message_id) == ("the disk of db-3 is full", 1)
        assert hit.match.keywords is not None
        assert hit.match.keywords.found == ("disk",)

    def test_of_one_row_cannot_be_read_in_another(self, chat: WatchedChat) -> None:
        chat.add_rule()
        chat.say("disk", 1)
        chat.say("lunch", 2)
        with transaction(SYSTEM):
            connection().execute(
                "UPDATE rule_texts t SET nonce = o.nonce, ciphertext = o.ciphertext"
                " FROM rule_texts o WHERE t.message_id = 1 AND o.message_id = 2"
            )
        with pytest.raises(DecryptionFailed):
            rule_trials().try_chats(chat.owner.principal, self._rule_id(chat))

    def test_are_replaced_by_edits(self, chat: WatchedChat) -> None:
        rule = chat.add_rule()
        chat.say("lunch")
        chat.say("disk", is_edit=True)
        trial = rule_trials().try_chats(chat.owner.principal, rule.id)
        assert (trial.kept, [hit.text for hit in trial.hits]) == (1, ["disk"])

    @pytest.mark.parametrize("now_says", ["disk", ""])
    def test_go_with_an_edit_that_the_rule_does_not_read(
        self, chat: WatchedChat, now_says: str
    ) -> None:
        chat.add_rule(kinds=frozenset(ContentKind) - {ContentKind.EDITS})
        chat.add_rule(word="cpu")
        chat.say("lunch", 1)
        chat.say("lunch", 2)
        chat.say(now_says, 1, is_edit=True)
        assert chat.kept() == (3 if now_says else 2)

    def test_go_when_they_are_old_however_many_there_are(
        self, chat: WatchedChat, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rules, "TEXTS_AT_ONCE", 2)
        chat.add_rule(keep_days=1)
        chat.add_rule(keep_days=9)
        for number in range(5):
            chat.say("lunch", number)
        assert rules.forget_expired(now() + timedelta(days=2))["rule_texts"] == 5
        assert chat.kept() == 5

    def test_have_one_key_for_a_bot_though_many_are_kept_at_once(self, chat: WatchedChat) -> None:
        chat.add_rule()
        before = count_rows("connection_secrets")
        outcomes(lambda number: chat.say("disk", number), range(1, 7))
        assert (chat.kept(), count_rows("rule_text_keys")) == (6, 1)
        assert count_rows("connection_secrets") == before + 1

    def test_are_not_kept_where_the_rule_says_so(self, chat: WatchedChat) -> None:
        rule = chat.add_rule(keep_days=0)
        chat.say("disk")
        assert (chat.kept(), chat.fired(rule)) == (0, 1)

    def test_go_with_the_rule(self, chat: WatchedChat) -> None:
        rule = chat.add_rule()
        chat.say("disk")
        rule_service().delete(chat.owner.principal, rule.id)
        assert (chat.kept(), len(chat.alerts())) == (0, 1)

    @pytest.mark.parametrize(
        "change",
        [
            {"chat_ids": (-1009,)},
            {"kinds": frozenset({ContentKind.CAPTIONS})},
            {"senders": frozenset({RuleSender.BOTS})},
            {"keep_days": 0},
        ],
    )
    def test_go_when_the_rule_no_longer_reads_them(
        self, chat: WatchedChat, change: dict[str, Any]
    ) -> None:
        give_place(chat.bot, -1009)
        rule = chat.add_rule()
        chat.say("disk")
        rule_service().replace(chat.owner.principal, rule.id, rule.settings)
        assert chat.kept() == 1
        changed = replace(rule.settings, **change)
        rule_service().replace(chat.owner.principal, rule.id, changed)
        assert chat.kept() == 0

    def test_go_when_the_rule_gets_another_bot(self, chat: WatchedChat) -> None:
        second = add_bot(chat.owner.id, 3)
        give_place(second, CHAT)
        rule = chat.add_rule()
        chat.say("disk")
        moved = replace(rule.settings, config_id=second.id)
        rule_service().replace(chat.owner.principal, rule.id, moved)
        assert chat.kept() == 0

    def test_go_when_the_bot_leaves_the_chat(self, chat: WatchedChat) -> None:
        chat.add_rule()
        chat.say("disk")
        left = Membership(
            IncomingChat(CHAT, ChatKind.SUPERGROUP),
            Sender(11, SenderKind.PERSON),
            was_member=True,
            is_member=False,
            at=now(),
        )
        with transaction(chat.owner.id):
            update_handler().memberships.store(chat.bot, left)
        assert chat.kept() == 0

    def test_go_when_the_owner_refuses_the_chat(self, chat: WatchedChat) -> None:
        chat.add_rule()
        chat.say("disk")
        access = bot_access_service()
        access.set_chat(chat.owner.principal, chat.bot.id, CHAT, ChatState.REFUSED)
        assert chat.kept() == 0

    def test_go_with_the_bot_and_their_key_too(self, chat: WatchedChat) -> None:
        chat.add_rule()
        before = count_rows("connection_secrets")
        chat.say("disk")
        with transaction(chat.owner.id):
            text_keys().forget(chat.owner.id, chat.bot.id)
            connection().execute("DELETE FROM bot_configs")
            secret_store().delete(chat.bot.token_id)
        assert (chat.kept(), count_rows("alert_rules"), count_rows("rule_text_keys")) == (0, 0, 0)
        assert count_rows("connection_secrets") == before - 1

    def test_go_after_the_days_that_the_rule_names(self, chat: WatchedChat) -> None:
        for days in (1, 7):
            chat.add_rule(keep_days=days)
        chat.say("disk")
        with transaction(SYSTEM):
            connection().execute(
                "UPDATE rule_texts SET received_at = received_at - interval '2 days'"
            )
        assert forget_expired(now())["rule_texts"] == 1
        assert chat.kept() == 1

    def test_are_of_the_new_chat_once_its_group_became_a_supergroup(
        self, chat: WatchedChat
    ) -> None:
        rule = chat.add_rule(target_chat_id=CHAT, target_thread_id=3)
        chat.say("disk")
        with transaction(chat.owner.id):
            chat_migration().move(chat.owner.id, chat.bot.id, CHAT, -1005)
        moved = rule_service().get(chat.owner.principal, rule.id).settings
        assert (moved.chat_ids, moved.target_chat_id, moved.target_thread_id) == (
            (-1005,),
            -1005,
            None,
        )
        (hit,) = rule_trials().try_chats(chat.owner.principal, rule.id).hits
        assert hit.kept.chat_id == -1005

    @staticmethod
    def _rule_id(chat: WatchedChat) -> Any:
        with transaction(SYSTEM):
            row = connection().execute("SELECT id FROM alert_rules").fetchone()
        assert row
        return row[0]


def test_a_message_shows_nothing_of_its_text(chat: WatchedChat) -> None:
    seen = watched(chat.message("secret disk"))
    assert seen is not None
    assert "secret" not in repr(seen)


def test_a_rule_may_ask_for_several_conditions(chat: WatchedChat) -> None:
    rule = chat.add_rule(
        conditions=Conditions(Keywords(any_of=("диск",)), regex=r"\bполный\b|9\d %")
    )
    chat.say("Диски заполнены на 91 %", 1)
    chat.say("Диск неполный", 2)
    assert chat.fired(rule) == 1
