"""Probes of PostgreSQL, S3, SQS and OpenSearch; each runs in a thread, on a separate connection."""

from dataclasses import dataclass

import psycopg

from mara.platform import opensearch, s3, sqs
from mara.platform.settings.database import DatabaseSettings
from mara.platform.settings.storage import StorageSettings


@dataclass(frozen=True, slots=True)
class DatabaseProbe:
    """Probes PostgreSQL on a new connection."""

    name: str = "database"

    def check(self) -> None:
        """Connect and run ``SELECT 1``. Raises psycopg.Error."""
        settings = DatabaseSettings()  # type: ignore[call-arg]  # from the environment
        with psycopg.connect(str(settings.database_url), connect_timeout=2) as link:
            link.execute("SELECT 1")


@dataclass(frozen=True, slots=True)
class StorageProbe:
    """Probes S3."""

    name: str = "storage"

    def check(self) -> None:
        """Request the bucket's metadata. Raises ClientError, BotoCoreError."""
        settings = StorageSettings()  # type: ignore[call-arg]  # from the environment
        s3.client().head_bucket(Bucket=settings.bucket)


@dataclass(frozen=True, slots=True)
class QueueProbe:
    """Probes SQS, by one of its queues."""

    queue: str = "ingest-document"
    name: str = "queues"

    def check(self) -> None:
        """Request the queue's attributes. Raises ClientError, BotoCoreError."""
        url = sqs.queue_url(self.queue)
        sqs.client().get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])


@dataclass(frozen=True, slots=True)
class SearchProbe:
    """Probes OpenSearch."""

    name: str = "search"

    def check(self) -> None:
        """Request the cluster's health. Raises RuntimeError if it is red.

        Red means that primary shards are unassigned, so that documents cannot be found. Raises
        OpenSearchException if the request fails.
        """
        health = opensearch.client().cluster.health(timeout=2)
        if health["status"] == "red":
            raise RuntimeError("OpenSearch is red: primary shards are unassigned.")
