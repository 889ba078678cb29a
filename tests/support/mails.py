"""The queue of e-mails and the mailbox of moto, for tests of what is mailed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto.sesv2.models import sesv2_backends

from functions.queues.send_account_mail.handler import handler
from mara.platform import outbox
from mara.platform.clock import now
from tests.support.cloud import storage_and_queues

SENDER = "mara@example.com"
QUEUE = "mara-local-send-account-mail"
ACCOUNT, REGION = "123456789012", "eu-west-1"


@dataclass
class Mailbox:
    """Consumes the queue, and reads what SES was asked to send."""

    sqs: Any

    def deliver(self, times: int = 1) -> list[dict[str, Any]]:
        """Relay the outbox, and consume each message of the queue so many times.

        Returns the failures that SQS sees.
        """
        outbox.relay(now())
        url = self.sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
        failures: list[dict[str, Any]] = []
        while messages := self.sqs.receive_message(QueueUrl=url).get("Messages"):
            for message in messages:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                record = {
                    "messageId": message["MessageId"],
                    "body": message["Body"],
                    "eventSource": "aws:sqs",
                }
                for _ in range(times):
                    failures += handler({"Records": [record]}, None)["batchItemFailures"]
        return failures

    @property
    def texts(self) -> list[str]:
        """The texts of all e-mails, in the order in which they were sent."""
        return [sent.body for sent in sesv2_backends[ACCOUNT][REGION].core_backend.sent_messages]

    def token(self) -> str:
        """The token at the end of the last e-mail's action."""
        return self.texts[-1].partition(": ")[2].split()[0]


@contextmanager
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    monkeypatch.setenv("MARA_MAIL_FROM", SENDER)
    with storage_and_queues():
        boto3.client("sesv2").create_email_identity(EmailIdentity=SENDER)
        yield Mailbox(boto3.client("sqs"))


def dead_letters() -> list[dict[str, Any]]:
    """The bodies of the dead-letter queue."""
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName=f"{QUEUE}-dead")["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]
