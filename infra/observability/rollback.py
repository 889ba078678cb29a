"""Sets the alarms that put an update of a stage back: `python -m infra.observability.rollback`.

CloudFormation keeps them, and watches them in every later update (decision 0041).
"""

import argparse
from collections.abc import Sequence
from typing import Any, Final

ALARMS: Final = (
    "ledger-differs",
    "custody-below-liabilities",
    "api-5xx",
    "api-budget-burns-5m",
    "outbox-backlog",
)
"""CloudFormation takes five at most."""
MINUTES: Final = 15
"""How long they are watched after an update."""
TAG: Final = {"Key": "rollback", "Value": "alarms"}
"""Without a change CloudFormation refuses an update."""
CAPABILITIES: Final = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


def set_triggers(cloudformation: Any, cloudwatch: Any, stack: str, stage: str) -> list[str]:
    """Update the stack with its own template and the alarms; their ARNs.

    Raises LookupError where the stage lacks one of the alarms.
    """
    names = {f"mara-{stage}-{name}" for name in ALARMS}
    found = cloudwatch.describe_alarms(AlarmNames=sorted(names))["MetricAlarms"]
    if missing := names - {alarm["AlarmName"] for alarm in found}:
        raise LookupError(f"There is no alarm {', '.join(sorted(missing))}.")
    arns = sorted(alarm["AlarmArn"] for alarm in found)
    described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    cloudformation.update_stack(
        StackName=stack,
        UsePreviousTemplate=True,
        Parameters=[
            {"ParameterKey": one["ParameterKey"], "UsePreviousValue": True}
            for one in described.get("Parameters", ())
        ],
        Capabilities=CAPABILITIES,
        Tags=[*(tag for tag in described.get("Tags", ()) if tag["Key"] != TAG["Key"]), TAG],
        RollbackConfiguration={
            "RollbackTriggers": [{"Arn": arn, "Type": "AWS::CloudWatch::Alarm"} for arn in arns],
            "MonitoringTimeInMinutes": MINUTES,
        },
    )
    return arns


def main(arguments: Sequence[str] | None = None) -> None:
    """Set them for the stack and stage that are named."""
    import boto3

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stack", default="mara")
    parser.add_argument("--stage", required=True)
    given = parser.parse_args(arguments)
    clients = boto3.client("cloudformation"), boto3.client("cloudwatch")
    for arn in set_triggers(*clients, given.stack, given.stage):
        print(f"watched during updates: {arn}")  # noqa: T201 - a command prints


if __name__ == "__main__":
    main()
