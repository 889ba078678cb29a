"""Fixtures of every kind of test."""

import io
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import settings as hypothesis_settings

from infra.local.postgres import ADMIN, OWNER, PostgresServer
from mara.metrics.service import recorder
from mara.platform import database as platform_database
from mara.platform import opensearch as platform_opensearch
from mara.platform.telemetry import logger
from tests.support.aws import retry_at_once
from tests.support.empty_database import EmptyDatabases
from tests.support.environment import clear_caches, set_environment
from tests.support.opensearch import opensearch_server
from tests.support.postgres import postgres_with_template

RECURSION_LIMIT = 1000
"""Python's own. Libraries that only tests import raise it (py_ecc); no function's process does."""

NEVER = datetime.max.replace(tzinfo=UTC)
"""When counts are flushed, unless a test says so: a flush is due by the clock, in any test."""

ORDER_SEED = 20261126
"""Of the random order of the tests: the same in every run, and printed at its start."""

# Properties get the same examples in every run; `--hypothesis-profile=explore` draws others.
hypothesis_settings.register_profile("fixed", derandomize=True, deadline=None)
hypothesis_settings.register_profile("explore", max_examples=1000, deadline=None)
hypothesis_settings.load_profile("fixed")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Set the seed of the order if the command line names none; wait for no retry of boto3."""
    retry_at_once()
    if config.getoption("randomly_seed", None) == "default":
        config.option.randomly_seed = ORDER_SEED


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse to run where pytest-xdist ignores its groups: tests of one group share servers."""
    if session.config.getoption("loadgroup", default=False):
        for item in session.items:
            if item.get_closest_marker("xdist_group") and "@" not in item.nodeid:
                raise pytest.UsageError(f"{item.nodeid} is in no group: see pyproject.toml")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test starts like a cold function of the local stage, with empty module caches."""
    set_environment(monkeypatch)
    clear_caches()
    recorder().due_at = NEVER
    sys.setrecursionlimit(RECURSION_LIMIT)
    yield
    platform_database.disconnect()
    clear_caches()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    with postgres_with_template(tmp_path_factory.mktemp("cluster")) as server:
        yield server


@pytest.fixture(scope="session")
def databases(postgres: PostgresServer) -> Iterator[EmptyDatabases]:
    found = EmptyDatabases(postgres)
    yield found
    found.close()


@pytest.fixture
def database(databases: EmptyDatabases, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty, migrated database; the code under test connects with the application's role."""
    with databases.one() as url:
        monkeypatch.setenv("MARA_DATABASE_URL", url)
        yield url
        platform_database.disconnect()


@pytest.fixture(scope="session")
def opensearch_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with opensearch_server(tmp_path_factory.mktemp("search")) as url:
        yield url


@pytest.fixture
def opensearch(opensearch_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The code under test searches OpenSearch, in indexes of this test only."""
    prefix = f"test-{uuid4().hex[:12]}"
    monkeypatch.setenv("MARA_SEARCH", "opensearch")
    monkeypatch.setenv("MARA_OPENSEARCH_URL", opensearch_url)
    monkeypatch.setenv("MARA_OPENSEARCH_PREFIX", prefix)
    yield prefix
    platform_opensearch.client().indices.delete(index=f"{prefix}-*")
    platform_opensearch.client().close()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The output of the structured logger during the test."""
    handler = logger.registered_handler
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


@pytest.fixture
def as_owner(postgres: PostgresServer, database: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection as the owner of the tables, with the rights of a migration."""
    name = database.rsplit("/", 1)[1]
    with psycopg.connect(postgres.url(OWNER, name), autocommit=True) as link:
        yield link


@pytest.fixture
def past_the_rules(postgres: PostgresServer, database: str) -> Iterator[psycopg.Connection[Any]]:
    """A superuser's connection without triggers, to damage data as a disk error would."""
    name = database.rsplit("/", 1)[1]
    with psycopg.connect(postgres.url(ADMIN, name), autocommit=True) as link:
        link.execute("SET session_replication_role = replica")
        yield link
