"""`mara ship-again`: calls ship_logs again with the batches of log lines that it has given up."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from infra.local.secret_commands import client_of

EVENT = "requestPayload"
"""The event in the record of a failed invocation (AWS Lambda, "Capturing records of asynchronous
invocations")."""


def ship_again(stage: str) -> str:
    """Call the function of a stage with each batch, and wait; return what to print.

    Raises RuntimeError where it fails again: that batch and those after it are kept. So does a
    stage without a Loki.
    """
    name = f"mara-{stage}-ship-logs"
    functions = client_of(stage, "lambda")

    def call(payload: dict[str, Any]) -> None:
        # It waits: so its failure is seen before the batch is deleted.
        answer = functions.invoke(FunctionName=name, Payload=json.dumps(payload).encode())
        if "FunctionError" in answer:
            raise RuntimeError(f"{name} failed again: read its log; what is left is kept")

    s3 = client_of(stage, "s3")
    try:
        count = take_all(s3, f"{name}-failed", call)
    except s3.exceptions.NoSuchBucket:
        raise RuntimeError(f"the stage {stage} ships no log lines: it has no LokiUrl") from None
    return f"{count} batches were shipped by {name}"


def take_all(s3: Any, bucket: str, call: Callable[[dict[str, Any]], None]) -> int:
    """Call with the event of each record in the bucket, and then delete the record.

    A crash between the two repeats a call: Loki stores a line once. Returns how many there were.
    """
    count = 0
    for key in list(_keys(s3, bucket)):
        record = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        call(record[EVENT])
        s3.delete_object(Bucket=bucket, Key=key)
        count += 1
    return count


def _keys(s3: Any, bucket: str) -> Iterator[str]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for one in page.get("Contents", ()):
            yield one["Key"]
