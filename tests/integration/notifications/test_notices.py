"""Notices on PostgreSQL: once per event, by the channels that their user wants."""

from dataclasses import replace
from datetime import UTC, datetime
from threading import Thread
from uuid import UUID

import psycopg
import pytest

from mara.kernel.ids import new_id
from mara.kernel.messages import Message
from mara.notifications.errors import NoticeNotFound
from mara.notifications.messages import NoticeDue
from mara.notifications.model.notices import NOTICE_RETENTION, Channel, NoticeKind
from mara.operations.adapters.postgres import delete_expired
from mara.platform.database import connection, transaction
from tests.support.accounts import Account, make_account
from tests.support.notices import event, give_notice, notices_of, service
from tests.support.parallel import outcomes
from tests.support.webhooks_world import WebhookWorld, rows_of

CREDITED = NoticeKind.DEPOSIT_CREDITED


@pytest.fixture
def anna(database: str) -> Account:
    return make_account("anna")


def ids(account: Account, **filters: object) -> list[UUID]:
    return [one.id for one in notices_of(account, **filters)]  # type: ignore[arg-type]


class TestWriting:
    def test_is_done_once_per_event_and_tells_telegram_once(self, anna: Account) -> None:
        published: list[Message] = []

        def publish(message: Message) -> None:
            published.append(message)

        message, writing = event(anna.id), replace(service(), publish=publish)
        assert [writing.write(message) for _ in range(3)] == [True, False, False]
        (notice,) = notices_of(anna)
        assert published == [NoticeDue(notice_id=notice.id, owner_id=anna.id)]
        assert (notice.kind, notice.data["amount_micro_usdt"]) == (CREDITED, 10_500_000)

    def test_waits_for_another_consumer_of_the_same_event(
        self, anna: Account, database: str
    ) -> None:
        message = event(anna.id)
        with psycopg.connect(database) as other:
            other.execute("SELECT set_config('mara.scope', 'system', true)")
            other.execute(
                "INSERT INTO notices VALUES (%s, %s, 'deposit_credited', %s, '{}', true, now(), 1)",
                [new_id(), anna.id, message.event_id],
            )
            written: list[bool] = []
            thread = Thread(target=lambda: written.append(service().write(message)))
            thread.start()
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            while not (other.execute(waiting).fetchone() or (0,))[0] and thread.is_alive():
                pass
            other.commit()
            thread.join()
        assert written == [False]
        assert len(notices_of(anna)) == 1

    def test_says_once_an_hour_that_messages_do_not_reach_a_chat(self, anna: Account) -> None:
        """Each message that waited for a lost chat is an event."""

        config_id = str(new_id())

        def lost(chat_id: int, config_id: str = config_id) -> bool:
            ids = {"config_id": config_id, "message_id": str(new_id()), "chat_id": chat_id}
            return service().write(event(anna.id, "message-undelivered", **ids))

        assert [lost(chat_id) for chat_id in (-1, -1, -2, -1)] == [True, False, True, False]
        with transaction(anna.id):
            connection().execute("UPDATE notices SET created_at = created_at - interval '1 hour'")
        assert lost(-1)
        assert lost(-1, str(new_id()))  # another bot in the same chat
        assert len(notices_of(anna)) == 4

    def test_says_it_once_to_consumers_of_a_crowd(self, anna: Account) -> None:
        """Take no lock to see it fail."""

        config_id = str(new_id())

        def write(_: int) -> str:
            ids = {"config_id": config_id, "message_id": str(new_id()), "chat_id": -1}
            return str(service().write(event(anna.id, "message-undelivered", **ids)))

        assert sorted(outcomes(write, range(4))) == ["False", "False", "False", "True"]

    def test_is_undone_where_telegram_cannot_be_rung(self, anna: Account) -> None:
        def fail(message: Message) -> None:
            raise RuntimeError

        message = event(anna.id)
        with pytest.raises(RuntimeError):
            replace(service(), publish=fail).write(message)
        assert notices_of(anna) == []
        assert service().write(message)

    def test_ignores_other_events_and_users_who_are_gone(self, anna: Account) -> None:
        assert not service().write(event(anna.id, "subscription-ended", subscription_id="1"))
        assert not service().write(event(new_id()))

    @pytest.mark.parametrize(
        ("percent", "kind"), [(80, NoticeKind.LIMIT_NEAR), (100, NoticeKind.LIMIT_REACHED)]
    )
    def test_names_the_limit_that_is_reached(
        self, anna: Account, percent: int, kind: NoticeKind
    ) -> None:
        reached = "usage-threshold-reached"
        assert service().write(event(anna.id, reached, meter="answers", percent=percent))
        assert [one.kind for one in notices_of(anna)] == [kind]


class TestReading:
    def test_lists_unread_ones_first_over_pages(self, anna: Account) -> None:
        made = [give_notice(anna.id) for _ in range(5)]
        for place in (1, 4):
            service().mark_read(anna.principal, made[place])
        newest_unread = [made[place] for place in (3, 2, 0)]
        assert ids(anna) == [*newest_unread, made[4], made[1]]
        assert ids(anna, unread=1) == newest_unread
        assert ids(anna, sort="created_at") == made
        assert ids(anna, kind=NoticeKind.TRIAL_ENDING) == []

    def test_marks_one_once_and_all_others_at_once(self, anna: Account) -> None:
        first, _ = give_notice(anna.id), give_notice(anna.id)
        read, language = service().mark_read(anna.principal, first)
        again, _ = service().mark_read(anna.principal, first)
        assert (read.read_at, language) == (again.read_at, "en")
        assert [service().mark_all_read(anna.principal) for _ in range(2)] == [1, 0]

    def test_shows_and_changes_nothing_of_others(self, anna: Account) -> None:
        boris, notice = make_account("boris"), give_notice(anna.id)
        assert notices_of(boris) == []
        assert service().mark_all_read(boris.principal) == 0
        with pytest.raises(NoticeNotFound):
            service().mark_read(boris.principal, notice)
        assert ids(anna, unread=1) == [notice]

    def test_ends_after_half_a_year(self, anna: Account) -> None:
        give_notice(anna.id)
        assert delete_expired(datetime.now(UTC))["notices"] == 0
        assert delete_expired(datetime.now(UTC) + NOTICE_RETENTION)["notices"] == 1


class TestPreferences:
    def test_want_everything_until_they_are_changed(self, anna: Account) -> None:
        assert service().preferences(anna.principal).refused == frozenset()
        changed = service().choose(
            anna.principal, [(CREDITED, Channel.API, False), (CREDITED, Channel.TELEGRAM, False)]
        )
        assert not changed.wants(CREDITED, Channel.API)
        assert service().preferences(anna.principal) == changed
        service().choose(anna.principal, [(CREDITED, Channel.API, True)])
        left = service().preferences(anna.principal)
        assert left.refused == {(CREDITED, Channel.TELEGRAM)}

    def test_keep_a_notice_from_the_list_and_not_from_telegram(self, anna: Account) -> None:
        service().choose(anna.principal, [(CREDITED, Channel.API, False)])
        give_notice(anna.id)
        assert notices_of(anna) == []
        assert service().mark_all_read(anna.principal) == 0

    def test_keep_it_from_both(self, anna: Account) -> None:
        refused = [(CREDITED, channel, False) for channel in (Channel.API, Channel.TELEGRAM)]
        service().choose(anna.principal, refused)
        assert not service().write(event(anna.id))
        assert list(rows_of("SELECT count(*) FROM notices")) == [(0,)]

    def test_keep_an_event_from_outgoing_webhooks(self, anna: Account) -> None:
        world = WebhookWorld()
        webhook, _ = world.create(anna)
        service().choose(anna.principal, [(CREDITED, Channel.WEBHOOKS, False)])
        assert world.deliveries.prepare(event(anna.id)) == 0
        assert world.deliveries.prepare(event(anna.id, "deposit-seen", deposit_id="1")) == 1
        assert len(world.listed(anna, webhook.id)) == 1

    def test_of_one_user_are_no_one_elses(self, anna: Account) -> None:
        boris = make_account("boris")
        service().choose(anna.principal, [(CREDITED, Channel.API, False)])
        give_notice(boris.id)
        assert len(notices_of(boris)) == 1
