"""`mara secrets`: writes and rotates the secrets of a stage, which no command line holds."""

from typing import Any, TextIO

from infra.local import aws, secret_store
from infra.local.settings import STAGE, keep_token_secrets


def run(action: str, stage: str, name: str, text: TextIO) -> str:
    """Carry out ``put`` or ``rotate``; return what to print. Raises RuntimeError."""
    if name not in secret_store.NAMES:
        raise RuntimeError(f"Name one of: {', '.join(secret_store.NAMES)}")
    client = client_of(stage, "secretsmanager")
    if action == "rotate":
        if name != secret_store.TOKENS:
            raise RuntimeError(f"Only {secret_store.TOKENS} are drawn; put writes {name}.")
        first, *others = secret_store.draw_tokens(client, stage)
        if stage == STAGE:  # the emulator holds it in memory only
            keep_token_secrets(secret_store.get(client, stage, secret_store.TOKENS))
        return f"{first} signs within five minutes; verified too: {', '.join(others) or 'none'}"
    secret_store.put(client, stage, name, text.read().strip())
    return f"{secret_store.full_name(stage, name)} is written"


def client_of(stage: str, service: str) -> Any:
    """The emulator's in the local stage, else that of the account in the environment."""
    if stage == STAGE:
        return aws.client(service)
    import boto3

    make: Any = boto3.client  # its overloads want the name as a literal
    return make(service)
