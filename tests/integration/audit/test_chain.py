"""The chain: rows enter it once, in its own order, and its head is anchored outside."""

from typing import Any

import boto3
import psycopg
import pytest

from functions.schedules.chain_audit.handler import handler as chain_audit
from mara.audit.adapters import postgres
from mara.audit.adapters.postgres import PostgresAuditLog
from mara.audit.adapters.postgres_chain import PostgresAuditChain
from mara.audit.adapters.s3 import S3Anchors
from mara.audit.errors import AnchorsUnavailable
from mara.audit.model.chain import AuditHead
from mara.audit.service import chain as service
from mara.audit.service.chain import ChainService, ChainVerificationService
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import connection as platform_connection
from mara.platform.database import transaction
from mara.wiring.audit import audit_log
from tests.support.audit import FakeAnchors, bucket_of_anchors, login_of, record_logins
from tests.support.parallel import outcomes

pytestmark = pytest.mark.usefixtures("database")

Rows = psycopg.Connection[Any]


class Unreachable(FakeAnchors):
    def write(self, head: AuditHead) -> None:
        raise AnchorsUnavailable("Try again in a few seconds.")


@pytest.fixture
def anchors() -> FakeAnchors:
    return FakeAnchors()


def chain(anchors: FakeAnchors) -> dict[str, object]:
    return ChainService(PostgresAuditChain(), anchors, transaction).continue_chain()


def findings(anchors: FakeAnchors) -> list[object]:
    verification = ChainVerificationService(PostgresAuditChain(), anchors, transaction)
    return list(verification.verify().tamperings)


def positions(rows: Rows) -> list[int]:
    found = rows.execute("SELECT position FROM audit_rows ORDER BY position").fetchall()
    return [position for (position,) in found]


def test_continues_over_runs_and_batches(
    anchors: FakeAnchors, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    record_logins(5)
    assert chain(anchors)["chained"] == 5
    record_logins(2)
    assert chain(anchors)["chained"] == 2
    assert chain(anchors)["chained"] == 0
    assert positions(rows) == [1, 2, 3, 4, 5, 6, 7]
    assert [head.position for head in anchors.list()] == [5, 7]
    assert findings(anchors) == []


def test_takes_a_row_that_is_committed_late_with_a_smaller_id_once(
    anchors: FakeAnchors, rows: Rows, database: str
) -> None:
    early = new_id()
    record_logins(2)
    chain(anchors)
    with transaction(SYSTEM):
        PostgresAuditLog(now, lambda: early).record(login_of(new_id()))
    assert [chain(anchors)["chained"] for _ in range(2)] == [1, 0]
    found = rows.execute("SELECT position FROM audit_rows WHERE id = %s", [early]).fetchall()
    assert found == [(3,)]
    assert findings(anchors) == []


def test_runs_side_by_side_chain_each_row_once(rows: Rows) -> None:
    record_logins(40)
    found = outcomes(lambda _: str(chain(FakeAnchors())["chained"]), range(4))
    assert sum(map(int, found)) == 40
    assert positions(rows) == list(range(1, 41))
    assert findings(FakeAnchors()) == []


def test_a_head_that_could_not_be_written_is_written_by_the_next_run(anchors: FakeAnchors) -> None:
    record_logins(1)
    with pytest.raises(AnchorsUnavailable):
        chain(Unreachable())
    assert chain(anchors)["chained"] == 0
    assert [head.position for head in anchors.list()] == [1]


def test_the_schedule_writes_the_head_to_the_bucket_and_to_its_outcome() -> None:
    with bucket_of_anchors() as bucket:
        record_logins(3)
        result = [chain_audit({}, None)["result"] for _ in range(2)]
        (anchored,) = S3Anchors(bucket).list()
        assert result == [{"chained": chained, "head": str(anchored)} for chained in (3, 0)]
        versions = boto3.client("s3").list_object_versions(Bucket=bucket)["Versions"]
        assert (anchored.position, len(versions)) == (3, 1)


@pytest.mark.parametrize("stored", ["fake", "s3"])
def test_anchors_are_written_once_and_listed_in_order(stored: str) -> None:
    with bucket_of_anchors() as bucket:
        anchors = FakeAnchors() if stored == "fake" else S3Anchors(bucket)
        heads = [AuditHead(9, b"a" * 32), AuditHead(10, b"b" * 32)]
        for head in [*heads, *reversed(heads)]:
            anchors.write(head)
        assert anchors.list() == heads


def test_an_anchor_that_a_delete_marker_hides_is_still_listed() -> None:
    with bucket_of_anchors() as bucket:
        S3Anchors(bucket).write(AuditHead(7, b"h" * 32))
        key = boto3.client("s3").list_objects_v2(Bucket=bucket)["Contents"][0]["Key"]
        boto3.client("s3").delete_object(Bucket=bucket, Key=key)
        assert S3Anchors(bucket).list() == [AuditHead(7, b"h" * 32)]


def test_fifty_logins_at_once_do_not_wait_for_each_other(
    database: str, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All fifty transactions have recorded before any of them commits; so has the chain run."""
    held = [psycopg.connect(database) for _ in range(50)]
    for link in held:
        link.execute("SET LOCAL mara.scope = 'system'; SET LOCAL lock_timeout = '2s'")
        monkeypatch.setattr(postgres, "connection", lambda link=link: link)
        audit_log().record(login_of(new_id()))
    monkeypatch.setattr(postgres, "connection", platform_connection)
    try:
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        assert rows.execute(waiting).fetchall() == [(0,)]
        assert chain(FakeAnchors())["chained"] == 0
        for link in held:
            link.commit()
        assert chain(FakeAnchors())["chained"] == 50
    finally:
        for link in held:
            link.close()
