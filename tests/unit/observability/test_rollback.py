"""The alarms that put an update back: requests as AWS's own models of them accept."""

import re
from collections.abc import Callable
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock
from urllib.parse import parse_qs, urlencode

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber

from infra.local.settings import ROOT
from infra.observability.rollback import (
    ALARMS,
    CAPABILITIES,
    MINUTES,
    TAG,
    clear_triggers,
    main,
    set_triggers,
)

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


def sent(call: Callable[[Any], None], tags: list[dict[str, str]]) -> str:
    """The body of the update that is sent of a stack with these tags."""
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    cloudformation: Any = boto3.client("cloudformation", region_name="eu-west-1", **keys)  # type: ignore[call-overload]
    answers = {"DescribeStacks": {"Stacks": [{**STACK, "Tags": tags}]}, "UpdateStack": {}}
    bodies: list[str] = []

    def answer(model: Any, params: Any, **_: object) -> tuple[SimpleNamespace, dict[str, Any]]:
        bodies.append(urlencode(params["body"]))
        return SimpleNamespace(status_code=200), answers[model.name]

    cloudformation.meta.events.register("before-call", answer)
    call(cloudformation)
    return bodies[-1]


def test_are_removed_by_an_empty_list() -> None:
    body = sent(lambda one: clear_triggers(one, "mara"), [])
    assert "RollbackConfiguration.RollbackTriggers=&" in body
    assert "RollbackConfiguration.MonitoringTimeInMinutes=0" in body


def test_change_the_stack_each_time_and_keep_the_tags_of_others() -> None:
    before = [{"Key": "team", "Value": "a"}, {"Key": TAG, "Value": "2026-11-28T00:00:00+00:00"}]
    body = parse_qs(sent(lambda one: clear_triggers(one, "mara"), before))
    assert body["Tags.member.1.Key"] == ["team"]
    assert body["Tags.member.2.Key"] == [TAG]
    assert datetime.fromisoformat(body["Tags.member.2.Value"][0]).date() > date(2026, 11, 28)
    assert "Tags.member.3.Key" not in body


@pytest.mark.parametrize("options", [[], ["--clear"]])
def test_end_with_a_line_where_aws_refuses(
    options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refused: Any = {"Error": {"Code": "ValidationError", "Message": "UPDATE_IN_PROGRESS"}}
    client = MagicMock()
    client.describe_alarms.return_value = alarms(NAMES)
    client.describe_stacks.return_value = {"Stacks": [STACK]}
    client.update_stack.side_effect = ClientError(refused, "UpdateStack")
    monkeypatch.setattr(boto3, "client", lambda _name: client)
    assert main(["--stage", "prod", *options]) == 1
    assert "UPDATE_IN_PROGRESS" in capsys.readouterr().err


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
