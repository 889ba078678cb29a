"""The age of each queue is that of the oldest undone row of its work."""

from datetime import timedelta

import pytest

from mara.auth.adapters.postgres_mails import PostgresAccountMails
from mara.auth.model.mail import AccountMail, MailKind
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import connection, transaction
from mara.queues.adapters.queue_figures import OLDEST, PostgresFigures
from mara.queues.model.known_queues import QUEUES
from mara.telegram.adapters.updates import PostgresUpdates
from mara.telegram.model.update import ClaimedUpdate
from tests.support.accounts import make_account
from tests.support.deaths import make_bot

pytestmark = pytest.mark.usefixtures("database")
MINUTE = timedelta(minutes=1)


def ages() -> dict[str, int]:
    at = now()
    with transaction(SYSTEM):
        found = PostgresFigures().read(QUEUES, at)
    return {
        name: round((at - one.oldest_at).total_seconds() / 60)
        for name, one in found.items()
        if one.oldest_at is not None
    }


def write(statement: str, *values: object) -> None:
    with transaction(SYSTEM):
        connection().execute(statement, values)


class TestAge:
    def test_is_known_of_every_queue(self) -> None:
        assert {name for name in QUEUES if f"'{name}'" in OLDEST} == set(QUEUES)

    def test_of_queues_without_work_is_none(self) -> None:
        assert ages() == {}

    def test_of_updates_is_that_of_the_oldest_which_waits(self) -> None:
        config = make_bot().config
        for number, minutes in enumerate((3, 9)):
            ids = (config.id, config.owner_id, number)
            with transaction(config.owner_id):
                PostgresUpdates().claim(
                    ClaimedUpdate(*ids, "chat:1", b"{}", now() - minutes * MINUTE)
                )
        assert ages()["handle-updates"] == 9

    def test_of_mails_ends_with_what_was_sent_or_expired(self) -> None:
        owner = make_account("anna").id
        for minutes, ends in ((9, -1), (7, 60), (4, 60)):
            at = now()
            mail = AccountMail(
                id=new_id(),
                owner_id=owner,
                kind=MailKind.PASSWORD_RESET,
                token_hash=bytes([minutes]) * 32,
                created_at=at - minutes * MINUTE,
                expires_at=at + ends * MINUTE,
            )
            with transaction(owner):
                assert PostgresAccountMails().begin(mail)
                if minutes == 4:
                    PostgresAccountMails().record_sent(mail.id, at)
        assert ages()["send-account-mail"] == 7

    def test_of_a_message_that_waits_in_the_outbox_is_that_of_its_queue(self) -> None:
        at = now()
        insert = "INSERT INTO outbox (id, queue, body, created_at) VALUES (%s, %s, '{}', %s)"
        write(insert, new_id(), "post-alerts", at - 2 * MINUTE)
        write(insert, new_id(), "event:deposit_credited", at - 5 * MINUTE)
        assert ages() == {"post-alerts": 2, "notify-owner": 5}
