"""Plans and their versions in PostgreSQL."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import errors
from psycopg.rows import dict_row

from mara.billing.adapters.records import Row, version_of
from mara.billing.errors import ConcurrentChange, PlanCodeTaken, PlanNotFound
from mara.billing.model.plan import Plan, PlanVersion, Visibility
from mara.platform.database import connection

ADD = """
    INSERT INTO plans (id, code, names, visibility, is_default, created_at)
    VALUES (%(id)s, %(code)s, %(names)s, %(visibility)s, %(is_default)s, %(created_at)s)
"""
UPDATE = "UPDATE plans SET names = %(names)s, visibility = %(visibility)s WHERE id = %(id)s"
ADD_VERSION = """
    INSERT INTO plan_versions (id, plan_id, number, price, discount_percent, interval_unit,
        interval_count, trial_days, grace_days, grace_percent, allowances, overage_prices,
        features, created_at)
    VALUES (%(id)s, %(plan_id)s, %(number)s, %(price)s, %(discount_percent)s, %(interval_unit)s,
        %(interval_count)s, %(trial_days)s, %(grace_days)s, %(grace_percent)s, %(allowances)s,
        %(overage_prices)s, %(features)s, %(created_at)s)
    ON CONFLICT (id) DO NOTHING
"""
PLANS = """
    SELECT v.*, p.code, p.names, p.visibility, p.is_default
    FROM plans p CROSS JOIN LATERAL (
        SELECT * FROM plan_versions v WHERE v.plan_id = p.id ORDER BY v.number DESC LIMIT 1
    ) v
"""
BY_ID = PLANS + "WHERE p.id = %s"
BY_CODE = PLANS + "WHERE p.code = %s"
DEFAULT = PLANS + "WHERE p.is_default"
PUBLIC = PLANS + "WHERE p.visibility = 'public' ORDER BY v.price, p.code"
VERSIONS = """
    SELECT v.*, p.code FROM plan_versions v JOIN plans p ON p.id = v.plan_id
    WHERE v.plan_id = %s ORDER BY v.number DESC
"""


class PostgresPlans:
    """Implements ``Plans``."""

    def add(self, plan: Plan) -> None:
        """Insert a plan with its first version. Raises PlanCodeTaken."""
        try:
            connection().execute(ADD, {**_plan_row(plan), "created_at": plan.current.created_at})
        except errors.UniqueViolation:
            raise PlanCodeTaken("Choose another code.") from None
        self._add_version(plan.current)

    def save(self, plan: Plan) -> None:
        """Update names and visibility, and insert the current version if it is new.

        Raises ConcurrentChange.
        """
        connection().execute(UPDATE, _plan_row(plan))
        self._add_version(plan.current)

    def get(self, plan_id: UUID) -> Plan:
        """The plan with its current version. Raises PlanNotFound."""
        return _one(BY_ID, plan_id)

    def find(self, code: str) -> Plan:
        """The plan with this code, whatever its visibility. Raises PlanNotFound."""
        return _one(BY_CODE, code)

    def get_default(self) -> Plan:
        """The default plan. Raises PlanNotFound if no plan was stored yet."""
        return _one(DEFAULT)

    def list_public(self) -> Sequence[Plan]:
        """The plans that are sold to everyone, the cheapest first."""
        return [_plan(row) for row in _rows(PUBLIC)]

    def list_versions(self, plan_id: UUID) -> Sequence[PlanVersion]:
        """All versions, newest first. Raises PlanNotFound."""
        found = [version_of(row) for row in _rows(VERSIONS, plan_id)]
        if not found:
            raise PlanNotFound("There is no plan with this id.")
        return found

    def _add_version(self, version: PlanVersion) -> None:
        try:
            connection().execute(ADD_VERSION, _version_row(version))
        except errors.UniqueViolation:
            raise ConcurrentChange("The plan was changed meanwhile. Look at it again.") from None


def _rows(statement: str, *parameters: Any) -> list[dict[str, Any]]:
    return connection().cursor(row_factory=dict_row).execute(statement, parameters).fetchall()


def _one(statement: str, *parameters: Any) -> Plan:
    for row in _rows(statement, *parameters):
        return _plan(row)
    raise PlanNotFound("There is no such plan.")


def _plan(row: Row) -> Plan:
    version = version_of(row)
    visibility = Visibility(row["visibility"])
    return Plan(version.plan_id, version.code, row["names"], visibility, row["is_default"], version)


def _plan_row(plan: Plan) -> dict[str, Any]:
    return {
        "id": plan.id,
        "code": plan.code,
        "names": json.dumps(plan.names, ensure_ascii=False),
        "visibility": plan.visibility,
        "is_default": plan.is_default,
    }


def _version_row(version: PlanVersion) -> dict[str, Any]:
    terms = version.terms
    return {
        "id": version.id,
        "plan_id": version.plan_id,
        "number": version.number,
        "price": terms.price,
        "discount_percent": terms.discount_percent,
        "interval_unit": terms.interval.unit,
        "interval_count": terms.interval.count,
        "trial_days": terms.trial_days,
        "grace_days": terms.grace_days,
        "grace_percent": terms.grace_percent,
        "allowances": json.dumps(terms.allowances),
        "overage_prices": json.dumps(terms.overage_prices),
        "features": sorted(terms.features),
        "created_at": version.created_at,
    }
