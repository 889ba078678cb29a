"""Creation of outgoing webhooks, which the plan of their owner must contain."""

from dataclasses import dataclass

from mara.kernel.principal import Principal
from mara.notifications.model.webhook_events import EventType
from mara.notifications.model.webhooks import Webhook
from mara.notifications.ports import WebhookPlans
from mara.notifications.service.webhooks import WebhookService


@dataclass(frozen=True, slots=True)
class WebhookCreationService:
    """Creates webhooks of owners whose plan has them.

    Those that are there go on when the plan changes: what an event has set in motion is not lost.
    """

    plans: WebhookPlans
    webhooks: WebhookService

    def check(self, url: str | None) -> None:
        """Check the URL of a form, if it has one. Raises WebhookUrlRefused."""
        self.webhooks.check(url)

    def create(
        self,
        caller: Principal,
        *,
        url: str,
        description: str,
        events: frozenset[EventType] | None,
    ) -> tuple[Webhook, str]:
        """Create a webhook; return it with its secret, which cannot be read again.

        Raises NotInPlan, WebhookUrlRefused, TooManyWebhooks, KeysUnavailable.
        """
        self.plans.check(caller.user_id)
        return self.webhooks.create(caller, url=url, description=description, events=events)
