"""The CloudFormation stack in LocalStack: its state, its progress, and why it failed."""

import time
from collections import Counter
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.localstack import programs
from infra.local.localstack.aws import client
from infra.local.localstack.stage import STACK, LocalStackFailed

COMPLETE = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
UPDATABLE = {*COMPLETE, "UPDATE_ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"}
SETTLE_TIMEOUT_S = 1200.0
POLL_S = 2.0


def find(url: str) -> dict[str, Any] | None:
    """Return the stack as CloudFormation describes it; None if there is none.

    Raises LocalStackFailed if CloudFormation does not answer or refuses.
    """
    try:
        stack: dict[str, Any] = client(url, "cloudformation").describe_stacks(StackName=STACK)[
            "Stacks"
        ][0]
    except (BotoCoreError, ClientError) as error:
        if _is_missing(error):
            return None
        raise LocalStackFailed(f"CloudFormation at {url} failed: {error}") from error
    return None if stack["StackStatus"] == "DELETE_COMPLETE" else stack


def settle(url: str) -> None:
    """Wait for an interrupted deployment to end, and delete a stack that was never complete.

    CloudFormation updates neither. Raises LocalStackFailed after 20 minutes.
    """
    give_up_at = time.monotonic() + SETTLE_TIMEOUT_S
    is_deleted = False
    while (stack := find(url)) is not None and (status := stack["StackStatus"]) not in UPDATABLE:
        if time.monotonic() > give_up_at:
            raise LocalStackFailed(f"The stack {STACK} is {status} after {SETTLE_TIMEOUT_S:.0f} s.")
        if not status.endswith("IN_PROGRESS") and not is_deleted:
            client(url, "cloudformation").delete_stack(StackName=STACK)
            is_deleted = True
        programs.report(f"an earlier deployment: {status}, {progress(url)}")
        time.sleep(POLL_S)


def progress(url: str) -> str:
    """Return how many resources are complete, or why that is unknown."""
    try:
        found = client(url, "cloudformation").describe_stack_resources(StackName=STACK)
    except (BotoCoreError, ClientError) as error:
        return "the functions are being packaged" if _is_missing(error) else str(error)
    states = Counter(part["ResourceStatus"] for part in found["StackResources"])
    if not states:
        return "the functions are being packaged and the changes computed"
    done = sum(count for state, count in states.items() if state in COMPLETE)
    return f"{done} of {states.total()} resources"


def failures(url: str) -> list[str]:
    """Return a line for each resource that failed, with the reason; empty without a stack."""
    try:
        events = client(url, "cloudformation").describe_stack_events(StackName=STACK)
    except (BotoCoreError, ClientError) as error:
        return [] if _is_missing(error) else [f"The reasons cannot be read: {error}"]
    return [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason is given')}"
        for event in events["StackEvents"]
        if event["ResourceStatus"].endswith("FAILED")
    ]


def _is_missing(error: Exception) -> bool:
    """Whether CloudFormation says that there is no such stack: it has no error code for that."""
    if not isinstance(error, ClientError):
        return False
    said = error.response["Error"]
    return said["Code"] == "ValidationError" and "does not exist" in said["Message"]
