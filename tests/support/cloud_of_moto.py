"""S3 and SQS in the test's own process, and the life of a document on them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto import mock_aws

from mara.kernel.errors import Conflict
from mara.platform import s3, sqs
from mara.wiring.documents import acceptance_service, ingestion_service, purge_service

BUCKET = "mara-test"
QUEUES = ("ingest-document", "purge-document", "accept-upload")


class Cloud:
    """What lies in the queues and the bucket, and workers that take it."""

    def __init__(self) -> None:
        self.s3: Any = boto3.client("s3")
        self.sqs: Any = boto3.client("sqs")
        place: Any = {"LocationConstraint": "eu-west-1"}
        self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
        for queue in QUEUES:
            self.sqs.create_queue(QueueName=f"mara-local-{queue}")

    def take(self, queue: str) -> list[str]:
        """The documents that the messages of a queue name; the messages are gone then."""
        url = self.sqs.get_queue_url(QueueName=f"mara-local-{queue}")["QueueUrl"]
        taken: list[str] = []
        while messages := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                taken.append(json.loads(message["Body"])["document_id"])
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return taken

    def work(self) -> None:
        """Consume every message twice, as a queue may deliver it, until none is left."""
        services = {
            "ingest-document": lambda i: ingestion_service().ingest(i),
            "purge-document": lambda i: purge_service().purge(i),
            "accept-upload": lambda i: acceptance_service().accept(i),
        }
        while sum(self._work_on(queue, serve) for queue, serve in services.items()):
            pass

    def _work_on(self, queue: str, serve: Any) -> int:
        from uuid import UUID

        taken = self.take(queue)
        for document_id in [i for i in taken for _ in range(2)]:
            try:
                serve(UUID(document_id))
            except Conflict:
                continue  # done already, says the frame, and acknowledges
        return len(taken)

    def objects(self) -> list[str]:
        listed = self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return [item["Key"] for item in listed]


@contextmanager
def cloud_of_moto() -> Iterator[Cloud]:
    with mock_aws():
        for cached in (s3.client, sqs.client, sqs.queue_url):
            cached.cache_clear()
        yield Cloud()
        for cached in (s3.client, sqs.client, sqs.queue_url):
            cached.cache_clear()
