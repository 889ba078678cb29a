"""Clients of the emulator."""

from typing import Any

import boto3
from botocore.config import Config

from infra.local.settings import ports

REGION = "eu-west-1"


def endpoint() -> str:
    return f"http://127.0.0.1:{ports().emulator}"


def client(service: str) -> Any:
    """With the emulator's well-known credentials: it has no others, and holds no secret."""
    make: Any = boto3.client  # its overloads want the name as a literal
    return make(
        service,
        endpoint_url=endpoint(),
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - not a secret
        config=Config(retries={"total_max_attempts": 3}, read_timeout=60),
    )
