"""Work that waits for hours is seen wherever operators look; what waits for others is not late."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.operations.adapters import probes
from mara.operations.adapters.database_gauges import DatabaseGauges
from mara.operations.adapters.gauge_queries import OLDEST
from mara.operations.adapters.probes import QueueProbe
from mara.operations.model import ProbeState
from mara.platform import oldest_sends, sqs
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.platform.oldest_work import WORKS
from mara.queues.adapters.queue_figures import PostgresFigures
from mara.queues.model.known_queues import QUEUES
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.platform_bot import PLATFORM_ACCOUNT
from tests.support.money import make_owner
from tests.support.plans_of_queries import scans_of_large_tables
from tests.support.stored_bots import add_bot
from tests.support.waiting_work import (
    CHAT,
    HOURS,
    Connection,
    insert,
    pace,
    wait_analysis,
    wait_answer,
    wait_delivery,
    wait_document,
    wait_mail,
    wait_post,
    wait_posting,
    wait_send,
)

pytestmark = pytest.mark.usefixtures("database")
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
LATE_S = 4 * 3600
QUERY_MS_MAX = 100


def late() -> set[str]:
    (gauge,) = DatabaseGauges(OLDEST).read()
    return {work for (work,), age_s in gauge.values.items() if age_s > LATE_S}


def late_queues() -> set[str]:
    """The same, as `GET /admin/queues` says it."""
    at = now()
    with transaction(SYSTEM):
        found = PostgresFigures().read(QUEUES, at)
    return {
        name
        for name, one in found.items()
        if one.oldest_at is not None and (at - one.oldest_at).total_seconds() > LATE_S
    }


def wait_purge(link: Connection) -> None:
    """The schedule rang for it again a minute ago."""
    wait_document(link, state="ready", chunks=1, waits_since=None, deleted_at=now() - HOURS)


@pytest.fixture
def bot() -> BotConfig:
    return add_bot(make_owner())


class TestList:
    def test_has_the_work_of_each_queue(self) -> None:
        # What waits for the topic of events is in the outbox.
        assert {work.queue for work in WORKS if work.queue} == set(QUEUES) - {"notify-owner"}

    def test_is_that_of_gauge_and_health_check(self) -> None:
        (gauge,) = DatabaseGauges(OLDEST).read()
        assert {work for (work,) in gauge.values} == {
            work.name for work in WORKS if work.can_be_late
        }


class TestWorkThatWaitsForHours:
    @pytest.mark.parametrize(
        ("name", "wait"),
        [
            ("documents", wait_document),
            ("purges", wait_purge),
            ("analyses", wait_analysis),
            ("answers", wait_answer),
            ("alerts", wait_post),
            ("posts", wait_posting),
            ("mails", wait_mail),
            ("deliveries", wait_delivery),
        ],
    )
    def test_is_seen_by_the_gauge_the_check_and_the_list_of_queues(
        self,
        name: str,
        wait: Callable[[Connection], None],
        past_the_rules: Connection,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        wait(past_the_rules)
        (work,) = [one for one in WORKS if one.name == name]
        assert late() == {name}
        assert late_queues() == {work.queue}

        class Client:
            def get_queue_attributes(self, **_: object) -> None: ...

        monkeypatch.setattr(sqs, "queue_url", lambda _: "x")
        monkeypatch.setattr(sqs, "client", Client)
        seen = QueueProbe().check()
        assert seen.state is ProbeState.DEGRADED
        assert seen.detail is not None
        assert f"oldest work: {name}, " in seen.detail
        assert HOURS.total_seconds() > probes.OLDEST_WORK_S_MAX

    def test_of_a_sender_that_is_dead_is_seen(
        self, bot: BotConfig, past_the_rules: Connection
    ) -> None:
        wait_send(past_the_rules, bot)
        assert late() == {"sends"}
        pace(past_the_rules, bot, sent=[now() - HOURS], paused_until=now() - HOURS)
        assert late() == {"sends"}

    def test_in_one_chat_is_seen_beside_chats_that_are_served(
        self, bot: BotConfig, past_the_rules: Connection
    ) -> None:
        for chat_id in (CHAT, CHAT + 1):
            wait_send(past_the_rules, bot, chat_id)
        pace(past_the_rules, bot, CHAT, sent=[now()])
        assert late() == {"sends"}


class TestDocument:
    def test_waits_since_it_was_queued_however_often_it_is_rung_for(
        self, as_owner: psycopg.Connection[Any], past_the_rules: Connection
    ) -> None:
        wait_document(past_the_rules, owner_id=make_owner())
        with as_owner.transaction():
            as_owner.execute("SET LOCAL mara.scope = 'system'")
            as_owner.execute("UPDATE documents SET state = 'queued', updated_at = now()")
        assert late() == {"documents"}
        with as_owner.transaction():
            as_owner.execute("SET LOCAL mara.scope = 'system'")
            as_owner.execute("UPDATE documents SET state = 'failed', failure_code = 'x'")
            as_owner.execute("UPDATE documents SET state = 'queued', failure_code = NULL")
        assert late() == set()


class TestWorkThatWaitsForOthers:
    def test_is_a_message_to_a_chat_that_telegram_paused(
        self, bot: BotConfig, past_the_rules: Connection
    ) -> None:
        wait_send(past_the_rules, bot)
        pace(past_the_rules, bot, paused_until=now() + timedelta(hours=1))
        assert late() == set()

    def test_is_a_message_whose_pause_has_just_ended(
        self, bot: BotConfig, past_the_rules: Connection
    ) -> None:
        wait_send(past_the_rules, bot)
        pace(past_the_rules, bot, paused_until=now() - SECOND)
        assert late() == set()

    def test_is_a_message_behind_others_of_a_flooded_group(
        self, bot: BotConfig, past_the_rules: Connection
    ) -> None:
        """Telegram takes 20 a minute: the thousandth waits for 50 minutes."""
        for _ in range(3):
            wait_send(past_the_rules, bot)
        pace(past_the_rules, bot, sent=[now() - 9 * SECOND, now() - 3 * SECOND])
        assert late() == set()

    def test_is_a_message_of_a_bot_that_telegram_told_twice_to_wait(
        self, bot: BotConfig, past_the_rules: Connection
    ) -> None:
        wait_send(past_the_rules, bot)
        pace(past_the_rules, bot, 1, paused_until=now() + 2 * MINUTE)
        assert late() == {"sends"}
        pace(past_the_rules, bot, 2, paused_until=now() + MINUTE)
        assert late() == set()

    @pytest.mark.parametrize(
        "change",
        ["UPDATE users SET active = false", "UPDATE bot_configs SET state = 'token_revoked'"],
    )
    def test_is_a_message_whose_bot_is_not_served(
        self, change: str, bot: BotConfig, past_the_rules: Connection
    ) -> None:
        wait_send(past_the_rules, bot)
        past_the_rules.execute(change)
        assert late() == set()

    def test_is_no_message_of_the_bot_of_the_platform(self) -> None:
        assert str(PLATFORM_ACCOUNT) == oldest_sends.PLATFORM_ACCOUNT

    def test_is_a_delivery_that_waits_for_its_next_try(self, past_the_rules: Connection) -> None:
        wait_delivery(past_the_rules, MINUTE, attempts=3)
        assert late() == set()

    @pytest.mark.parametrize("state", [{"failing_since": now()}, {"off_because": "owner"}])
    def test_is_a_delivery_to_a_receiver_that_fails_or_is_off(
        self, state: dict[str, Any], past_the_rules: Connection
    ) -> None:
        wait_delivery(past_the_rules, **state)
        assert late() == set()

    def test_is_an_alert_behind_others_of_its_owner(self, past_the_rules: Connection) -> None:
        owner_id = new_id()
        wait_post(past_the_rules, owner_id=owner_id)
        wait_post(past_the_rules, owner_id=owner_id, state="answered", asked_at=now())
        assert late() == set()
        wait_post(past_the_rules)
        assert late() == {"alerts"}

    def test_is_an_alert_that_waits_for_its_next_try(self, past_the_rules: Connection) -> None:
        wait_post(past_the_rules, try_after=now() + MINUTE)
        assert late() == set()

    def test_is_a_mail_that_is_among_the_dead_letters(self, past_the_rules: Connection) -> None:
        wait_mail(past_the_rules)
        letter = {"id": new_id(), "queue": "send-account-mail", "message_id": "m", "reason": "x"}
        content: dict[str, object] = {"content_format": 1, "content_key_id": "k", "content": b""}
        content |= {"content_wrapped_key": b"", "content_nonce": b"x" * 12}
        times = {name: now() for name in ("first_failed_at", "last_failed_at", "created_at")}
        more = {"attempts": 1, "state": "waiting"}
        insert(past_the_rules, "dead_letters", **letter, **content, **times, **more)
        assert late() == set()


FLOOD = """
    INSERT INTO outgoing_messages (id, config_id, owner_id, chat_id, priority, rank, parts, buttons,
        telegram_ids, due_at, state, attempts, is_plain)
    SELECT gen_random_uuid(), %(config)s, %(owner)s, -(n %% 20) - 1, 'alert', n %% 3, '[]', '[]',
        '{}', now() - interval '5 hours', 'queued', 0, false FROM generate_series(1, 50000) AS n
"""
BOTS = """
    INSERT INTO bot_configs (id, owner_id, name, agent_id, language, access, telegram_id, username,
        reads_all_group_messages, state, token_id, webhook_secret, former_webhook_secrets,
        created_at, updated_at)
    SELECT uuidv7(), owner_id, name, agent_id, language, access, telegram_id + n, username,
        reads_all_group_messages, state, token_id, webhook_secret, former_webhook_secrets,
        created_at, updated_at FROM bot_configs, generate_series(1, 3000) AS n
"""
OF_EACH_BOT = """
    INSERT INTO outgoing_messages (id, config_id, owner_id, chat_id, priority, rank, parts, buttons,
        telegram_ids, due_at, state, attempts, is_plain)
    SELECT gen_random_uuid(), id, owner_id, n, 'alert', 1, '[]', '[]', '{}',
        now() - interval '5 hours', 'queued', 0, false FROM bot_configs, generate_series(1, 20) AS n
"""
DONE = (
    """
    INSERT INTO webhook_deliveries (id, webhook_id, owner_id, event_id, type, body, created_at,
        next_at, state, attempts)
    SELECT uuidv7(), %(config)s, %(owner)s, uuidv7(), 'x', '{}', now(),
        CASE WHEN n %% 5 = 0 THEN now() + interval '1 hour' END,
        CASE WHEN n %% 5 = 0 THEN 'waiting' ELSE 'delivered' END, 1
    FROM generate_series(1, 20000) AS n
    """,
    """
    INSERT INTO alert_posts (id, owner_id, source_kind, source_id, key, agent_id, name, severity,
        question, is_test, state, tries, created_at, asked_at)
    SELECT uuidv7(), %(owner)s, 'intake', %(config)s, n, %(config)s, 'n', 'warning', '?', false,
        CASE WHEN n <= 10000 THEN 'waiting' ELSE 'answered' END, 1, now() - interval '5 hours',
        CASE WHEN n > 10000 THEN now() END
    FROM generate_series(1, 20000) AS n
    """,
    """
    INSERT INTO alert_messages (post_id, owner_id, config_id, shown, due_at)
    SELECT id, owner_id, source_id, 'held', now() + interval '1 hour' FROM alert_posts
    """,
    """
    INSERT INTO pending_answers (id, owner_id, agent_id, conversation_id, question, created_at,
        state, failure)
    SELECT uuidv7(), %(owner)s, uuidv7(), uuidv7(), '?', now(), 'failed', 'x'
    FROM generate_series(1, 20000) AS n
    """,
)


class TestCost:
    @pytest.mark.parametrize("flood", [FLOOD, BOTS + ";" + OF_EACH_BOT], ids=["chats", "bots"])
    def test_of_a_flood_is_within_the_limit_of_a_gauge(
        self, flood: str, bot: BotConfig, past_the_rules: Connection
    ) -> None:
        """50 000 messages of one bot wait, or 60 000 of 3000 bots."""
        ids = {"config": bot.id, "owner": bot.owner_id}
        for statement in (*flood.split(";"), *DONE):
            past_the_rules.execute(statement, ids)
        past_the_rules.execute("VACUUM ANALYZE")
        plan: Any = past_the_rules.execute(f"EXPLAIN (FORMAT JSON) {OLDEST.statement}").fetchone()
        assert scans_of_large_tables(plan[0][0]["Plan"]) == []
        times_ms = []
        for _ in range(3):
            started = time.perf_counter()
            past_the_rules.execute(OLDEST.statement).fetchall()
            times_ms.append((time.perf_counter() - started) * 1000)
        print(f"the oldest work beside a flood: {min(times_ms):.1f} ms")
        assert min(times_ms) <= QUERY_MS_MAX
        assert late() == {"sends"}
