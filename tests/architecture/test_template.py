"""What the template promises of queues, buckets, rights and its own size."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from infra.local.package import FUNCTION, load_template
from infra.local.settings import ROOT
from tests.support.template import shared_role, statements, translated

RESOURCES_MAX = 499
"""CloudFormation's limit is 500 for one stack."""

RESOURCES_BASE, FUNCTIONS_BASE = 230, 63
"""How many resources the stack may have at so many functions; a later one adds its own."""

KINDS = {"api": 3, "queues": 5, "schedules": 3, "logs": 5}
"""Resources of a function: itself, its role, its event; a queue and its dead letters; the
permission of a log group and how often a call is repeated."""

ASSUMED_AND_MANAGED = ("AssumeRolePolicyDocument", "ManagedPolicyArns")

LINES_MAX = 14
"""Of what is written by hand: a dozen, and the function's name."""
WITH_MANY_ROUTES = {"RefuseUnknownRoute"}
QUEUE, BUCKET = "AWS::SQS::Queue", "AWS::S3::Bucket"
VISIBILITY_FACTOR = 6

# SAM's transform, which `cloud` holds, takes seconds.
pytestmark = pytest.mark.xdist_group("template")
CONNECTIONS_OF_CONSUMERS_MAX = 400
"""Of the 800 that the role of the functions may open: infra/docs/scaling.md."""


@cache
def resources(kind: str) -> dict[str, dict[str, Any]]:
    found = load_template()["Resources"].items()
    return {name: r.get("Properties", {}) for name, r in found if r["Type"] == kind}


def consumers() -> Iterator[tuple[str, dict[str, Any], str, dict[str, Any]]]:
    """(function, its properties, the queue it reads, the properties of the event)."""
    for name, properties in resources(FUNCTION).items():
        for event in properties.get("Events", {}).values():
            if event["Type"] == "SQS":
                yield (
                    name,
                    properties,
                    event["Properties"]["Queue"]["Fn::GetAtt"][0],
                    event["Properties"],
                )


@pytest.fixture(scope="module")
def cloud(request: pytest.FixtureRequest) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        return translated(load_template())


def references(value: Any) -> Iterator[str]:
    """The resources that a value of the template refers to, by Ref, Fn::GetAtt or Fn::Sub."""
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::GetAtt": str(name)}:
            yield name.partition(".")[0]
        case {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text), *_]}:
            yield from re.findall(r"\$\{(\w+)", text)
        case dict():
            for part in value.values():
                yield from references(part)
        case list():
            for part in value:
                yield from references(part)


def test_has_no_circle_of_references_before_the_transform() -> None:
    """LocalStack follows the references of an update before SAM's transform, without an end."""
    found = load_template()["Resources"]
    graph = {name: found.keys() & {*references(resource)} for name, resource in found.items()}
    order = list(TopologicalSorter(graph).static_order())
    assert order.index("SchedulerRole") < order.index("ScanChain")


def dead_letter_queues() -> set[str]:
    queues = resources(QUEUE).values()
    return {
        queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for queue in queues
        if "RedrivePolicy" in queue
    }


class TestLogs:
    def test_of_all_functions_are_in_one_group_that_keeps_them_30_days(self) -> None:
        shared = load_template()["Globals"]["Function"]["LoggingConfig"]["LogGroup"]
        own = {name for name, f in resources(FUNCTION).items() if "LoggingConfig" in f}
        assert (shared, own) == ({"Ref": "LogGroup"}, {"ShipLogs"})
        groups = resources("AWS::Logs::LogGroup").values()
        assert {group["RetentionInDays"] for group in groups} == {30}

    def test_of_the_function_that_ships_them_are_not_shipped(self) -> None:
        """It would call itself for ever."""
        ships = resources(FUNCTION)["ShipLogs"]
        read = ships["Events"]["Lines"]["Properties"]["LogGroupName"]
        assert ships["LoggingConfig"]["LogGroup"] not in (read, {"Ref": "LogGroup"})

    def test_that_were_given_up_are_in_a_bucket_which_takes_any_size(self) -> None:
        """With its record an event may be larger than a message of SQS."""
        config = resources(FUNCTION)["ShipLogs"]["EventInvokeConfig"]["DestinationConfig"]
        given_up = config["OnFailure"]
        bucket = resources(BUCKET)[given_up["Destination"]["Fn::GetAtt"][0]]
        assert given_up["Type"] == "S3Bucket"
        assert bucket["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 14


class TestSecrets:
    def test_are_read_by_functions_and_never_by_cloudformation(self, cloud: dict[str, Any]) -> None:
        """It would write them into configurations, and takes 60 dynamic references a template."""
        assert "{{resolve:" not in json.dumps(cloud)

    def test_are_named_without_a_blank(self) -> None:
        """A line that is broken inside a name puts one there, and no secret has that name."""
        named = re.findall(r'"(secretsmanager:mara-[^"]*)"', json.dumps(load_template()))
        assert named
        assert [name for name in named if re.search(r"\s", name)] == []


class TestQueues:
    def test_have_dead_letters(self) -> None:
        """Invariant 26."""
        queues = resources(QUEUE)
        read = {queue for _, _, queue, _ in consumers()}
        assert read
        for name in read:
            redrive = queues[name]["RedrivePolicy"]
            dead, _ = redrive["deadLetterTargetArn"]["Fn::GetAtt"]
            assert redrive["maxReceiveCount"] >= 3, name
            assert (
                queues[dead]["QueueName"]["Fn::Sub"]
                == f"{queues[name]['QueueName']['Fn::Sub']}-dead"
            )

    def test_are_each_read_or_hold_dead_letters(self) -> None:
        """Invariant 26: nothing piles up where nobody looks."""
        read = {queue for _, _, queue, _ in consumers()}
        assert set(resources(QUEUE)) == read | dead_letter_queues()

    def test_hide_a_message_six_times_as_long_as_its_function_may_run(self) -> None:
        """Invariant 26."""
        default = load_template()["Globals"]["Function"]["Timeout"]
        for name, properties, queue, _ in consumers():
            visible_after_s = resources(QUEUE)[queue].get("VisibilityTimeout", 30)
            assert visible_after_s >= VISIBILITY_FACTOR * properties.get("Timeout", default), name

    def test_take_reports_of_partial_failures(self) -> None:
        """Invariant 26."""
        for name, _, _, event in consumers():
            assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"], name

    def test_leave_connections_of_the_database_to_the_api_in_a_burst(self) -> None:
        most = sum(event["ScalingConfig"]["MaximumConcurrency"] for *_, event in consumers())
        assert most <= CONNECTIONS_OF_CONSUMERS_MAX

    def test_keep_dead_letters_as_long_as_can_be(self) -> None:
        for name, queue in resources(QUEUE).items():
            if "RedrivePolicy" not in queue:
                assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600, name

    def test_let_a_consumer_write_to_its_dead_letters(self) -> None:
        """Invariant 26: a poison message goes there with its reason."""
        for name, properties, queue, _ in consumers():
            dead, _ = resources(QUEUE)[queue]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"]
            sends = {
                policy["SQSSendMessagePolicy"]["QueueName"]["Fn::GetAtt"][0]
                for policy in properties["Policies"]
                if "SQSSendMessagePolicy" in policy
            }
            assert dead in sends, name


class TestDeadLetters:
    """Their one consumer is invoked by mappings in a nested stack."""

    def test_of_every_queue_are_read_by_one_function(self) -> None:
        nested = yaml_parse((ROOT / "infra" / "dead-letters.yaml").read_text("utf-8"))
        mappings = {
            name: resource["Properties"]["EventSourceArn"]["Fn::Sub"].rpartition(":")[2]
            for name, resource in nested["Resources"].items()
        }
        assert mappings == {
            name: queue["QueueName"]["Fn::Sub"]
            for name, queue in resources(QUEUE).items()
            if name in dead_letter_queues()
        }
        stack = load_template()["Resources"]["DeadLetters"]
        assert set(stack["DependsOn"]) == set(mappings)

    def test_are_hidden_six_times_as_long_as_the_function_may_run(self) -> None:
        timeout = resources(FUNCTION)["KeepDeadLetters"]["Timeout"]
        for name, queue in resources(QUEUE).items():
            if name in dead_letter_queues():
                assert queue["VisibilityTimeout"] >= VISIBILITY_FACTOR * timeout, name

    def test_can_be_sent_again_to_every_queue(self) -> None:
        sends = {
            policy["SQSSendMessagePolicy"]["QueueName"]["Fn::GetAtt"][0]
            for policy in resources(FUNCTION)["RelayOutbox"]["Policies"]
            if "SQSSendMessagePolicy" in policy
        }
        assert sends == {
            name for name, queue in resources(QUEUE).items() if "RedrivePolicy" in queue
        }


class TestBuckets:
    def test_are_closed_to_the_public(self) -> None:
        buckets = resources(BUCKET)
        assert buckets
        for name, bucket in buckets.items():
            block = bucket["PublicAccessBlockConfiguration"]
            assert block == dict.fromkeys(
                (
                    "BlockPublicAcls",
                    "BlockPublicPolicy",
                    "IgnorePublicAcls",
                    "RestrictPublicBuckets",
                ),
                True,
            ), name

    def test_are_encrypted(self) -> None:
        for name, bucket in resources(BUCKET).items():
            assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"], name


class TestRights:
    def test_that_three_functions_have_alike_are_a_shared_role(self, cloud: dict[str, Any]) -> None:
        alike: dict[str, list[str]] = {}
        for name, role in cloud["Resources"].items():
            if role["Type"] == "AWS::IAM::Role":
                assumed, rights = (role["Properties"].get(key) for key in ASSUMED_AND_MANAGED)
                policies = [p["PolicyDocument"] for p in role["Properties"].get("Policies", [])]
                alike.setdefault(json.dumps([assumed, rights, policies]), []).append(name)
        assert not [names for names in alike.values() if len(names) > 2]

    def test_of_a_function_are_a_shared_role_or_its_own_policies(self) -> None:
        for name, function in resources(FUNCTION).items():
            assert not {"Role", "Policies"} <= set(function), name

    def test_of_a_shared_role_are_used_by_several_functions(self) -> None:
        used = Counter(shared_role(function) for function in resources(FUNCTION).values())
        roles = {name for name in resources("AWS::IAM::Role") if name != "SchedulerRole"}
        assert all(used[name] > 1 for name in roles)
        assert set(used) - {None} == roles

    def test_name_what_may_be_done_and_to_what(self) -> None:
        found = list(statements(load_template()["Resources"]))
        assert found
        for statement in found:
            for part in ("Action", "Resource", "Principal"):
                values = statement.get(part, [])
                for value in values if isinstance(values, list) else [values]:
                    assert value != "*", statement
                    assert not str(value).endswith(":*"), statement

    def test_come_in_no_managed_policy_of_everything(self) -> None:
        for name, function in resources(FUNCTION).items():
            for policy in function.get("Policies", []):
                assert isinstance(policy, dict), f"{name}: {policy}"


def kind_of(name: str) -> str:
    """``api``, ``queues`` or ``schedules``."""
    return str(resources(FUNCTION)[name]["CodeUri"].split("/")[1])


def owner(name: str, resource: dict[str, Any]) -> str | None:
    """The function for which a resource of the transformed template exists, if it is only one."""
    properties = resource.get("Properties", {})
    match resource["Type"]:
        case "AWS::Lambda::Function":
            return name
        case "AWS::IAM::Role":
            return name.removesuffix("Role")
        case "AWS::Lambda::Permission" | "AWS::Lambda::EventSourceMapping":
            return str(properties["FunctionName"]["Ref"])
        case "AWS::Scheduler::Schedule":
            return str(properties["Target"]["Arn"]["Fn::GetAtt"][0])
        case "AWS::SQS::Queue":
            return queue_owner(name)
    return None


def queue_owner(name: str) -> str | None:
    """The consumer of a queue, or the function whose dead letters it holds."""
    for function, _, queue, _ in consumers():
        dead, _ = resources(QUEUE)[queue]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"]
        if name in (queue, dead):
            return function
    return None


class TestSize:
    def test_stays_under_the_limit_of_one_stack(self, cloud: dict[str, Any]) -> None:
        count, functions = len(cloud["Resources"]), resources(FUNCTION)
        print(f"template.yaml: {count} resources for {len(functions)} functions")
        assert count <= RESOURCES_MAX
        later = max(0, len(functions) - FUNCTIONS_BASE)
        assert count <= RESOURCES_BASE + later * max(KINDS.values())

    def test_has_for_each_function_what_its_kind_needs(self, cloud: dict[str, Any]) -> None:
        """A function with several paths or schedules has one resource for each of them."""
        owners = Counter(owner(name, resource) for name, resource in cloud["Resources"].items())
        functions = resources(FUNCTION)
        assert {name for name in owners if name in functions} == set(functions)
        for name, function in functions.items():
            further_events = len(function.get("Events", {})) - 1
            assert owners[name] <= KINDS[kind_of(name)] + further_events, name

    def test_counts_no_resource_twice_and_none_of_a_function_as_shared(
        self, cloud: dict[str, Any]
    ) -> None:
        shared = {
            resource["Type"]
            for name, resource in cloud["Resources"].items()
            if owner(name, resource) not in resources(FUNCTION)
        }
        assert not shared & {"AWS::Lambda::Permission", "AWS::Scheduler::Schedule", QUEUE}

    def test_gives_a_function_a_dozen_lines_besides_the_generated_environment(self) -> None:
        text = (ROOT / "template.yaml").read_text("utf-8").partition("\nResources:\n")[2]
        entries = re.split(r"^  (?=\w)", text, flags=re.MULTILINE)
        by_name = {entry.partition(":")[0]: entry for entry in entries}
        for name in set(resources(FUNCTION)) - WITH_MANY_ROUTES:
            entry = by_name[name].partition("\n  #")[0].strip()
            by_hand = re.sub(
                r"^      Environment:.*\n(       .*\n)*", "", entry, flags=re.MULTILINE
            )
            assert len(by_hand.splitlines()) <= LINES_MAX, name

    def test_gives_no_function_more_than_five_layers(self) -> None:
        """Lambda's limit, the shared ones counted in."""
        shared = load_template()["Globals"]["Function"]["Layers"]
        for name, function in resources(FUNCTION).items():
            assert len(shared) + len(function.get("Layers", [])) <= 5, name


class TestUnlimitedRoutes:
    """Anybody may call them as often as they like: they look into no table for a limit."""

    def of_anybody(self) -> set[tuple[str, str]]:
        """The method and the path of each, as API Gateway writes it in the settings of a stage."""
        return {
            (event["Properties"]["Method"], "/" + event["Properties"]["Path"].replace("/", "~1"))
            for properties in resources(FUNCTION).values()
            for event in properties.get("Events", {}).values()
            if event["Type"] == "Api"
            and "is_limited=False" in (ROOT / properties["CodeUri"] / "handler.py").read_text()
        }

    def settings(self) -> list[dict[str, Any]]:
        (api,) = resources("AWS::Serverless::Api").values()
        return list(api["MethodSettings"])

    def test_are_throttled_by_the_gateway(self) -> None:
        """Which answers 429: that fires no alarm."""
        throttled = {(one["HttpMethod"], one["ResourcePath"]) for one in self.settings()}
        assert throttled == self.of_anybody()
        for one in self.settings():
            assert 0 < one["ThrottlingRateLimit"] <= one["ThrottlingBurstLimit"] <= 100

    def test_are_throttled_on_the_stage_that_is_deployed(self) -> None:
        made = translated(load_template(), with_events=False)["Resources"].values()
        stages = [one for one in made if one["Type"] == "AWS::ApiGateway::Stage"]
        assert [one["Properties"]["MethodSettings"] for one in stages] == [self.settings()]

    def test_have_no_reserved_concurrency_as_no_route_has(self) -> None:
        """Lambda's throttling is a 5xx: a few callers would fire alarms and end a deployment."""
        reserved = {
            name
            for name, properties in resources(FUNCTION).items()
            if "ReservedConcurrentExecutions" in properties
            and properties["CodeUri"].startswith("functions/api/")
        }
        assert reserved == set()


class TestStage:
    @pytest.mark.parametrize("path", ["template.yaml", "infra/network.yaml", "infra/data.yaml"])
    def test_is_no_beginning_of_the_name_of_another(self, path: str) -> None:
        """Rights name `mara-<stage>-*`: those of `prod` would cover `prod-eu`."""
        allowed = yaml_parse((ROOT / path).read_text("utf-8"))["Parameters"]["Stage"]
        assert re.fullmatch(allowed["AllowedPattern"], "prod2")
        assert not re.fullmatch(allowed["AllowedPattern"], "prod-eu")
