"""Fixtures of the vault's tests."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from infra.local.postgres import ADMIN, PostgresServer


@pytest.fixture
def rows(postgres: PostgresServer, database: str) -> Iterator[psycopg.Connection[Any]]:
    """The database as its administrator sees it, past row-level security."""
    name = database.rsplit("/", 1)[1]
    with psycopg.connect(postgres.url(ADMIN, name), autocommit=True) as link:
        yield link
