"""PostgreSQL refuses what would change the audit, to the application and to the tables' owner."""

from typing import Any

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from mara.audit.model.deed import AuditAction, Deed
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.wiring.audit import audit_log
from tests.support.audit import erase_details, record_logins

pytestmark = pytest.mark.usefixtures("database")

CHAIN = "UPDATE audit_rows SET position = 1, previous = '\\x00', hash = '\\x01'"
INSERT_CHAINED = """
    INSERT INTO audit_rows (id, at, action, position, previous, hash)
    VALUES (gen_random_uuid(), now(), 'login', 9, '\\x00', '\\x01')
"""
FOR_THE_APPLICATION = [
    "DELETE FROM audit_details",
    "DELETE FROM audit_rows",
    "TRUNCATE audit_rows",
    "UPDATE audit_rows SET action = 'login_failed'",
    "UPDATE audit_rows SET at = at + interval '1 day'",
    "UPDATE audit_details SET content = '{}'",
    "TRUNCATE audit_details",
    INSERT_CHAINED,
]
FOR_THE_OWNER = [
    "DELETE FROM audit_details",
    "DELETE FROM audit_rows",
    "TRUNCATE audit_rows, audit_details",
    "UPDATE audit_rows SET position = position + 1",
    "UPDATE audit_details SET content = '{}'",
    INSERT_CHAINED,
]


def record() -> None:
    owner_id = new_id()
    with transaction(SYSTEM):
        audit_log().record(Deed(AuditAction.LOGIN, owner_id, owner_id, detail={"network": "n"}))


@pytest.mark.parametrize("statement", FOR_THE_APPLICATION)
def test_the_application_cannot(statement: str) -> None:
    record()
    with pytest.raises(InsufficientPrivilege), transaction(SYSTEM):
        connection().execute(statement)


@pytest.mark.parametrize("statement", FOR_THE_OWNER)
def test_the_owner_of_the_tables_cannot(statement: str, as_owner: psycopg.Connection[Any]) -> None:
    record()
    as_owner.execute("SET mara.scope = 'system'")
    as_owner.execute(CHAIN)
    with pytest.raises(InsufficientPrivilege):
        as_owner.execute(statement)


def test_details_go_with_an_erased_account_and_no_other() -> None:
    anna, boris = new_id(), new_id()
    record_logins(2, anna)
    record_logins(1, boris)
    assert erase_details(anna) == 2
    with pytest.raises(InsufficientPrivilege), transaction(SYSTEM):
        connection().execute("DELETE FROM audit_details WHERE owner_id = %s", [boris])


def test_the_detail_of_a_deed_on_no_account_stays() -> None:
    with transaction(SYSTEM):
        audit_log().record(Deed(AuditAction.SCHEDULE_RUN, None, None, detail={"name": "n"}))
    with pytest.raises(InsufficientPrivilege), transaction(SYSTEM):
        connection().execute("DELETE FROM audit_details")


def test_a_row_enters_the_chain_once() -> None:
    record()
    with transaction(SYSTEM):
        connection().execute(CHAIN)
    with pytest.raises(InsufficientPrivilege), transaction(SYSTEM):
        connection().execute(CHAIN)


def test_the_scope_of_a_user_adds_nothing_to_the_chain() -> None:
    owner_id = new_id()
    with transaction(owner_id):
        audit_log().record(Deed(AuditAction.API_KEY_CREATED, owner_id, owner_id))
    with pytest.raises(InsufficientPrivilege), transaction(owner_id):
        connection().execute(CHAIN)


def test_the_scope_of_a_user_records_no_deed_on_another() -> None:
    with pytest.raises(InsufficientPrivilege), transaction(new_id()):
        audit_log().record(Deed(AuditAction.LOGIN, None, new_id()))
