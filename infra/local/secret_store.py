"""The secrets of a stage in AWS Secrets Manager, named ``mara-<stage>/<name>`` (decision 0017)."""

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

NAMES = (
    *("database", "tokens", "chains", "local-keys", "opensearch", "telegram-bot", "trials"),
    *("scrape", "loki"),
)
"""Those that the template and the functions read."""

TOKENS = "tokens"
TOKEN_SECRETS_MAX = 3
"""The signing secret and those before it, which verify what they signed."""


class SecretMissing(RuntimeError):
    """The stage has no such secret yet; the text says how to make it."""


def full_name(stage: str, name: str) -> str:
    """Return the name in the store, such as ``mara-prod/tokens``."""
    return f"mara-{stage}/{name}"


def put(client: Any, stage: str, name: str, text: str) -> None:
    """Create the secret or replace its value; ``client`` is one of Secrets Manager."""
    try:
        client.create_secret(Name=full_name(stage, name), SecretString=text)
    except client.exceptions.ResourceExistsException:
        client.put_secret_value(SecretId=full_name(stage, name), SecretString=text)


def put_missing(client: Any, stage: str, values: Mapping[str, str]) -> None:
    """Write those that differ, but never replace token secrets: they may have been rotated."""
    for name, text in values.items():
        try:
            known = get(client, stage, name)
        except SecretMissing:
            put(client, stage, name, text)
        else:
            if known != text and name != TOKENS:
                put(client, stage, name, text)


def get(client: Any, stage: str, name: str) -> str:
    """Return the current value. Raises SecretMissing."""
    try:
        answer = client.get_secret_value(SecretId=full_name(stage, name))
    except client.exceptions.ResourceNotFoundException as error:
        remedy = f"mara secrets put --stage {stage} {name} < FILE"
        raise SecretMissing(f"There is no secret {full_name(stage, name)}: {remedy}") from error
    return str(answer["SecretString"])


def draw_tokens(client: Any, stage: str) -> list[str]:
    """Add a random secret that signs from now on, and keep the latest ones, which verify.

    Creates the secret where it is missing. Returns the key ids, the signing one first.
    """
    try:
        known: dict[str, str] = json.loads(get(client, stage, TOKENS))
    except SecretMissing:
        known = {}
    key_id = f"k{datetime.now(UTC):%Y%m%dT%H%M%S}"
    rotated = {key_id: secrets.token_urlsafe(48), **known}
    kept = dict(list(rotated.items())[:TOKEN_SECRETS_MAX])
    put(client, stage, TOKENS, json.dumps(kept))
    return list(kept)
