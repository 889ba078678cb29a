"""A noted restore is told apart from rows that were cut off, and excuses nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from infra.local.cli import main
from mara.audit.adapters.postgres import PostgresAuditLog
from mara.audit.adapters.s3 import S3Anchors
from mara.audit.errors import AnchorsUnavailable
from mara.audit.model.chain import AnchoredHeads, AuditHead
from mara.audit.model.deed import AuditAction, Deed
from mara.audit.model.restore import RestoreNote
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform import s3
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.wiring.audit import audit_log, chain_service, restore_service
from tests.support.audit import bucket_of_anchors, record_logins

Rows = psycopg.Connection[Any]
Read = Callable[[], tuple[int, str]]
BACKUP = "the backup of Sunday"
NOTE = RestoreNote(new_id(), now(), BACKUP, AuditHead(), ())
NO_TEXT = NOTE.dump().replace(b'"the ', b'1, "a": "')
"""A note whose source is a number."""


@pytest.fixture(autouse=True)
def anchors(database: str) -> Iterator[S3Anchors]:
    """A chain of three rows, then of five, each anchored."""
    with bucket_of_anchors() as bucket:
        chain_more(3)
        chain_more(2)
        yield S3Anchors(bucket)


@pytest.fixture
def verify(capsys: pytest.CaptureFixture[str]) -> Read:
    def run() -> tuple[int, str]:
        status = main(["audit", "verify"])
        captured = capsys.readouterr()
        return status, captured.err or captured.out

    return run


def chain_more(number: int) -> None:
    record_logins(number)
    chain_service().continue_chain()


def cut_after(rows: Rows, position: int) -> None:
    """Leave the table as it was when the chain ended there."""
    rows.execute("SET session_replication_role = replica")
    rows.execute(
        "DELETE FROM audit_details WHERE entry_id IN"
        " (SELECT id FROM audit_rows WHERE position IS NULL OR position > %s)",
        [position],
    )
    rows.execute("DELETE FROM audit_rows WHERE position IS NULL OR position > %s", [position])


def put_back(rows: Rows, position: int) -> RestoreNote:
    cut_after(rows, position)
    return restore_service().note(BACKUP)


def test_is_no_cut_and_is_named_at_each_verification(rows: Rows, verify: Read) -> None:
    cut_after(rows, 3)
    assert verify()[0] == 1
    main(["audit", "note-restore", "--of", BACKUP])
    chain_more(1)
    status, said = verify()
    assert status == 0
    assert f"{BACKUP}: positions 4 to 5 of the chain before it were given up" in said
    assert "5 rows in the chain" in said  # three, the restore itself, and one more


def test_excuses_no_cut_of_rows_that_came_after_it(rows: Rows, verify: Read) -> None:
    put_back(rows, 3)
    chain_more(1)
    cut_after(rows, 4)
    status, said = verify()
    assert status == 1
    assert "cut off: position 5" in said
    assert BACKUP in said


def test_excuses_no_cut_down_to_the_rows_that_it_kept(rows: Rows, verify: Read) -> None:
    """The rows that are missing have the positions of those that were given up."""
    put_back(rows, 3)
    cut_after(rows, 3)
    assert verify()[0] == 1


def test_excuses_no_change_of_rows_that_it_kept(rows: Rows, verify: Read) -> None:
    put_back(rows, 3)
    rows.execute("UPDATE audit_rows SET actor_id = gen_random_uuid() WHERE position = 2")
    status, said = verify()
    assert status == 1
    assert "changed: position 2" in said


def test_may_follow_another_that_had_kept_more(rows: Rows, verify: Read) -> None:
    chain_more(1)
    put_back(rows, 5)
    put_back(rows, 3)
    chain_more(4)
    status, said = verify()
    assert status == 0, said
    assert said.count(BACKUP) == 2


def test_gives_up_no_anchor_of_rows_that_waited_for_the_chain(
    rows: Rows, anchors: S3Anchors, verify: Read
) -> None:
    """They are chained again in the same order."""
    rows.execute("SET session_replication_role = replica")
    chained = "UPDATE audit_rows SET position = NULL, previous = NULL, hash = NULL"
    rows.execute(f"{chained} WHERE position > 3")
    note = restore_service().note(BACKUP)
    assert (note.head.position, note.given_up) == (3, ())
    assert max(anchors.list()).position == 6
    assert verify()[0] == 0


def test_that_was_forged_hides_no_place_of_a_true_difference(
    rows: Rows, anchors: S3Anchors, verify: Read
) -> None:
    """Its head is no anchor: rows 1 to 3 are as they were."""
    forged = RestoreNote(new_id(), now(), BACKUP, AuditHead(2, bytes(32)), ())
    anchors.write_note(forged)
    assert "changed: " not in verify()[1]
    cut_after(rows, 3)
    record_logins(2)
    chain_service().chain_waiting()
    status, said = verify()
    assert status == 1
    assert "changed: position 5" in said
    assert "changed: position 2" not in said


def test_hides_no_other_version_of_its_note(anchors: S3Anchors) -> None:
    note = restore_service().note(BACKUP)
    anchors.write_note(replace(note, source="another"))  # the same key
    assert sorted(one.note.source for one in anchors.list_notes() if one.note) == [
        "another",
        BACKUP,
    ]


def test_is_recorded_as_a_deed(rows: Rows) -> None:
    note = put_back(rows, 3)
    found = rows.execute(
        "SELECT position, object_id, content->>'source' FROM audit_rows"
        " JOIN audit_details ON entry_id = id WHERE action = 'restored'"
    ).fetchall()
    assert found == [(4, note.id, BACKUP)]


def test_is_finished_by_a_second_call_where_the_bucket_failed(
    rows: Rows, monkeypatch: pytest.MonkeyPatch, verify: Read
) -> None:
    """The first call chained its row, and the schedule anchors that row meanwhile."""
    cut_after(rows, 3)
    begin_and_fail(monkeypatch, S3Anchors, "write_note")
    chain_more(2)
    said = verify()[1]
    assert "a restore was begun, and no accepted note finishes it" in said
    assert "unconfirmed: position 4" in said
    note = restore_service().note("in other words")
    assert (note.source, note.head.position) == (BACKUP, 3)
    assert [head.position for head in note.given_up] == [5]
    status, said = verify()
    assert status == 0, said
    assert "6 rows in the chain" in said  # the second call added no row
    assert put_back(rows, 6).head.position == 6  # another restore: the first has its note


def test_is_finished_by_a_second_call_where_its_row_is_missing(
    rows: Rows, monkeypatch: pytest.MonkeyPatch, verify: Read
) -> None:
    cut_after(rows, 3)
    begin_and_fail(monkeypatch, PostgresAuditLog, "record")
    chain_more(3)
    assert "a restore was begun, and no accepted note finishes it" in verify()[1]
    note = restore_service().note(BACKUP)
    assert (note.head.position, [head.position for head in note.given_up]) == (3, [5])
    status, said = verify()
    assert status == 0, said


def test_leaves_nothing_where_its_intent_is_not_stored(
    rows: Rows, monkeypatch: pytest.MonkeyPatch, verify: Read
) -> None:
    begin_and_fail(monkeypatch, S3Anchors, "write_intent")
    assert rows.execute("SELECT 1 FROM audit_rows WHERE action = 'restored'").fetchall() == []
    assert verify()[0] == 0


def date_anchors(
    monkeypatch: pytest.MonkeyPatch, dated: Callable[[AuditHead, datetime], datetime]
) -> None:
    """Let S3 tell another time for when each head was written first."""
    find_all = S3Anchors.find_all

    def found(self: S3Anchors) -> AnchoredHeads:
        kept = find_all(self)
        return replace(kept, times={head: dated(head, at) for head, at in kept.times.items()})

    monkeypatch.setattr(S3Anchors, "find_all", found)


def test_that_was_not_finished_gives_up_nothing_that_came_after_it(
    rows: Rows, monkeypatch: pytest.MonkeyPatch, verify: Read
) -> None:
    """Who rewrites these rows cannot have the second call excuse them."""
    cut_after(rows, 3)
    begin_and_fail(monkeypatch, S3Anchors, "write_note")
    later = datetime.now(UTC) + timedelta(minutes=1)
    chain_more(3)
    date_anchors(monkeypatch, lambda head, at: later if head.position > 5 else at)
    cut_after(rows, 3)
    note = restore_service().note(BACKUP)
    assert [head.position for head in note.given_up] == [5]
    status, said = verify()
    assert status == 1
    assert "cut off: positions 5 to 7" in said


def test_that_was_not_finished_is_not_finished_on_another_chain(
    rows: Rows, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], verify: Read
) -> None:
    cut_after(rows, 4)
    begin_and_fail(monkeypatch, S3Anchors, "write_note")
    cut_after(rows, 3)
    assert main(["audit", "note-restore", "--of", BACKUP]) == 1
    assert "The chain lacks the head 4:" in capsys.readouterr().err
    assert main(["audit", "note-restore", "--of", BACKUP, "--another"]) == 0
    assert "positions 4 to 5 of the chain" in capsys.readouterr().out
    status, said = verify()
    assert status == 0, said


def test_takes_its_head_from_no_row(rows: Rows, verify: Read) -> None:
    """After a true restore the chain is rewritten, with a row that says that nothing was kept."""
    cut_after(rows, 0)
    record_logins(3)
    chain_service().chain_waiting()
    record_restored({"source": BACKUP, "head": str(AuditHead())})
    note = restore_service().note(BACKUP)
    assert (note.head.position, [head.position for head in note.given_up]) == (3, [5])
    status, said = verify()
    assert status == 1
    assert "cut off: position 3" in said  # the anchor names another row than the note
    assert "unconfirmed: position 4" in said


@pytest.mark.parametrize("detail", [{}, {"source": BACKUP}, {"head": 3}, {"head": "x"}, ["head"]])
def test_is_noted_beside_a_row_that_no_note_has(rows: Rows, verify: Read, detail: Any) -> None:
    cut_after(rows, 3)
    record_restored(detail)
    chain_service().chain_waiting()
    assert restore_service().note(BACKUP).head.position == 4
    status, said = verify()
    assert status == 1
    assert "unconfirmed: position 4" in said
    assert "no accepted note has this restore" in said
    assert "note restores/" not in said


def test_confirms_no_second_row_with_its_id(rows: Rows, verify: Read) -> None:
    note = put_back(rows, 3)
    record_restored({"head": str(AuditHead())}, note.id)
    chain_more(1)
    status, said = verify()
    assert status == 1
    assert "unconfirmed: position 5" in said
    assert "cut off" not in said


@pytest.mark.parametrize(
    ("head", "reason"),
    [(None, "it has no intent"), (AuditHead(), "its intent says something else")],
)
def test_excuses_nothing_without_its_intent(
    anchors: S3Anchors, verify: Read, head: AuditHead | None, reason: str
) -> None:
    """Its row and its times are right."""
    kept, _ = chain_service().chain_waiting()
    note = RestoreNote(new_id(), now(), BACKUP, kept, ())
    if head:
        anchors.write_intent(replace(note.intent, head=head))
    record_restored({"head": str(kept)}, note.id)
    chain_service().chain_waiting()
    anchors.write_note(note)
    status, said = verify()
    assert status == 1
    assert f"{note.id}.json: {reason}" in said


def test_keeps_the_head_of_its_first_intent(
    rows: Rows, anchors: S3Anchors, monkeypatch: pytest.MonkeyPatch, verify: Read
) -> None:
    cut_after(rows, 3)
    begin_and_fail(monkeypatch, S3Anchors, "write_note")
    (begun,) = [one.intent for one in anchors.list_notes() if one.intent]
    anchors.write_intent(replace(begun, head=AuditHead()))
    assert restore_service().note(BACKUP).head.position == 3
    status, said = verify()
    assert status == 1
    assert f"{begun.id}.intent.json: an earlier intent has the same id" in said


def test_is_named_in_one_line(rows: Rows, verify: Read) -> None:
    restore_service().note("Sunday\nno differences\x1b[2J \u202e, воскресенье")
    status, said = verify()
    assert status == 0
    assert r"Sunday\nno differences\x1b[2J \u202e, воскресенье: no anchored row" in said


def test_that_no_row_of_the_chain_confirms_hides_no_other_chain(
    rows: Rows, anchors: S3Anchors, verify: Read
) -> None:
    anchored = tuple(anchors.list())
    cut_after(rows, 0)
    record_logins(5)
    head, _ = chain_service().chain_waiting()
    for kept, given_up in ((head, anchored), (AuditHead(), anchored)):
        note = RestoreNote(new_id(), now(), "a routine test", kept, given_up)
        anchors.write_note(note)
        status, said = verify()
        assert status == 1
        assert "the chain up to it is not the one that was anchored" in said
        assert f"{note.id}.json: " in said
    assert "it gives up rows that it says it kept, up to position 5" in said
    assert "the chain has no row of this restore" in said


def test_excuses_nothing_where_its_row_names_another_head(
    rows: Rows, anchors: S3Anchors, verify: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_after(rows, 3)
    begin_and_fail(monkeypatch, S3Anchors, "write_note")
    (row,) = rows.execute("SELECT object_id FROM audit_rows WHERE action = 'restored'").fetchall()
    anchors.write_note(RestoreNote(row[0], now(), BACKUP, AuditHead(), tuple(anchors.list())))
    status, said = verify()
    assert status == 1
    assert "its row, at position 4, names another head" in said
    assert "cut off: position 5" in said


def test_excuses_no_anchor_that_is_written_after_it(
    rows: Rows, verify: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_back(rows, 3)
    later = datetime.now(UTC) + timedelta(minutes=1)
    date_anchors(monkeypatch, lambda head, at: later if head.position == 5 else at)
    status, said = verify()
    assert status == 1
    assert "it gives up the anchor 5, which was written after it" in said


def test_excuses_nothing_more_by_another_version_of_its_note(
    rows: Rows, anchors: S3Anchors, verify: Read
) -> None:
    note = put_back(rows, 3)
    chain_more(1)
    anchors.write_note(note)  # a request that was repeated
    assert verify()[0] == 0
    cut_after(rows, 4)
    anchors.write_note(replace(note, given_up=tuple(anchors.list()[-2:])))
    status, said = verify()
    assert status == 1
    assert "an earlier note has the same row" in said
    assert "cut off: position 5" in said


@pytest.mark.parametrize(
    "content",
    [b"", b"[1]", b'{"id": 1}', bytes([255]), b"{}", b"[" * 100_000, NO_TEXT],
    ids=["empty", "list", "number", "no-text", "no-fields", "deep", "source"],
)
def test_is_noted_and_verified_beside_what_is_no_note(
    rows: Rows, anchors: S3Anchors, verify: Read, content: bytes
) -> None:
    s3.client().put_object(Bucket=anchors.bucket, Key="restores/", Body=content)
    put_back(rows, 3)
    status, said = verify()
    assert status == 1
    assert "note restores/: it is no note of a restore" in said
    assert f"{BACKUP}: positions 4 to 5 of the chain before it were given up (1 anchor)" in said
    assert "cut off" not in said


def record_restored(detail: Any, restore_id: UUID | None = None) -> None:
    """As who administers the database can."""
    deed = Deed(AuditAction.RESTORED, None, None, "restore", restore_id or new_id(), detail)
    with transaction(SYSTEM):
        audit_log().record(deed)


def begin_and_fail(monkeypatch: pytest.MonkeyPatch, part: type, step: str) -> None:
    """A call that ends at one of its steps."""
    with monkeypatch.context() as at, pytest.raises(AnchorsUnavailable):
        at.setattr(part, step, fail)
        restore_service().note(BACKUP)


def fail(*_: object) -> None:
    raise AnchorsUnavailable("Try again in a few seconds.")
