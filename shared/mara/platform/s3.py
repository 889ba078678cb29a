"""The S3 client, created once per execution environment."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@cache
def client() -> "S3Client":
    """Uses signature version 4, which presigned POST forms of encrypted buckets require."""
    import boto3
    from botocore.config import Config

    settings = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        connect_timeout=2,
        read_timeout=20,
        retries={"total_max_attempts": 3},
    )
    return boto3.client("s3", config=settings)
