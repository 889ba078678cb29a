"""Builds the requests of exports and erasures, and their recovery, from production adapters."""

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from mara.erasure.adapters.data_jobs import PostgresDataJobs
from mara.erasure.adapters.s3_objects import S3OwnedObjects
from mara.kernel.ids import new_id
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.platform.outbox_rows import publish_by_relay
from mara.platform.settings.storage import StorageSettings
from mara.wiring.audit import audit_log

if TYPE_CHECKING:
    from mara.erasure.service.erasure_requests import ErasureRequests
    from mara.erasure.service.export_requests import ExportRequests

MONEY_METRIC: Final = "ErasedAccountsWithMoney"


def owned_objects() -> S3OwnedObjects:
    """The stored objects of users."""
    return S3OwnedObjects(StorageSettings().bucket)  # type: ignore[call-arg]  # from the environment


@cache
def export_requests() -> "ExportRequests":
    """Exports, as users ask for them."""
    from mara.erasure.service.export_requests import ExportRequests

    return ExportRequests(
        jobs=PostgresDataJobs(),
        objects=owned_objects(),
        audit=audit_log(),
        publish=publish_by_relay,
        unit_of_work=transaction,
        now=now,
        new_id=new_id,
    )


@cache
def erasure_requests() -> "ErasureRequests":
    """Erasures, as users ask for them."""
    from mara.auth.adapters.postgres import PostgresCredentials
    from mara.auth.adapters.postgres_login_failures import PostgresLoginFailures
    from mara.auth.adapters.postgres_sessions import PostgresSessions
    from mara.erasure.adapters.account_closing import PostgresAccountClosing
    from mara.erasure.service.erasure_requests import ErasureRequests
    from mara.erasure.service.password_proof import PasswordProof
    from mara.platform.settings.limits import limit_settings
    from mara.users.adapters.postgres import PostgresUsers
    from mara.wallets.adapters.deposits import PostgresDeposits
    from mara.wiring.ledger import ledger_service
    from mara.wiring.passwords import passwords

    allowed = limit_settings().login_failures_per_account
    failures = PostgresLoginFailures()
    return ErasureRequests(
        proof=PasswordProof(
            PostgresCredentials(), passwords(), failures, allowed, transaction, now
        ),
        users=PostgresUsers(),
        sessions=PostgresSessions(),
        ledger=ledger_service(),
        deposits=PostgresDeposits(),
        closing=PostgresAccountClosing(),
        audit=audit_log(),
        jobs=PostgresDataJobs(),
        publish=publish_by_relay,
        unit_of_work=transaction,
        now=now,
        new_id=new_id,
    )


def recover(at: datetime) -> dict[str, int]:
    """Send due jobs again, delete old exports, and measure what erased accounts were sent."""
    from mara.erasure.adapters.account_closing import PostgresAccountClosing
    from mara.erasure.service.data_jobs import DataJobRecovery
    from mara.platform.metrics import publish_metric
    from mara.platform.outbox import publish

    recovery = DataJobRecovery(
        PostgresDataJobs(), owned_objects(), PostgresAccountClosing(), publish, transaction
    )
    found = recovery.recover(at)
    publish_metric(MONEY_METRIC, found["erased_with_money"])
    return found
