"""The managed policies of template.yaml that let functions read stored secrets (decision 0043).

Functions with the same rights share a role (decision 0038); a condition on the function that calls
keeps each secret to those whose environment names it:
https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
"""

import re
from collections.abc import Iterable, Mapping

from mara.platform.stored_secrets import PREFIX

BEGIN, END = "  # <secret policies>\n", "  # </secret policies>\n"

POLICIES: Mapping[str, tuple[str, ...]] = {
    "StoredSecretsPolicy": ("database", "chains", "trials", "scrape", "telegram-bot"),
    "SearchSecretPolicy": ("opensearch",),
}
"""By logical id, the secrets. A managed policy has at most 6144 characters."""

OF_EVERY_FUNCTION = "database"
NAMED = re.compile(re.escape(f"{PREFIX}mara-${{Stage}}/") + "([a-z-]+)")
ARN = "arn:${AWS::Partition}:%s:${AWS::Region}:${AWS::AccountId}:%s"


def render(template: str) -> str:
    """The template's text with these policies between their markers."""
    head, _, rest = template.partition(BEGIN)
    _, _, tail = rest.partition(END)
    users = _users(tail)
    entries = "".join(_policy(name, secrets, users) for name, secrets in POLICIES.items())
    return f"{head}{BEGIN}{entries}{END}{tail}"


def secrets_named(text: str) -> set[str]:
    """The secrets that a function's entry or environment names."""
    return set(NAMED.findall(text))


def _users(resources: str) -> dict[str, list[str]]:
    """By secret, the names of the functions whose entries name it."""
    users: dict[str, list[str]] = {}
    for entry in re.split(r"^(?=  \w)", resources, flags=re.MULTILINE):
        if name := re.search(r'^      FunctionName: !Sub "(\S+)"$', entry, flags=re.MULTILINE):
            for secret in secrets_named(entry):
                users.setdefault(secret, []).append(name[1])
    return users


def _policy(name: str, secrets: Iterable[str], users: Mapping[str, list[str]]) -> str:
    lines = [
        f"  {name}:",
        "    Type: AWS::IAM::ManagedPolicy",
        "    Properties:",
        f"      Description: Reads {', '.join(secrets)}, each for the functions named.",
        "      PolicyDocument:",
        '        Version: "2012-10-17"',
        "        Statement:",
    ]
    for secret in secrets:
        resource = ARN % ("secretsmanager", f"secret:mara-${{Stage}}/{secret}-??????")
        lines += [
            "          - Effect: Allow",
            "            Action: secretsmanager:GetSecretValue",
            f'            Resource: !Sub "{resource}"',
        ]
        if secret != OF_EVERY_FUNCTION:
            lines.append("            Condition: {ArnEquals: {lambda:SourceFunctionArn: [")
            arns = [ARN % ("lambda", f"function:{user}") for user in sorted(users[secret])]
            lines += [f'              !Sub "{arn}",' for arn in arns]
            lines[-1] = f"{lines[-1][:-1]}]}}}}"
    return "\n".join(lines) + "\n"
