"""Outgoing messages: their parts, their tries and their buttons."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mara.kernel.ids import new_id
from mara.telegram.messages import MessagesWait
from mara.telegram.model.formatted_text import FormattedText
from mara.telegram.model.outgoing import (
    RETRY_WAITS,
    Button,
    OutgoingFile,
    OutgoingMessage,
    OutgoingState,
    Priority,
)
from mara.telegram.service.outgoing_queue import OutgoingQueue
from tests.support.bots import NOON
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.outgoing import FakeOutgoingMessages
from tests.support.outgoing import make_message


def message(*texts: str) -> OutgoingMessage:
    return make_message(new_id(), new_id(), -1, *texts)


class TestButton:
    @pytest.mark.parametrize(("data", "url"), [(None, None), ("a", "https://a"), ("й" * 33, None)])
    def test_has_data_that_telegram_takes_or_an_address(
        self, data: str | None, url: str | None
    ) -> None:
        with pytest.raises(ValueError, match="button"):
            Button("Helped", data, url)

    def test_may_have_64_bytes(self) -> None:
        assert Button("Helped", "й" * 32).data


class TestOutgoingMessage:
    def test_is_sent_with_its_last_piece(self) -> None:
        whole = replace(message("one", "two"), file=OutgoingFile("section.txt", b"x"))
        for telegram_id in (7, 8, 9):
            assert whole.waits
            whole = whole.begun().sent_part(telegram_id)
        assert (whole.state, whole.telegram_ids) == (OutgoingState.SENT, (7, 8, 9))

    def test_goes_before_all_others_once_a_part_is_sent(self) -> None:
        digest = replace(message("one", "two"), priority=Priority.DIGEST)
        alert = replace(message(), priority=Priority.ALERT)
        assert digest.begun().rank > alert.rank > digest.begun().sent_part(7).rank

    def test_fails_after_the_last_try(self) -> None:
        tried, waits = message(), list[timedelta]()
        while tried.waits:
            tried = tried.begun().failed_once("HTTP 502", NOON)
            waits.append(tried.due_at - NOON)
        assert tuple(waits[:-1]) == RETRY_WAITS
        assert tried.reason == "HTTP 502"

    def test_counts_the_tries_of_each_part(self) -> None:
        tried = message("one", "two").begun().failed_once("HTTP 502", NOON).begun()
        assert tried.attempts == 2
        assert tried.sent_part(7).attempts == 0

    def test_counts_no_try_that_telegram_postponed(self) -> None:
        tried = message().begun()
        assert tried.postponed().attempts == 0

    def test_shows_something(self) -> None:
        with pytest.raises(ValueError, match="parts"):
            replace(message(), parts=())
        with pytest.raises(ValueError, match="parts"):
            replace(message(), parts=(FormattedText(),))
        with pytest.raises(ValueError, match="one part"):
            replace(message("one", "two"), edits=new_id())

    def test_is_not_shown_in_logs(self) -> None:
        file = OutgoingFile("section.txt", b"the secret")
        assert "secret" not in repr(replace(message("the secret"), file=file))


class TestOutgoingQueue:
    def test_rings_once_for_each_bot_in_the_callers_transaction(self) -> None:
        database = FakeDatabase()
        queue = OutgoingQueue(FakeOutgoingMessages(database), database.publish)
        first, other = message(), message()
        second = replace(first, id=new_id())
        with database.unit_of_work():
            queue.queue_messages([first, other, second])
        assert list(database.committed.outgoing_messages.values()) == [first, other, second]
        assert database.committed.messages == [
            MessagesWait(config_id=one.config_id, owner_id=one.owner_id) for one in (first, other)
        ]
        with pytest.raises(ValueError, match="undone"), database.unit_of_work():
            queue.queue_messages([message()])
            raise ValueError("undone")
        assert database.published(MessagesWait) == 2
