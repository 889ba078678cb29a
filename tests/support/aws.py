"""AWS for tests: moto where a test asks for it, else an address at which no server answers."""

from collections.abc import Iterator
from contextlib import contextmanager

import botocore.retryhandler
import pytest
from moto import mock_aws
from moto.core.config import DefaultConfig

ENDPOINT = "AWS_ENDPOINT_URL"
KEEP_SESSION: DefaultConfig = {"core": {"reset_boto3_session": False}}
"""A new session would read the models of the services again: 0.1 s for each test."""


@contextmanager
def aws_of_moto() -> Iterator[None]:
    """Let clients of boto3 that are made in the block reach moto."""
    with pytest.MonkeyPatch.context() as patch, mock_aws(config=KEEP_SESSION):
        patch.delenv(ENDPOINT, raising=False)
        yield


def retry_at_once() -> None:
    """Let clients of boto3 repeat failed requests without a wait, for the rest of the process."""
    vars(botocore.retryhandler)["delay_exponential"] = lambda **_: 0.0
