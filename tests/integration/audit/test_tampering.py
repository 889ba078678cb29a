"""Whoever changes the audit past its triggers is found, and the row is named."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from infra.local.cli import main
from mara.audit.adapters.postgres_chain import PostgresAuditChain
from mara.audit.model.chain import AuditHead, hash_of_row
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform import s3
from mara.platform.database import transaction
from mara.platform.settings.audit import AuditSettings
from mara.wiring.audit import chain_service
from tests.support.audit import bucket_of_anchors, erase_details, record_logins

Damage = psycopg.Connection[Any]
Read = Callable[[], str]
ERASED = new_id()
SHIFT = "UPDATE audit_rows SET position = position + %s WHERE position >= %s"
COPY = """
    INSERT INTO audit_rows SELECT gen_random_uuid(), at, actor_id, action, owner_id, object_kind,
        object_id, detail_mac, %s, previous, %s FROM audit_rows WHERE position = %s
"""


@pytest.fixture(autouse=True)
def five_chained_rows(database: str) -> Iterator[None]:
    """Anchored after three rows and after five."""
    with bucket_of_anchors():
        record_logins(3, ERASED)
        chain_service().continue_chain()
        record_logins(2)
        chain_service().continue_chain()
        yield


@pytest.fixture
def verify(capsys: pytest.CaptureFixture[str]) -> Read:
    """What the command says of the tampering; empty where it finds none."""

    def run() -> str:
        status = main(["audit", "verify"])
        captured = capsys.readouterr()
        assert status == (1 if captured.err else 0)
        return captured.err

    return run


def id_at(link: Damage, position: int) -> UUID:
    found = link.execute("SELECT id FROM audit_rows WHERE position = %s", [position]).fetchall()
    row_id: UUID = found[0][0]
    return row_id


def move(link: Damage, by: int, start: int) -> None:
    """Past the unique constraint, which is checked row by row."""
    link.execute(SHIFT, [1000 + by, start])
    link.execute(SHIFT, [-1000, 1000])


def test_nothing_is_found_where_nothing_was_done(
    verify: Read, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify() == ""
    main(["audit", "verify"])
    assert "5 rows in the chain, 0 waiting, 0 erased details, 2 anchors" in capsys.readouterr().out


@pytest.mark.parametrize(
    "name", ["x", "12-zz", "000000000000003-", f"3-{'ab' * 32}", "a\nnewline", "²-00"]
)
def test_a_key_among_the_anchors_that_names_no_head_is_told(verify: Read, name: str) -> None:
    bucket = AuditSettings().audit_bucket  # type: ignore[call-arg]  # from the environment
    s3.client().put_object(Bucket=bucket, Key=f"heads/{name}", Body=b"")
    (line,) = [one for one in verify().splitlines() if one.startswith("  ")]
    assert line.startswith("  anchor ")
    assert line.endswith("names no head of the chain")


@pytest.mark.parametrize(
    "change", ["action = 'login_failed'", "actor_id = NULL", "at = at + interval '1 second'"]
)
def test_a_changed_row_is_named(past_the_rules: Damage, verify: Read, change: str) -> None:
    past_the_rules.execute(f"UPDATE audit_rows SET {change} WHERE position = 2")
    assert f"changed: position 2, row {id_at(past_the_rules, 2)}" in verify()


def test_a_changed_row_whose_hash_was_made_to_fit_is_named(
    past_the_rules: Damage, verify: Read
) -> None:
    past_the_rules.execute("""
        UPDATE audit_rows SET hash = decode(repeat('ab', 32), 'hex') WHERE position = 2
    """)
    assert f"changed: position 2, row {id_at(past_the_rules, 2)}" in verify()


def test_a_changed_detail_is_named(past_the_rules: Damage, verify: Read) -> None:
    row_id = id_at(past_the_rules, 4)
    change = "UPDATE audit_details SET content = '{}' WHERE entry_id = %s"
    past_the_rules.execute(change, [row_id])
    assert f"changed: position 4, row {row_id}: its detail" in verify()


@pytest.mark.parametrize("position", [2, 4])
def test_a_removed_detail_is_named(past_the_rules: Damage, verify: Read, position: int) -> None:
    row_id = id_at(past_the_rules, position)
    past_the_rules.execute("DELETE FROM audit_details WHERE entry_id = %s", [row_id])
    assert f"removed detail: position {position}, row {row_id}: no erasure" in verify()


def test_a_mark_of_an_erasure_that_the_audit_lacks_excuses_no_removed_detail(
    past_the_rules: Damage, verify: Read
) -> None:
    past_the_rules.execute("INSERT INTO erased_accounts VALUES (%s, now())", [ERASED])
    past_the_rules.execute("DELETE FROM audit_details WHERE owner_id = %s", [ERASED])
    assert verify().count("removed detail: ") == 3


def test_a_removed_row_is_named(past_the_rules: Damage, verify: Read) -> None:
    past_the_rules.execute("DELETE FROM audit_rows WHERE position = 3")
    assert "removed: position 3:" in verify()


def test_a_removed_row_whose_gap_was_closed_is_found_beside_it(
    past_the_rules: Damage, verify: Read
) -> None:
    past_the_rules.execute("DELETE FROM audit_rows WHERE position = 3")
    move(past_the_rules, -1, 4)
    found = verify()
    assert f"changed: position 2, row {id_at(past_the_rules, 2)}: the next row follows" in found
    assert "cut off: position 5" in found


def insert_third(link: Damage) -> UUID:
    """Between the second row and the third, as a copy of another under a new id."""
    move(link, 1, 3)
    link.execute(COPY, [3, b"x" * 32, 4])
    return id_at(link, 3)


def test_an_inserted_row_is_named(past_the_rules: Damage, verify: Read) -> None:
    inserted = insert_third(past_the_rules)
    assert verify().count("inserted: position 3, row " + str(inserted)) == 1


def test_an_inserted_row_with_a_hash_that_fits_is_named(
    past_the_rules: Damage, verify: Read
) -> None:
    inserted = insert_third(past_the_rules)
    with transaction(SYSTEM):
        before, made = PostgresAuditChain().list_links(1, 2)
    fitting = [before.hash, hash_of_row(before.hash, made.entry), inserted]
    past_the_rules.execute("UPDATE audit_rows SET previous = %s, hash = %s WHERE id = %s", fitting)
    assert verify().count("inserted: position 3, row " + str(inserted)) == 1


def test_rows_that_are_cut_off_are_named(past_the_rules: Damage, verify: Read) -> None:
    past_the_rules.execute("DELETE FROM audit_rows WHERE position >= 4")
    assert "cut off: positions 4 to 5: an anchor has them" in verify()


def test_a_chain_that_was_cut_off_and_continued_is_found(
    past_the_rules: Damage, verify: Read
) -> None:
    past_the_rules.execute("DELETE FROM audit_rows WHERE position >= 4")
    record_logins(2)
    chain_service().continue_chain()
    assert "cut off: position 5" in verify()


def test_an_anchor_of_the_log_counts_as_one_of_the_bucket(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["audit", "verify", "--head", str(AuditHead(6, b"h" * 32))]) == 1
    assert "cut off: position 6" in capsys.readouterr().err
    assert main(["audit", "verify", "--head", "six"]) == 1


def test_the_rows_of_an_erased_user_still_verify(
    verify: Read, capsys: pytest.CaptureFixture[str], rows: Damage
) -> None:
    assert erase_details(ERASED) == 3
    assert verify() == ""
    main(["audit", "verify"])
    assert "5 rows in the chain, 1 waiting, 3 erased details" in capsys.readouterr().out
    kept = "SELECT count(*) FROM audit_details WHERE owner_id = %s"
    assert rows.execute(kept, [ERASED]).fetchall() == [(0,)]
