"""AWS clients that talk to the emulator."""

from typing import Any

import boto3
from botocore.config import Config

from infra.local.settings import REGION, load_secrets, ports

ACCESS_KEY = "test"
"""The emulator's only account has any key id; the secret is what it checks."""


def endpoint() -> str:
    """Return the URL of the emulator, for every service."""
    return f"http://127.0.0.1:{ports().emulator}"


def client(service: str) -> Any:
    """Return a client that signs with the stack's generated secret."""
    make: Any = boto3.client  # its overloads want the name as a literal
    return make(
        service,
        endpoint_url=endpoint(),
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=load_secrets().emulator_secret,
        config=Config(retries={"total_max_attempts": 3}, read_timeout=60),
    )
