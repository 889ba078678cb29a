"""The consumer of charge-owner, through the function itself."""

from typing import Any
from uuid import UUID

import pytest

from functions.queues.charge_owner.handler import handler as charge_owner
from mara.kernel.ids import new_id
from mara.kernel.messages import Event
from mara.kernel.principal import Role
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.users.messages import UserDeactivated
from mara.wallets.messages import DepositCredited, DepositOrphaned, DepositSeen
from mara.wiring.subscriptions import subscription_overview_service, subscription_service
from mara.wiring.users import user_administration_service
from tests.support.accounts import Account, make_account
from tests.support.billing import USDT, plan_version
from tests.support.subscriptions import add_plan, orphan, pay_in, send, state_of

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def anna(database: str) -> Account:
    """A user who subscribed without money."""
    add_plan(plan_version("team"))
    account = make_account("anna")
    subscription_service().subscribe(account.principal, "team")
    return account


def deliver(event: Event) -> dict[str, Any]:
    """Deliver the event as the topic sends it, twice."""
    record = {"messageId": "1", "body": event.model_dump_json()}
    charge_owner({"Records": [record]}, None)
    return charge_owner({"Records": [record]}, None)


DepositEvent = DepositSeen | DepositCredited | DepositOrphaned


def about(kind: type[DepositEvent], owner_id: UUID) -> DepositEvent:
    return kind(deposit_id=new_id(), owner_id=owner_id, amount_micro_usdt=10 * USDT)


def is_paused(account: Account) -> bool:
    end = subscription_overview_service().get(account.principal).outlook.end
    return end is not None and end.is_paused


class TestChargeOwner:
    def test_charges_what_a_deposit_covers(self, anna: Account) -> None:
        pay_in(anna.id, 10 * USDT)
        assert deliver(about(DepositCredited, anna.id)) == {"batchItemFailures": []}
        assert state_of(anna.id) == "active"

    def test_trusts_the_tables_and_not_the_event(self, anna: Account) -> None:
        deliver(about(DepositCredited, anna.id))
        assert state_of(anna.id) == "incomplete"

    def test_stops_the_time_to_pay_while_a_deposit_is_in_flight(self, anna: Account) -> None:
        deposit = send(anna.id, 10 * USDT)
        deliver(about(DepositSeen, anna.id))
        assert is_paused(anna)
        orphan(deposit)
        deliver(about(DepositOrphaned, anna.id))
        assert not is_paused(anna)

    def test_ends_the_subscription_of_a_deactivated_user(self, anna: Account) -> None:
        admin = make_account("admin", Role.ADMIN)
        user_administration_service().update(admin.principal, anna.id, role=None, active=False)
        assert queued() == [str(anna.id)]
        deliver(UserDeactivated(owner_id=anna.id))
        assert state_of(anna.id) == "ended"

    def test_acknowledges_an_event_about_a_user_without_a_subscription(self) -> None:
        other = about(DepositCredited, make_account("boris").id)
        assert deliver(other) == {"batchItemFailures": []}

    def test_dead_letters_what_names_no_user(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sent: list[str] = []
        monkeypatch.setattr("mara.platform.sqs.send", lambda queue, *_: sent.append(queue))
        charge_owner({"Records": [{"messageId": "1", "body": "{}"}]}, None)
        assert sent == ["charge-owner-dead"]


def queued() -> list[str]:
    """The users that the outbox reports as deactivated."""
    query = "SELECT body::jsonb->>'owner_id' FROM outbox WHERE queue = 'event:user-deactivated'"
    with transaction(SYSTEM):
        return [owner_id for (owner_id,) in connection().execute(query)]
