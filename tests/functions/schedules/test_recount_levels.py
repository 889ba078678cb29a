"""The schedule recount-levels, through the function itself."""

import io

import pytest

from functions.schedules.recount_levels.handler import handler as recount_levels
from mara.billing.model.meters import Meter
from mara.platform.database import transaction
from mara.wiring.metering import level_service
from tests.support.accounts import make_account

pytestmark = pytest.mark.usefixtures("database")


class TestRecountLevels:
    def test_corrects_a_level_once(self, log: io.StringIO) -> None:
        account = make_account()
        with transaction(account.id):
            level_service().take_level(account.id, Meter.AGENTS)
        for _ in range(2):
            recount_levels({}, None)
        assert log.getvalue().count('"usage_level_differs"') == 1
        assert log.getvalue().count('"differences":0') == 1
