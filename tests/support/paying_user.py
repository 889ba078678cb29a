"""A user of the production services on PostgreSQL, at a time that the test sets."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from mara.billing.errors import UsageLimitReached
from mara.billing.model.plan import PlanVersion
from mara.billing.service.subscriptions import SubscriptionService
from mara.kernel.principal import Principal, Role
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.wiring.subscriptions import subscription_service
from tests.support.metering import MeteringWorld, postgres_metering
from tests.support.money import balance_of, make_owner
from tests.support.subscriptions import Billing, pay_in, state_of


@dataclass
class PayingUser:
    """A user, with the services at the time of ``billing``; needs the fixture ``database``."""

    billing: Billing = field(default_factory=Billing)
    world: MeteringWorld = field(default_factory=postgres_metering)
    id: UUID = field(default_factory=make_owner)
    uses: int = 0

    def __post_init__(self) -> None:
        self.world.renew = self.billing.charging.charge_owner
        with transaction(SYSTEM):
            query = "UPDATE users SET created_at = %s WHERE id = %s"
            connection().execute(query, (self.billing.at, self.id))

    @property
    def principal(self) -> Principal:
        return Principal(self.id, Role.USER)

    @property
    def service(self) -> SubscriptionService:
        return replace(
            subscription_service(),
            books=self.billing.books,
            usage=self.world.usage,
            now=lambda: self.billing.at,
        )

    @property
    def available(self) -> int:
        return balance_of(self.id).available

    def wait(self, **time: float) -> None:
        self.billing.at += timedelta(**time)
        self.world.at = self.billing.at
        self.billing.charging.charge_due()

    def subscribe(self, version: PlanVersion) -> None:
        self.service.subscribe(self.principal, version.code)

    def pay_and_subscribe(self, version: PlanVersion) -> None:
        pay_in(self.id, version.terms.effective_price)
        self.subscribe(version)
        assert state_of(self.id) == "active"

    def leave(self) -> int:
        return self.service.cancel(self.principal, immediately=True).gives_back

    def answer(self, times: int = 1) -> int:
        """Ask so often, or until an answer is refused; how many were given."""
        for given in range(times):
            self.uses += 1
            try:
                self.world.use(self.id, f"question {self.uses}", answers=1)
            except UsageLimitReached:
                return given
        return times
