"""Only the functions that are named here make or use seeds: by what they import, and by right."""

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import pytest

from infra.local.package import FUNCTION, load_template
from infra.local.settings import ROOT
from tests.support.template import statements, translated

RIGHTS = {
    # It makes a seed, and seals it; none is ever opened there.
    "GenerateWallet": {"kms:GenerateDataKey"},
    # As before: a subscription that waits for a payment has an address to pay to.
    "Subscribe": {"kms:GenerateDataKey"},
    # The secrets that sign webhooks are made there, and decrypted where they sign.
    "CreateWebhook": {"kms:GenerateDataKey of connection secrets"},
    "RotateWebhookSecret": {"kms:GenerateDataKey of connection secrets"},
    "SendWebhooks": {"kms:Decrypt of connection secrets"},
    # It needs the token of the bot whose messages it sends.
    "SendTelegram": {"kms:Decrypt of connection secrets"},
    # It needs the token to show a person what came of the press of a button. It makes the key of
    # the texts of a bot's chats, and seals texts with it; a dry run of a rule opens them.
    "HandleUpdates": {
        "kms:Decrypt of connection secrets",
        "kms:GenerateDataKey of connection secrets",
    },
    "TestRule": {"kms:Decrypt of connection secrets"},
    # They make the secret of an intake, and seal it.
    "CreateIntake": {"kms:GenerateDataKey of connection secrets"},
    "RotateIntakeSecret": {"kms:GenerateDataKey of connection secrets"},
    # They seal the token of a bot; a bot is disconnected at Telegram with its token.
    "ConnectBot": {"kms:GenerateDataKey of connection secrets"},
    "UpdateBot": {"kms:GenerateDataKey of connection secrets"},
    "DisconnectBot": {"kms:Decrypt of connection secrets"},
    "ExamineBot": {"kms:Decrypt of connection secrets"},
    # It removes the webhooks of an erased account's bots, and needs their tokens for that.
    "HandleUserData": {"kms:Decrypt of connection secrets"},
    "WatchBots": {
        "kms:Decrypt of connection secrets",
        "kms:GenerateDataKey of connection secrets",
    },
    # It seals the bodies of dead letters.
    "KeepDeadLetters": {"kms:GenerateDataKey of connection secrets"},
    "RedriveDeadLetters": {"kms:Decrypt of connection secrets"},
    # It checks signatures that are made with the secret.
    "ReceiveAlerts": {"kms:Decrypt of connection secrets"},
}
"""What each function may do with the two keys; no other may do anything with any key."""

IMPORTERS = {
    "functions/api/wallets/generate_wallet/handler.py",
    "functions/api/billing/subscribe/handler.py",
    # The operator's command, which runs with the operator's own rights.
    "infra/local/rewrap.py",
    # It measures public keys, and reaches neither a database nor a key.
    "infra/bench/addresses.py",
}
IMPORT = re.compile(r"mara\.wiring\.vault|mara\.wiring import [^\n]*\bvault\b")

SEED_KEY = {"Fn::GetAtt": ["SeedKey", "Arn"]}
CONNECTION_KEY = {"Fn::GetAtt": ["ConnectionKey", "Arn"]}
POWERS = (
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:CreateGrant",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
)
"""Whoever has one of them can open a seed, lock it for ever, or let somebody else do so."""

HARMLESS = re.compile(
    r"policy/(service-role/AWSLambda(BasicExecution|SQSQueueExecution|VPCAccessExecution)Role"
    r"|AWSXRayDaemonWriteAccess)$"
)
Template = dict[str, Any]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def powers(statement: dict[str, Any]) -> set[str]:
    """Those that it gives, however it spells them, over keys of any kind."""
    if statement["Effect"] != "Allow":
        return set()
    if "Action" not in statement:
        return set(POWERS)  # NotAction: all but some
    patterns = [str(action).lower() for action in as_list(statement["Action"])]
    return {p for p in POWERS if any(fnmatchcase(p.lower(), pattern) for pattern in patterns)}


def given_by(properties: dict[str, Any], template: Template) -> set[str]:
    """The powers that the statements and managed policies of one resource give."""
    found: set[str] = set()
    for statement in statements(properties):
        given = powers(statement)
        if as_list(statement.get("Resource")) == [CONNECTION_KEY]:
            given = {f"{power} of connection secrets" for power in given}
        elif as_list(statement.get("Resource")) != [SEED_KEY]:
            given = {f"{power} of more than the seed key" for power in given}
        found |= given
    for policy in as_list(properties.get("ManagedPolicyArns", [])):
        # What a policy of the template itself gives is found as that resource's.
        is_own = isinstance(policy, dict) and policy.get("Ref") in template["Resources"]
        if isinstance(policy, dict) and "Fn::If" in policy:
            _, policy, otherwise = policy["Fn::If"]  # noqa: PLW2901 - a condition gives it or not
            assert otherwise == {"Ref": "AWS::NoValue"}
        arn = policy.get("Fn::Sub", policy) if isinstance(policy, dict) else policy
        if not is_own and not HARMLESS.search(str(arn)):
            found.add(f"all: {policy}")
    return found


def holders(template: Template) -> dict[str, set[str]]:
    """By function, or by whatever else it is, the powers over the two keys; ``all`` for policies
    whose content is not in the template.
    """
    found: dict[str, set[str]] = {}
    resources = translated(template, with_events=False)["Resources"]
    users: dict[str, list[str]] = {}
    for name, resource in resources.items():
        if resource["Type"] != "AWS::Lambda::Function":
            continue
        role, _ = resource["Properties"]["Role"].get("Fn::GetAtt", ("", ""))
        users.setdefault(role, []).append(name)
        if role not in resources:
            found[name] = {f"all: {resource['Properties']['Role']}"}
    for name, resource in resources.items():
        given = given_by(resource.get("Properties", {}), template)
        # A role gives its rights to each function that takes it.
        for holder in users.get(name, [name]) if given else ():
            found.setdefault(holder, set()).update(given)
    return found


def expected(template: Template) -> dict[str, set[str]]:
    return {name: powers for name, powers in RIGHTS.items() if name in template["Resources"]}


def give(function: str, *policies: Any) -> Callable[[Template], None]:
    def change(template: Template) -> None:
        properties = template["Resources"][function]["Properties"]
        properties.pop("Role", None)
        properties["Policies"] = [*properties.get("Policies", []), *policies]

    return change


def allow(actions: Any, resource: Any = SEED_KEY, key: str = "Action") -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", key: actions, "Resource": resource}]}


def add_a_policy_of_its_own(template: Template) -> None:
    template["Resources"]["Backdoor"] = {
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "PolicyName": "backdoor",
            "Roles": [{"Ref": "LogInRole"}],
            "PolicyDocument": allow("kms:Decrypt"),
        },
    }


def take_a_role_of_the_account(template: Template) -> None:
    properties = template["Resources"]["LogIn"]["Properties"]
    properties["Role"] = {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/operator"}


def extend_the_shared_role(template: Template) -> None:
    policy = {"PolicyName": "more", "PolicyDocument": allow("kms:Decrypt")}
    template["Resources"]["RouteRole"]["Properties"]["Policies"] = [policy]


def open_the_key_itself(template: Template) -> None:
    document = allow("kms:Decrypt", "*")
    document["Statement"][0]["Principal"] = {"AWS": {"Ref": "AWS::AccountId"}}
    template["Resources"]["SeedKey"]["Properties"]["KeyPolicy"] = document


WAYS_ROUND = {
    "another function": give("LogIn", allow("kms:Decrypt")),
    "a wildcard of actions": give("LogIn", allow(["kms:De*"])),
    "in other letters": give("LogIn", allow(["KMS:decrypt"])),
    "everything": give("LogIn", allow("*", "*")),
    "all keys": give("LogIn", allow("kms:Decrypt", {"Fn::Sub": "arn:aws:kms:*:*:key/*"})),
    "all but some actions": give("LogIn", allow("s3:GetObject", "*", key="NotAction")),
    "a policy of SAM's": give("LogIn", {"KMSDecryptPolicy": {"KeyId": {"Ref": "SeedKey"}}}),
    "a managed policy": give("LogIn", "AdministratorAccess"),
    "the seed key and the other one": give(
        "LogIn", allow("kms:Decrypt", [CONNECTION_KEY, SEED_KEY])
    ),
    "the key of connection secrets": give("LogIn", allow("kms:Decrypt", CONNECTION_KEY)),
    "a grant": give("LogIn", allow("kms:CreateGrant")),
    "a policy beside the function": add_a_policy_of_its_own,
    "the policy of the key": open_the_key_itself,
    "a role of the account": take_a_role_of_the_account,
    "the role that routes share": extend_the_shared_role,
}


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


class TestRights:
    """Invariant 4, and rule 6 of the layout."""

    def test_over_the_key_of_the_seeds_have_the_named_functions_alone(self) -> None:
        template = load_template()
        assert holders(template) == expected(template)

    @pytest.mark.parametrize("change", WAYS_ROUND.values(), ids=WAYS_ROUND)
    def test_are_noticed_whatever_way_they_are_given(
        self, change: Callable[[Template], None]
    ) -> None:
        """Else the test above would hold of anything."""
        template = load_template()
        change(template)
        assert holders(template) != expected(template)

    def test_that_are_named_are_noticed_too(self) -> None:
        template = load_template()
        template["Resources"]["GenerateWallet"] = {
            "Type": FUNCTION,
            "Properties": {"CodeUri": "functions/", "Policies": [allow("kms:GenerateDataKey")]},
        }
        assert holders(template) == expected(template) == RIGHTS


class TestKey:
    @pytest.mark.parametrize("name", ["SeedKey", "ConnectionKey"])
    def test_outlives_the_stack_and_is_rotated(self, name: str) -> None:
        key = load_template()["Resources"][name]
        assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("Retain", "Retain")
        assert key["Properties"]["EnableKeyRotation"] is True
        assert key["Properties"]["PendingWindowInDays"] == 30


class TestWiring:
    def test_of_the_vault_is_imported_by_the_named_functions_alone(self) -> None:
        found = {
            path.relative_to(ROOT).as_posix()
            for root in ("functions", "infra", "shared/mara")
            for path in (ROOT / root).rglob("*.py")
            if IMPORT.search(path.read_text("utf-8"))
        }
        assert found <= IMPORTERS
        assert "infra/local/rewrap.py" in found

    def test_is_noticed_however_it_is_imported(self) -> None:
        for line in (
            "from mara.wiring.vault import vault_service",
            "import mara.wiring.vault as wiring",
            "from mara.wiring import users, vault",
            'import_module("mara.wiring.vault")',
        ):
            assert IMPORT.search(line), line
        assert not IMPORT.search("from mara.wiring.wallets import library_service")
