"""The consumer of ``send-account-mail``."""

from collections.abc import Iterator

import pytest

from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.wiring.account_recovery import password_reset_service
from tests.support.accounts import make_account
from tests.support.mails import Mailbox, dead_letters, mailbox

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def mails(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with mailbox(monkeypatch) as found:
        yield found


def test_sends_one_mail_for_a_message_that_is_delivered_twice(mails: Mailbox) -> None:
    make_account("anna")
    password_reset_service().request("anna@example.com")
    assert mails.deliver(times=2) == []
    assert len(mails.texts) == 1
    with transaction(SYSTEM):
        rows = connection().execute("SELECT sent_at IS NOT NULL FROM account_mails").fetchall()
    assert rows == [(True,)]


def test_is_retried_while_the_mail_service_refuses(
    mails: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_account("anna")
    monkeypatch.setenv("MARA_MAIL_FROM", "unverified@example.org")
    password_reset_service().request("anna@example.com")
    assert len(mails.deliver()) == 1
    assert (mails.texts, dead_letters()) == ([], [])


def test_is_a_dead_letter_with_its_reason_where_no_sender_is_configured(
    mails: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_account("anna")
    monkeypatch.setenv("MARA_MAIL_FROM", "")
    password_reset_service().request("anna@example.com")
    assert mails.deliver() == []
    (letter,) = dead_letters()
    assert letter["reason"] == "NoMailSender"
