"""Whether outgoing webhooks are in the plan of their owner."""

from dataclasses import dataclass
from uuid import UUID

from mara.billing.model.meters import Feature
from mara.billing.service.features import FeatureService


@dataclass(frozen=True, slots=True)
class PlanWebhooks:
    """Implements ``WebhookPlans`` of the notifications domain by the feature ``webhooks``."""

    features: FeatureService

    def check(self, owner_id: UUID) -> None:
        """Raises NotInPlan."""
        self.features.check(owner_id, Feature.WEBHOOKS)
