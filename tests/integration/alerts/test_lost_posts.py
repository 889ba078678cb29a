"""Posts that Telegram does not take: another chat gets them, and the owner a notice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.api.alerts.change_intake.handler import handler as change_intake
from functions.api.alerts.list_alerts.handler import handler as list_alerts
from mara.alerts.model.vote import THANKS
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import connection, transaction
from mara.telegram.adapters.bot_configs import PostgresBotConfigs
from mara.telegram.adapters.outgoing import PostgresOutgoingMessages
from mara.telegram.adapters.people import PostgresBotPeople
from mara.telegram.model.incoming import Press, Sender, SenderKind
from mara.telegram.model.outgoing import OutgoingMessage, Priority
from mara.telegram.model.person import BotPerson, PersonKind
from mara.telegram.model.sending import SendOutcome, SendResult
from mara.telegram.service.send_outcomes import Flight
from mara.wiring.alerts import post_presses
from mara.wiring.telegram import bot_config_service
from mara.wiring.telegram_sending import sending_service
from tests.support.accounts import make_account
from tests.support.alert_chats import CHAT, Chat, make_chat, quiet_now
from tests.support.alerting import API, SECTION, make_intake
from tests.support.cloud import Cloud
from tests.support.events import call
from tests.support.platform_bots import PERSON, give_account_link
from tests.support.stored_bots import add_bot

pytestmark = pytest.mark.usefixtures("database")
ESCALATION, PRIVATE = -2002, 77
GONE = SendOutcome(SendResult.UNREACHABLE, "Forbidden: bot was kicked from the group chat")
REFUSED = SendOutcome(SendResult.REFUSED, "Bad Request: something new")


def answer_with(chat: Chat, message: OutgoingMessage, outcome: SendOutcome = GONE) -> None:
    """Let Telegram answer so to the message, and the doorbell ring."""
    begun = message.begun()
    with transaction(chat.intake.owner.id):
        connection().execute(
            "UPDATE outgoing_messages SET state = 'sending', attempts = 1 WHERE id = %s",
            [message.id],
        )
    with transaction(SYSTEM):
        # That of the platform belongs to no owner of alerts.
        bot = PostgresBotConfigs().find(message.config_id)
    assert bot
    sending_service().outcomes.store(Flight(begun, None, bot.token_id, bot.owner_id), outcome)
    chat.show()


def link(chat: Chat, telegram_id: int = PRIVATE) -> None:
    """Link a Telegram account of the owner to the bot."""
    person = BotPerson(chat.bot.id, chat.bot.owner_id, telegram_id, PersonKind.OWNER, "Anna", now())
    with transaction(chat.bot.owner_id):
        PostgresBotPeople().add(person)


def make_escalating() -> Chat:
    """A chat of an intake with a chat for escalations of another bot."""
    account = make_account("anna")
    other = add_bot(account.id, 2)
    escalation = {"config_id": str(other.id), "chat_id": ESCALATION, "thread_id": None}
    return make_chat(account=account, escalation=escalation)


def posted(chat: Chat) -> OutgoingMessage:
    chat.deliver()
    chat.answer()
    chat.show()
    (message,) = chat.queued()
    return message


def disconnect(chat: Chat) -> None:
    with transaction(chat.intake.owner.id):
        locked = PostgresBotConfigs().lock_whole(chat.intake.owner.id, chat.bot.id)
        for forget in bot_config_service().others:
            forget(chat.intake.owner.id, chat.bot.id)
        PostgresBotConfigs().disconnect(locked, now())


@pytest.mark.parametrize("outcome", [GONE, REFUSED])
def test_a_post_goes_to_the_chat_for_escalations(cloud: Cloud, outcome: SendOutcome) -> None:
    chat = make_escalating()
    answer_with(chat, posted(chat), outcome)
    chat.show()
    first, second = chat.queued()
    assert [one.chat_id for one in (first, second)] == [CHAT, ESCALATION]
    # Its latency is not that of alerts: the first chat was tried for minutes.
    assert [one.caused_at is None for one in (first, second)] == [False, True]
    assert SECTION in second.parts[0].text
    assert "alert-undelivered" in events()


def test_a_digest_goes_to_the_chat_for_escalations_as_a_digest(cloud: Cloud) -> None:
    """See it fail: let what was listed go on as single posts."""
    account = make_account("anna")
    other = add_bot(account.id, 2)
    escalation = {"config_id": str(other.id), "chat_id": ESCALATION, "thread_id": None}
    chat = make_chat(account=account, escalation=escalation, quiet_hours=quiet_now())
    for name, severity in (("DiskFull", "warning"), ("CertSoon", "info"), ("Slow", "warning")):
        chat.deliver(labels={"alertname": name, "severity": severity}, fingerprint=name)
    chat.show_at(now() + timedelta(minutes=1))
    after = now() + timedelta(hours=2, minutes=1)
    chat.show_at(after)
    (digest,) = chat.queued()
    answer_with(chat, digest)
    chat.show_at(after + timedelta(minutes=1))
    _, again = chat.queued()
    assert (again.chat_id, again.priority) == (ESCALATION, Priority.DIGEST)
    assert all(name in again.parts[0].text for name in ("DiskFull", "CertSoon", "Slow"))


def test_then_to_the_private_chat_of_the_owner_then_nowhere(cloud: Cloud) -> None:
    chat = make_escalating()
    link(chat)
    answer_with(chat, posted(chat))
    for chat_id in (ESCALATION, PRIVATE):
        last = chat.queued()[-1]
        assert last.chat_id == chat_id
        answer_with(chat, last)
    assert len(chat.queued()) == 3


def test_then_to_the_telegram_account_of_the_owner_by_the_platforms_bot(cloud: Cloud) -> None:
    """Its language is that of the account; what it shows is edited there, and pressed."""
    chat = make_escalating()
    platform_id = give_account_link(chat.intake.owner.id)
    with transaction(SYSTEM):
        connection().execute("UPDATE users SET locale = 'ru'")
    link(chat)
    answer_with(chat, posted(chat))
    for _ in range(2):
        answer_with(chat, chat.queued()[-1])
    last = chat.queued()[-1]
    assert (last.config_id, last.chat_id) == (platform_id, PERSON)
    assert SECTION in last.parts[0].text
    assert "Помогло" in " ".join(chat.buttons())
    with transaction(SYSTEM):
        platform = PostgresBotConfigs().find(platform_id)
    assert platform
    (helped, *_) = chat.buttons().values()
    press = Press("1", Sender(PERSON, SenderKind.PERSON, "Ann"), helped, PERSON, 41)
    served = replace(platform, owner_id=chat.intake.owner.id)
    assert post_presses().press(served, press) == THANKS[platform.settings.language]
    chat.show()
    edit = chat.queued()[-1]
    assert (edit.config_id, edit.edits) == (platform_id, last.id)
    answer_with(chat, last)
    assert len(chat.queued()) == 5


def test_not_to_an_account_that_has_blocked_the_platforms_bot(cloud: Cloud) -> None:
    chat = make_chat()
    give_account_link(chat.intake.owner.id)
    with transaction(SYSTEM):
        connection().execute("UPDATE bot_chats SET state = 'unreachable'")
    answer_with(chat, posted(chat))
    assert len(chat.queued()) == 1
    assert "alert-undelivered" in events()


def test_nor_to_the_account_of_another_owner(cloud: Cloud) -> None:
    give_account_link(make_account("boris").id)
    chat = make_chat()
    answer_with(chat, posted(chat))
    assert len(chat.queued()) == 1


def test_without_another_way_the_notice_says_it(cloud: Cloud) -> None:
    chat = make_chat()
    answer_with(chat, posted(chat))
    assert len(chat.queued()) == 1
    assert "alert-undelivered" in events()


def test_an_edit_that_is_refused_sends_nothing_elsewhere(cloud: Cloud) -> None:
    chat = make_escalating()
    posted(chat)
    chat.deliver(labels={"pod": "billing-other"}, fingerprint="f2")
    chat.show()
    answer_with(chat, chat.queued()[-1], REFUSED)
    assert {one.chat_id for one in chat.queued()} == {CHAT}


def test_later_changes_edit_the_post_where_it_is(cloud: Cloud) -> None:
    chat = make_escalating()
    answer_with(chat, posted(chat))
    chat.deliver(labels={"pod": "billing-other"}, fingerprint="f2")
    chat.show()
    edit = chat.queued()[-1]
    assert (edit.chat_id, edit.edits) == (ESCALATION, chat.queued()[1].id)


def test_a_post_without_any_chat_makes_the_notice_once(cloud: Cloud) -> None:
    account = make_account("anna")
    bot = add_bot(account.id)
    chat = Chat(make_intake(account, config_id=str(bot.id)), bot)
    chat.deliver()
    chat.answer()
    chat.show()
    chat.show()
    assert chat.queued() == []
    assert events().count("alert-undelivered") == 1


class TestABotThatIsDisconnected:
    def test_leaves_posts_that_wait_to_the_chat_for_escalations(self, cloud: Cloud) -> None:
        chat = make_escalating()
        posted(chat)
        disconnect(chat)
        chat.show()
        (message,) = chat.queued()
        assert (message.chat_id, SECTION in message.parts[0].text) == (ESCALATION, True)
        assert "alert-undelivered" in events()

    def test_leaves_posts_of_quiet_hours_to_the_digest_of_another_chat(self, cloud: Cloud) -> None:
        account = make_account("anna")
        other = add_bot(account.id, 2)
        escalation = {"config_id": str(other.id), "chat_id": ESCALATION, "thread_id": None}
        chat = make_chat(account=account, escalation=escalation, quiet_hours=quiet_now())
        chat.deliver(labels={"severity": "warning"})
        chat.answer()
        chat.show_at(now() + timedelta(minutes=1))
        disconnect(chat)
        chat.show_at(now() + timedelta(minutes=2))
        assert chat.queued() == []
        chat.show_at(now() + timedelta(hours=2, minutes=1))
        (digest,) = chat.queued()
        assert (digest.chat_id, digest.priority) == (ESCALATION, Priority.DIGEST)

    def test_leaves_posts_to_the_owners_chat_with_another_bot(self, cloud: Cloud) -> None:
        account = make_account("anna")
        other = add_bot(account.id, 2)
        chat = make_chat(account=account)
        link(chat)
        link(Chat(chat.intake, other), PRIVATE + 1)
        posted(chat)
        disconnect(chat)
        chat.show()
        (message,) = chat.queued()
        assert (message.config_id, message.chat_id) == (other.id, PRIVATE + 1)

    def test_without_another_way_makes_the_notice(self, cloud: Cloud) -> None:
        chat = make_chat()
        link(chat)
        posted(chat)
        disconnect(chat)
        chat.show()
        assert (chat.queued(), "alert-undelivered" in events()) == ([], True)

    def test_leaves_later_alerts_to_the_chat_for_escalations(self, cloud: Cloud) -> None:
        chat = make_escalating()
        disconnect(chat)
        posted(chat)
        (message,) = chat.queued()
        assert (message.chat_id, SECTION in message.parts[0].text) == (ESCALATION, True)
        assert events().count("alert-undelivered") == 1

    def test_leaves_later_alerts_to_the_owners_chat_with_another_bot(self, cloud: Cloud) -> None:
        account = make_account("anna")
        other = add_bot(account.id, 2)
        chat = make_chat(account=account)
        link(Chat(chat.intake, other), PRIVATE)
        disconnect(chat)
        message = posted(chat)
        assert (message.config_id, message.chat_id) == (other.id, PRIVATE)
        assert events().count("alert-undelivered") == 1

    def test_then_to_the_account_of_the_owner_by_the_platforms_bot(self, cloud: Cloud) -> None:
        chat = make_chat()
        platform_id = give_account_link(chat.intake.owner.id)
        disconnect(chat)
        message = posted(chat)
        assert (message.config_id, message.chat_id) == (platform_id, PERSON)
        path, headers = f"{API}/alerts", chat.intake.owner.headers
        (listed,) = call(list_alerts, "GET", path, headers=headers).json["items"]
        assert listed["result"]["chat_id"] == PERSON

    def test_then_only_makes_the_notice_of_later_alerts(self, cloud: Cloud) -> None:
        chat = make_chat()
        give_account_link(make_account("boris").id)
        disconnect(chat)
        chat.deliver()
        chat.answer()
        chat.show()
        assert chat.queued() == []
        assert events().count("alert-undelivered") == 1

    def test_leaves_later_alerts_to_a_bot_that_the_owner_chooses(self, cloud: Cloud) -> None:
        chat = make_chat()
        disconnect(chat)
        other = add_bot(chat.intake.owner.id, 2, target_chat_id=CHAT - 5)
        path, headers = f"{API}/alerts/intakes/{chat.intake.id}", chat.intake.owner.headers
        call(change_intake, "PATCH", path, headers=headers, body={"config_id": str(other.id)})
        assert posted(chat).chat_id == CHAT - 5
        assert "alert-undelivered" not in events()

    def test_leaves_later_alerts_in_the_list_where_the_owner_chooses_no_bot(
        self, cloud: Cloud
    ) -> None:
        chat = make_chat()
        give_account_link(chat.intake.owner.id)
        disconnect(chat)
        path, headers = f"{API}/alerts/intakes/{chat.intake.id}", chat.intake.owner.headers
        call(change_intake, "PATCH", path, headers=headers, body={"config_id": None})
        chat.deliver()
        chat.answer()
        chat.show()
        assert (chat.queued(), "alert-undelivered" in events()) == ([], False)

    def test_leaves_what_people_passed_on_to_the_owner(self, cloud: Cloud) -> None:
        chat = make_escalating()
        link(chat)
        posted(chat)
        assert "passed on" in chat.press(chat.buttons()["🆘 Escalate"])
        copy = chat.queued()[-1]
        assert copy.chat_id == ESCALATION
        with transaction(chat.intake.owner.id):
            escalating = PostgresBotConfigs().get(chat.intake.owner.id, copy.config_id)
        disconnect(Chat(chat.intake, escalating))
        moved = chat.queued()[-1]
        assert (moved.config_id, moved.chat_id) == (chat.bot.id, PRIVATE)
        assert moved.parts == copy.parts
        assert "alert-undelivered" in events()

    def test_does_not_repeat_what_was_sent(self, cloud: Cloud) -> None:
        chat = make_escalating()
        message = posted(chat)
        with transaction(chat.intake.owner.id):
            store = PostgresOutgoingMessages()
            assert store.save(message.begun().sent_part(41), message)
        disconnect(chat)
        chat.show()
        assert (chat.queued(), "alert-undelivered" in events()) == ([], False)


def events() -> list[str]:
    """The names of the events that wait in the outbox."""
    with transaction(SYSTEM):
        rows = connection().execute("SELECT body::jsonb->>'event' FROM outbox")
        return [row[0] for row in rows.fetchall()]
