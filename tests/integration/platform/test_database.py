"""Units of work against the real PostgreSQL."""

import pytest

from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction

pytestmark = pytest.mark.usefixtures("database")


class TestTransaction:
    def test_sets_the_scope_for_its_own_duration(self) -> None:
        user_id = new_id()
        with transaction(user_id):
            row = connection().execute("SELECT mara_scope_owner(), mara_scope_is_system()")
            assert row.fetchone() == (user_id, False)
        with transaction(SYSTEM):
            row = connection().execute("SELECT mara_scope_owner(), mara_scope_is_system()")
            assert row.fetchone() == (None, True)
