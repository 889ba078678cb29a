"""A function may read the secrets that its environment names, and no others (decision 0043)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.function_environment import functions, settings_read
from infra.local.package import load_template
from infra.local.secret_policies import POLICIES, secrets_named
from infra.local.secret_store import NAMES
from mara.platform.settings.tokens import TokenSettings
from tests.support.template import shared_role, statements

TEMPLATE = load_template()
FUNCTIONS = functions()
CHARACTERS_MAX = 6144
"""Of a managed policy, blanks not counted."""
LONGEST = {
    "${AWS::Partition}": "aws-us-gov",
    "${AWS::Region}": "ap-southeast-2",
    "${AWS::AccountId}": "123456789012",
    "${Stage}": "s" * 20,
}


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = TEMPLATE["Resources"][name]["Properties"]
    return found


def rights_of(name: str) -> Iterator[dict[str, Any]]:
    """The statements about secrets of a function's role or of its own policies."""
    role = shared_role(properties(name))
    given = properties(role)["ManagedPolicyArns"] if role else properties(name).get("Policies", [])
    for policy in given:
        can_be_late = isinstance(policy, dict) and policy.get("Ref") in TEMPLATE["Resources"]
        for statement in statements(properties(policy["Ref"]) if can_be_late else policy):
            if statement["Action"] == "secretsmanager:GetSecretValue":
                yield statement


def may_read(name: str) -> set[str]:
    """The secrets that a function may read, by the conditions on the function that calls."""
    own = f"function:{properties(name)['FunctionName']['Fn::Sub']}"
    found = set()
    for statement in rights_of(name):
        condition = statement.get("Condition", {"ArnEquals": {}})
        (callers,) = condition["ArnEquals"].values() or [None]
        if callers is None or any(arn["Fn::Sub"].endswith(f":{own}") for arn in callers):
            resource = statement["Resource"]["Fn::Sub"]
            found.add(resource.partition(":secret:mara-${Stage}/")[2].removesuffix("-??????"))
    return found


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_a_function_may_read_what_its_environment_names(function: str) -> None:
    named = secrets_named(json.dumps(properties(function).get("Environment", {})))
    # The local stage alone has that secret, and its emulator checks no rights.
    named -= {"local-keys"}
    if TokenSettings in settings_read(FUNCTIONS[function]):
        named.add("tokens")
    # Every other function counts its metrics in the database.
    if function != "ShipLogs":
        named.add("database")
    allowed = may_read(function)
    # Routes that share a role with others may read what signs tokens.
    assert allowed - {"tokens"} == named - {"tokens"}
    assert named <= allowed


def test_every_secret_may_be_read_by_a_function() -> None:
    assert set().union(*map(may_read, FUNCTIONS)) == set(NAMES) - {"local-keys"}


@pytest.mark.parametrize("policy", POLICIES)
def test_a_managed_policy_stays_within_the_size_that_aws_takes(policy: str) -> None:
    text = json.dumps(properties(policy)["PolicyDocument"], separators=(",", ":"))
    for name, longest in LONGEST.items():
        text = text.replace(name, longest)
    assert len(text.replace('{"Fn::Sub":', "").replace("}", "")) <= CHARACTERS_MAX
