"""Queues that take the doorbells, and an account with a runbook."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.accounts import Account, make_account
from tests.support.alerting import RUNBOOK
from tests.support.cloud import cloud_of_moto
from tests.support.knowledge import learn


@pytest.fixture(autouse=True)
def cloud() -> Iterator[Any]:
    with cloud_of_moto() as started:
        yield started


@pytest.fixture
def anna(database: str) -> Account:
    account = make_account("anna")
    learn(account.id, "runbooks.md", RUNBOOK)
    return account
