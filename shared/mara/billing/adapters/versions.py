"""Plan versions, which never change: a process reads each one once."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from uuid import UUID

from psycopg.rows import dict_row

from mara.billing.adapters.records import version_of
from mara.billing.model.plan import PlanVersion
from mara.platform.database import connection

VERSION = """
    SELECT v.*, p.code FROM plan_versions v JOIN plans p ON p.id = v.plan_id WHERE v.id = %s
"""


def load_versions(ids: Collection[UUID]) -> Mapping[UUID, PlanVersion]:
    """The versions by id."""
    return {id_: _load(id_) for id_ in ids}


@lru_cache(maxsize=1000)
def _load(version_id: UUID) -> PlanVersion:
    row = connection().cursor(row_factory=dict_row).execute(VERSION, (version_id,)).fetchone()
    if row is None:
        raise AssertionError("a foreign key refers to the version")
    return version_of(row)
