"""Each deed that the contract names leaves a row in its own transaction, or none at all."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from mara.audit.model.deed import AuditAction
from mara.auth.adapters.postgres_login_failures import PostgresLoginFailures
from mara.auth.errors import InvalidCredentials
from mara.auth.model import failure_windows
from mara.auth.model.devices import FailureSubject
from mara.auth.service.attempts import Attempt
from mara.auth.service.failure_records import FailureRecords
from mara.billing.schemas import PlanIn
from mara.billing.service.subscriptions import PlanChange
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal, Role
from mara.kernel.unit_of_work import SYSTEM as SCOPE_OF_SYSTEM
from mara.platform.database import before_commit, connection, transaction
from mara.wiring.alerts import intake_service
from mara.wiring.audit import audit_log
from mara.wiring.auth import api_key_service, session_service
from mara.wiring.connection_secrets import connection_rewrap_service
from mara.wiring.credits import credit_note_service, credit_service
from mara.wiring.plan_moves import plan_move_service
from mara.wiring.plans import plan_service
from mara.wiring.subscriptions import subscription_service
from mara.wiring.users import user_administration_service
from mara.wiring.webhooks import webhook_service
from tests.support.accounts import PASSWORD, make_account
from tests.support.alerting import make_intake
from tests.support.billing import USDT, plan_terms, plan_version
from tests.support.cloud import cloud_of_moto
from tests.support.environment import LOCAL_KEYS
from tests.support.invoices import PRICE, make_customer
from tests.support.plans import plan_body
from tests.support.subscriptions import add_plan, pay_in

TOLD = "SELECT content FROM audit_details ORDER BY entry_id"
EXPECTED = [(1, 1), (10, 2), (100, 3), (1, 1)]
"""What four rows tell, the last of a new window: failures of a network, and rows."""
Rows = psycopg.Connection[Any]
DoDeed = Callable[[], object]
ROOT = Principal(new_id(), Role.SUPERUSER)
A = AuditAction
NEWEST = "SELECT action, actor_id, owner_id, object_kind FROM audit_rows ORDER BY id DESC LIMIT 1"
COUNT = "SELECT count(*) FROM audit_rows"


class Interrupted(Exception):
    """The crash before a commit."""


@pytest.fixture(autouse=True)
def cloud(database: str) -> Iterator[None]:
    with cloud_of_moto():
        yield
    before_commit(None)


def log_in(password: str, email: str = "anna@example.com") -> DoDeed:
    def run() -> None:
        with suppress(InvalidCredentials):
            session_service().log_in(email=email, password=password, address="192.0.2.9")

    return run


def delete_key(anna: Principal) -> DoDeed:
    key, _ = api_key_service().create(anna, name="ci", scopes=[])
    return lambda: api_key_service().delete(anna, key.id)


def set_account(anna: Principal, role: Role | None, *, active: bool | None) -> DoDeed:
    return lambda: user_administration_service().update(
        ROOT, anna.user_id, role=role, active=active
    )


def activate(anna: Principal) -> DoDeed:
    set_account(anna, None, active=False)()
    return set_account(anna, None, active=True)


def take_back(anna: Principal) -> DoDeed:
    credit = credit_service().give(ROOT, anna.user_id, USDT, "goodwill")
    return lambda: credit_service().take_back(ROOT, anna.user_id, credit.id, "mistake")


def issue_note(_: Principal) -> DoDeed:
    customer = make_customer("boris")
    customer.deposit(PRICE)
    customer.subscribe()
    (invoice_id,) = customer.invoice_ids()
    return lambda: credit_note_service().issue(ROOT, invoice_id, USDT, "an outage")


def create_plan(_: Principal) -> DoDeed:
    draft = PlanIn.model_validate(plan_body()).to_draft()
    return lambda: plan_service().create(draft, ROOT.user_id)


def edit_plan(_: Principal) -> DoDeed:
    plan_id = add_plan(plan_version("team")).plan_id
    return lambda: plan_service().change(plan_id, plan_terms(30 * USDT), actor_id=ROOT.user_id)


def move(anna: Principal) -> DoDeed:
    plan_id = add_plan(plan_version("team")).plan_id
    pay_in(anna.user_id, 100 * USDT)
    subscription_service().subscribe(anna, "team")
    plan_service().change(plan_id, plan_terms(30 * USDT))
    return lambda: plan_move_service().move(ROOT, plan_id, [1])


def subscribe(anna: Principal) -> DoDeed:
    add_plan(plan_version("team"))
    pay_in(anna.user_id, 100 * USDT)
    return lambda: subscription_service().subscribe(anna, "team")


def change_plan(anna: Principal) -> DoDeed:
    subscribe(anna)()
    add_plan(plan_version("business"))
    return lambda: subscription_service().change(anna, PlanChange("business"))


def rotate_intake(_: Principal) -> DoDeed:
    owner = make_account("boris")
    intake_id = UUID(make_intake(owner).id)
    return lambda: intake_service().rotate(owner.principal, intake_id, ends_at_once=True)


def make_webhook(anna: Principal) -> UUID:
    url = "https://hooks.example.com/mara"
    return webhook_service().create(anna, url=url, description="", events=None)[0].id


def rotate_webhook(anna: Principal) -> DoDeed:
    webhook_id = make_webhook(anna)
    return lambda: webhook_service().rotate(anna, webhook_id, at_once=True)


def rewrap(anna: Principal, monkeypatch: pytest.MonkeyPatch) -> DoDeed:
    make_webhook(anna)
    monkeypatch.setenv("MARA_LOCAL_KEYS", json.dumps({"local-2": "0f" * 32, **LOCAL_KEYS}))
    connection_rewrap_service.cache_clear()
    return lambda: connection_rewrap_service().rewrap()


ANNA, SYSTEM, NO_ONE = "anna", None, None
DEEDS: dict[AuditAction, tuple[Callable[[Principal], DoDeed], object, object, object]] = {
    A.LOGIN: (lambda _: log_in(PASSWORD), ANNA, ANNA, "session"),
    A.LOGIN_FAILED: (lambda _: log_in("wrong"), SYSTEM, ANNA, None),
    A.API_KEY_CREATED: (
        lambda anna: lambda: api_key_service().create(anna, name="ci", scopes=[]),
        *(ANNA, ANNA, "api_key"),
    ),
    A.API_KEY_DELETED: (delete_key, ANNA, ANNA, "api_key"),
    A.ROLE_CHANGED: (lambda a: set_account(a, Role.ADMIN, active=None), ROOT, ANNA, None),
    A.ACCOUNT_DEACTIVATED: (lambda a: set_account(a, None, active=False), ROOT, ANNA, None),
    A.ACCOUNT_ACTIVATED: (activate, ROOT, ANNA, None),
    A.CREDIT_GIVEN: (
        lambda anna: lambda: credit_service().give(ROOT, anna.user_id, USDT, "goodwill"),
        *(ROOT, ANNA, "credit"),
    ),
    A.CREDIT_TAKEN_BACK: (take_back, ROOT, ANNA, "credit"),
    A.CREDIT_NOTE_ISSUED: (issue_note, ROOT, ..., "credit_note"),
    A.PLAN_CREATED: (create_plan, ROOT, NO_ONE, "plan"),
    A.PLAN_EDITED: (edit_plan, ROOT, NO_ONE, "plan"),
    A.SUBSCRIBERS_MOVED: (move, ROOT, NO_ONE, "plan"),
    A.PLAN_CHANGED: (change_plan, ANNA, ANNA, "subscription"),
    A.INTAKE_SECRET_ROTATED: (rotate_intake, ..., ..., "intake"),
    A.WEBHOOK_SECRET_ROTATED: (rotate_webhook, ANNA, ANNA, "webhook"),
}


def of(who: object, anna: Principal, found: UUID | None) -> object:
    if who is ...:
        return found
    named = anna if who == ANNA else who
    return named.user_id if isinstance(named, Principal) else None


def count(rows: Rows) -> int:
    return int(rows.execute(COUNT).fetchall()[0][0])


def crash_where_a_deed_is_recorded(after: int) -> None:
    """Every transaction that has recorded one is interrupted before its commit."""

    def crash() -> None:
        connection().execute("SET LOCAL mara.scope = 'system'")
        if connection().execute(COUNT).fetchall()[0][0] > after:
            raise Interrupted

    before_commit(crash)


@pytest.mark.parametrize("action", DEEDS)
def test_leaves_a_row_in_its_own_transaction(action: AuditAction, rows: Rows) -> None:
    prepare, actor, owner, kind = DEEDS[action]
    anna = make_account("anna").principal
    deed = prepare(anna)
    before = count(rows)
    crash_where_a_deed_is_recorded(before)
    with suppress(Interrupted):
        deed()
        pytest.fail("no transaction recorded a deed")
    assert count(rows) == before
    before_commit(None)
    deed()
    found = rows.execute(NEWEST).fetchall()[0]
    expected = (action, of(actor, anna, found[1]), of(owner, anna, found[2]), kind)
    assert (count(rows), found) == (before + 1, expected)


def test_rewrapping_keys_leaves_a_row_for_each_secret(
    rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = make_account("anna").principal
    rewrap(anna, monkeypatch)()
    expected = (A.KEYS_REWRAPPED, None, anna.user_id, "connection_secrets")
    assert rows.execute(NEWEST).fetchall() == [expected]


def test_a_failed_login_to_an_unknown_account_leaves_a_row_that_names_no_network(
    rows: Rows,
) -> None:
    log_in("wrong", "mallory@example.com")()
    assert rows.execute(NEWEST).fetchall() == [(A.LOGIN_FAILED, None, None, None)]
    found = rows.execute("SELECT content FROM audit_details").fetchall()
    assert found == [({"failures": 1, "rows": 1},)]


def fail_unknown(times: int, at: datetime, networks: int = 1) -> None:
    records = FailureRecords(PostgresLoginFailures(), audit_log())
    for number in range(times):
        subject = FailureSubject("key", network=f"192.0.2.{number % networks}")
        with transaction(SCOPE_OF_SYSTEM):
            records.record(Attempt(None, subject, None, timedelta(0)), at)


def test_any_number_of_failed_logins_to_unknown_accounts_leaves_a_few_rows_that_count_them(
    rows: Rows,
) -> None:
    at = datetime(2026, 11, 29, 12, tzinfo=UTC)
    fail_unknown(150, at)
    fail_unknown(2, at + timedelta(hours=1))
    found = rows.execute(TOLD).fetchall()
    assert found == [({"failures": n, "rows": row},) for n, row in EXPECTED]


def test_failed_logins_from_any_number_of_networks_leave_a_bounded_number_of_rows(
    rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failure_windows, "ROWS_MAX", 3)
    fail_unknown(200, datetime(2026, 11, 29, 12, tzinfo=UTC), networks=200)
    found = [content["rows"] for (content,) in rows.execute(TOLD).fetchall()]
    assert found == [1, 2, 3, 10, 100]


def test_the_right_password_of_a_deactivated_account_is_a_failed_login(rows: Rows) -> None:
    anna = make_account("anna").principal
    set_account(anna, None, active=False)()
    log_in(PASSWORD)()
    assert rows.execute(NEWEST).fetchall() == [(A.LOGIN_FAILED, None, anna.user_id, None)]


def test_an_operator_who_appoints_a_superuser_is_no_user(rows: Rows) -> None:
    anna = make_account("anna").principal
    user_administration_service().appoint_superuser("anna@example.com")
    user_administration_service().appoint_superuser("anna@example.com")
    found = rows.execute("SELECT actor_id, owner_id FROM audit_rows WHERE action = 'role_changed'")
    assert found.fetchall() == [(None, anna.user_id)]
