"""Sets the alarms that put an update of a stage back: `python -m infra.observability.rollback`.

CloudFormation keeps them, and watches them in every later update (decision 0041). It refuses an
update while one of them fires, so also the mend that would end it: ``--clear`` removes them.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
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
TAG: Final = "rollback-set-at"
"""Without a change CloudFormation refuses an update: the tag has its time."""
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
    _update(cloudformation, stack, arns, MINUTES)
    return arns


def clear_triggers(cloudformation: Any, stack: str) -> None:
    """Update the stack with its own template and no alarm: the next update is not refused."""
    # An empty list removes them; without a list CloudFormation goes on with those it has.
    _update(cloudformation, stack, [], 0)


def _update(cloudformation: Any, stack: str, arns: Sequence[str], minutes: int) -> None:
    described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    others = [tag for tag in described.get("Tags", ()) if tag["Key"] != TAG]
    cloudformation.update_stack(
        StackName=stack,
        UsePreviousTemplate=True,
        Parameters=[
            {"ParameterKey": one["ParameterKey"], "UsePreviousValue": True}
            for one in described.get("Parameters", ())
        ],
        Capabilities=CAPABILITIES,
        Tags=[*others, {"Key": TAG, "Value": datetime.now(UTC).isoformat()}],
        RollbackConfiguration={
            "RollbackTriggers": [{"Arn": arn, "Type": "AWS::CloudWatch::Alarm"} for arn in arns],
            "MonitoringTimeInMinutes": minutes,
        },
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Set or remove them; 1 where CloudFormation or CloudWatch refuses."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stack", default="mara")
    parser.add_argument("--stage", required=True)
    parser.add_argument(
        "--clear", action="store_true", help="remove them: an update is refused while one fires"
    )
    given = parser.parse_args(arguments)
    clients = boto3.client("cloudformation"), boto3.client("cloudwatch")
    try:
        if given.clear:
            clear_triggers(clients[0], given.stack)
        watched = [] if given.clear else set_triggers(*clients, given.stack, given.stage)
    except (BotoCoreError, ClientError, LookupError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for line in watched or ["nothing; set the alarms again after the mend"]:
        print(f"watched during updates: {line}")  # noqa: T201 - a command prints
    wait = f"aws cloudformation wait stack-update-complete --stack-name {given.stack}"
    print(f"before the next update: {wait}")  # noqa: T201 - as above
    return 0


if __name__ == "__main__":
    sys.exit(main())
