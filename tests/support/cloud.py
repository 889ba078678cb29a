"""S3 and SQS in this process (moto), with the template's queues, and workers for them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from uuid import UUID

import boto3

from infra.local.package import load_template
from mara.kernel.errors import Conflict
from mara.platform import s3, ses, sqs
from mara.wiring.documents import acceptance_service, ingestion_service, purge_service
from tests.support.aws import aws_of_moto

STAGE = "local"
BUCKET = "mara-test"
CLIENTS = (s3.client, ses.client, sqs.client, sqs.queue_url)


@contextmanager
def storage_and_queues(bucket: str = BUCKET) -> Iterator[None]:
    with aws_of_moto():
        _forget_clients()
        place = {"LocationConstraint": "eu-west-1"}
        boto3.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=place)  # type: ignore[arg-type]
        queues = boto3.client("sqs")
        for name in _queue_names():
            queues.create_queue(QueueName=name)
        yield
        _forget_clients()


@cache
def _queue_names() -> list[str]:
    """Those of template.yaml, which takes 0.2 s to read."""
    resources = load_template()["Resources"].values()
    queues = [resource for resource in resources if resource["Type"] == "AWS::SQS::Queue"]
    names = [str(queue["Properties"]["QueueName"]["Fn::Sub"]) for queue in queues]
    return [name.replace("${Stage}", STAGE) for name in names]


def _forget_clients() -> None:
    for cached in CLIENTS:
        cached.cache_clear()


class Cloud:
    """The contents of queues and bucket, and workers that consume the messages."""

    def __init__(self) -> None:
        self.s3: Any = boto3.client("s3")
        self.sqs: Any = boto3.client("sqs")

    def rings(self, queue: str) -> int:
        """Receive and delete all messages of a queue; return how many."""
        url = self.sqs.get_queue_url(QueueName=f"mara-local-{queue}")["QueueUrl"]
        taken = 0
        while messages := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            taken += len(messages)
        return taken

    def take(self, queue: str) -> list[str]:
        """Receive and delete all messages of a queue; return the document ids in them."""
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
        """Consume every message twice, as a queue may deliver it, until the queues are empty."""
        services = {
            "ingest-document": lambda i: ingestion_service().ingest(i),
            "purge-document": lambda i: purge_service().purge(i),
            "accept-upload": lambda i: acceptance_service().accept(i),
        }
        while sum(self._work_on(queue, serve) for queue, serve in services.items()):
            pass

    def _work_on(self, queue: str, serve: Any) -> int:
        taken = self.take(queue)
        for document_id in [i for i in taken for _ in range(2)]:
            try:
                serve(UUID(document_id))
            except Conflict:
                continue  # done already: the frame acknowledges the message
        return len(taken)

    def objects(self) -> list[str]:
        listed = self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return [item["Key"] for item in listed]


@contextmanager
def cloud_of_moto() -> Iterator[Cloud]:
    with storage_and_queues():
        yield Cloud()
