"""Queues that take the doorbells, and an intake of an account with a runbook."""

import pytest

from tests.support.accounts import make_account
from tests.support.alerting import RUNBOOK, AlertIntake, make_intake
from tests.support.cloud import Cloud
from tests.support.knowledge import learn


@pytest.fixture
def intake(database: str, cloud: Cloud) -> AlertIntake:
    account = make_account("anna")
    learn(account.id, "runbooks.md", RUNBOOK)
    return make_intake(account)
