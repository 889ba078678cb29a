"""What a drill needs to know of a stage; it is read before hours go into a restore."""

from dataclasses import dataclass, field
from typing import Any, Final

import boto3

from infra.drill.instance import DrillFailed, source_of
from infra.local import secret_store

KEYS: Final = {"seed key": "SeedKeyArn", "connection key": "ConnectionKeyArn"}
"""Outputs of template.yaml."""


@dataclass(frozen=True, slots=True)
class Stage:
    """``source`` is its instance; ``urls`` are its secrets by name, ``keys`` the ARNs of KMS."""

    name: str
    source: str
    urls: dict[str, str] = field(repr=False)
    keys: dict[str, str]

    @property
    def bucket(self) -> str:
        """The bucket of documents."""
        return f"mara-{self.name}-documents"


def stage_named(name: str, template_stack: str) -> Stage:
    """Read the stage. Raises DrillFailed, SecretMissing, and botocore's errors."""
    make: Any = boto3.client
    cloudformation, secrets = make("cloudformation"), make("secretsmanager")
    return Stage(
        name,
        source_of(cloudformation, name),
        {one: secret_store.get(secrets, name, one) for one in ("database", "database-owner")},
        _keys(cloudformation, template_stack),
    )


def _keys(cloudformation: Any, stack: str) -> dict[str, str]:
    (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", ())}
    if missing := set(KEYS.values()) - set(outputs):
        names = ", ".join(sorted(missing))
        raise DrillFailed(f"The stack {stack} has no output {names}: see --template-stack.")
    return {name: outputs[output] for name, output in KEYS.items()}
