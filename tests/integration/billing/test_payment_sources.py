"""What paid an invoice of overage, which was charged answer by answer, and credit notes of it."""

from uuid import UUID

import pytest

from mara.billing.model.documents import SourceKind
from mara.billing.model.invoice import Purpose
from mara.billing.model.meters import Meter
from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.kernel.principal import Principal, Role
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.wiring.credits import credit_note_service, credit_service
from mara.wiring.invoices import invoice_service
from tests.support.billing import USDT, allowances, plan_version
from tests.support.paying_user import PayingUser
from tests.support.subscriptions import add_plan, pay_in

pytestmark = pytest.mark.usefixtures("database")

ROOT = Principal(new_id(), Role.SUPERUSER)
PLAN = plan_version(
    "sources",
    price=USDT,
    allowances=allowances(answers=1),
    overage_prices={Meter.ANSWERS: USDT},
)


@pytest.fixture
def user() -> PayingUser:
    """Has paid for the plan, and may pay 10 USDT of overage in each month."""
    found = PayingUser()
    add_plan(PLAN)
    found.pay_and_subscribe(PLAN)
    with transaction(SYSTEM):
        query = "UPDATE subscriptions SET overage_limit = %s WHERE owner_id = %s"
        connection().execute(query, (10 * USDT, found.id))
    return found


def usage_invoice(user: PayingUser) -> UUID:
    """End the month, and issue the invoice of its overage."""
    pay_in(user.id, USDT)
    user.wait(days=28)
    assert user.world.close_usage_periods() == 1
    page = invoice_service().list(user.principal, PageRequest())
    return next(one.id for one in page.items if one.purpose is Purpose.USAGE)


class TestOfOverage:
    def test_are_those_of_its_answers_together(self, user: PayingUser) -> None:
        credit = credit_service().give(ROOT, user.id, 2 * USDT, "promotion")
        pay_in(user.id, 2 * USDT)
        assert user.answer(5) == 5
        found = invoice_service().get(user.principal, usage_invoice(user))
        assert found.total == 4 * USDT
        assert [(one.kind, one.amount) for one in found.sources] == [
            (SourceKind.CREDIT, 2 * USDT),
            (SourceKind.DEPOSIT, 2 * USDT),
        ]
        assert found.sources[0].reference == str(credit.id)

    def test_are_not_those_of_the_next_month(self, user: PayingUser) -> None:
        pay_in(user.id, 2 * USDT)
        assert user.answer(2) == 2
        invoice_id = usage_invoice(user)
        assert user.answer(2) == 2
        found = invoice_service().get(user.principal, invoice_id)
        assert [one.amount for one in found.sources] == [USDT]

    def test_that_come_back_by_a_credit_note_are_named_as_such(self, user: PayingUser) -> None:
        """The use of many answers has no charge of the invoice: what comes back is the note's."""
        pay_in(user.id, USDT)
        assert user.answer(2) == 2
        first = usage_invoice(user)
        credit_note_service().issue(ROOT, first, USDT, "outage")
        assert user.answer(2) == 2
        user.wait(days=31)
        assert user.world.close_usage_periods() == 1
        page = invoice_service().list(user.principal, PageRequest())
        second = next(one.id for one in page.items if one.purpose is Purpose.USAGE)
        (source,) = invoice_service().get(user.principal, second).sources
        assert (source.kind, source.amount) == (SourceKind.CREDIT_NOTE, USDT)
        assert source.reference == str(first)
