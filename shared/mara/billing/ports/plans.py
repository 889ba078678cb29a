"""The port of plans."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from mara.billing.model.plan import Plan, PlanVersion


class Plans(Protocol):
    """The repository of plans and their versions; all users read them."""

    def add(self, plan: Plan) -> None:
        """Insert a plan with its first version. Raises PlanCodeTaken."""

    def save(self, plan: Plan) -> None:
        """Update names and visibility, and insert the current version if it is new.

        Raises ConcurrentChange if another process made a version with its number.
        """

    def get(self, plan_id: UUID) -> Plan:
        """The plan with its current version. Raises PlanNotFound."""

    def find(self, code: str) -> Plan:
        """The plan with this code, whatever its visibility. Raises PlanNotFound."""

    def get_default(self) -> Plan:
        """The default plan. Raises PlanNotFound if no plan was stored yet."""

    def list_public(self) -> Sequence[Plan]:
        """The plans that are sold to everyone, the cheapest first."""

    def list_versions(self, plan_id: UUID) -> Sequence[PlanVersion]:
        """All versions, newest first. Raises PlanNotFound."""
