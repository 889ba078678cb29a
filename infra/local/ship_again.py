"""`mara ship-again`: calls ship_logs again with the batches of log lines that it has given up."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from infra.local.secret_commands import client_of

EVENT = "requestPayload"
"""The event in the record of a failed invocation (AWS Lambda, "Capturing records of asynchronous
invocations")."""


@dataclass(slots=True)
class ShippedAgain:
    """How many batches were shipped whole and deleted, and how many are kept."""

    shipped: int = 0
    kept: int = 0
    refused_lines: int = 0
    """Lines of the kept ones that Loki refused."""


def ship_again(stage: str) -> str:
    """Call the function of a stage with each batch, and wait; return what to print.

    Raises RuntimeError where it fails again: that batch and those after it are kept. So does a
    stage without a Loki, and one whose Loki refuses lines: their batches are kept.
    """
    name = f"mara-{stage}-ship-logs"
    functions = client_of(stage, "lambda")

    def call(payload: dict[str, Any]) -> int:
        # It waits: so its failure is seen before the batch is deleted.
        answer = functions.invoke(FunctionName=name, Payload=json.dumps(payload).encode())
        if "FunctionError" in answer:
            raise RuntimeError(f"{name} failed again: read its log; what is left is kept")
        return int(json.loads(answer["Payload"].read())["dropped"])

    s3 = client_of(stage, "s3")
    try:
        found = take_all(s3, f"{name}-failed", call)
    except s3.exceptions.NoSuchBucket:
        raise RuntimeError(f"the stage {stage} ships no log lines: it has no LokiUrl") from None
    said = f"{found.shipped} batches were shipped by {name}"
    if found.kept:
        raise RuntimeError(
            f"{said}; {found.kept} are kept in {name}-failed: Loki refused"
            f" {found.refused_lines} of their lines, as too old or too long"
        )
    return said


def take_all(s3: Any, bucket: str, call: Callable[[dict[str, Any]], int]) -> ShippedAgain:
    """Call with the event of each record in the bucket, and then delete the record.

    ``call`` returns how many lines were refused: then the record is kept. A crash between the two
    repeats a call: Loki stores a line once.
    """
    done = ShippedAgain()
    for key in list(_keys(s3, bucket)):
        record = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        if refused := call(record[EVENT]):
            done.kept += 1
            done.refused_lines += refused
            continue
        s3.delete_object(Bucket=bucket, Key=key)
        done.shipped += 1
    return done


def _keys(s3: Any, bucket: str) -> Iterator[str]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for one in page.get("Contents", ()):
            yield one["Key"]
