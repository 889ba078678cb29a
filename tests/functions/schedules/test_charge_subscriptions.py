"""The schedule charge-subscriptions, through the function itself."""

import pytest

from functions.schedules.charge_subscriptions.handler import handler as charge_subscriptions

pytestmark = pytest.mark.usefixtures("database")


class TestChargeSubscriptions:
    def test_runs_at_two_ticks_in_turn(self) -> None:
        for _ in range(2):
            charge_subscriptions({}, None)
