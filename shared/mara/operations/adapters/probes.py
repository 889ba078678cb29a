"""Probes of what the API needs; each runs in a thread, on a connection of its own."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from mara.operations.adapters.gauge_queries import OLDEST
from mara.operations.model import DATABASE, Observation, ProbeState
from mara.platform import kms, opensearch, s3, sqs
from mara.platform.own_connection import own_transaction
from mara.platform.settings.storage import StorageSettings

CONNECT_TIMEOUT_S = 2
STATEMENT_TIMEOUT_MS = 1500
HTTP_TIMEOUT_S = 1.5
OLDEST_WORK_S_MAX = 900
"""As the alert `QueueAge`: work that waits longer is not done as it should."""


@dataclass(frozen=True, slots=True)
class DatabaseProbe:
    """Runs a statement of PostgreSQL on a new connection."""

    name: str = DATABASE
    statement: str = "SELECT 1"

    def check(self) -> Observation:
        """Connect and run the statement. Raises psycopg.Error."""
        _rows(self.statement)
        return Observation()


def index_probe() -> DatabaseProbe:
    """Probes the index where PostgreSQL is searched: which one is in use can be read."""
    return DatabaseProbe("index", "SELECT engine FROM index_in_use")


@dataclass(frozen=True, slots=True)
class StorageProbe:
    """Probes S3."""

    name: str = "storage"

    def check(self) -> Observation:
        """Request the bucket's metadata. Raises ClientError, BotoCoreError."""
        settings = StorageSettings()  # type: ignore[call-arg]  # from the environment
        s3.client().head_bucket(Bucket=settings.bucket)
        return Observation()


@dataclass(frozen=True, slots=True)
class QueueProbe:
    """Probes SQS, by one of its queues, and the age of the oldest work that queues announce."""

    queue: str = "ingest-document"
    name: str = "queues"

    def check(self) -> Observation:
        """Request the queue's attributes. Raises ClientError, BotoCoreError, psycopg.Error."""
        url = sqs.queue_url(self.queue)
        sqs.client().get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        ages = {work: float(age) for _, work, age in _rows(OLDEST.statement)}
        work = max(ages, key=lambda name: ages[name])
        is_late = ages[work] > OLDEST_WORK_S_MAX
        state = ProbeState.DEGRADED if is_late else ProbeState.UP
        return Observation(state, f"oldest work: {work}, {ages[work]:.0f} s")


@dataclass(frozen=True, slots=True)
class SearchProbe:
    """Probes OpenSearch."""

    name: str = "index"

    def check(self) -> Observation:
        """Request the cluster's health. Raises RuntimeError if it is red.

        Red means that primary shards are unassigned, so that documents cannot be found. Raises
        OpenSearchException if the request fails.
        """
        health = opensearch.client().cluster.health(timeout=2)
        if health["status"] == "red":
            raise RuntimeError("OpenSearch is red: primary shards are unassigned.")
        return Observation(detail=str(health["status"]))


@dataclass(frozen=True, slots=True)
class HttpProbe:
    """Probes a server by a request without credentials; an answer below 500 is up."""

    name: str
    url: str = field(repr=False)

    def check(self) -> Observation:
        """Request the URL. Raises OSError, HTTPException, RuntimeError."""
        from http.client import HTTPConnection, HTTPSConnection

        to = urlsplit(self.url)
        connect = HTTPSConnection if to.scheme == "https" else HTTPConnection
        link = connect(to.hostname or "", to.port, timeout=HTTP_TIMEOUT_S)
        try:
            link.request("GET", to.path or "/")
            status = link.getresponse().status
        finally:
            link.close()
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise RuntimeError
        return Observation(detail=f"HTTP {status}")


@dataclass(frozen=True, slots=True)
class KeyProbe:
    """Probes KMS, by the key of connection secrets."""

    key_id: str
    name: str = "kms"

    def check(self) -> Observation:
        """Request the key's metadata. Raises ClientError, BotoCoreError."""
        metadata = kms.client().describe_key(KeyId=self.key_id)["KeyMetadata"]
        if not metadata.get("Enabled"):
            return Observation(ProbeState.DEGRADED, "the key is not enabled")
        return Observation()


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with own_transaction(
        "mara-health",
        connect_timeout_s=CONNECT_TIMEOUT_S,
        statement_timeout_ms=STATEMENT_TIMEOUT_MS,
    ) as link:
        return link.execute(statement).fetchall()
