"""What tests of several domains need: object storage and queues, a caller, and all rows."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from infra.local.postgres import ADMIN, PostgresServer
from mara.kernel.principal import Principal
from tests.support.accounts import make_account
from tests.support.cloud import Cloud, cloud_of_moto


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with cloud_of_moto() as started:
        yield started


@pytest.fixture
def anna() -> Principal:
    return make_account("anna").principal


@pytest.fixture
def rows(postgres: PostgresServer, database: str) -> Iterator[psycopg.Connection[Any]]:
    """The database as its administrator sees it, past row-level security."""
    name = database.rsplit("/", 1)[1]
    with psycopg.connect(postgres.url(ADMIN, name), autocommit=True) as link:
        yield link
