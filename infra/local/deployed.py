"""Runs functions of the deployed stack at once, which a schedule runs within minutes."""

import json
from typing import Any

from infra.local.aws import client
from infra.local.deploy import STACK


def run_now(name: str, **event: str) -> dict[str, Any]:
    """Invoke the function with this name in the template; what it returned.

    Raises RuntimeError if it failed.
    """
    resource = client("cloudformation").describe_stack_resource(
        StackName=STACK, LogicalResourceId=name
    )
    function = resource["StackResourceDetail"]["PhysicalResourceId"]
    answer = client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
    said: dict[str, Any] = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise RuntimeError(f"{name} failed: {said.get('errorMessage', said)}")
    return said
