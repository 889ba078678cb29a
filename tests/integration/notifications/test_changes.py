"""Changes of objects in PostgreSQL: nothing missed, nothing twice, nothing of others."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from mara.documents.adapters.postgres import PostgresDocuments
from mara.documents.model import Document, DocumentState, Progress, Stage
from mara.kernel.page import InvalidCursor
from mara.kernel.unit_of_work import SYSTEM
from mara.notifications.adapters.notices import PostgresNotices
from mara.notifications.adapters.postgres import PostgresChanges
from mara.notifications.errors import CursorExpired
from mara.notifications.model import ChangeBatch, ChangeKind
from mara.notifications.model.notices import Channel, NoticeKind, NoticePreferences
from mara.operations.adapters.postgres import delete_expired
from mara.platform.database import connection, transaction
from tests.support.accounts import Account, make_account
from tests.support.knowledge import a_document
from tests.support.notices import give_notice, service

CREDITED = NoticeKind.DEPOSIT_CREDITED
AT = datetime.now(UTC)


@pytest.fixture
def anna(database: str) -> Account:
    return make_account("anna")


def read(account: Account, after: str | None = None, limit: int = 100) -> ChangeBatch:
    with transaction(account.id):
        return PostgresChanges().read(account.id, after, limit, now=datetime.now(UTC))


def states(batch: ChangeBatch) -> list[str]:
    return [change.state for change in batch.changes]


def add(account: Account, name: str = "a.md") -> Document:
    document = replace(a_document(account.id, name), state=DocumentState.QUEUED, chunks=None)
    with transaction(account.id):
        PostgresDocuments().add(document)
    return document


@contextmanager
def writer(database: str, document_id: UUID, state: str) -> Iterator[psycopg.Connection[Any]]:
    """Another process that has changed the state of a document and has not committed yet."""
    with psycopg.connect(database) as link:
        link.execute("SELECT set_config('mara.scope', 'system', true)")
        link.execute(
            "UPDATE documents SET state = %s, failure_code = 'x', failure_detail = 'x'"
            " WHERE id = %s",
            [state, document_id],
        )
        yield link


class TestWhatIsRecorded:
    def test_every_state_of_a_document_in_order(self, anna: Account) -> None:
        document = add(anna)
        documents = PostgresDocuments()
        with transaction(SYSTEM):
            claimed = documents.claim(document.id, AT, AT)
            assert claimed is not None
        with transaction(SYSTEM):
            documents.renew(claimed, AT, Progress(Stage.EMBEDDING, 0, 9))
        with transaction(SYSTEM):
            documents.renew(claimed, AT + timedelta(1), Progress(Stage.EMBEDDING, 0, 9))
        ready = replace(
            claimed, state=DocumentState.READY, chunks=9, lease_until=None, progress=None
        )
        with transaction(SYSTEM):
            documents.save(ready)
        with transaction(SYSTEM):
            documents.save(replace(ready, deleted_at=AT))
        batch = read(anna)
        # The renewal that changed nothing but the lease is no change.
        assert states(batch) == ["queued", "processing", "processing", "ready", "deleted"]
        assert {(c.kind, c.object_id) for c in batch.changes} == {
            (ChangeKind.DOCUMENT, document.id)
        }

    def test_a_notice_that_is_made_and_read(self, anna: Account) -> None:
        notice_id = give_notice(anna.id)
        for _ in range(2):
            service().mark_read(anna.principal, notice_id)
        batch = read(anna)
        assert states(batch) == ["unread", "read"]
        assert {(c.kind, c.object_id) for c in batch.changes} == {
            (ChangeKind.NOTIFICATION, notice_id)
        }

    def test_no_notice_that_lists_do_not_show(self, anna: Account) -> None:
        refused = NoticePreferences(frozenset({(CREDITED, Channel.API)}))
        with transaction(anna.id):
            PostgresNotices().save_preferences(anna.id, refused)
        give_notice(anna.id)
        assert states(read(anna)) == []

    def test_nothing_of_a_transaction_that_was_rolled_back(self, anna: Account) -> None:
        with pytest.raises(RuntimeError), transaction(anna.id):
            PostgresDocuments().add(a_document(anna.id, "a.md"))
            raise RuntimeError("no")
        assert states(read(anna)) == []

    def test_nothing_for_others(self, anna: Account) -> None:
        add(anna)
        boris = make_account("boris")
        assert states(read(boris)) == []
        with transaction(boris.id):  # nor by a mistake of the code: row-level security
            found = connection().execute("SELECT count(*) FROM changes").fetchone()
        assert found == (0,)


class TestCursor:
    def test_leads_to_what_came_after_it_and_to_nothing_twice(self, anna: Account) -> None:
        add(anna, "a.md")
        first = read(anna)
        assert len(first.changes) == 1
        assert states(read(anna, first.cursor)) == []
        add(anna, "b.md")
        second = read(anna, first.cursor)
        assert len(second.changes) == 1
        assert states(read(anna, second.cursor)) == []

    def test_does_not_skip_a_transaction_that_is_committed_late(
        self, anna: Account, database: str
    ) -> None:
        """Its rows have lower numbers than those that a reader has seen already."""
        slow, quick = add(anna, "slow.md"), add(anna, "quick.md")
        start = read(anna).cursor
        with writer(database, slow.id, "failed") as link:
            with writer(database, quick.id, "failed") as other:
                other.commit()
            before = read(anna, start)
            assert [change.object_id for change in before.changes] == [quick.id]
            link.commit()
        after = read(anna, before.cursor)
        assert [change.object_id for change in after.changes] == [slow.id]
        assert states(read(anna, after.cursor)) == []

    def test_waits_for_no_transaction_of_others(self, anna: Account, database: str) -> None:
        held, other = add(anna, "held.md"), add(anna, "other.md")
        start = read(anna).cursor
        with writer(database, held.id, "failed"):
            with writer(database, other.id, "failed") as link:
                link.commit()
            assert len(read(anna, start).changes) == 1

    @pytest.mark.parametrize("limit", [1, 2, 3, 7])
    def test_of_pages_leads_through_all_though_more_comes(
        self, anna: Account, database: str, limit: int
    ) -> None:
        documents = [add(anna, f"{n}.md") for n in range(7)]
        with ExitStack() as late:
            link = late.enter_context(writer(database, documents[0].id, "failed"))
            seen: list[str] = []
            batch = read(anna, None, limit)
            seen += states(batch)
            link.commit()
            while batch.more or batch.changes:
                batch = read(anna, batch.cursor, limit)
                assert len(batch.changes) <= limit
                seen += states(batch)
        assert seen == ["queued"] * 7 + ["failed"]

    def test_that_is_forged_is_refused(self, anna: Account) -> None:
        with pytest.raises(InvalidCursor):
            read(anna, "AAAA")

    def test_from_before_what_is_kept_is_refused(self, anna: Account) -> None:
        cursor = read(anna).cursor
        later = datetime.now(UTC) + timedelta(hours=25)
        with transaction(anna.id), pytest.raises(CursorExpired):
            PostgresChanges().read(anna.id, cursor, 10, now=later)


def test_changes_are_deleted_after_a_day(anna: Account) -> None:
    add(anna)
    now = datetime.now(UTC)
    assert delete_expired(now + timedelta(hours=23))["changes"] == 0
    assert delete_expired(now + timedelta(hours=25))["changes"] == 1
    assert states(read(anna)) == []
