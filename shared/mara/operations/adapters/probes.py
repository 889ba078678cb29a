"""Probes of PostgreSQL, S3, SQS and OpenSearch, on connections of their own, in threads."""

from dataclasses import dataclass

import psycopg

from mara.platform import opensearch, s3, sqs
from mara.platform.settings.database import DatabaseSettings
from mara.platform.settings.storage import StorageSettings


@dataclass(frozen=True, slots=True)
class DatabaseProbe:
    name: str = "database"

    def check(self) -> None:
        settings = DatabaseSettings()  # type: ignore[call-arg]  # from the environment
        with psycopg.connect(str(settings.database_url), connect_timeout=2) as link:
            link.execute("SELECT 1")


@dataclass(frozen=True, slots=True)
class StorageProbe:
    name: str = "storage"

    def check(self) -> None:
        settings = StorageSettings()  # type: ignore[call-arg]  # from the environment
        s3.client().head_bucket(Bucket=settings.bucket)


@dataclass(frozen=True, slots=True)
class QueueProbe:
    queue: str = "ingest-document"
    name: str = "queues"

    def check(self) -> None:
        url = sqs.queue_url(self.queue)
        sqs.client().get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])


@dataclass(frozen=True, slots=True)
class SearchProbe:
    name: str = "search"

    def check(self) -> None:
        """A cluster that is red has shards, and so documents, out of reach."""
        health = opensearch.client().cluster.health(timeout=2)
        if health["status"] == "red":
            raise RuntimeError("OpenSearch has shards that are out of reach.")
