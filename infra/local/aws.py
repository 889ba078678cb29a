"""AWS clients that talk to the emulator."""

from typing import Any

import boto3
from botocore.config import Config

from infra.local.settings import ports

REGION = "eu-west-1"


def endpoint() -> str:
    """Return the URL of the emulator, for every service."""
    return f"http://127.0.0.1:{ports().emulator}"


def client(service: str) -> Any:
    """Return a client with the emulator's well-known credentials, which guard nothing."""
    make: Any = boto3.client  # its overloads want the name as a literal
    return make(
        service,
        endpoint_url=endpoint(),
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - not a secret
        config=Config(retries={"total_max_attempts": 3}, read_timeout=60),
    )
