"""Clients and environments that talk to LocalStack, and never to a real account."""

import os
from typing import Any

import boto3
from botocore.config import Config

from infra.local.settings import REGION

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
"""What LocalStack accepts; they guard nothing."""


def client(url: str, service: str, read_timeout_s: float = 60) -> Any:
    """Return a boto3 client that talks to LocalStack."""
    make: Any = boto3.client  # its overloads want the name as a literal
    return make(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 2}, read_timeout=read_timeout_s),
    )


def environment(url: str) -> dict[str, str]:
    """Return the variables for a program that deploys to LocalStack, and to no real account."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    region = {"AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION}
    named = {"AWS_ENDPOINT_URL": url, "SAM_CLI_TELEMETRY": "0"}
    return {**own, **CREDENTIALS, **nowhere, **region, **named}
