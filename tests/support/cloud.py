"""Storage and queues in this process, as the template makes them."""

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from moto import mock_aws

from infra.local.package import load_template

STAGE = "local"


@contextmanager
def storage_and_queues(bucket: str = "mara-test") -> Iterator[None]:
    with mock_aws():
        place = {"LocationConstraint": "eu-west-1"}
        boto3.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=place)  # type: ignore[arg-type]
        queues = boto3.client("sqs")
        for resource in load_template()["Resources"].values():
            if resource["Type"] == "AWS::SQS::Queue":
                name = resource["Properties"]["QueueName"]["Fn::Sub"]
                queues.create_queue(QueueName=name.replace("${Stage}", STAGE))
        yield
