"""Who changes messages of posts locks them in one order, and who posts waits for none of them.

See them fail: leave out LOCK_SHOWN or LOCK_GIVEN_UP, or a ``skip_locked``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from uuid import UUID

import psycopg
import pytest

from mara.alerts.adapters.postgres_alerts import PostgresAlerts
from mara.alerts.adapters.postgres_messages import PostgresAlertMessages
from mara.alerts.model.summary import WHOLE_MAX
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import connection, transaction
from mara.telegram.adapters.bot_configs import PostgresBotConfigs
from mara.telegram.adapters.outgoing import PostgresOutgoingMessages
from mara.telegram.model.sending import SendOutcome, SendResult
from mara.telegram.service.send_outcomes import Flight
from mara.wiring.telegram import bot_config_service
from mara.wiring.telegram_sending import chat_migration, sending_service
from tests.integration.alerts.test_summaries import later, named
from tests.support.alert_chats import CHAT, Chat, make_chat
from tests.support.alerting import an_alert, resolved
from tests.support.cloud import Cloud

Row = tuple[Any, ...]


@pytest.fixture
def chat(database: str, cloud: Cloud) -> Chat:
    return make_chat()


@contextmanager
def other(database: str) -> Iterator[psycopg.Connection[Any]]:
    """A second connection, in an open transaction."""
    with psycopg.connect(database) as link:
        link.execute("SELECT set_config('mara.scope', 'system', true)")
        yield link
        link.rollback()


@contextmanager
def patient(chat: Chat) -> Iterator[None]:
    """Let a statement that waits for a lock fail after some seconds."""
    with transaction(chat.intake.owner.id):
        connection().execute("SET lock_timeout = '5s'")
    yield
    with transaction(chat.intake.owner.id):
        connection().execute("RESET lock_timeout")


def rows(chat: Chat, query: str) -> list[Row]:
    with transaction(chat.intake.owner.id):
        return connection().execute(query).fetchall()


def storm(chat: Chat) -> list[UUID]:
    """Let a summary list three posts; their ids in order, the first one last on the disk."""
    names = [f"Alert{letter}" for letter in "abcdefghijklm"[: WHOLE_MAX + 3]]
    chat.deliver(*(named(name) for name in names))
    chat.show_at(later(0.1))
    listed = "SELECT post_id FROM alert_messages WHERE shown = 'storm' ORDER BY post_id"
    ids = [row[0] for row in rows(chat, listed)]
    with transaction(chat.intake.owner.id):
        connection().execute(
            "UPDATE alert_messages SET due_at = due_at WHERE post_id = %s", [ids[0]]
        )
    return ids


def change(chat: Chat, ids: list[UUID]) -> None:
    PostgresAlertMessages().changed(chat.intake.owner.id, list(reversed(ids)), now())


def lose(chat: Chat, ids: list[UUID]) -> None:
    found = connection().execute(
        "SELECT message_id FROM alert_messages WHERE post_id = %s", [ids[0]]
    )
    (row,) = found.fetchall()
    PostgresAlertMessages().lost(chat.intake.owner.id, [row[0]], now())


@pytest.mark.parametrize("work", [change, lose])
def test_rows_are_locked_in_the_order_of_their_posts(
    chat: Chat, database: str, work: Callable[[Chat, list[UUID]], None]
) -> None:
    ids = storm(chat)
    lock = "SELECT 1 FROM alert_messages WHERE post_id = %s FOR UPDATE"

    def run() -> None:
        with transaction(chat.intake.owner.id):
            work(chat, ids)

    with other(database) as link:
        link.execute(lock, [ids[0]])
        worker = Thread(target=run)
        worker.start()
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        while worker.is_alive() and link.execute(waits).fetchone() == (0,):
            link.execute("SELECT pg_stat_clear_snapshot()")
        assert worker.is_alive()
        for one in ids[1:]:
            link.execute(f"{lock} NOWAIT", [one])
    worker.join()


def test_episodes_of_a_post_are_moved_once_their_alerts_are_locked_in_order(
    chat: Chat, database: str
) -> None:
    """Leave out LOCK_OPEN to see it fail: who ends stale alerts may have one, and want the next."""
    chat.deliver(*(an_alert(fingerprint=f"f{n}", labels={"pod": f"p{n}"}) for n in range(3)))
    found = rows(chat, "SELECT id, owner_id FROM alerts ORDER BY id")
    ids, owner_id = [one[0] for one in found], found[0][1]
    ((post_id,),) = rows(chat, "SELECT DISTINCT post_id FROM alert_episodes")

    def run() -> None:
        with transaction(owner_id):
            PostgresAlerts().move_open(owner_id, post_id, post_id)

    with other(database) as link:
        link.execute("SELECT 1 FROM alerts WHERE id = %s FOR UPDATE", [ids[0]])
        worker = Thread(target=run)
        worker.start()
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        while worker.is_alive() and link.execute(waits).fetchone() == (0,):
            link.execute("SELECT pg_stat_clear_snapshot()")
        assert worker.is_alive()
        link.execute("SELECT 1 FROM alert_episodes FOR UPDATE NOWAIT")
        link.execute("SELECT 1 FROM alerts WHERE id = ANY(%s) FOR UPDATE NOWAIT", [ids[1:]])
    worker.join()


def remove(chat: Chat) -> None:
    with transaction(chat.bot.owner_id):
        locked = PostgresBotConfigs().lock_whole(chat.bot.owner_id, chat.bot.id)
        for forget in bot_config_service().others:
            forget(chat.bot.owner_id, chat.bot.id)
        PostgresBotConfigs().disconnect(locked, now())


def told(kind: SendResult) -> Callable[[Chat], None]:
    """What a sender does about an answer of Telegram to the first message."""

    def run(chat: Chat) -> None:
        begun = chat.queued()[0].begun()
        flight = Flight(begun, None, chat.bot.token_id, chat.bot.owner_id)
        outcome = SendOutcome(kind, "Bad Request", chat_id=CHAT - 9)
        sending_service().outcomes.store(flight, outcome)

    return run


def move(chat: Chat) -> None:
    with transaction(chat.bot.owner_id):
        chat_migration().move(chat.bot.owner_id, chat.bot.id, CHAT, CHAT - 9)


KINDS = ("unreachable", "refused", "no_topic", "revoked", "migrated")
CHANGES: dict[str, Callable[[Chat], None]] = {
    "remove": remove,
    "move": move,
    **{kind: told(SendResult(kind)) for kind in KINDS},
}


@pytest.mark.parametrize("name", CHANGES)
def test_who_changes_more_than_a_message_waits_for_the_bot_first(
    chat: Chat, database: str, name: str
) -> None:
    """Lock the bot last, or not at all, to see it fail: two of them would wait for each other."""
    chat.deliver()
    chat.answer()
    chat.show()
    with other(database) as link:
        link.execute("SELECT 1 FROM bot_configs WHERE id = %s FOR NO KEY UPDATE", [chat.bot.id])
        worker = Thread(target=CHANGES[name], args=(chat,))
        worker.start()
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        while worker.is_alive() and link.execute(waits).fetchone() == (0,):
            link.execute("SELECT pg_stat_clear_snapshot()")
        assert worker.is_alive()
        for table in ("outgoing_messages", "alert_intakes", "alert_messages", "bot_senders"):
            link.execute(f"SELECT 1 FROM {table} FOR UPDATE NOWAIT")
    worker.join()


def test_who_stores_an_edit_waits_for_the_sender_first(chat: Chat, database: str) -> None:
    """Else it has the edit and waits for the message before, which who removes the bot has."""
    chat.deliver()
    chat.answer()
    chat.show()
    chat.deliver(startsAt="2026-11-28T01:30:00Z")
    chat.show()
    edit = chat.queued()[-1]
    assert edit.edits is not None
    flight = Flight(edit.begun(), 41, chat.bot.token_id, chat.bot.owner_id)
    landed = SendOutcome(SendResult.SENT, "", telegram_id=41)
    with other(database) as link:
        link.execute("SELECT 1 FROM bot_senders FOR UPDATE")
        worker = Thread(target=sending_service().outcomes.store, args=(flight, landed))
        worker.start()
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        while worker.is_alive() and link.execute(waits).fetchone() == (0,):
            link.execute("SELECT pg_stat_clear_snapshot()")
        assert worker.is_alive()
        link.execute("SELECT 1 FROM outgoing_messages FOR UPDATE NOWAIT")
    worker.join()


def test_what_a_revoked_token_leaves_is_given_up_while_others_hold_some_of_it(
    chat: Chat, database: str
) -> None:
    chat.deliver()
    chat.answer()
    chat.show()
    with transaction(SYSTEM):
        connection().execute("UPDATE bot_configs SET state = 'token_revoked'")
    with other(database) as link, patient(chat):
        link.execute("SELECT 1 FROM outgoing_messages FOR UPDATE")
        with transaction(SYSTEM):
            assert PostgresOutgoingMessages().fail_revoked(later(1), "revoked") == []
    with transaction(SYSTEM):
        assert len(PostgresOutgoingMessages().fail_revoked(later(1), "revoked")) == 1


def test_a_summary_is_edited_while_one_of_its_rows_is_being_changed(
    chat: Chat, database: str
) -> None:
    ids = storm(chat)
    labels = {"alertname": "Alertm", "severity": "warning"}
    chat.deliver(resolved(labels=labels, fingerprint="Alertm"))
    with other(database) as link, patient(chat):
        link.execute("UPDATE alert_messages SET due_at = now() WHERE post_id = %s", [ids[0]])
        before = len(chat.queued())
        assert chat.show_at(later(0.2)) == 1
        assert len(chat.queued()) == before + 1
        link.commit()
    assert rows(chat, "SELECT post_id FROM alert_messages WHERE due_at IS NOT NULL") == [(ids[0],)]


def test_an_edit_is_queued_while_a_sender_holds_the_one_before(chat: Chat, database: str) -> None:
    chat.deliver()
    chat.answer()
    chat.show()
    chat.deliver(startsAt="2026-11-28T01:30:00Z")
    chat.show()
    first = chat.queued()[-1]
    with other(database) as link, patient(chat):
        link.execute("SELECT 1 FROM outgoing_messages WHERE id = %s FOR UPDATE", [first.id])
        chat.deliver(resolved())
        chat.show()
        assert len(chat.queued()) == 3
