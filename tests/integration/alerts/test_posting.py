"""Posts of alerts in chats: one message for each, edited when its alerts change."""

import json
import math
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from functions.api.agents.delete_agent.handler import handler as delete_agent
from functions.api.alerts.change_intake.handler import handler as change_intake
from functions.api.alerts.create_intake.handler import handler as create_intake
from functions.schedules.answer_waiting_alerts.handler import handler as answer_waiting_alerts
from mara.alerts.adapters.postgres_messages import PostgresAlertMessages
from mara.alerts.model.alert_message import AlertMessage
from mara.alerts.model.credentials import DeliveryCredentials
from mara.alerts.model.post_message import HEAD_UNITS_MAX
from mara.extraction.model import Block, Place
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.count_lock import TRY_LOCK
from mara.platform.database import connection, transaction
from mara.telegram.adapters.bot_configs import PostgresBotConfigs
from mara.telegram.adapters.outgoing import PostgresOutgoingMessages
from mara.telegram.model.bot_config import BotLanguage
from mara.telegram.model.formatted_text import units_of
from mara.wiring.alerts import alert_posting_service, reception_service
from mara.wiring.telegram_sending import chat_migration
from tests.support.accounts import make_account
from tests.support.alert_chats import CHAT, Chat, make_chat
from tests.support.alerting import (
    API,
    SECTION,
    alertmanager,
    an_alert,
    make_intake,
    resolved,
)
from tests.support.cloud import Cloud
from tests.support.events import call
from tests.support.knowledge import learn
from tests.support.parallel import outcomes
from tests.support.stored_bots import add_bot

STEPS = "\n\n".join(f"Step {number}: look at disk {number} of the pool." for number in range(150))
LONG = (Block(STEPS, Place(headings=("LongRunbook", "Mitigation"))),)


@pytest.fixture
def chat(database: str, cloud: Cloud) -> Chat:
    return make_chat()


def waited(seconds: float) -> None:
    """Let time pass for messages that are due later."""
    with transaction(SYSTEM):
        connection().execute(
            "UPDATE alert_messages SET due_at = due_at - %s", [timedelta(seconds=seconds)]
        )


class TestTheFirstMessage:
    def test_has_the_alert_and_the_section_of_the_runbook_in_the_chat_of_the_bot(
        self, chat: Chat
    ) -> None:
        chat.deliver()
        chat.answer()
        assert chat.show() == {"batchItemFailures": []}
        (message,) = chat.queued()
        text = message.parts[0].text
        assert (message.chat_id, message.config_id) == (CHAT, chat.bot.id)
        assert text.startswith("🔴 KubePodCrashLooping critical")
        assert SECTION in text
        assert "runbooks.md" in text

    def test_is_queued_once_however_often_the_doorbell_rings(self, chat: Chat) -> None:
        chat.deliver()
        chat.answer()
        outcomes(lambda _: str(chat.show()), range(4))
        chat.show()
        assert len(chat.queued()) == 1

    def test_comes_without_an_answer_that_is_late_which_is_edited_in(self, chat: Chat) -> None:
        chat.deliver()
        assert chat.show() == {"batchItemFailures": []}
        assert chat.queued() == []
        waited(seconds=2)
        chat.show()
        chat.answer()
        chat.show()
        first, edit = chat.queued()
        assert first.parts[0].text.endswith("The runbook is being searched …")
        assert (edit.edits, SECTION in edit.parts[0].text) == (first.id, True)

    def test_says_why_there_is_no_section(self, chat: Chat) -> None:
        call(
            delete_agent,
            "DELETE",
            f"{API}/agents/{chat.intake.agent_id}",
            headers=chat.intake.owner.headers,
        )
        chat.deliver()
        chat.answer()
        chat.show()
        (text,) = chat.texts()
        assert text.endswith(
            "the agent was deleted. The owner can choose another one for the intake."
        )

    def test_is_in_one_language_where_the_agent_refuses_in_another(self, chat: Chat) -> None:
        russian = add_bot(chat.intake.owner.id, 2, target_chat_id=5, language=BotLanguage.RU)
        other = Chat(make_intake(chat.intake.owner, config_id=str(russian.id)), russian)
        other.deliver(labels={"alertname": "Zyx"}, fingerprint="z", annotations={"summary": "q"})
        other.answer()
        other.show()
        (text,) = other.texts()
        assert "Your documents" not in text
        assert "документах" in text

    def test_is_in_the_language_of_the_bot(self, chat: Chat) -> None:
        russian = add_bot(chat.intake.owner.id, 2, target_chat_id=5, language=BotLanguage.RU)
        intake = make_intake(
            chat.intake.owner, agent_id=chat.intake.agent_id, config_id=str(russian.id)
        )
        Chat(intake, russian).deliver()
        chat.answer()
        chat.show()
        assert chat.texts()[0].startswith("🔴 KubePodCrashLooping критично")

    def test_goes_to_the_chat_that_the_intake_names(self, chat: Chat) -> None:
        target = {"target_chat_id": -77, "target_thread_id": 3}
        path = f"{API}/alerts/intakes/{chat.intake.id}"
        call(change_intake, "PATCH", path, headers=chat.intake.owner.headers, body=target)
        chat.deliver()
        chat.answer()
        chat.show()
        (message,) = chat.queued()
        assert (message.chat_id, message.thread_id) == (-77, 3)

    def test_of_an_intake_without_a_bot_is_none(self, chat: Chat) -> None:
        intake = make_intake(chat.intake.owner, agent_id=chat.intake.agent_id)
        Chat(intake, chat.bot).deliver()
        chat.answer()
        assert chat.show() == {"batchItemFailures": []}
        assert chat.queued() == []

    def test_of_a_bot_without_a_chat_is_none(self, chat: Chat) -> None:
        bot = add_bot(chat.intake.owner.id, 2)
        intake = make_intake(
            chat.intake.owner, agent_id=chat.intake.agent_id, config_id=str(bot.id)
        )
        Chat(intake, bot).deliver()
        chat.answer()
        assert chat.show() == {"batchItemFailures": []}
        assert chat.queued() == []


class TestEdits:
    def test_show_repeats_and_the_end(self, chat: Chat) -> None:
        chat.deliver()
        chat.answer()
        chat.show()
        chat.deliver(startsAt="2026-11-28T01:30:00Z")
        chat.show()
        chat.deliver(resolved())
        chat.show()
        first, repeated, over = chat.queued()
        assert [one.edits for one in (repeated, over)] == [first.id, first.id]
        assert "×2" in repeated.parts[0].text
        assert over.parts[0].text.startswith("✅ KubePodCrashLooping")
        assert SECTION in over.parts[0].text

    def test_show_other_alerts_of_the_same_question(self, chat: Chat) -> None:
        chat.deliver()
        chat.answer()
        chat.show()
        chat.deliver(labels={"pod": "billing-other"}, fingerprint="f2")
        chat.show()
        edit = chat.queued()[1]
        assert "billing-7d4f" in edit.parts[0].text
        assert "billing-other" in edit.parts[0].text

    def test_leave_a_message_alone_that_nothing_changed(self, chat: Chat) -> None:
        chat.deliver()
        chat.answer()
        chat.show()
        chat.deliver()
        chat.show()
        assert len(chat.queued()) == 1

    def test_of_a_disconnected_bot_are_none(self, chat: Chat) -> None:
        chat.deliver()
        chat.answer()
        with transaction(chat.intake.owner.id):
            PostgresBotConfigs().disconnect(chat.bot, chat.bot.created_at)
        assert chat.show() == {"batchItemFailures": []}
        assert chat.queued() == []


class TestAHigherSeverity:
    def test_is_a_new_message_that_replies_to_the_one_before(self, chat: Chat) -> None:
        chat.deliver(labels={"severity": "warning"})
        chat.answer()
        chat.show()
        (first,) = chat.queued()
        with transaction(chat.intake.owner.id):
            store = PostgresOutgoingMessages()
            assert store.save(first.begun().sent_part(41), first)
        chat.deliver(labels={"severity": "critical"}, startsAt="2026-11-28T01:30:00Z")
        chat.answer()
        chat.show()
        (worse,) = [one for one in chat.queued()[1:] if one.edits is None]
        assert worse.reply_to == 41
        assert worse.parts[0].text.startswith("🔴")

    def test_is_said_once_by_the_message_before_below_which_the_section_stays(
        self, chat: Chat
    ) -> None:
        chat.deliver(labels={"severity": "warning"})
        chat.answer()
        chat.show()
        (first,) = chat.queued()
        for started in ("2026-11-28T01:30:00Z", "2026-11-28T01:40:00Z"):
            chat.deliver(labels={"severity": "critical"}, startsAt=started)
            chat.answer()
            chat.show()
        chat.deliver(resolved(labels={"severity": "critical"}))
        chat.show()
        (edit,) = [one for one in chat.queued() if one.edits == first.id]
        head = "⏫ KubePodCrashLooping\nMore severe now: a newer message follows.\n"
        assert edit.parts[0].text.startswith(head)
        assert SECTION in edit.parts[0].text
        assert [button.text for row in edit.buttons for button in row] == [
            button.text for row in first.buttons for button in row
        ]

    def test_of_a_post_that_was_not_shown_yet_leaves_nothing_to_edit(self, chat: Chat) -> None:
        chat.deliver(labels={"severity": "warning"})
        chat.deliver(labels={"severity": "critical"}, startsAt="2026-11-28T01:30:00Z")
        chat.answer()
        chat.show()
        (message,) = chat.queued()
        assert message.parts[0].text.startswith("🔴")


class TestLongAnswers:
    def test_keep_the_first_part_below_the_limit_with_room_for_the_alerts(self, chat: Chat) -> None:
        learn(chat.intake.owner.id, "long.md", LONG)
        names = [f"pod-{number:03}-" + "x" * 200 for number in range(12)]
        alerts = [
            an_alert(labels={"alertname": "LongRunbook", "pod": name}, fingerprint=name)
            for name in names
        ]
        alert_id = chat.deliver(*alerts)[0]
        chat.answer()
        chat.show()
        (message,) = chat.queued()
        quotes = chat.intake.alert(alert_id)["posts"][0]["reply"]["citations"]
        assert all(0 < units_of(part.text) <= 4096 for part in message.parts)
        assert units_of(message.parts[0].text) > HEAD_UNITS_MAX
        said = "".join("".join(part.text.split()) for part in message.parts)
        assert "".join("".join(one["quote"] for one in quotes).split()) in said


class TestWorkers:
    def test_that_die_before_the_commit_leave_the_message_due(self, chat: Chat) -> None:
        chat.deliver()
        chat.answer()
        service = alert_posting_service()

        def die(_: Any) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            replace(service, queue_messages=die).show_due(chat.intake.owner.id)
        assert chat.queued() == []
        chat.show()
        assert len(chat.queued()) == 1

    def test_are_rung_again_by_the_schedule_while_something_is_due(self, chat: Chat) -> None:
        chat.deliver()
        chat.answer()
        assert answer_waiting_alerts({}, None)["result"] == 1
        chat.show()
        assert answer_waiting_alerts({}, None)["result"] == 0

    def test_do_not_wait_for_another_one_of_the_same_owner(self, chat: Chat, database: str) -> None:
        """Waiting, the workers of one owner's flood would take the places of all others."""
        chat.deliver()
        chat.answer()
        with psycopg.connect(database) as other:
            other.execute(TRY_LOCK, (f"alert_posting:{chat.intake.owner.id}",))
            assert chat.show() == {"batchItemFailures": []}
            assert chat.queued() == []
        chat.show()
        assert len(chat.queued()) == 1

    def test_ring_again_for_what_another_one_left_to_them_at_their_end(
        self, chat: Chat, database: str
    ) -> None:
        rung: list[timedelta] = []
        service = replace(alert_posting_service(), ring_later=lambda _, delay: rung.append(delay))
        key = f"alert_posting:{chat.intake.owner.id}"

        class FoundNothing(PostgresAlertMessages):
            """A message becomes due when nothing was found, and its worker does not wait."""

            def claim(self, owner_id: UUID, at: datetime) -> AlertMessage | None:
                found = super().claim(owner_id, at)
                with psycopg.connect(database) as other:
                    assert other.execute(TRY_LOCK, (key,)).fetchone() == (False,)
                    other.execute("SET mara.scope = 'system'")
                    other.execute("UPDATE alert_messages SET due_at = %s", (at,))
                return found

        chat.deliver()
        assert replace(service, messages=FoundNothing()).show_due(chat.intake.owner.id) == 0
        assert rung == [timedelta(0)]

    def test_ring_again_for_a_message_that_is_due_soon(self, chat: Chat) -> None:
        rung: list[timedelta] = []
        service = replace(alert_posting_service(), ring_later=lambda _, delay: rung.append(delay))
        chat.deliver()
        assert service.show_due(chat.intake.owner.id) == 0
        assert [timedelta(0) < delay <= timedelta(seconds=2) for delay in rung] == [True]
        waited(seconds=2)
        assert service.show_due(chat.intake.owner.id) == 1
        assert len(rung) == 1

    def test_do_not_multiply_while_alerts_keep_coming(self, chat: Chat) -> None:
        """One new alert a second. See it fail: ring for whatever ``due_at`` is the next."""
        began, bells, most = now(), list[int](), 0
        for second in range(20):
            at = began + timedelta(seconds=second)
            deliver_at(chat, at, f"A{'x' * second}")
            bells.append(second)  # of the delivery
            ringing, bells = (
                [one for one in bells if one <= second],
                [b for b in bells if b > second],
            )
            for _ in ringing:
                bells += [second + max(math.ceil(wait), 1) for wait in show_and_ring(chat, at)]
            most = max(most, len(ringing))
        assert most <= 3
        assert len(chat.queued()) >= 15


def deliver_at(chat: Chat, at: datetime, name: str) -> None:
    alert = an_alert(labels={"alertname": name}, fingerprint=name, startsAt=at.isoformat())
    body, credentials = json.dumps(alertmanager(alert)), DeliveryCredentials(chat.intake.secret)
    service = replace(reception_service(), now=lambda: at)
    service.receive(UUID(chat.intake.id), body.encode(), credentials)


def show_and_ring(chat: Chat, at: datetime) -> list[float]:
    """Let a worker show what is due; after how many seconds the doorbells ring that it rang."""
    waits: list[float] = []
    service = replace(
        alert_posting_service(),
        now=lambda: at,
        ring_later=lambda _, wait: waits.append(wait.total_seconds()),
    )
    service.show_due(chat.intake.owner.id)
    return waits


class TestAStormInOneDelivery:
    def test_says_how_many_alerts_there_are(self, chat: Chat) -> None:
        """500 are taken one by one, and the others counted by name."""
        storm = [an_alert(fingerprint=f"{n:016x}", labels={"pod": ""}) for n in range(600)]
        chat.deliver(*storm)
        chat.answer()
        chat.show()
        (message,) = chat.queued()
        assert "\n600 alerts\n" in message.parts[0].text
        assert "?" not in message.parts[0].text
        chat.deliver(resolved(fingerprint=f"{0:016x}", labels={"pod": ""}))
        chat.show()
        assert "\n500 alerts\n" in chat.queued()[-1].parts[0].text


class TestAGroupThatBecameASupergroup:
    @pytest.mark.parametrize("named", [{}, {"target_chat_id": CHAT, "target_thread_id": 7}])
    def test_gets_later_alerts_and_edits_under_its_new_id(
        self, chat: Chat, named: dict[str, int]
    ) -> None:
        path, owner = f"{API}/alerts/intakes/{chat.intake.id}", chat.intake.owner
        call(change_intake, "PATCH", path, headers=owner.headers, body={"name": "x", **named})
        chat.deliver()
        chat.answer()
        chat.show()
        for _ in range(2):
            with transaction(owner.id):
                chat_migration().move(owner.id, chat.bot.id, CHAT, -1002)
        chat.deliver(resolved())
        chat.deliver(labels={"alertname": "Other"}, fingerprint="other")
        chat.answer()
        chat.show()
        assert [one.chat_id for one in chat.queued()] == [-1002] * 3
        assert [one.thread_id for one in chat.queued()[1:]] == [None] * 2


class TestIntakes:
    def test_take_no_bot_of_another_account(self, chat: Chat) -> None:
        stranger = make_account("eve")
        agent_id = make_intake(stranger).agent_id
        body = {"name": "x", "agent_id": agent_id, "config_id": str(chat.bot.id)}
        refused = call(
            create_intake, "POST", f"{API}/alerts/intakes", headers=stranger.headers, body=body
        )
        assert (refused.status, refused.json["code"]) == (404, "bot_config_not_found")

    def test_keep_their_alerts_when_the_bot_is_disconnected(self, chat: Chat) -> None:
        with transaction(chat.intake.owner.id):
            PostgresBotConfigs().disconnect(chat.bot, chat.bot.created_at)
        (alert_id,) = chat.deliver()
        chat.answer()
        assert chat.intake.alert(alert_id)["posts"][0]["state"] == "answered"
