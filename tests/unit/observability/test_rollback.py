"""The alarms that put an update back: requests as AWS's own models of them accept."""

import re
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from infra.local.settings import ROOT
from infra.observability.rollback import ALARMS, CAPABILITIES, MINUTES, set_triggers

ARN = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{}"
NAMES = sorted(f"mara-prod-{name}" for name in ALARMS)
STACK = {"StackName": "mara", "CreationTime": 0, "StackStatus": "UPDATE_COMPLETE"}


@pytest.fixture
def clients() -> tuple[Any, Any]:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return tuple(
        boto3.client(name, region_name="eu-west-1", **keys)  # type: ignore[call-overload]
        for name in ("cloudformation", "cloudwatch")
    )


def alarms(names: list[str]) -> dict[str, Any]:
    return {"MetricAlarms": [{"AlarmName": n, "AlarmArn": ARN.format(n)} for n in names]}


def test_keep_template_and_parameters_and_watch_the_alarms(clients: tuple[Any, Any]) -> None:
    cloudformation, cloudwatch = clients
    parameters = [{"ParameterKey": "Stage", "ParameterValue": "prod"}]
    with Stubber(cloudformation) as stack, Stubber(cloudwatch) as watch:
        watch.add_response("describe_alarms", alarms(NAMES), {"AlarmNames": NAMES})
        stack.add_response("describe_stacks", {"Stacks": [{**STACK, "Parameters": parameters}]})
        triggers = [{"Arn": ARN.format(n), "Type": "AWS::CloudWatch::Alarm"} for n in NAMES]
        wanted = {
            "StackName": "mara",
            "UsePreviousTemplate": True,
            "Parameters": [{"ParameterKey": "Stage", "UsePreviousValue": True}],
            "Capabilities": CAPABILITIES,
            "Tags": ANY,
            "RollbackConfiguration": {
                "RollbackTriggers": triggers,
                "MonitoringTimeInMinutes": MINUTES,
            },
        }
        stack.add_response("update_stack", {}, wanted)
        assert len(set_triggers(cloudformation, cloudwatch, "mara", "prod")) == len(ALARMS)
        stack.assert_no_pending_responses()


def test_change_nothing_where_an_alarm_is_missing(clients: tuple[Any, Any]) -> None:
    cloudformation, cloudwatch = clients
    with Stubber(cloudformation), Stubber(cloudwatch) as watch:
        watch.add_response("describe_alarms", alarms(NAMES[1:]))
        with pytest.raises(LookupError, match=NAMES[0]):
            set_triggers(cloudformation, cloudwatch, "mara", "prod")


def test_are_at_most_five_of_the_stage() -> None:
    template = (ROOT / "infra" / "observability.yaml").read_text("utf-8")
    made = set(re.findall(r'AlarmName: !Sub "mara-\$\{Stage\}-(.*)"', template))
    assert set(ALARMS) <= made
    assert len(ALARMS) <= 5
