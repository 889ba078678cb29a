"""The templates of the network, created in CloudFormation (moto), and of the database."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from samtranslator.yaml_helper import yaml_parse

from infra.local.settings import ROOT
from tests.support.aws import aws_of_moto

REGION = "eu-west-1"


def create(name: str, parameters: dict[str, str]) -> dict[str, str]:
    """Create a stack of infra/<name>.yaml; return its outputs."""
    cloudformation = boto3.client("cloudformation", region_name=REGION)
    cloudformation.create_stack(
        StackName=f"mara-prod-{name}",
        TemplateBody=(ROOT / "infra" / f"{name}.yaml").read_text("utf-8"),
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ],
        Capabilities=["CAPABILITY_IAM"],
    )
    (stack,) = cloudformation.describe_stacks(StackName=f"mara-prod-{name}")["Stacks"]
    return {found["OutputKey"]: found["OutputValue"] for found in stack["Outputs"]}


@pytest.fixture(scope="module")
def account() -> Iterator[None]:
    with aws_of_moto():
        yield


@pytest.fixture(scope="module")
def network(account: None) -> dict[str, str]:
    return create("network", {"Stage": "prod"})


@pytest.fixture(scope="module")
def ec2(network: dict[str, str]) -> Any:
    return boto3.client("ec2", region_name=REGION)


class TestNetwork:
    def test_has_private_subnets_in_two_zones(self, network: dict[str, str], ec2: Any) -> None:
        ids = network["PrivateSubnetIds"].split(",")
        subnets = ec2.describe_subnets(SubnetIds=ids)["Subnets"]
        assert len({subnet["AvailabilityZone"] for subnet in subnets}) == 2
        assert all(subnet["CidrBlock"].endswith("/18") for subnet in subnets)

    def test_lets_private_subnets_out_by_nat_alone(self) -> None:
        """Read from the template: moto keeps no associations of CloudFormation."""
        template = yaml_parse((ROOT / "infra" / "network.yaml").read_text("utf-8"))
        by_kind: dict[str, list[dict[str, Any]]] = {}
        for resource in template["Resources"].values():
            by_kind.setdefault(resource["Type"], []).append(resource.get("Properties", {}))
        tables = {
            association["SubnetId"]["Ref"]: association["RouteTableId"]["Ref"]
            for association in by_kind["AWS::EC2::SubnetRouteTableAssociation"]
        }
        ways_out = {route["RouteTableId"]["Ref"]: route for route in by_kind["AWS::EC2::Route"]}
        for zone in ("A", "B"):
            way_out = ways_out[tables[f"PrivateSubnet{zone}"]]
            assert "NatGatewayId" in way_out
            assert "GatewayId" not in way_out

    def test_lets_functions_alone_reach_the_database(
        self, network: dict[str, str], ec2: Any
    ) -> None:
        (group,) = ec2.describe_security_groups(GroupIds=[network["DatabaseGroupId"]])[
            "SecurityGroups"
        ]
        assert all(
            not rule["IpRanges"] and not rule["Ipv6Ranges"] for rule in group["IpPermissions"]
        )
        callers = {
            pair["GroupId"] for rule in group["IpPermissions"] for pair in rule["UserIdGroupPairs"]
        }
        assert callers == {network["FunctionsGroupId"], network["DatabaseGroupId"]}
        (functions,) = ec2.describe_security_groups(GroupIds=[network["FunctionsGroupId"]])[
            "SecurityGroups"
        ]
        assert functions["IpPermissions"] == []


class TestDatabase:
    @pytest.fixture
    def properties(self) -> dict[str, Any]:
        template = yaml_parse((ROOT / "infra" / "data.yaml").read_text("utf-8"))
        found: dict[str, Any] = template["Resources"]["Database"]["Properties"]
        return found

    def test_is_encrypted_kept_and_has_no_password_in_the_template(
        self, properties: dict[str, Any]
    ) -> None:
        assert properties["StorageEncrypted"]["Fn::If"][2] is True
        assert properties["DeletionProtection"]
        assert properties["ManageMasterUserPassword"]
        assert "MasterUserPassword" not in properties

    def test_grows_by_itself_before_its_disk_is_full(self, properties: dict[str, Any]) -> None:
        given = yaml_parse((ROOT / "infra" / "data.yaml").read_text("utf-8"))["Parameters"]
        assert properties["MaxAllocatedStorage"] == {"Ref": "MaxStorageGb"}
        # RDS asks for a quarter more.
        assert given["MaxStorageGb"]["Default"] >= 1.26 * given["StorageGb"]["Default"]

    def test_logs_no_parameter_of_a_statement(self) -> None:
        template = yaml_parse((ROOT / "infra" / "data.yaml").read_text("utf-8"))
        parameters = template["Resources"]["Parameters"]["Properties"]["Parameters"]
        assert parameters["log_parameter_max_length"] == "0"
        assert parameters["log_parameter_max_length_on_error"] == "0"
        assert parameters["rds.force_ssl"] == "1"


class TestBackups:
    def test_of_files_are_kept_as_long_as_those_of_the_database(self) -> None:
        data = yaml_parse((ROOT / "infra" / "data.yaml").read_text("utf-8"))
        template = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
        files = template["Resources"]["Documents"]["Properties"]
        assert files["VersioningConfiguration"] == {"Status": "Enabled"}
        rules = {rule["Prefix"]: rule for rule in files["LifecycleConfiguration"]["Rules"]}
        kept = {
            prefix: rule["NoncurrentVersionExpiration"]["NoncurrentDays"]
            for prefix, rule in rules.items()
        }
        days = data["Parameters"]["BackupDays"]["Default"]
        assert kept == {"objects/": days, "incoming/": 1, "exports/": 1}

    def test_of_keys_are_their_longest_time_until_deletion(self) -> None:
        template = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
        keys = [one for one in template["Resources"].values() if one["Type"] == "AWS::KMS::Key"]
        assert keys
        for key in keys:
            assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("Retain", "Retain")
            assert key["Properties"]["PendingWindowInDays"] == 30

    def test_cannot_be_noted_by_a_function(self) -> None:
        """A note of a restore excuses rows that are missing: an operator alone writes it."""
        template = (ROOT / "template.yaml").read_text("utf-8")
        assert template.count("${AuditAnchors.Arn}/") == 1
        assert "${AuditAnchors.Arn}/heads/*" in template


class TestFunctions:
    def test_may_join_the_network_whatever_role_they_have(self) -> None:
        template = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
        shared = [
            resource["Properties"]["ManagedPolicyArns"]
            for name, resource in template["Resources"].items()
            if resource["Type"] == "AWS::IAM::Role" and name != "SchedulerRole"
        ]
        assert shared
        assert all("AWSLambdaVPCAccessExecutionRole" in str(arns) for arns in shared)


class TestSchedules:
    def test_have_names_of_their_stage(self) -> None:
        """Two stages of one account would take each other's names, and runbooks search by them."""
        template = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
        names = [
            event["Properties"]["Name"]["Fn::Sub"]
            for resource in template["Resources"].values()
            for event in resource.get("Properties", {}).get("Events", {}).values()
            if event["Type"] == "ScheduleV2"
        ]
        assert names
        assert len(names) == len(set(names))
        assert all(name.startswith("mara-${Stage}-") for name in names)


class TestTracing:
    def test_may_be_sent_by_functions_of_shared_roles_too(self) -> None:
        template = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
        shared = [
            str(resource["Properties"]["ManagedPolicyArns"])
            for name, resource in template["Resources"].items()
            if resource["Type"] == "AWS::IAM::Role" and name != "SchedulerRole"
        ]
        assert all("AWSXRayDaemonWriteAccess" in arns for arns in shared)
