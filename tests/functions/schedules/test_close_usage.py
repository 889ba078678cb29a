"""The schedule close-usage, through the function itself."""

import io
from datetime import timedelta

import pytest

from functions.schedules.close_usage.handler import handler as close_usage
from mara.billing.model.meters import Meter
from mara.billing.model.usage_request import UsageRequest
from mara.kernel.principal import Principal, Role
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.wiring.metering import metering, usage_overview_service
from tests.support.accounts import make_account
from tests.support.billing import USDT, allowances, plan_version
from tests.support.subscriptions import invoices_of, pay_in, subscribe_now

pytestmark = pytest.mark.usefixtures("database")


class TestCloseUsage:
    def test_gives_back_what_was_reserved_for_too_long(self, log: io.StringIO) -> None:
        caller = make_account().principal
        request = UsageRequest(
            caller.user_id, {Meter.ANSWERS: 1}, "a", "answer a", timedelta(seconds=-1)
        )
        metering().reserve(request)
        for _ in range(2):
            close_usage({}, None)
        answers = usage_overview_service().get(caller).meters[0]
        assert (answers.used, answers.reserved) == (0, 0)
        assert '"expired":1' in log.getvalue()

    def test_invoices_overage_once_at_the_end_of_the_usage_period(self) -> None:
        caller = _subscriber_with_overage()
        before = invoices_of(caller.user_id)
        close_usage({}, None)
        assert invoices_of(caller.user_id) == before
        with transaction(SYSTEM):
            connection().execute(
                """UPDATE usage_counters
                SET period_start = now() - interval '1 hour', period_end = now()"""
            )
        for _ in range(2):
            close_usage({}, None)
        ((status, number, total),) = [
            one for one in invoices_of(caller.user_id) if one not in before
        ]
        assert (status, total) == ("paid", 20_000)
        assert number


def _subscriber_with_overage() -> Principal:
    caller = Principal(make_account().id, Role.USER)
    pay_in(caller.user_id, 11 * USDT)
    version = plan_version(
        "overage", allowances=allowances(answers=0), overage_prices={Meter.ANSWERS: 20_000}
    )
    subscribe_now(caller.user_id, version, overage_limit=USDT)
    metering().reserve(UsageRequest(caller.user_id, {Meter.ANSWERS: 1}, "a", "answer a"))
    with transaction(caller.user_id):
        metering().settle(caller.user_id, "a", {Meter.ANSWERS: 1})
    return caller
