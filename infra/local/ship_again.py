"""`mara ship-again`: calls ship_logs again with the batches of log lines that it has given up."""

import json
from collections.abc import Callable
from typing import Any

from infra.local.secret_commands import client_of

MESSAGES_MAX = 10
"""Messages of one request to SQS; a limit of it."""


def ship_again(stage: str) -> str:
    """Call the function of a stage with each batch; return what to print."""
    name = f"mara-{stage}-ship-logs"
    functions = client_of(stage, "lambda")

    def call(payload: dict[str, Any]) -> None:
        body = json.dumps(payload).encode()
        functions.invoke(FunctionName=name, InvocationType="Event", Payload=body)

    count = take_all(client_of(stage, "sqs"), f"{name}-failed", call)
    return f"{count} batches were handed to {name} again"


def take_all(sqs: Any, queue: str, call: Callable[[dict[str, Any]], None]) -> int:
    """Call with the event of each message of a failure queue, and then delete the message.

    A crash between the two repeats a call: Loki stores a line once. Returns how many there were.
    """
    url, count = sqs.get_queue_url(QueueName=queue)["QueueUrl"], 0
    while messages := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=MESSAGES_MAX, WaitTimeSeconds=1
    ).get("Messages", []):
        for message in messages:
            call(json.loads(message["Body"])["requestPayload"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        count += len(messages)
    return count
