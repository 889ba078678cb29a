"""The audit finds whatever is wrong with the books, and nothing where they are right."""

from typing import Any
from uuid import UUID

import psycopg
import pytest

from infra.local import ledger as command
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model import Cause, PlatformAccount
from mara.platform.database import transaction
from mara.wiring.ledger import audit_service, ledger_service, lot_service
from tests.support.money import in_an_hour, make_owner

pytestmark = pytest.mark.usefixtures("database")

DAMAGE = {
    "the postings of a transfer add up to zero": """
        UPDATE ledger_postings SET amount = amount + 1 WHERE account = 'revenue'
    """,
    "a transfer has all its postings": """
        DELETE FROM ledger_postings WHERE transfer_id IN
            (SELECT transfer_id FROM ledger_postings WHERE account = 'revenue')
    """,
    "a balance is the sum of its postings": "UPDATE ledger_accounts SET suspense = suspense + 1",
    "a user's entries are numbered without a gap": """
        UPDATE ledger_postings SET number = number + 1
        WHERE number = (SELECT max(number) FROM ledger_postings)
    """,
    "a running balance continues the previous one": """
        UPDATE ledger_postings SET balance = balance + 1 WHERE number = 1
    """,
    "the reserved balance is the sum of the holds": "UPDATE ledger_holds SET amount = amount + 1",
    "lots add up to what their transfer moved": "UPDATE ledger_lots SET amount = amount + 1",
    "a hold is open until a transfer ends it": "DELETE FROM ledger_holds",
}


@pytest.fixture
def owner_id(database: str) -> UUID:
    """With a hold that is open and one that was settled in part."""
    owner_id, ledger = make_owner(10), ledger_service()
    with transaction(SYSTEM):
        for key in ("open", "settled"):
            ledger.hold(owner_id, 3, Cause(key, "answer"), expires_at=in_an_hour())
        ledger.settle("settled", 1)
    lot_service().catch_up(owner_id)
    return owner_id


@pytest.mark.usefixtures("owner_id")
class TestAudit:
    def test_finds_nothing_where_all_is_right(self) -> None:
        audit = audit_service().verify()
        assert audit.differences == ()
        assert (audit.transfers, audit.postings, audit.users) == (4, 9, 1)
        assert audit.platform[PlatformAccount.CUSTODY_TRON] == -10
        assert audit.platform[PlatformAccount.REVENUE] == 1

    @pytest.mark.parametrize("rule", DAMAGE)
    def test_finds_what_breaks_a_rule(
        self, past_the_rules: psycopg.Connection[Any], rule: str
    ) -> None:
        past_the_rules.execute(DAMAGE[rule].encode())
        assert rule in {found.rule for found in audit_service().verify().differences}


@pytest.mark.usefixtures("owner_id")
class TestCommand:
    def test_says_that_all_is_right(self) -> None:
        said = command.verify()
        assert "4 transfers, 9 postings, 1 users: no differences" in said
        assert "custody:tron -0.000010" in said

    def test_fails_with_every_difference(
        self, past_the_rules: psycopg.Connection[Any], owner_id: UUID
    ) -> None:
        past_the_rules.execute(b"UPDATE ledger_accounts SET available = available - 1")
        with pytest.raises(RuntimeError, match=f"{owner_id} available: expected 6, found 5"):
            command.verify()
