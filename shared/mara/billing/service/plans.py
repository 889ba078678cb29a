"""Plans: what is sold, and at which terms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from mara.audit.model.deed import AuditAction, Deed
from mara.audit.ports import AuditLog
from mara.billing.errors import PlanArchived, PlanChanged
from mara.billing.model.plan import Plan, PlanTerms, PlanVersion, Visibility
from mara.billing.ports import Plans
from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """A plan as an administrator describes it; ``names`` are by language."""

    code: str
    names: Mapping[str, str]
    visibility: Visibility
    terms: PlanTerms
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class PlanService:
    """Creates plans and versions; a version never changes, so no subscriber's price does either."""

    plans: Plans
    unit_of_work: UnitOfWork
    now: Clock
    new_id: Callable[[], UUID]
    audit: AuditLog

    def list_public(self) -> Sequence[Plan]:
        """The plans that are sold to everyone, the cheapest first."""
        with self.unit_of_work(SYSTEM):
            return self.plans.list_public()

    def list_versions(self, plan_id: UUID) -> Sequence[PlanVersion]:
        """All versions of a plan, newest first. Raises PlanNotFound."""
        with self.unit_of_work(SYSTEM):
            return self.plans.list_versions(plan_id)

    def create(self, draft: PlanDraft, actor_id: UUID | None = None) -> Plan:
        """Store a new plan; ``actor_id`` is None for an operator.

        Raises InvalidPlan, PlanCodeTaken.
        """
        plan_id = self.new_id()
        version = self._version(plan_id, draft.code, 1, draft.terms)
        plan = Plan(plan_id, draft.code, draft.names, draft.visibility, draft.is_default, version)
        with self.unit_of_work(SYSTEM):
            self.plans.add(plan)
            self._record(AuditAction.PLAN_CREATED, actor_id, plan)
        return plan

    def change(
        self,
        plan_id: UUID,
        terms: PlanTerms,
        *,
        actor_id: UUID | None = None,
        names: Mapping[str, str] | None = None,
        visibility: Visibility | None = None,
    ) -> Plan:
        """Change a plan; other terms make a new version, which present subscribers do not get.

        Raises PlanNotFound, InvalidPlan, ConcurrentChange.
        """
        with self.unit_of_work(SYSTEM):
            plan = self.plans.get(plan_id)
            version = plan.current
            if terms != version.terms:
                version = self._version(plan_id, plan.code, version.number + 1, terms)
            changed = replace(
                plan,
                names=plan.names if names is None else names,
                visibility=plan.visibility if visibility is None else visibility,
                current=version,
            )
            self.plans.save(changed)
            self._record(AuditAction.PLAN_EDITED, actor_id, changed)
        return changed

    def _record(self, action: AuditAction, actor_id: UUID | None, plan: Plan) -> None:
        detail = {"code": plan.code, "version": plan.current.number}
        self.audit.record(Deed(action, actor_id, None, "plan", plan.id, detail))

    def _version(self, plan_id: UUID, code: str, number: int, terms: PlanTerms) -> PlanVersion:
        return PlanVersion(self.new_id(), plan_id, code, number, terms, self.now())


def version_on_sale(plans: Plans, code: str, seen: int | None) -> PlanVersion:
    """The version that a user gets who asks for a plan by its code.

    ``seen`` is the number of the version that the user saw. Raises PlanNotFound, PlanArchived,
    PlanChanged.
    """
    plan = plans.find(code)
    if plan.visibility is Visibility.ARCHIVED or plan.is_default:
        raise PlanArchived("Choose a plan of GET /plans that has a price.")
    if seen is not None and seen != plan.current.number:
        raise PlanChanged("Look at the plan again.", current=plan.current.number)
    return plan.current
